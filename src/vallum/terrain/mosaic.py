"""Which ground lies in each cell of the strip, when several sources each know a part of it?

The finest source is laid first, coarser ones fill its voids. Every source is resampled once, straight from its own grid
to the strip's: bilinear, or as the average of its cells where at least two of them fit into one of the grid's. Work is
done in squares of the strip's grid that always lie in the same place, so that a reach holds the same heights to the bit
as the whole strip. Sources above different vertical references are never blended: each cell has one source, and mixing
is said.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import ceil, floor, sqrt
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray

from vallum.frontier.strip import Reach, Strip
from vallum.terrain.ground import VOID, Ground, covered
from vallum.terrain.header import TerrainError, from_lonlat, placed
from vallum.terrain.layer import Layer, OpenFiles, layers_of
from vallum.terrain.resample import NODE_CELLS, resampled
from vallum.terrain.source import TerrainSource, headers_of

BoolArray = NDArray[np.bool_]
Box = tuple[int, int, int, int]  # first row, first column, end row, end column of the strip's grid

_SQUARE_CELLS = 512
_LARGEST_SOURCE_WINDOW = 4_000_000
_CELL_BYTES = 4 + 1 + 1  # height, source, inside the band
_SHARE_OF_MEMORY = 0.5
_MARGIN_CELLS = 3
_AVERAGE_FROM = 2.0
_MOST_SAMPLES = 64
_BLOCK_CACHE_MB = 64
_LINE_STEP_M = 250.0
_SHARE_WORTH_SAYING = 0.0005


@dataclass(frozen=True, slots=True, eq=False)
class Mosaic:
    """Sources of terrain that together are the ground.

    Attributes
    ----------
    sources
        Finest cells first, whatever the order in which they were given.

    Raises
    ------
    ValueError
        If there is none, or two have the same name.

    Examples
    --------
    >>> from vallum import examples
    >>> from vallum.frontier.line import Frontier
    >>> globe = TerrainSource.open(
    ...     examples.path("iraq-syria") / "terrain.tif",
    ...     name="GLOBE",
    ...     vertical_reference="mean sea level (unstated datum)",
    ...     error_sd_m=18.0,
    ...     error_length_m=900.0,
    ...     error_source="assumed",
    ...     origin="NOAA GLOBE 1.0",
    ... )
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.5]]))
    >>> strip = Strip(line, 10_000.0, 500.0)
    >>> ground = Mosaic([globe]).onto(strip)
    >>> ground.shape == strip.shape, ground.grade, ground.void_share
    (True, 'indicative', 0.0)
    """

    sources: tuple[TerrainSource, ...]

    def __init__(self, sources: Sequence[TerrainSource]) -> None:
        names = [source.name for source in sources]
        if not names:
            raise ValueError("No terrain source: a mosaic needs at least one.")
        if len(set(names)) < len(names):
            raise ValueError(f"Terrain sources {', '.join(names)}: each needs a name of its own.")
        if len(names) > VOID:
            raise ValueError(f"{len(names)} terrain sources; {VOID} at most.")
        object.__setattr__(self, "sources", tuple(sorted(sources, key=lambda source: source.cell_m)))

    def onto(
        self,
        strip: Strip,
        window: Reach | tuple[slice, slice] | None = None,
        progress: Callable[[float], object] | None = None,
        memory_bytes: int | None = None,
    ) -> Ground:
        """Lay the ground onto the strip's grid.

        Parameters
        ----------
        strip
            The grid.
        window
            A reach, or slices of rows and columns: the part of the grid wanted; all of it unless told otherwise.
        progress
            Called with the share done, 0 to 1; what it raises ends the work.
        memory_bytes
            How much the ground may take; half of the machine's memory unless told otherwise.

        Returns
        -------
        Ground
            NaN where no source has a height, and in squares of the grid that the band does not touch. Its `notes` say
            partial cover and mixed vertical references.

        Raises
        ------
        TerrainError
            If no source has ground in the strip, the grid would not fit in memory, or a file cannot be read.
        """
        box = _box(strip, window)
        shape, cell_m = (box[2] - box[0], box[3] - box[1]), strip.cell_m
        _refuse_what_does_not_fit(strip, shape, memory_bytes or memory_bytes_here())
        stacks = [layers_of(headers_of(source.paths)) for source in self.sources]
        self._refuse_what_lies_elsewhere(strip, stacks)
        heights_m = np.full(shape, np.nan, np.float32)
        source_of = np.full(shape, VOID, np.uint8)
        squares, inside = _band(strip, box)
        done, steps = 0, max(1, len(squares) * sum(len(layers) for layers in stacks))
        with rasterio.Env(GDAL_CACHEMAX=_BLOCK_CACHE_MB), OpenFiles() as files:
            for index, layers in enumerate(stacks):
                for layer, square in product(layers, squares):
                    _fill(heights_m, source_of, index, layer, strip, square, box, files)
                    done += 1
                    if progress is not None:
                        progress(done / steps)
        cover = covered(source_of, len(self.sources), inside)
        if window is None and cover.void_share == 1.0:
            raise TerrainError(self._named(), "no cell of the strip has a height: all voids", _OTHER_GROUND)
        ground = Ground(
            heights_m,
            Affine(cell_m, 0.0, strip.transform.c + box[1] * cell_m, 0.0, -cell_m, strip.transform.f - box[0] * cell_m),
            cell_m,
            strip.projection,
            source_of,
            self.sources,
            cover,
        )
        return replace(ground, notes=_notes(ground, strip))

    def _named(self) -> str:
        return ", ".join(source.name for source in self.sources)

    def _refuse_what_lies_elsewhere(self, strip: Strip, stacks: Sequence[tuple[Layer, ...]]) -> None:
        chainage_m = _along(strip)
        sides_m = (0.0, -strip.half_width_m, strip.half_width_m)
        lon, lat = np.concatenate([strip.frontier.point_at(chainage_m, side_m) for side_m in sides_m], axis=1)
        headers = [file[0] for layers in stacks for layer in layers for file in layer.files]
        if not any(header.contains(lon, lat).any() for header in headers):
            west, south, east, north = lon.min(), lat.min(), lon.max(), lat.max()
            raise TerrainError(
                self._named(),
                f"no ground of {strip.frontier.name}, which lies between {west:.2f} and {east:.2f} degrees east, "
                f"{south:.2f} and {north:.2f} degrees north",
                _OTHER_GROUND,
            )


def _fill(
    heights_m: NDArray[np.float32],
    source_of: NDArray[np.uint8],
    index: int,
    layer: Layer,
    strip: Strip,
    square: Box,
    box: Box,
    files: OpenFiles,
) -> None:
    """Put the heights of one layer into the voids of one square."""
    row, column, rows, columns, per_cell = _source_window(layer, strip, square)
    if not layer.meets(row, column, rows, columns):
        return
    here = (
        slice(max(square[0], box[0]), min(square[2], box[2])),
        slice(max(square[1], box[1]), min(square[3], box[3])),
    )
    at_box = tuple(slice(part.start - first, part.stop - first) for part, first in zip(here, box[:2], strict=True))
    if not (source_of[at_box] == VOID).any():
        return
    if rows * columns > _LARGEST_SOURCE_WINDOW and square[2] - square[0] > 1:
        for part in _squares(square, (square[2] - square[0]) // 2):
            if part[0] < box[2] and part[2] > box[0] and part[1] < box[3] and part[3] > box[1]:
                _fill(heights_m, source_of, index, layer, strip, part, box, files)
        return
    node_rows, node_columns = _on_layer(layer, strip, square, NODE_CELLS)
    laid_m = resampled(
        layer.read(row, column, rows, columns, files),
        node_rows - row,
        node_columns - column,
        square[2] - square[0],
        min(ceil(per_cell), _MOST_SAMPLES) if per_cell >= _AVERAGE_FROM else 1,
    )
    at_square = tuple(
        slice(part.start - first, part.stop - first) for part, first in zip(here, square[:2], strict=True)
    )
    new = (source_of[at_box] == VOID) & np.isfinite(laid_m[at_square])
    np.copyto(heights_m[at_box], laid_m[at_square], where=new)
    np.copyto(source_of[at_box], np.uint8(index), where=new)


def _source_window(layer: Layer, strip: Strip, square: Box) -> tuple[int, int, int, int, float]:
    """Return the window of a layer's grid that a square needs, and how many of its cells go along one wanted."""
    at_rows, at_columns = _on_layer(layer, strip, square, max(1, (square[2] - square[0]) // 8))
    if not (np.isfinite(at_columns).all() and np.isfinite(at_rows).all()):
        return 0, 0, 0, 0, 0.0  # beyond what the layer's reference system can hold
    cells = (square[2] - square[0]) * (square[3] - square[1])
    corners = [(at_columns[i, j], at_rows[i, j]) for i, j in ((0, 0), (0, -1), (-1, -1), (-1, 0))]
    per_cell = sqrt(_area(corners) / cells)
    margin = _MARGIN_CELLS + ceil(2.0 * per_cell)
    top, left = floor(at_rows.min()) - margin, floor(at_columns.min()) - margin
    bottom, right = ceil(at_rows.max()) + margin, ceil(at_columns.max()) + margin
    return top, left, bottom - top, right - left, per_cell


def _on_layer(layer: Layer, strip: Strip, square: Box, every: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the corners of every so many cells of a square lie on a layer's grid: rows and columns."""
    columns, rows = np.meshgrid(
        np.arange(square[1], square[3] + every, every), np.arange(square[0], square[2] + every, every)
    )
    x_m, y_m = placed(strip.transform, columns.astype(np.float64), rows.astype(np.float64))
    x, y = from_lonlat(layer.crs).transform(*strip.to_lonlat(x_m, y_m))
    at_columns, at_rows = placed(~layer.transform, np.asarray(x), np.asarray(y))
    return np.asarray(at_rows), np.asarray(at_columns)


def _area(corners: Sequence[tuple[float, float]]) -> float:
    following = [*corners[1:], corners[0]]
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(corners, following, strict=True))) / 2


def _box(strip: Strip, window: Reach | tuple[slice, slice] | None) -> Box:
    if window is None:
        return 0, 0, *strip.shape
    rows, columns = (window.row_slice, window.col_slice) if isinstance(window, Reach) else window
    first_row, end_row, _ = rows.indices(strip.shape[0])
    first_column, end_column, _ = columns.indices(strip.shape[1])
    if end_row <= first_row or end_column <= first_column:
        raise ValueError(f"Window {rows}, {columns} holds no cell of a grid of {strip.shape}.")
    return first_row, first_column, end_row, end_column


def _squares(box: Box, side: int) -> Iterator[Box]:
    """Yield the squares that hold a box; they lie at multiples of the side, wherever the box begins."""
    for row in range(box[0] // side * side, box[2], side):
        for column in range(box[1] // side * side, box[3], side):
            yield row, column, row + side, column + side


def _band(strip: Strip, box: Box) -> tuple[list[Box], BoolArray]:
    """Return the squares that the band touches, and which cells of the box lie in the band."""
    squares = list(_squares(box, _SQUARE_CELLS))
    top, left, bottom, right = *squares[0][:2], *squares[-1][2:]
    inside = ~strip.mask(Reach(0.0, 0.0, slice(top, bottom), slice(left, right)))
    touched = [
        square
        for square in squares
        if inside[square[0] - top : square[2] - top, square[1] - left : square[3] - left].any()
    ]
    return touched, inside[box[0] - top : box[2] - top, box[1] - left : box[3] - left]


def _along(strip: Strip) -> NDArray[np.float64]:
    to_m = strip.frontier.map_length_m if strip.to_m is None else strip.to_m
    return np.linspace(strip.from_m, to_m, ceil((to_m - strip.from_m) / _LINE_STEP_M) + 1)


def _notes(ground: Ground, strip: Strip) -> tuple[str, ...]:
    notes: list[str] = []
    if ground.void_share > _SHARE_WORTH_SAYING:
        known = f"{1.0 - ground.void_share:.1%}".replace("100.0%", "all but a little")
        notes.append(
            f"Terrain covers {known} of the strip{_unknown_line(ground, strip)}; unknown ground is seen by nobody."
        )
    references = {source.vertical_reference: source.name for source in ground.used}
    if len(references) > 1:
        named = ", ".join(f"{source.name} above {source.vertical_reference}" for source in ground.used)
        notes.append(
            f"Heights stand above different references ({named}): where two sources meet the ground may step by metres "
            "that are not there."
        )
    return tuple(notes)


def _unknown_line(ground: Ground, strip: Strip) -> str:
    """Say on which stretches there is no ground under the line itself, as far as the grid reaches."""
    chainage_m = _along(strip)
    row, column = ground.cell_of(*strip.to_plane(*strip.frontier.point_at(chainage_m, 0.0)))
    unknown = (row >= 0) & (ground.source_of[row, column] == VOID)
    if not unknown.any():
        return ""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], unknown, [False]]).astype(np.int8)))
    stretches = [
        f"{chainage_m[first] / 1000:.1f}-{chainage_m[end - 1] / 1000:.1f}"
        for first, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    told = ", ".join(stretches[:4]) + (f" and {len(stretches) - 4} more stretches" if len(stretches) > 4 else "")
    return f"; there is none under the line at km {told}"


def _refuse_what_does_not_fit(strip: Strip, shape: tuple[int, int], memory_bytes: int) -> None:
    needed = shape[0] * shape[1] * _CELL_BYTES
    if needed > memory_bytes:
        cell_m = ceil(strip.cell_m * sqrt(needed / memory_bytes))
        raise TerrainError(
            strip.frontier.name,
            f"the ground in cells of {strip.cell_m:g} m is {shape[0]:,} x {shape[1]:,} cells and needs "
            f"{needed / 1e9:.1f} GB, where {memory_bytes / 1e9:.1f} GB may be used",
            f"Choose cells of {cell_m} m or more, a narrower band, or work reach by reach.",
        )


def memory_bytes_here() -> int:
    """Return how much memory one analysis may take: half of what this process may have."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        total = 8 * 2**30
    with contextlib.suppress(OSError, ValueError):
        total = min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return int(total * _SHARE_OF_MEMORY)


_OTHER_GROUND = "Add terrain that lies there: vallum terrain fetch, or vallum terrain add."
