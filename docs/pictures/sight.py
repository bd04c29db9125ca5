"""Draw what terrain error does to sight: `python docs/pictures/sight.py` writes docs/pictures/sight.png.

The ground is made: the plain of tests/terrain/test_montecarlo.py, in cells of 30 m, wrong by 3 m.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import ListedColormap
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # run as a script, Python would look beside this file only

from tests.terrain.relief import fractal, ground_of  # noqa: E402

from vallum.terrain.montecarlo import SamplePost, calibrated, sample_posts  # noqa: E402
from vallum.terrain.profile import Standpoint, profile  # noqa: E402
from vallum.terrain.soft import PERHAPS, SURE  # noqa: E402
from vallum.terrain.viewshed import minimum_visible_height  # noqa: E402

CELL_M, REACH_M, MAST_M, PERSON_M = 30.0, 8_000.0, 15.0, 1.0
ERROR_SD_M, ERROR_LENGTH_M = 3.0, 180.0
POST = SamplePost(520, 430, MAST_M)
FAR = (417, 349)
_COLOURS = 48
NOTHING, PERHAPS_COLOUR, SURE_COLOUR = "#f4f1ea", "#cfe0c8", "#3f8f5a"


def main() -> None:
    """Draw the picture."""
    ground = ground_of(fractal(seed=1, side=1_000, relief_m=40.0, roughness_m=1.0, whole=3_000), CELL_M)
    posts = sample_posts(ground, 4, MAST_M)
    found = calibrated(ground, posts, ERROR_SD_M, ERROR_LENGTH_M, REACH_M, targets_m=(PERSON_M,))
    minimum_m = minimum_visible_height(ground.heights_m, POST.row, POST.column, MAST_M, REACH_M, CELL_M)
    reach_km = minimum_m.shape[0] // 2 * CELL_M / 1000.0
    away_m = np.arange(-(minimum_m.shape[0] // 2), minimum_m.shape[0] // 2 + 1) * CELL_M
    seen = found.softness.probability(minimum_m, PERSON_M, np.hypot(away_m[:, None], away_m))
    within = np.isfinite(minimum_m)

    mpl.rcParams |= {"font.size": 9, "hatch.linewidth": 0.6, "hatch.color": "#6f8f74"}
    figure = plt.figure(figsize=(9.0, 7.4), layout="constrained")
    yes_no, bands, line = figure.subplot_mosaic([["a", "b"], ["c", "c"]], height_ratios=[2.1, 1.0]).values()
    extent = (-reach_km, reach_km, -reach_km, reach_km)
    colours = ListedColormap([NOTHING, PERHAPS_COLOUR, SURE_COLOUR])
    level = np.where(minimum_m <= PERSON_M, 2, 0)
    yes_no.imshow(
        np.ma.array(level, mask=~within), cmap=colours, vmin=0, vmax=2, extent=extent, interpolation="nearest"
    )
    yes_no.set_title(f"Yes or no: {np.mean(level[within] == 2):.0%} seen")
    level = np.where(seen >= SURE, 2, np.where(seen > PERHAPS, 1, 0))
    bands.imshow(np.ma.array(level, mask=~within), cmap=colours, vmin=0, vmax=2, extent=extent, interpolation="nearest")
    between = np.where(within & (level == 1), 1.0, 0.0)
    bands.contourf(between, levels=[0.5, 1.5], colors="none", hatches=["////"], extent=extent, origin="upper")
    sure, perhaps = (float(np.mean(level[within] == which)) for which in (2, 1))
    bands.set_title(f"3 m of terrain error: {sure:.0%} surely, {perhaps:.0%} perhaps")
    for axes in (yes_no, bands):
        axes.plot(0.0, 0.0, "k^", markersize=5)
        axes.set(xlabel="km", aspect="equal")

    eye, target = (
        Standpoint(*ground.middle_of(*at), height_m) for at, height_m in (((520, 430), MAST_M), (FAR, PERSON_M))
    )
    one = profile(ground, eye, target, found.softness)
    distance_km = one.distance_m / 1000.0
    lowest_m = float((one.apparent_ground_m - one.sd_m).min()) - 2.0
    line.fill_between(distance_km, lowest_m, one.apparent_ground_m, color="#e6ddcd", lw=0)
    low_m, high_m = one.apparent_ground_m - one.sd_m, one.apparent_ground_m + one.sd_m
    line.fill_between(
        distance_km, low_m, high_m, color="#9c7f54", alpha=0.4, lw=0, label="its error: one standard deviation"
    )
    line.plot(distance_km, one.apparent_ground_m, color="#6b5433", lw=1.0, label="ground, with the bulge of the earth")
    line.plot(distance_km, one.line_m, color="#1f5f8b", lw=1.2, label="line of sight")
    line.plot(one.at_m / 1000.0, np.interp(one.at_m, one.distance_m, one.line_m), "o", color="#b3402e", markersize=5)
    line.set(xlabel="km from the post", ylabel="m", xlim=(0.0, distance_km[-1]))
    line.set_title(
        f"One line of sight: {'free' if one.visible else 'blocked'} by {abs(one.clearance_m):.1f} m at km "
        f"{one.at_m / 1000.0:.1f}; free in {one.probability_visible:.0%} of all cases"
    )
    line.legend(loc="upper right", frameon=False)
    figure.suptitle(
        f"Made ground. A person ({PERSON_M:g} m shows) from a mast of {MAST_M:g} m, {REACH_M / 1000:g} km around",
        fontsize=9,
    )
    figure.savefig(HERE / "sight.png", dpi=100)
    plt.close(figure)
    with Image.open(HERE / "sight.png") as drawn:
        few = drawn.convert("RGB").quantize(_COLOURS)
    few.save(HERE / "sight.png", optimize=True)


if __name__ == "__main__":
    main()
