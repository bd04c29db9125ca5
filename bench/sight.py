"""Claim: lines of sight as exact as is useful, fast enough to drag a tower and watch the gap move.

One command, `python bench/sight.py`; the last line is one JSON object. In one run, on the same terrain:

- seconds and errors of ours, of GDAL's viewshed (the command, and in-process), of GRASS r.viewshed and of
  xarray-spatial, against R3, the exact answer for the model (`vallum.terrain.exact`), at 5, 10 and 20 km;
- 600 towers of 15 km on 610 km of ground in cells of 30 m, with the set of who sees each cell: the survey alone (yes or
  no for one target), and what `vallum plan sight` does in one case (three bands, sectors, performance, ways, sets);
- one tower of 20 km among 600 moved, at 30 m, to the new lane of the ribbon.

Rugged ground is matplotlib's packaged Jacksboro model, mirror-tiled to 3000 x 3000 cells; its posting is 3 arc-seconds,
taken as cells of 30 m with heights in proportion, so that slopes stay what they are. `--terrain FILE` puts another
model in its place (projected, metres). The plain is a fractal: see FRACTAL. Peers that are not on the machine are named
and left out: Debian's gdal-bin, python3-gdal and grass-core; xarray-spatial in an environment of its own,
`--xarray-spatial PYTHON`. Times are the least of several runs (GRASS and GDAL's command: of one run from each of four
posts; xarray-spatial: of one): of the kernel alone, and of a whole process that reads a GeoTIFF and writes one. GRASS
has no kernel to call; its figure is the r.viewshed module within a session, which reads and writes its own rasters.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.transform import from_origin

from vallum.assets.performance import performance
from vallum.assets.sensor import Sensor
from vallum.frontier import Frontier
from vallum.frontier.strip import Strip
from vallum.plan.case import Case
from vallum.plan.coverage import Exposures, cover
from vallum.plan.crossing import Crossings
from vallum.plan.lane import lane
from vallum.plan.part import Fineness, Seen
from vallum.plan.scene import Held
from vallum.plan.whatif import Trial
from vallum.terrain.exact import exact_minimum_visible_height
from vallum.terrain.survey import survey
from vallum.terrain.viewshed import minimum_visible_height
from vallum.terrain.whosees import Posts, seen_by

FloatGrid = NDArray[np.float32]

SIDE, CELL_M = 3000, 30.0
MAST_M, TARGET_M, REFRACTION_K = 15.0, 1.7, 0.13
RADII_M = (5_000.0, 10_000.0, 20_000.0)
# Power falls with the 3.5th power of the wave number; white roughness on top.
FRACTAL = {"seed": 1, "spectrum_power": -3.5, "relief_sd_m": 40.0, "roughness_sd_m": 1.0}
ARC_SECONDS_3_M = 85.0  # between 92 m to the north and 75 m to the east
TOWERS, LINE_M, TOWER_RADIUS_M = 600, 610_000.0, 15_000.0
SURVEY_ROWS = 1_133
# A declared range for which the radar's last detection lies 20 km away.
ASKED_RANGE_M = 18_900.0
CASE_RANGE_M = 14_200.0  # and 15 km
RUNS = 5


@dataclass(frozen=True)
class Ground:
    name: str
    heights_m: FloatGrid
    cell_m: float
    posts: tuple[tuple[int, int], ...]


def fractal(rows: int, columns: int) -> FloatGrid:
    """A plain whose seed, spectrum and relief stand in FRACTAL."""
    chance = np.random.default_rng(int(FRACTAL["seed"]))
    waves = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :])
    waves[0, 0] = 1.0
    amplitude = waves ** (FRACTAL["spectrum_power"] / 2.0)
    amplitude[0, 0] = 0.0
    noise = chance.standard_normal((rows, columns), dtype=np.float32)
    ground = np.fft.irfft2(np.fft.rfft2(noise) * amplitude, s=(rows, columns))
    ground *= FRACTAL["relief_sd_m"] / ground.std()
    ground += FRACTAL["roughness_sd_m"] * chance.standard_normal((rows, columns), dtype=np.float32)
    return ground.astype(np.float32)


def mirrored(model_m: FloatGrid) -> FloatGrid:
    """Lay a model side by side with its mirror images until it fills the grid: no seams."""
    four = np.block([[model_m, model_m[:, ::-1]], [model_m[::-1], model_m[::-1, ::-1]]])
    times = (SIDE // four.shape[0] + 1, SIDE // four.shape[1] + 1)
    return np.ascontiguousarray(np.tile(four, times)[:SIDE, :SIDE])


def rugged(terrain: Path | None) -> tuple[str, FloatGrid, float]:
    if terrain is None:
        from matplotlib.cbook import get_sample_data

        packaged: Any = get_sample_data("jacksboro_fault_dem.npz")
        with packaged:
            heights = packaged["elevation"].astype(np.float32)
        return "rugged (Jacksboro, packaged with matplotlib)", mirrored(heights * (CELL_M / ARC_SECONDS_3_M)), CELL_M
    with rasterio.open(terrain) as dataset:
        heights = dataset.read(1, masked=True).astype(np.float32).filled(np.nan)
        if np.isnan(heights).any():
            sys.exit(f"{terrain} has voids; this bench needs a model without")
        return f"rugged ({terrain.name})", mirrored(heights), float(dataset.transform.a)


def posts_on(heights_m: FloatGrid, near: int = 40) -> tuple[tuple[int, int], ...]:
    """Four posts, each on the highest cell near a place in the middle: where people put towers."""
    found = []
    for row, column in ((0.45, 0.45), (0.45, 0.55), (0.55, 0.45), (0.55, 0.55)):
        top, left = int(row * SIDE) - near, int(column * SIDE) - near
        window = heights_m[top : top + 2 * near + 1, left : left + 2 * near + 1]
        down, across = np.unravel_index(int(window.argmax()), window.shape)
        found.append((top + int(down), left + int(across)))
    return tuple(found)


def least(times: int, work: Callable[[], object]) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


# --- errors ---------------------------------------------------------------------------------------------------------


@dataclass
class Errors:
    """Cells that differ from the exact answer, as a share of the cells that are truly visible."""

    truly_visible: int = 0
    false_visible: int = 0
    false_hidden: int = 0

    def add(self, exact: NDArray[np.bool_], told: NDArray[np.bool_]) -> None:
        self.truly_visible += int(exact.sum())
        self.false_visible += int((told & ~exact).sum())
        self.false_hidden += int((exact & ~told).sum())

    @property
    def share(self) -> float:
        return (self.false_visible + self.false_hidden) / max(1, self.truly_visible)


def exact_visible(ground: Ground, post: tuple[int, int], radius_m: float, k: float) -> NDArray[np.float64]:
    return exact_minimum_visible_height(ground.heights_m, *post, MAST_M, radius_m, ground.cell_m, k)


# --- ours -----------------------------------------------------------------------------------------------------------


def ours(ground: Ground, radius_m: float, exact: list[NDArray[np.float64]]) -> dict[str, Any]:
    errors, apart = Errors(), []
    minimum_visible_height(ground.heights_m, *ground.posts[0], MAST_M, 600.0, ground.cell_m)
    seconds = least(
        RUNS, lambda: minimum_visible_height(ground.heights_m, *ground.posts[0], MAST_M, radius_m, ground.cell_m)
    )
    for post, truth_m in zip(ground.posts, exact, strict=True):
        seen_m = minimum_visible_height(ground.heights_m, *post, MAST_M, radius_m, ground.cell_m, REFRACTION_K)
        known = np.isfinite(truth_m)
        errors.add(truth_m[known] <= TARGET_M, seen_m[known] <= TARGET_M)
        apart.append(np.abs(seen_m[known] - truth_m[known]))
    return {
        "kernel_s": seconds,
        "errors": errors.share,
        "false_visible": errors.false_visible,
        "false_hidden": errors.false_hidden,
        "clearance_p99_m": float(np.percentile(np.concatenate(apart), 99)),
    }


OURS_WHOLE = """
import sys, numpy as np, rasterio
from vallum.terrain.viewshed import minimum_visible_height
source, target, row, column, radius = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
with rasterio.open(source) as dataset:
    heights, profile = dataset.read(1), dataset.profile
