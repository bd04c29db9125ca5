"""What lies under one line of sight, where does it pass lowest, and how sure is that?

The ground is asked where `exact` asks it: wherever the line crosses a row or a column of middles of cells, linear
between them, and at both ends. So the profile of a line from middle to middle gives the exact answer to the bit of
rounding.

It is drawn so that the line of sight is straight and both ends keep their heights: at distance d of D the ground is
raised by the bulge d (D - d) (1 - k) / 2R, the earth's curvature less the refraction of light.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.terrain.bilinear import bilinear
from vallum.terrain.errorfield import correlation
from vallum.terrain.ground import VOID, Ground
from vallum.terrain.soft import Softness
from vallum.terrain.source import TerrainSource
from vallum.terrain.viewshed import EARTH_RADIUS_M, REFRACTION_K

FloatArray = NDArray[np.float64]

# Heights are sums of rounded numbers: a line that grazes the ground to a thousandth of a millimetre is free.
_ROUNDING_M = 1e-6
_SAME_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class Standpoint:
    """One end of a line of sight: a place on the ground's plane and a height above the ground there, all metres."""

    x_m: float
    y_m: float
    height_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One line of sight and the ground under it.

    Attributes
    ----------
    distance_m
        From the first end, metres, rising, from 0 to the length of the line.
    ground_m
        Height of the ground there; NaN where it is unknown.
    apparent_ground_m
        The same, raised by the bulge of the earth: what is drawn.
    line_m
        Height of the line, straight between its ends.
    sd_m
        Standard deviation of the ground's height against the line, metres: both ends stand on the same ground, so it
        is 0 at the ends. NaN where the ground is unknown.
    clearance_m
        Least height of the line over the apparent ground, its ends included, metres: negative where hidden; NaN where
        unknown ground lies in between.
    at_m
        Where that is, or where the unknown ground begins: distance from the first end, metres.
    visible
        Whether the line is free; not so over unknown ground.
    minimum_visible_height_m
        How high something at the second end must stand to be seen from the first, as of `viewshed`: negative where the
        ground itself is seen (all of the eye's height over it where nothing lies between), infinity behind unknown
        ground.
    probability_visible
        Of something at the second end's height, by the softness given; None without one.
    refraction_k
        Coefficient of refraction.
    sources
        The sources of terrain under the line, in the order in which it meets them.
    """

    distance_m: FloatArray
    ground_m: FloatArray
    apparent_ground_m: FloatArray
    line_m: FloatArray
    sd_m: FloatArray
    clearance_m: float
    at_m: float
    visible: bool
    minimum_visible_height_m: float
    probability_visible: float | None
    refraction_k: float
    sources: tuple[TerrainSource, ...]


def profile(
    ground: Ground,
    eye: Standpoint,
    target: Standpoint,
    softness: Softness | None = None,
    refraction_k: float = REFRACTION_K,
    earth_radius_m: float = EARTH_RADIUS_M,
) -> Profile:
    """Return the profile of a line of sight.

    Parameters
    ----------
    ground
        The ground.
    eye, target
        Its ends. Exchanging them changes neither clearance nor visibility.
    softness
        Of the terrain's source, for the probability. It holds for masts and distances like those of its posts.
    refraction_k
        Coefficient of refraction, below 1; 0 for straight rays.
    earth_radius_m
        Radius of the earth, metres.

    Raises
    ------
    ValueError
        If an end lies off the terrain, on unknown ground or below the ground, or the refraction is 1 or more.

    Examples
    --------
    >>> from affine import Affine
    >>> source = TerrainSource("invented", (), "EPSG:32637", 100.0, "EGM96", 2.0, 300.0, "assumed", "invented")
    >>> heights = np.zeros((5, 101), np.float32)
    >>> heights[:, 40] = 12.0
    >>> ground = Ground(heights, Affine(100, 0, 0, 0, -100, 0), 100.0, "+proj=utm +zone=37", heights > 99, (source,))
    >>> found = profile(ground, Standpoint(50.0, -250.0, 10.0), Standpoint(10_050.0, -250.0, 1.5))
    >>> found.visible, round(found.clearance_m, 1), found.at_m, round(found.minimum_visible_height_m, 1)
    (False, -7.0, 4000.0, 19.1)
    """
    if not refraction_k < 1.0:
        raise ValueError(f"A coefficient of refraction is below 1 (0.13 for light), not {refraction_k}.")
    ends_m = [_under(ground, end, name) for end, name in ((eye, "first"), (target, "second"))]
    length_m = math.hypot(target.x_m - eye.x_m, target.y_m - eye.y_m)
    share, row, column = _crossings(_at(ground, eye), _at(ground, target))
    distance_m = share * length_m
    ground_m = bilinear(ground.heights_m, row, column)
    ground_m[[0, -1]] = ends_m
    drop = (1.0 - refraction_k) / (2.0 * earth_radius_m)
    apparent_m = ground_m + drop * distance_m * (length_m - distance_m)
    first_m, last_m = ends_m[0] + eye.height_m, ends_m[1] + target.height_m
    line_m = first_m + share * (last_m - first_m)
    clear_m = line_m - apparent_m
    unknown = np.isnan(clear_m)
    # The first unknown place, otherwise the lowest passage.
    lowest = int(np.argmax(unknown)) if unknown.any() else int(np.argmin(clear_m))
    needed_m = _minimum_visible_height(ground_m, share, first_m, drop * length_m * length_m)
    source_at = ground.source_of[_nearest(row, ground.shape[0]), _nearest(column, ground.shape[1])]
    return Profile(
        distance_m=distance_m,
        ground_m=ground_m,
        apparent_ground_m=apparent_m,
        line_m=line_m,
        sd_m=np.where(unknown, np.nan, _sd_against_line(ground, source_at, share, length_m)),
        clearance_m=float(clear_m[lowest]),
        at_m=float(distance_m[lowest]),
        visible=bool(clear_m[lowest] >= -_ROUNDING_M),
        minimum_visible_height_m=needed_m,
        probability_visible=None if softness is None else softness.probability(needed_m, target.height_m, length_m),
        refraction_k=refraction_k,
        sources=tuple(ground.sources[index] for index in dict.fromkeys(source_at.tolist()) if index != VOID),
    )


def _under(ground: Ground, end: Standpoint, name: str) -> float:
    """Return the height of the ground under an end, or refuse the end."""
    if not (end.height_m >= 0.0 and math.isfinite(end.height_m)):
        raise ValueError(
            f"The {name} end of the line of sight is {end.height_m} m above the ground; give a height of 0 m or more."
        )
    ground_m = ground.height_at(end.x_m, end.y_m)
    if math.isnan(ground_m):
        rows, columns = ground.shape
        row, _ = ground.cell_of(end.x_m, end.y_m)
        found = (
            f"is off the terrain, which has {rows} x {columns} cells of {ground.cell_m:g} m"
            if row < 0
            else "is on or beside a void of the terrain, where the height of the ground is unknown"
        )
        raise ValueError(
            f"The {name} end of the line of sight, at x {end.x_m:.0f} m, y {end.y_m:.0f} m of the plane, {found}. "
            "Choose another place, or add terrain that covers it."
        )
    return ground_m


def _at(ground: Ground, end: Standpoint) -> tuple[float, float]:
    """Return row and column of an end, whole at the middles of cells."""
    row = (ground.transform.f - end.y_m) / ground.cell_m - 0.5
    column = (end.x_m - ground.transform.c) / ground.cell_m - 0.5
    return min(max(row, 0.0), ground.shape[0] - 1.0), min(max(column, 0.0), ground.shape[1] - 1.0)


def _crossings(first: tuple[float, float], last: tuple[float, float]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where a line meets rows and columns of middles, ends included: share of the way, row, column."""
    start, way = np.array(first), np.array(last) - np.array(first)
    shares, places = [np.array([0.0, 1.0])], [np.array([first, last])]
    for axis in (0, 1):
        low, high = sorted((first[axis], last[axis]))
        lines = np.arange(math.floor(low) + 1, math.ceil(high), dtype=np.float64)
        if lines.size == 0:
            continue
        share = (lines - start[axis]) / way[axis]
        met = start + share[:, None] * way
        met[:, axis] = lines  # whole, not whole but for rounding: the other line of middles must weigh nothing
        shares.append(share)
        places.append(met)
    share, place = np.concatenate(shares), np.concatenate(places)
    order = np.argsort(share, kind="stable")
    share, place = share[order], place[order]
    # Where a row and a column are met at once, one of the two is enough.
    kept = np.append(np.diff(share) > _SAME_SHARE, True)
    kept[0] = True
    return share[kept], place[kept, 0], place[kept, 1]


def _minimum_visible_height(ground_m: FloatArray, share: FloatArray, eye_m: float, drop_m: float) -> float:
    """Return how high a target at the end must stand, by the steepest rise in between, as `exact` has it."""
    rise_m = ground_m - eye_m - drop_m * share * share
    between = rise_m[1:-1] / share[1:-1]
    if between.size == 0:
        return min(float(rise_m[-1]), 0.0)
    return math.inf if np.isnan(between).any() else float(between.max() - rise_m[-1])


def _nearest(place: FloatArray, count: int) -> NDArray[np.int64]:
    return np.clip(np.rint(place), 0, count - 1).astype(np.int64)


def _sd_against_line(ground: Ground, source_at: NDArray[np.uint8], share: FloatArray, length_m: float) -> FloatArray:
    """Return the standard deviation of e(t) - (1 - t) e(0) - t e(1), the ground's error less that of the line.

    Errors of one source are alike over its correlation length; those of two sources have nothing to do with each other.
    """
    sd_m = np.array([source.error_sd_m for source in ground.sources] + [math.nan])
    by_place = sd_m[np.minimum(source_at, len(ground.sources))]

    def common(end: int, apart: FloatArray) -> FloatArray:
        """Return the covariance of the error at an end with that at every place, so far apart (shares of the line)."""
        alike = np.zeros(len(share))
        for index, source in enumerate(ground.sources):
            both = (source_at == index) & (source_at[end] == index)
            alike[both] = correlation(apart[both] * length_m, source.error_length_m)
        return np.asarray(by_place[end] * by_place * alike)

    to_first, to_last = common(0, share), common(-1, 1.0 - share)
    variance = (
        np.square(by_place)
        + np.square((1.0 - share) * by_place[0])
        + np.square(share * by_place[-1])
        - 2.0 * (1.0 - share) * to_first
        - 2.0 * share * to_last
        + 2.0 * share * (1.0 - share) * to_first[-1]
    )
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))
