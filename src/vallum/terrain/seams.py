"""Where do two sources of terrain meet, and by how much does the ground jump there?

A step between two models is not ground: it hides what lies behind it. It is measured on the grid itself, between two
neighbouring cells of different sources, less the slope on either side of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.terrain.ground import VOID, Ground

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Seam:
    """Where two sources meet.

    Attributes
    ----------
    finer, coarser
        Names of the sources.
    length_m
        How long they run side by side, along the sides of cells, metres.
    step_m
        Median height of the coarser one over the finer one, metres; NaN where neither has ground enough to tell.
    largest_step_m
        Size of the step that one in twenty exceeds, metres.
    same_reference
        Whether both stand above the same vertical reference; where not, a step is to be expected.
    x_m, y_m
        Middles of the sides, metres in the plane.

    """

    finer: str
    coarser: str
    length_m: float
    step_m: float
    largest_step_m: float
    same_reference: bool
    x_m: FloatArray
    y_m: FloatArray


def seams(ground: Ground, wanted: BoolArray | None = None) -> tuple[Seam, ...]:
    """Find where sources meet, the longest seam first.

    Parameters
    ----------
    ground
        The ground.
    wanted
        Cells that count, shape of the ground: the band of the strip; all without it.

    Examples
    --------
    >>> from affine import Affine
    >>> from vallum.terrain.source import TerrainSource
    >>> fine = TerrainSource("lidar", (), "EPSG:32638", 1.0, "EGM2008", 0.2, 10.0, "its maker", "flown")
    >>> wide = TerrainSource("GLOBE", (), "EPSG:4326", 925.0, "mean sea level", 18.0, 900.0, "its maker", "NOAA")
    >>> slope_m = np.tile(np.arange(6, dtype=np.float32), (3, 1))
    >>> slope_m[:, 3:] += 12.0
    >>> source_of = np.repeat(np.array([[0, 0, 0, 1, 1, 1]], np.uint8), 3, axis=0)
    >>> ground = Ground(slope_m, Affine(30, 0, 0, 0, -30, 90), 30.0, "+proj=omerc", source_of, (fine, wide))
    >>> [(seam.finer, seam.coarser, seam.length_m, seam.step_m, seam.same_reference) for seam in seams(ground)]
    [('lidar', 'GLOBE', 90.0, 12.0, False)]
    """
    found: dict[tuple[int, int], list[tuple[FloatArray, FloatArray, FloatArray]]] = {}
    for turned in (False, True):
        heights_m = ground.heights_m.T if turned else ground.heights_m
        source_of = ground.source_of.T if turned else ground.source_of
        first, second = source_of[:, :-1], source_of[:, 1:]
        meet = (first != second) & (first != VOID) & (second != VOID)
        if wanted is not None:
            inside = wanted.T if turned else wanted
            meet &= inside[:, :-1] | inside[:, 1:]
        along, across = np.nonzero(meet)
        if along.size == 0:
            continue
        step_m = _steps(heights_m, source_of, along, across)
        row, column = (across + 1.0, along + 0.5) if turned else (along + 0.5, across + 1.0)
        x_m = ground.transform.c + column * ground.cell_m
        y_m = ground.transform.f - row * ground.cell_m
        one, other = first[along, across].astype(np.int64), second[along, across].astype(np.int64)
        step_m = np.where(one < other, step_m, -step_m)
        pairs = np.minimum(one, other) * 256 + np.maximum(one, other)
        for pair in np.unique(pairs):
            here = pairs == pair
            found.setdefault((int(pair) // 256, int(pair) % 256), []).append((step_m[here], x_m[here], y_m[here]))
    joined = [
        _seam(ground, *pair, *(np.concatenate(parts) for parts in zip(*sides, strict=True)))
        for pair, sides in found.items()
    ]
    return tuple(sorted(joined, key=lambda seam: -seam.length_m))


def _seam(ground: Ground, finer: int, coarser: int, step_m: FloatArray, x_m: FloatArray, y_m: FloatArray) -> Seam:
    one, other = ground.sources[finer], ground.sources[coarser]
    known_m = step_m[np.isfinite(step_m)]
    return Seam(
        one.name,
        other.name,
        len(step_m) * ground.cell_m,
        float(np.median(known_m)) if known_m.size else np.nan,
        float(np.quantile(np.abs(known_m), 0.95)) if known_m.size else np.nan,
        one.vertical_reference == other.vertical_reference,
        x_m,
        y_m,
    )


def _steps(
    heights_m: NDArray[np.float32], source_of: NDArray[np.uint8], row: NDArray[np.int64], column: NDArray[np.int64]
) -> FloatArray:
    """Height of the next cell of each row over this one, less the mean of the slopes before and behind.

    A slope counts where it is one source's own; where neither is, the step is unknown.
    """
    columns = heights_m.shape[1]
    before, behind = np.maximum(column - 1, 0), np.minimum(column + 2, columns - 1)
    rise = heights_m[row, column + 1].astype(np.float64) - heights_m[row, column]
    slopes = np.full((2, len(row)), np.nan)
    own = (before < column) & (source_of[row, before] == source_of[row, column])
    slopes[0, own] = (heights_m[row, column].astype(np.float64) - heights_m[row, before])[own]
    own = (behind > column + 1) & (source_of[row, behind] == source_of[row, column + 1])
    slopes[1, own] = (heights_m[row, behind].astype(np.float64) - heights_m[row, column + 1])[own]
    known = np.isfinite(slopes)
    count = known.sum(axis=0)
    mean = np.where(known, slopes, 0.0).sum(axis=0) / np.maximum(count, 1)
    return np.where(count > 0, rise - mean, np.nan)