seen = minimum_visible_height(heights, row, column, 15.0, radius, profile["transform"].a) <= 1.7
whole, r = np.zeros(heights.shape, np.uint8), seen.shape[0] // 2
whole[row - r : row + r + 1, column - r : column + r + 1] = seen * 255
profile.update(dtype="uint8", nodata=None)
with rasterio.open(target, "w", **profile) as dataset:
    dataset.write(whole, 1)
"""


# --- peers ----------------------------------------------------------------------------------------------------------


GDAL_INSIDE = """
import sys, time, json
from osgeo import gdal
gdal.UseExceptions()
source, x, y, radius = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
held = gdal.GetDriverByName("MEM").CreateCopy("", gdal.Open(source))
taken = []
for _ in range(int(sys.argv[5])):
    began = time.perf_counter()
    gdal.ViewshedGenerate(held.GetRasterBand(1), "MEM", "", [], x, y, 15.0, 1.7, 255, 0, 0, -1, 0.87,
                          gdal.GVM_Edge, radius)
    taken.append(time.perf_counter() - began)
print(json.dumps(min(taken)))
"""

XARRAY_SPATIAL = """
import sys, time, json, numpy as np, xarray as xr
from xrspatial import viewshed
heights = np.load(sys.argv[1]); cell = float(sys.argv[2]); runs = int(sys.argv[4])
r = heights.shape[0] // 2
axis = np.arange(heights.shape[0]) * cell
raster = xr.DataArray(heights.astype(np.float64), dims=("y", "x"), coords={"y": axis, "x": axis})
small = raster[:50, :50]
viewshed(small, x=axis[25], y=axis[25], observer_elev=15.0, target_elev=1.7)
taken = []
for _ in range(runs):
    began = time.perf_counter()
    seen = viewshed(raster, x=axis[r], y=axis[r], observer_elev=15.0, target_elev=1.7)
    taken.append(time.perf_counter() - began)
