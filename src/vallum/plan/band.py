"""Where does a way cross the line?

The band is the ground on both sides of the line out to a half width. A crossing starts at its outer edge, ends at its
home edge, and somewhere takes a step from a negative offset to one of 0 or more. Every crossing has one place: where it
does so first, up to which it was on the outer side only; what it does afterwards is its own affair. Chainage is cut
into steps of equal length, and results are one number for each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, isfinite

import numpy as np
from numpy.typing import NDArray

from vallum.terrain.steps import KNIGHT, MOVES, Rate, step_costs

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The ground either side of a line on a grid, and every step across the line.

    Attributes
    ----------
    offset_m, chainage_m
        (rows, columns), float32: of each cell's middle, metres, offset positive on the home side. NaN leaves a cell
        out, as beyond the ends of the line, where nobody crosses it; so does an offset beyond the half width.
    cell_m
        Side of a cell, metres.
    half_width_m
        How far the band reaches to each side, metres; the grid must hold all of it.
    from_m, to_m
        The stretch of chainage asked about, metres. Ways may leave it as far as the grid goes.
    step_m
        Length of a step of chainage, metres, at least a cell's side; the last step may be cut short by `to_m`.
    inside
        Which cells are in the band.
    outer, home
        (n, 2): row and column of the cells at its two edges.
    over
        Every step across the line.

    Raises
    ------
    ValueError
        If the arrays do not fit, a measure is wrong, or the grid holds no outer or home edge.

    Examples
    --------
    >>> band = Band.straight(rows=6, columns=9, cell_m=50.0, step_m=150.0)
    >>> band.steps, band.half_width_m
    (3, 150.0)
    """

    offset_m: NDArray[np.float32]
    chainage_m: NDArray[np.float32]
    cell_m: float
    half_width_m: float
    from_m: float
    to_m: float
    step_m: float
    inside: NDArray[np.bool_] = field(init=False, repr=False)
    outer: IntArray = field(init=False, repr=False)
    home: IntArray = field(init=False, repr=False)
    over: LineSteps = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.offset_m.ndim != 2 or self.offset_m.shape != self.chainage_m.shape:
            raise ValueError(
                f"Offsets {self.offset_m.shape} and chainages {self.chainage_m.shape} are not of one grid."
            )
        if not (isfinite(self.cell_m) and self.cell_m > 0.0):
            raise ValueError(f"cell_m is {self.cell_m}; give the side of a cell in metres, above 0.")
        if not self.half_width_m >= self.cell_m:
            raise ValueError(f"half_width_m is {self.half_width_m}; a band is at least a cell, {self.cell_m} m, wide.")
        if not self.step_m >= self.cell_m:
            raise ValueError(f"step_m is {self.step_m}; steps shorter than a cell, {self.cell_m} m, would have holes.")
        if not self.from_m < self.to_m:
            raise ValueError(f"The stretch from {self.from_m} m to {self.to_m} m is empty.")
        inside = (np.abs(self.offset_m) <= self.half_width_m) & np.isfinite(self.chainage_m)
        # The last cells within the edge: a way goes from cell to cell, so it cannot leave the band without one of them.
        rim_m = self.half_width_m - self.cell_m
        outer, home = np.argwhere(inside & (self.offset_m <= -rim_m)), np.argwhere(inside & (self.offset_m >= rim_m))
        for side, cells in (("outer", outer), ("home", home)):
            if not len(cells):
                raise ValueError(
                    f"No cell lies at the {side} edge, {self.half_width_m:,.0f} m from the line: the grid is too "
                    "narrow for this half width."
                )
        object.__setattr__(self, "inside", inside)
        object.__setattr__(self, "outer", outer)
        object.__setattr__(self, "home", home)
        object.__setattr__(self, "over", LineSteps.of(self))

    @classmethod
    def straight(cls, rows: int, columns: int, cell_m: float, step_m: float) -> Band:
        """Return the band of a straight line between the two middle rows of a grid, home at the bottom.

        Examples
        --------
        >>> Band.straight(rows=4, columns=2, cell_m=10.0, step_m=10.0).offset_m[:, 0].tolist()
        [-15.0, -5.0, 5.0, 15.0]
        """
        offset_m = (np.arange(rows, dtype=np.float32) - np.float32((rows - 1) / 2)) * np.float32(cell_m)
        chainage_m = (np.arange(columns, dtype=np.float32) + np.float32(0.5)) * np.float32(cell_m)
        grid = (rows, columns)
        return cls(
            np.broadcast_to(offset_m[:, None], grid),
            np.broadcast_to(chainage_m, grid),
            cell_m,
            rows * cell_m / 2,
            0.0,
            columns * cell_m,
            step_m,
        )

    @property
    def steps(self) -> int:
        """How many steps of chainage there are."""
        return ceil((self.to_m - self.from_m) / self.step_m - 1e-9)

    def step_of(self, chainage_m: float) -> int:
        """Return the step that holds a chainage.

        Raises
        ------
        ValueError
            If it is not on the stretch.
        """
        if not self.from_m <= chainage_m <= self.to_m:
            raise ValueError(f"Chainage {chainage_m:,.0f} m is not between {self.from_m:,.0f} and {self.to_m:,.0f} m.")
        return min(int((chainage_m - self.from_m) // self.step_m), self.steps - 1)

    def ends_m(self, step: int) -> tuple[float, float]:
        """Return where a step of chainage begins and ends, metres."""
        return self.from_m + step * self.step_m, min(self.from_m + (step + 1) * self.step_m, self.to_m)

    def gaps(self, probability: FloatArray, required: float) -> tuple[Gap, ...]:
        """Return the stretches whose probability is below what is required, in order of chainage.

        Parameters
        ----------
        probability
            One for each step; steps without one (NaN) are in no stretch.
        required
            What is enough.

        Examples
        --------
        >>> band = Band.straight(rows=4, columns=4, cell_m=10.0, step_m=10.0)
        >>> [(gap.from_m, gap.to_m, gap.probability) for gap in band.gaps(np.array([0.2, 0.1, 0.9, 0.3]), 0.5)]
        [(0.0, 20.0, 0.1), (30.0, 40.0, 0.3)]
        """
        below = np.flatnonzero(probability < required)
        found = []
        for run in np.split(below, np.flatnonzero(np.diff(below) > 1) + 1):
            if run.size:
                worst = int(run[np.argmin(probability[run])])
                ends = self.ends_m(int(run[0]))[0], self.ends_m(int(run[-1]))[1]
                found.append(Gap(*ends, float(np.mean(self.ends_m(worst))), float(probability[worst])))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch along which crossings are detected less surely than required.

    Attributes
    ----------
    from_m, to_m
        Chainage, metres.
    worst_at_m
        Middle of the step with the least probability.
    probability
        That least one.
    """

    from_m: float
    to_m: float
    worst_at_m: float
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class LineSteps:
    """Every step over the line, in order of chainage; arrays run over them.

    Attributes
    ----------
    start, end
        Flat numbers of the cells it leads from (outer side) and to (home side).
    move
        Which of the sixteen moves it is.
    at_m
        Its chainage, metres.
    step
        The step of chainage it falls in.
    """

    start: IntArray
    end: IntArray
    move: IntArray
    at_m: FloatArray
    step: IntArray

    @classmethod
    def of(cls, band: Band) -> LineSteps:
        """Find the steps over the line of a band."""
        inside = band.inside
        rows, columns = inside.shape
        row, column = np.nonzero(inside & (band.offset_m < 0.0) & (band.offset_m >= -KNIGHT * band.cell_m))
        parts = []
        for move, (down, right) in enumerate(MOVES):
            there = (row + down >= 0) & (row + down < rows) & (column + right >= 0) & (column + right < columns)
            a, b = row[there], column[there]
            to = (a + down, b + right)
            over = inside[to] & (band.offset_m[to] >= 0.0)
            a, b, to = a[over], b[over], (to[0][over], to[1][over])
            at_m = (band.chainage_m[a, b].astype(np.float64) + band.chainage_m[to]) / 2.0
            parts.append((a * columns + b, to[0] * columns + to[1], np.full(len(a), move), at_m))
        start, end, move_of, at_m = (np.concatenate(part) for part in zip(*parts, strict=True))
        step = np.floor((at_m - band.from_m) / band.step_m).astype(np.int64)
        asked = np.flatnonzero((at_m >= band.from_m) & (at_m <= band.to_m))
        # A chainage that is exactly the stretch's end belongs to its last step.
        step = np.minimum(step, band.steps - 1)
        order = asked[np.lexsort((at_m[asked], step[asked]))]
        return cls(start[order], end[order], move_of[order], at_m[order], step[order])

    def part(self, first: int, last: int) -> slice:
        """Return which of them fall in the steps of chainage from the first to the last."""
        ends = np.searchsorted(self.step, [first, last + 1])
        return slice(int(ends[0]), int(ends[1]))

    def costs(self, rate: Rate, cell_m: float, part: slice | IntArray) -> FloatArray:
        """Return what the steps over the line themselves cost."""
        return step_costs(rate, self.start[part], self.move[part], cell_m)

    def least(self, values: FloatArray, part: slice | IntArray) -> tuple[IntArray, IntArray]:
        """Return the steps of chainage that a part of them falls in, and in each which of that part has least value."""
        order = np.lexsort((values, self.step[part]))
        step, first = np.unique(self.step[part][order], return_index=True)
        return step, order[first]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way across the band, from its outer edge to its home edge; arrays run over its cells.

    Attributes
    ----------
    cells
        (n, 2): row and column.
    chainage_m, offset_m
        Of the cells' middles, metres.
    exposure
        What has been met since the outer edge when each cell's middle is reached.
    crosses_at_m
        Chainage at which it first steps over the line, metres.
    length_m
        Along the way, metres.
    """

    cells: IntArray
    chainage_m: FloatArray
    offset_m: FloatArray
    exposure: FloatArray
    crosses_at_m: float
    length_m: float

    @classmethod
    def along(cls, band: Band, rate: Rate, cells: IntArray) -> Way:
        """Return the way that steps from cell to cell."""
        steps = np.diff(cells, axis=0)
        moves = (steps[:, None, :] == MOVES).all(axis=2).argmax(axis=1)
        flat = cells[:, 0] * rate.shape[1] + cells[:, 1]
        chainage_m, offset_m = (of.ravel()[flat].astype(np.float64) for of in (band.chainage_m, band.offset_m))
        over = np.flatnonzero((offset_m[:-1] < 0.0) & (offset_m[1:] >= 0.0))
        return cls(
            cells,
            chainage_m,
            offset_m,
            np.concatenate([[0.0], np.cumsum(step_costs(rate, flat[:-1], moves, band.cell_m))]),
            float(chainage_m[over[0] : over[0] + 2].mean()) if over.size else float("nan"),
            float(np.hypot(*steps.T).sum() * band.cell_m),
        )

    @property
    def probability(self) -> float:
        """Of being detected on the way, from its exposure."""
        return float(-np.expm1(-self.exposure[-1]))
