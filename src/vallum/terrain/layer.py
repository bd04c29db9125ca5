"""Which heights does a source hold in this window of its own grid?

Files of one source whose grids continue each other are one layer, so that ground is interpolated across the edge from
one tile to the next. A window is read piece by piece; nothing larger is ever in memory.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from vallum.terrain.header import Header, TerrainError, opened, placed

# No ground lies lower (the shore of the Dead Sea is at -430 m) or higher: what is beyond is an unstated void.
LOWEST_M = -500.0
HIGHEST_M = 9_000.0

# Of a cell: grids that differ by less continue each other.
_ALIGNED_CELLS = 0.02
_OPEN_AT_MOST = 16


@dataclass(frozen=True, slots=True)
class Layer:
    """Files on one grid.

    Attributes
    ----------
    crs, transform
        The grid: that of the first file, from whose corner rows and columns count (negative ones too).
    files
        Each file with the row and column of its upper left cell.
    cell_m
        Longer side of a cell on the ground, metres.
    """

    crs: str
    transform: Affine
    files: tuple[tuple[Header, int, int], ...]
    cell_m: float

    def meets(self, row: int, column: int, rows: int, columns: int) -> bool:
        """Tell whether any file has cells in a window."""
        return any(True for _ in self._in(row, column, rows, columns))

    def read(self, row: int, column: int, rows: int, columns: int, files: OpenFiles) -> NDArray[np.float32]:
        """Return the heights in a window of the grid, metres, NaN where no file has one; earlier files first.

        Raises
        ------
        TerrainError
            If a file that could be opened cannot be read.
        """
        heights_m = np.full((rows, columns), np.nan, np.float32)
        for header, first_row, first_column in self._in(row, column, rows, columns):
            top, left = max(row, first_row), max(column, first_column)
            bottom = min(row + rows, first_row + header.shape[0])
            right = min(column + columns, first_column + header.shape[1])
            window = Window(left - first_column, top - first_row, right - left, bottom - top)
            there = heights_m[top - row : bottom - row, left - column : right - column]
            np.copyto(there, files.heights_m(header, window), where=np.isnan(there))
        return heights_m

    def _in(self, row: int, column: int, rows: int, columns: int) -> list[tuple[Header, int, int]]:
        return [
            (header, first_row, first_column)
            for header, first_row, first_column in self.files
            if first_row < row + rows
            and first_row + header.shape[0] > row
            and first_column < column + columns
            and first_column + header.shape[1] > column
        ]


class OpenFiles:
    """Files held open while windows of them are read: the last few, closed at the end of the `with` block."""

    def __init__(self) -> None:
        self._open: dict[Header, tuple[ExitStack, Any]] = {}

    def __enter__(self) -> OpenFiles:
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            self._close(next(iter(self._open)))

    def heights_m(self, header: Header, window: Window) -> NDArray[np.float32]:
        """Read a window of one file; voids are NaN."""
        dataset = self._dataset(header)
        try:
            read = dataset.read(1, window=window, masked=True)
        except RasterioError as error:
            reason = str(error.__cause__ or error).rstrip(".")
            remedy = "Fetch or make it again; a VRT also breaks when its files have moved."
            raise TerrainError(header.path, f"a part of it cannot be read ({reason})", remedy) from error
        heights_m = read.astype(np.float32).filled(np.nan)
        if (header.scale, header.offset) != (1.0, 0.0):
            heights_m = (heights_m * header.scale + header.offset).astype(np.float32)
        with np.errstate(invalid="ignore"):
            heights_m[~((heights_m > LOWEST_M) & (heights_m < HIGHEST_M))] = np.nan
        return np.asarray(heights_m)

    def _dataset(self, header: Header) -> Any:
        if header in self._open:
            held = self._open.pop(header)
        else:
            if len(self._open) >= _OPEN_AT_MOST:
                self._close(next(iter(self._open)))
            stack = ExitStack()
            held = (stack, stack.enter_context(opened(header.path)))
        self._open[header] = held
        return held[1]

    def _close(self, header: Header) -> None:
        self._open.pop(header)[0].close()


def layers_of(headers: tuple[Header, ...]) -> tuple[Layer, ...]:
    """Put files whose grids continue each other together; finest first.

    Examples
    --------
    >>> from pathlib import Path
    >>> def tile(left, cell):
    ...     grid = Affine(cell, 0, left, 0, -cell, 36.0)
    ...     return Header(Path(f"{left}.tif"), "EPSG:4326", grid, (100, 100), cell * 111e3, None, 1.0, 0.0)
    >>> layers = layers_of((tile(42.0, 0.01), tile(43.0, 0.01), tile(44.003, 0.01), tile(45.0, 0.005)))
    >>> [[(header.path.name, row, column) for header, row, column in layer.files] for layer in layers]
    [[('45.0.tif', 0, 0)], [('42.0.tif', 0, 0), ('43.0.tif', 0, 100)], [('44.003.tif', 0, 0)]]
    """
    grids: list[tuple[Header, list[tuple[Header, int, int]]]] = []
    for header in headers:
        for first, files in grids:
            place = _place_on(first, header)
            if place is not None:
                files.append((header, *place))
                break
        else:
            grids.append((header, [(header, 0, 0)]))
    layers = (
        Layer(first.crs, first.transform, tuple(files), max(file[0].cell_m for file in files)) for first, files in grids
    )
    return tuple(sorted(layers, key=lambda layer: layer.cell_m))


def _place_on(first: Header, header: Header) -> tuple[int, int] | None:
    """Return the row and column of a file's corner on another's grid, or None if the grids do not fit."""
    if header.crs != first.crs:
        return None
    rows, columns = header.shape
    corners = placed(header.transform, np.array([0.0, columns]), np.array([0.0, rows]))
    (left, right), (top, bottom) = placed(~first.transform, *corners)
    column, row = round(left), round(top)
    off = max(abs(left - column), abs(top - row), abs(right - column - columns), abs(bottom - row - rows))
    return (row, column) if off < _ALIGNED_CELLS else None