np.save(sys.argv[3], seen.values >= 0)
print(json.dumps(min(taken)))
"""


def middle_of(post: tuple[int, int], cell_m: float) -> tuple[float, float]:
    return (post[1] + 0.5) * cell_m, -(post[0] + 0.5) * cell_m


def window(raster: NDArray[Any], post: tuple[int, int], cells: int) -> NDArray[Any]:
    return raster[post[0] - cells : post[0] + cells + 1, post[1] - cells : post[1] + cells + 1]


def write(path: Path, heights_m: FloatGrid, cell_m: float) -> None:
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=heights_m.shape[1],
        height=heights_m.shape[0],
        count=1,
        dtype="float32",
        crs=CRS.from_epsg(32637),
        transform=from_origin(0.0, 0.0, cell_m, cell_m),
    ) as dataset:
        dataset.write(heights_m, 1)


def gdal(ground: Ground, radius_m: float, exact: list[NDArray[np.float64]], file: Path, folder: Path) -> dict[str, Any]:
    if shutil.which("gdal_viewshed") is None:
        return {"absent": "gdal_viewshed (Debian: gdal-bin)"}
    errors, cells, whole = Errors(), int(radius_m / ground.cell_m), []
    for post, truth_m in zip(ground.posts, exact, strict=True):
        x, y = middle_of(post, ground.cell_m)
        out = folder / "gdal.tif"
        told = ["gdal_viewshed", "-q", "-md", str(radius_m), "-ox", str(x), "-oy", str(y), "-oz", str(MAST_M)]
        began = time.perf_counter()
        subprocess.run([*told, "-tz", str(TARGET_M), "-cc", "0.87", str(file), str(out)], check=True)
        whole.append(time.perf_counter() - began)
        with rasterio.open(out) as dataset:
            # GDAL writes the window within the distance only.
            raster = dataset.read(1) > 0
            column, row = (
                round((x - dataset.transform.c) / ground.cell_m - 0.5),
                round((dataset.transform.f - y) / ground.cell_m - 0.5),
            )
        seen = np.zeros(truth_m.shape, dtype=np.bool_)
        part = raster[max(0, row - cells) : row + cells + 1, max(0, column - cells) : column + cells + 1]
        seen[: part.shape[0], : part.shape[1]] = part
        known = np.isfinite(truth_m)
        errors.add(truth_m[known] <= TARGET_M, seen[known])
    found: dict[str, Any] = {"whole_s": min(whole), "errors": errors.share}
    python = Path("/usr/bin/python3")
    x, y = middle_of(ground.posts[0], ground.cell_m)
    inside = subprocess.run(
        [python, "-c", GDAL_INSIDE, file, str(x), str(y), str(radius_m), str(RUNS)],
        check=False,
        capture_output=True,
        text=True,
    )
    if inside.returncode == 0:
        found["kernel_s"] = json.loads(inside.stdout)
    else:
        found["kernel_absent"] = "python3-gdal"
    return found


GRASS_SCRIPT = """
set -e
export GRASS_VERBOSE=0
r.in.gdal -o input="$1" output=ground --quiet
g.region raster=ground
for post in $5; do
  began=$(date +%s.%N)
  r.viewshed -b -c -r input=ground output=seen coordinates="$post" observer_elevation=15 target_elevation=1.7 \\
    max_distance="$3" refraction_coeff=0.13 memory=4000 --overwrite --quiet
  ended=$(date +%s.%N)
  echo "TIME $began $ended"
  named="$2.$(echo "$post" | tr ',' '_').tif"
  r.out.gdal input=seen output="$named" format=GTiff type=Byte --overwrite --quiet 2>/dev/null
