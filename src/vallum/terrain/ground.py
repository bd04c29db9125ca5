"""How high is the ground in each cell of the strip, and which source says so?

The values on which sight, movement and siting are computed: heights on one plane grid in metres, and beside each
height the source it came from, so that every figure built on them can say how far the ground itself can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import overload

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from vallum.terrain.bilinear import bilinear
from vallum.terrain.elevation import COARSEST_USABLE_M, Grade
from vallum.terrain.source import TerrainSource

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

VOID = 255


@dataclass(frozen=True, slots=True)
class Cover:
    """How much of the ground that was wanted comes from which source.

    Attributes
    ----------
    shares
        Share of the cells (0 to 1) by source, in the order of the sources.
    void_share
        Share of the cells whose height nobody knows.
    """

    shares: tuple[float, ...]
    void_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Heights on one plane grid.

    Attributes
    ----------
    heights_m
        Shape (rows, columns), float32: metres as the source of the cell has them, NaN where none has. The height of a
        cell is that of its middle.
    transform
        From (column, row) to (x, y) of the plane, of a cell's upper left corner, metres; square cells, y falls with
        the row.
    cell_m
        Side of a cell, metres.
    projection
        The plane as a PROJ string: that of the strip.
    source_of
        Shape (rows, columns), uint8: place in `sources` of the source of each height, 255 in a void.
    sources
        Finest first.
    cover
        Shares of the ground that was wanted: the band of the strip. Counted over all cells of the grid unless given.
    notes
        What has to be said with every result: partial cover, mixed vertical references.

    Raises
    ------
    ValueError
        If the two grids differ in shape, or the grid is turned or its cells are not square.

    Examples
    --------
    >>> source = TerrainSource("invented", (), "EPSG:4326", 30.0, "EGM96", 3.0, 90.0, "invented", "invented")
    >>> heights_m = np.array([[0.0, 10.0], [0.0, np.nan]], np.float32)
    >>> ground = Ground(
    ...     heights_m,
    ...     Affine(30, 0, 0, 0, -30, 60),
    ...     30.0,
    ...     "+proj=omerc",
    ...     np.array([[0, 0], [0, 255]], np.uint8),
    ...     (source,),
    ... )
    >>> ground.height_at(30.0, 45.0), ground.cell_of(31.0, 1.0), ground.middle_of(0, 1), ground.void_share, ground.grade
    (5.0, (1, 1), (45.0, 45.0), 0.25, 'usable')
    """

    heights_m: NDArray[np.float32]
    transform: Affine
    cell_m: float
    projection: str
    source_of: NDArray[np.uint8]
    sources: tuple[TerrainSource, ...]
    cover: Cover | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # Without a copy: the ground of a reach is the largest thing in memory.
        heights_m = np.ascontiguousarray(self.heights_m, np.float32).view()
        source_of = np.ascontiguousarray(self.source_of, np.uint8).view()
        if heights_m.ndim != 2 or heights_m.size == 0 or source_of.shape != heights_m.shape:
            raise ValueError(
                f"Ground: heights have shape {heights_m.shape} and their sources {source_of.shape}; expected (rows, "
                "columns) of both."
            )
        turned = self.transform.b != 0.0 or self.transform.d != 0.0
        if turned or not (self.transform.a == -self.transform.e == self.cell_m and 0.0 < self.cell_m < np.inf):
            raise ValueError(
                f"Ground: cells of {self.cell_m} m on {tuple(self.transform)[:6]}; expected square cells, not turned, "
                "y falling with the row."
            )
        if len(self.sources) > VOID:
            raise ValueError(f"Ground: {len(self.sources)} sources; {VOID} at most.")
        heights_m.setflags(write=False)
        source_of.setflags(write=False)
        object.__setattr__(self, "heights_m", heights_m)
        object.__setattr__(self, "source_of", source_of)
        if self.cover is None:
            object.__setattr__(self, "cover", covered(source_of, len(self.sources)))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.heights_m.shape
        return rows, columns

    @property
    def used(self) -> tuple[TerrainSource, ...]:
        """The sources from which the wanted ground really comes."""
        assert self.cover is not None
        return tuple(source for source, share in zip(self.sources, self.cover.shares, strict=True) if share > 0.0)

    @property
    def void_share(self) -> float:
        """Share (0 to 1) of the wanted ground whose height nobody knows."""
        assert self.cover is not None
        return self.cover.void_share

    @property
    def terrain_cell_m(self) -> float:
        """Cell of the coarsest source used, metres; NaN where there is none. Finer cells of the grid add no ground."""
        return max((source.cell_m for source in self.used), default=nan)

    @property
    def grade(self) -> Grade:
        """What may be built on it: "usable" where the coarsest source used has cells of up to 100 m."""
        return "usable" if self.terrain_cell_m <= COARSEST_USABLE_M else "indicative"

    @property
    def error_sd_m(self) -> float:
        """Largest standard deviation of the height error among the sources used, metres; NaN where there is none."""
        return max((source.error_sd_m for source in self.used), default=nan)

    @property
    def error_length_m(self) -> float:
        """Correlation length of the error of the source with the largest error, metres; NaN where there is none."""
        worst = max(self.used, key=lambda source: source.error_sd_m, default=None)
        return nan if worst is None else worst.error_length_m

    @overload
    def height_at(self, x_m: float, y_m: float) -> float: ...
    @overload
    def height_at(self, x_m: FloatArray, y_m: FloatArray) -> FloatArray: ...
    def height_at(self, x_m: float | FloatArray, y_m: float | FloatArray) -> float | FloatArray:
        """Return the height of the ground, bilinear between the middles of cells.

        Parameters
        ----------
        x_m, y_m
            In the plane, metres: two numbers, or two arrays that broadcast.

        Returns
        -------
        float or numpy.ndarray
            Metres; NaN outside the grid and beside a void.

        Examples
        --------
        >>> source = TerrainSource("invented", (), "EPSG:4326", 30.0, "EGM96", 3.0, 90.0, "invented", "invented")
        >>> ramp = np.array([[0.0, 10.0], [0.0, 10.0]], np.float32)
        >>> ground = Ground(
        ...     ramp, Affine(30, 0, 0, 0, -30, 60), 30.0, "+proj=omerc", np.zeros((2, 2), np.uint8), (source,)
        ... )
        >>> ground.height_at(np.array([15.0, 22.5, 99.0]), np.array([45.0, 45.0, 45.0]))
        array([0. , 2.5, nan])
        """
        eastings, northings = np.broadcast_arrays(np.asarray(x_m, np.float64), np.asarray(y_m, np.float64))
        heights_m = bilinear(
            self.heights_m,
            np.asarray((self.transform.f - northings) / self.cell_m - 0.5),
            np.asarray((eastings - self.transform.c) / self.cell_m - 0.5),
        )
        return float(heights_m) if heights_m.ndim == 0 else heights_m

    @overload
    def cell_of(self, x_m: float, y_m: float) -> tuple[int, int]: ...
    @overload
    def cell_of(self, x_m: FloatArray, y_m: FloatArray) -> tuple[IntArray, IntArray]: ...
    def cell_of(self, x_m: float | FloatArray, y_m: float | FloatArray) -> tuple[int, int] | tuple[IntArray, IntArray]:
        """Return row and column of the cell that holds a position of the plane; -1, -1 off the grid."""
        eastings, northings = np.broadcast_arrays(np.asarray(x_m, np.float64), np.asarray(y_m, np.float64))
        rows = np.asarray((self.transform.f - northings) / self.cell_m)
        columns = np.asarray((eastings - self.transform.c) / self.cell_m)
        inside = (rows >= 0) & (rows < self.shape[0]) & (columns >= 0) & (columns < self.shape[1])
        row = np.where(inside, rows, -1).astype(np.int64)
        column = np.where(inside, columns, -1).astype(np.int64)
        return (int(row), int(column)) if row.ndim == 0 else (row, column)

    @overload
    def middle_of(self, row: int, column: int) -> tuple[float, float]: ...
    @overload
    def middle_of(self, row: IntArray, column: IntArray) -> tuple[FloatArray, FloatArray]: ...
    def middle_of(
        self, row: int | IntArray, column: int | IntArray
    ) -> tuple[float, float] | tuple[FloatArray, FloatArray]:
        """Return x and y of the middle of a cell, metres in the plane."""
        x_m = self.transform.c + (np.asarray(column) + 0.5) * self.cell_m
        y_m = self.transform.f - (np.asarray(row) + 0.5) * self.cell_m
        return (float(x_m), float(y_m)) if x_m.ndim == 0 else (x_m, y_m)


def covered(source_of: NDArray[np.uint8], source_count: int, wanted: NDArray[np.bool_] | None = None) -> Cover:
    """Count which source gives how much of the ground.

    Parameters
    ----------
    source_of
        Place of the source of each cell, 255 in a void.
    source_count
        How many sources there are.
    wanted
        The cells that count, of the same shape; all without it.

    Examples
    --------
    >>> covered(np.array([0, 0, 1, 255], np.uint8), 2)
    Cover(shares=(0.5, 0.25), void_share=0.25)
    """
    counted = source_of if wanted is None else source_of[wanted]
    if counted.size == 0:
        return Cover((0.0,) * source_count, 0.0)
    shares = tuple(int(np.count_nonzero(counted == index)) / counted.size for index in range(source_count))
    return Cover(shares, int(np.count_nonzero(counted == VOID)) / counted.size)