done
"""


def grass(
    ground: Ground, radius_m: float, exact: list[NDArray[np.float64]], file: Path, folder: Path
) -> dict[str, Any]:
    if shutil.which("grass") is None:
        return {"absent": "grass (Debian: grass-core)"}
    script = folder / "grass.sh"
    script.write_text(GRASS_SCRIPT)
    coordinates = [",".join(str(part) for part in middle_of(post, ground.cell_m)) for post in ground.posts]
    out = folder / "grass"
    began = time.perf_counter()
    ran = subprocess.run(
        [
            "grass",
            "--tmp-location",
            "EPSG:32637",
            "--exec",
            "bash",
            script,
            file,
            out,
            str(radius_m),
            "x",
            " ".join(coordinates),
        ],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(folder)},
    )
    whole = (time.perf_counter() - began) / len(ground.posts)
    if ran.returncode != 0:
        return {"failed": ran.stderr[-400:]}
    spans = [line.split()[1:] for line in ran.stdout.splitlines() if line.startswith("TIME")]
    errors, cells = Errors(), int(radius_m / ground.cell_m)
    for post, truth_m, at in zip(ground.posts, exact, coordinates, strict=True):
        with rasterio.open(f"{out}.{at.replace(',', '_')}.tif") as dataset:
            seen = window(dataset.read(1) == 1, post, cells)
        known = np.isfinite(truth_m)
        errors.add(truth_m[known] <= TARGET_M, seen[known])
    return {
        "kernel_s": min(float(end) - float(start) for start, end in spans),
        "whole_s": whole,
        "errors": errors.share,
    }


def xarray_spatial(
    ground: Ground, radius_m: float, flat: list[NDArray[np.float64]], python: Path | None, folder: Path
) -> dict[str, Any]:
    """Has neither curvature nor a radius: gets the window alone, held against the exact answer of a flat earth."""
    if python is None:
        return {"absent": "xarray-spatial (--xarray-spatial PYTHON)"}
    errors, cells, kernels, whole = Errors(), int(radius_m / ground.cell_m), [], []
    for post, truth_m in zip(ground.posts[:1], flat[:1], strict=True):
        np.save(folder / "window.npy", window(ground.heights_m, post, cells))
        began = time.perf_counter()
        ran = subprocess.run(
            [
                python,
                "-W",
                "ignore",
                "-c",
                XARRAY_SPATIAL,
                folder / "window.npy",
                str(ground.cell_m),
                folder / "seen.npy",
                "1",
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        if ran.returncode != 0:
            return {"failed": ran.stderr[-400:]}
        whole.append(time.perf_counter() - began)
        kernels.append(json.loads(ran.stdout.splitlines()[-1]))
        known = np.isfinite(truth_m)
        errors.add(truth_m[known] <= TARGET_M, np.load(folder / "seen.npy")[known])
    return {"kernel_s": min(kernels), "whole_s": min(whole), "errors": errors.share}


# --- the whole line, and one tower ----------------------------------------------------------------------------------


def whole_line() -> dict[str, Any]:
    columns = round((LINE_M + 2 * TOWER_RADIUS_M) / CELL_M)
    heights_m = fractal(SURVEY_ROWS, columns)
    at = np.linspace(TOWER_RADIUS_M / CELL_M, columns - TOWER_RADIUS_M / CELL_M, TOWERS).astype(np.int64)
    posts = Posts.of(np.full(TOWERS, SURVEY_ROWS // 2), at, np.full(TOWERS, TOWER_RADIUS_M / CELL_M))
    masts = np.full(TOWERS, MAST_M)
    threads = len(os.sched_getaffinity(0))
    taken, cpu = [], []
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for _ in range(3):
        began, used = time.perf_counter(), time.process_time()
        sets = survey(heights_m, posts, masts, TOWER_RADIUS_M, CELL_M, TARGET_M, threads=threads)
        counted = seen_by(sets)
        taken.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    return {
        "towers": TOWERS,
        "cells": f"{heights_m.shape[0]} x {heights_m.shape[1]}",
        "words": posts.words,
        "wall_s": min(taken),
        "cpu_s": min(cpu),
        "most_see_one_cell": int(counted.max()),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "mb_before": before_mb,
    }


def whole_line_in_a_case() -> dict[str, Any]:
    """What the product does for 600 radars of 15 km in one case: bands, sectors, performance, ways and sets."""
    line = Frontier("a parallel", "parallel/1", "left", 0.0, np.array([[38.0, 36.0], [44.77, 36.0]]))
    strip = Strip(line, 16_000.0, CELL_M)
    heights_m = fractal(*strip.shape)
    lons = np.linspace(38.05, 44.72, TOWERS)
    sensors = [radar(f"R-{place:03d}", float(lon), CASE_RANGE_M) for place, lon in enumerate(lons)]
    taken = []
    for _ in range(2):
        began = time.perf_counter()
        found = cover(strip, sensors, [Case()], Held(heights_m), with_rate=False, take=Seen.forgotten)
        lane(found.exposures[0], found.crossings.edges_m, 0.5)
        taken.append(time.perf_counter() - began)
    reach_m = performance(sensors[0], Case().conditions).reach_m
    return {"cells": f"{strip.shape[0]} x {strip.shape[1]}", "reach_m": reach_m, "wall_s": min(taken)}


def one_tower() -> dict[str, Any]:
    """A radar of 20 km on a straight line of 120 km in cells of 30 m moves by 300 m."""
    line = Frontier("a parallel", "parallel/1", "left", 0.0, np.array([[41.0, 36.0], [42.3, 36.0]]))
    # Ways as many as a line of 610 km has at steps of 250 m.
    strip = Strip(line, 21_000.0, CELL_M)
    trial = Trial(strip, fractal(*strip.shape), Crossings.over(strip, 48.0, 2_000.0), Fineness())
    case = Case()

    ways = len(trial.crossings)
    # Six hundred others, each adding to the ways before it, as on a whole line.
    others = np.zeros((3, TOWERS, ways))
    for place in range(TOWERS):
        first = place * ways // TOWERS
        others[:, place, first : first + 80] = 0.4
    names = tuple(f"T-{place}" for place in range(TOWERS))
    nothing = Exposures(names, others, np.zeros((TOWERS, ways)))
    there = trial.with_sensors(nothing, case, [radar("R-1", 41.6, ASKED_RANGE_M)])
    reach_m = performance(radar("R-1", 41.6, ASKED_RANGE_M), case.conditions).reach_m
    places = iter(np.linspace(41.55, 41.75, 40))

    def move() -> None:
        moved = trial.with_sensors(there, case, [radar("R-1", float(next(places)), ASKED_RANGE_M)])
        lane(moved, trial.crossings.edges_m, 0.5)

    move()
    taken = sorted(least(1, move) for _ in range(20))
    return {
        "reach_m": reach_m,
        "median_ms": taken[10] * 1000,
        "least_ms": taken[0] * 1000,
        "worst_ms": taken[-1] * 1000,
    }


def radar(sensor_id: str, lon: float, range_m: float) -> Sensor:
    return Sensor(
        sensor_id=sensor_id, kind="ground_radar", node_id="n", lon=lon, lat=36.01, mast_m=MAST_M, bearing_deg=0.0,
        sector_deg=360.0, range_person_m=range_m, range_vehicle_m=range_m, party="guard", performance_source="bench",
    )  # fmt: skip


# --- told -----------------------------------------------------------------------------------------------------------


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--terrain", type=Path, help="rugged terrain in place of the packaged: projected, metres")
    asked.add_argument("--xarray-spatial", type=Path, help="the Python of an environment with xarray-spatial")
    asked.add_argument("--only-ours", action="store_true", help="without the peers")
    options = asked.parse_args()

    name, heights_m, cell_m = rugged(options.terrain)
    plain_m = fractal(SIDE, SIDE)
    grounds = [
        Ground(name, heights_m, cell_m, posts_on(heights_m)),
        Ground("plain (fractal)", plain_m, CELL_M, posts_on(plain_m, near=1)),
    ]
    results: dict[str, Any] = {
        "machine": {"cpus": len(os.sched_getaffinity(0)), "processor": platform.machine(), "load": os.getloadavg()[0]},
        "fractal": FRACTAL,
        "sight": [],
    }
    # Before anything else has used memory.
    results["whole_line"] = whole_line()
    line = results["whole_line"]
    print(
        f"{line['towers']} towers of {TOWER_RADIUS_M / 1000:g} km over {LINE_M / 1000:g} km in cells of {CELL_M:g} m: "
        f"{line['wall_s']:.2f} s wall, {line['cpu_s']:.2f} s of CPU, peak {line['peak_mb']:.0f} MB "
        f"({line['mb_before']:.0f} MB before, with the terrain made)",
        flush=True,
    )
    results["one_tower"] = one_tower()
    one = results["one_tower"]
    print(
        f"one tower moved, reach {one['reach_m'] / 1000:.1f} km at {CELL_M:g} m, to the new lane: median "
        f"{one['median_ms']:.1f} ms, worst {one['worst_ms']:.1f} ms",
        flush=True,
    )
    results["whole_line_in_a_case"] = whole_line_in_a_case()
    whole = results["whole_line_in_a_case"]
    print(
        f"the same in one case as the product does it, {TOWERS} radars, reach {whole['reach_m'] / 1000:.1f} km: "
        f"{whole['wall_s']:.2f} s wall",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for ground in grounds:
            slope = float(np.degrees(np.arctan(np.hypot(*np.gradient(ground.heights_m, ground.cell_m)))).mean())
            print(f"\n{ground.name}: cells of {ground.cell_m:g} m, mean slope {slope:.1f} degrees")
            file = folder / "ground.tif"
            write(file, ground.heights_m, ground.cell_m)
            for radius_m in RADII_M:
                results["sight"].append(compared(ground, radius_m, slope, file, folder, options))
    results["claims"] = claims(results)
    for said, holds in results["claims"].items():
        print(f"{'holds' if holds else 'DOES NOT HOLD' if holds is False else 'not tried'}: {said}")
    print(json.dumps(results))


def claims(results: dict[str, Any]) -> dict[str, bool | None]:
    """What is claimed, and whether this run bears it out; None where a peer was absent."""
    rugged_20, plain_20 = (
        next(row for row in results["sight"] if row["ground"].startswith(kind) and row["radius_m"] == RADII_M[-1])
        for kind in ("rugged", "plain")
    )
    claimed: dict[str, bool | None] = {
        "rugged, 20 km: at most 1 % of visible cells differ": rugged_20["ours"]["errors"] <= 0.01,
        "plain, 20 km: at most 2 % of visible cells differ": plain_20["ours"]["errors"] <= 0.02,
        "plain, 20 km: clearance p99 under 0.5 m": plain_20["ours"]["clearance_p99_m"] < 0.5,
    }
    for ground, row in (("rugged", rugged_20), ("plain", plain_20)):
        told, gdal_told, grass_told = row["ours"], row.get("gdal", {}), row.get("grass", {})
        claimed[f"{ground}, 20 km: at most a third of GDAL's errors"] = (
            told["errors"] <= gdal_told["errors"] / 3.0 if "errors" in gdal_told else None
        )
        claimed[f"{ground}, 20 km: no slower than GDAL called in-process"] = (
            told["kernel_s"] <= gdal_told["kernel_s"] if "kernel_s" in gdal_told else None
        )
        claimed[f"{ground}, 20 km: kernel at least 50 times faster than GRASS's module"] = (
            50.0 * told["kernel_s"] <= grass_told["kernel_s"] if "kernel_s" in grass_told else None
        )
    return claimed | {
        "600 towers: under 8 s": results["whole_line"]["wall_s"] < 8.0,
        "600 towers: under 1.2 GB": results["whole_line"]["peak_mb"] < 1200.0,
        "one tower moved: under 50 ms to the new lane": results["one_tower"]["median_ms"] < 50.0,
    }


def compared(
    ground: Ground, radius_m: float, slope: float, file: Path, folder: Path, options: argparse.Namespace
) -> dict[str, Any]:
    exact = [exact_visible(ground, post, radius_m, REFRACTION_K) for post in ground.posts]
    visible = float(np.mean([(each[np.isfinite(each)] <= TARGET_M).mean() for each in exact]))
    row: dict[str, Any] = {"ground": ground.name, "radius_m": radius_m, "slope_deg": slope, "visible": visible}
    row["ours"] = ours(ground, radius_m, exact)
    x, y = ground.posts[0]
    row["ours"]["whole_s"] = least(
        2,
        lambda: subprocess.run(
            [sys.executable, "-c", OURS_WHOLE, file, folder / "ours.tif", str(x), str(y), str(radius_m)], check=True
        ),
    )
    if not options.only_ours:
        row["gdal"] = gdal(ground, radius_m, exact, file, folder)
        row["grass"] = grass(ground, radius_m, exact, file, folder)
        flat = [exact_visible(ground, post, radius_m, 1.0 - 1e-9) for post in ground.posts[:1]]
        row["xarray_spatial"] = xarray_spatial(ground, radius_m, flat, options.xarray_spatial, folder)
    print(f"  {radius_m / 1000:g} km, {visible:.1%} of cells visible")
    for who in ("ours", "gdal", "grass", "xarray_spatial"):
        told = row.get(who)
        if told is None:
            continue
        if "errors" not in told:
            print(f"    {who:<15} not run: {told.get('absent') or told.get('failed')}")
            continue
        kernel = f"{told['kernel_s'] * 1000:9.1f} ms" if "kernel_s" in told else "     absent"
        more = f", clearance p99 {told['clearance_p99_m']:.3f} m" if "clearance_p99_m" in told else ""
        print(
            f"    {who:<15} kernel {kernel}, whole process {told['whole_s'] * 1000:9.1f} ms, "
            f"{told['errors']:.2%} of visible cells differ{more}",
            flush=True,
        )
    return row


if __name__ == "__main__":
    main()
