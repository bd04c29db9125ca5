"""What do all sensors together see of the strip, case by case, and how surely is a crossing detected along the line?

Within one case, light and weather are what they are; sensors fail alone there. What befalls many at once - a storm, a
night, a lost link - is a case of its own: chances are averaged over cases (`mixture`), never multiplied across them.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vallum.assets.parameters import DEFAULT, Parameters
from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.frontier.strip import Strip
from vallum.plan.case import Case
from vallum.plan.crossing import Crossings
from vallum.plan.mapping import CancelledError, Scheduler, go_on, mapped, workers
from vallum.plan.outlook import SoftnessOf, Watcher, watchers
from vallum.plan.part import MARGIN_CELLS, Box, Fineness, GroundIn, Part, Plane, Seen, look_over
from vallum.terrain.mosaic import memory_bytes_here
from vallum.terrain.whosees import Posts

FloatArray = NDArray[np.float64]

# Fewer sensors are not worth a task of their own on a cluster.
LEAST_SENSORS_OF_A_TASK = 100
# Beside the sets of a cell: three exposures and the least height that is seen.
_CELL_BYTES = 16
# So much may one part take: several are there at once.
_PART_BYTES = 200 * 2**20
# A part of so many columns keeps its rasters small whatever the length of the line.
_MOST_COLUMNS = 2_048


@dataclass(frozen=True, slots=True, eq=False)
class Exposures:
    """How much each sensor adds to a crossing on each straight way, in one case.

    Attributes
    ----------
    sensor_ids
        In their order along the line.
    added
        Shape (3, sensors, ways), float64: low, nominal, high. A sensor that works a share a of the time and would
        detect with 1 - exp(-m) adds -ln(1 - a (1 - exp(-m))): never more than its availability allows.
    proven
        Shape (sensors, ways), float64: what of the low stands on walk tests alone.

    Examples
    --------
    >>> two = Exposures(("A", "B"), np.full((3, 2, 1), 0.5), np.zeros((2, 1)))
    >>> two.detected().round(3).ravel(), two.detected(without={"B"}).round(3).ravel()
    (array([0.632, 0.632, 0.632]), array([0.393, 0.393, 0.393]))
    """

    sensor_ids: tuple[str, ...]
    added: FloatArray
    proven: FloatArray

    def detected(self, without: frozenset[str] | set[str] = frozenset()) -> FloatArray:
        """Return how surely a crossing is detected, shape (3, ways): low, nominal, high; some sensors not counted."""
        counted = np.array([sensor_id not in without for sensor_id in self.sensor_ids], dtype=np.bool_)
        added = self.added if counted.all() else self.added[:, counted]
        return np.asarray(-np.expm1(-added.sum(axis=1)))


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What was found.

    Attributes
    ----------
    strip, fineness
        On which grid and by which rules.
    cases
        What was asked.
    crossings
        The straight ways.
    exposures
        One for each case.
    posts
        Where sensors stand on the grid; gives meaning to the sets.
    seen
        The parts, in order along the strip; each answers for its own columns.
    left_out
        Why a sensor counts as seeing nothing, by name.
    seconds_per_m
        For each case, how slow its target is.
    """

    strip: Strip
    fineness: Fineness
    cases: tuple[Case, ...]
    crossings: Crossings
    exposures: tuple[Exposures, ...]
    posts: Posts
    seen: tuple[Seen, ...]
    left_out: Mapping[str, str]
    seconds_per_m: tuple[float, ...]

    def of(self, case: Case) -> Exposures:
        """Return the exposures of a case; raise KeyError when it was not asked."""
        try:
            return self.exposures[self.cases.index(case)]
        except ValueError:
            raise KeyError(
                f"{case.name} was not worked out; these were: {', '.join(c.name for c in self.cases)}"
            ) from None


def cover(
    strip: Strip,
    sensors: Sequence[Sensor],
    cases: Sequence[Case],
    ground_in: GroundIn,
    *,
    tests: Sequence[WalkTest] = (),
    parameters: Parameters = DEFAULT,
    softness_of: SoftnessOf | None = None,
    fineness: Fineness | None = None,
    crossings: Crossings | None = None,
    with_sets: bool = True,
    with_rate: bool = True,
    scheduler: Scheduler = "threads",
    parts: int | None = None,
    take: Callable[[Seen], Seen] | None = None,
    progress: Callable[[float], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Coverage:
    """Work out what sensors see.

    Parameters
    ----------
    strip
        The grid; it must hold the sensors and reach as deep as the crossings.
    sensors
        Those that count: dead ones are not among them.
    cases
        What is asked.
    ground_in
        Gives the heights of a window of the strip's grid.
    tests, parameters
        What is known of the sensors' performance.
    softness_of
        How the terrain's error blurs the sight of a post in a cell that looks so far.
    fineness
        The rules.
    crossings
        The ways by these rules, where somebody has laid them already.
    with_sets, with_rate
        Whether cells are wanted beside ways: who sees them, and the exposure in them.
    scheduler, parts
        Where it runs, and in how many parts; the numbers do not depend on either.
    take
        Called here with each part as it comes, in any order; the coverage keeps what it returns. So cells can be
        written away and forgotten: see `Seen.forgotten`.
    progress
        Called with the share done, 0 to 1, from any thread.
    cancelled
        Asked between sensors.

    Raises
    ------
    ValueError
        If the cells wanted do not fit into memory; says what to do.
    CancelledError
        When asked to stop.
    """
    rules = Fineness() if fineness is None else fineness
    crossings = crossings or Crossings.over(strip, rules.step_m, rules.half_depth_m)
    placed, off = watchers(strip, sensors, cases, tests, parameters, softness_of)
    reach_cells = np.array([watcher.reach_m for watcher in placed]) / strip.cell_m + MARGIN_CELLS
    posts = Posts.of(
        np.array([watcher.row for watcher in placed], np.int64),
        np.array([watcher.column for watcher in placed], np.int64),
        reach_cells,
    )
    seconds_per_m = tuple(1.0 / parameters.of_target(case.target).speed_m_s.value for case in cases)
    plane = Plane(strip.transform.c, strip.transform.f, strip.cell_m)
    of_cell = len(cases) * (24 * posts.words + _CELL_BYTES) if with_sets or with_rate else 0
    pieces = cut(strip, placed, crossings, parts or _parts(strip, len(placed), scheduler))
    while parts is None and _is_too_much(pieces, of_cell, strip.cell_m):
        pieces = cut(strip, placed, crossings, 2 * len(pieces))
    _refuse_what_does_not_fit(strip, pieces, of_cell, at_once=take is not None)
    looked = _Counter(max(1, sum(len(piece.watchers) for piece in pieces)), progress, cancelled)
    here = scheduler == "threads"
    work = partial(
        _work,
        plane=plane,
        ground_in=ground_in,
        fineness=rules,
        seconds_per_m=seconds_per_m,
        words=posts.words,
        with_sets=with_sets,
        with_rate=with_rate,
        looked=looked if here else go_on,
    )
    seen = mapped(
        work,
        pieces,
        scheduler,
        done=None if here or progress is None else lambda count: progress(count / len(pieces)),
        cancelled=cancelled,
        take=take,
    )
    return Coverage(
        strip=strip,
        fineness=rules,
        cases=tuple(cases),
        crossings=crossings,
        exposures=_merged(placed, seen, len(cases), len(crossings)),
        posts=posts,
        seen=tuple(seen),
        left_out={**off, **{sensor: why for part in seen for sensor, why in part.left_out.items()}},
        seconds_per_m=seconds_per_m,
    )


def cut(strip: Strip, placed: Sequence[Watcher], crossings: Crossings, parts: int) -> list[Part]:
    """Cut the strip into parts of equal numbers of columns, each with all that it needs.

    Examples
    --------
    >>> from vallum.frontier import Frontier
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.0]]))
    >>> strip = Strip(line, 4_000.0, 100.0)
    >>> [part.cells[2:] for part in cut(strip, (), Crossings.over(strip, 250.0, 2_000.0), 2)]
    [(0, 266), (266, 532)]
    """
    rows, columns = strip.shape
    outside = strip.mask()
    left_m, top_m, cell_m = strip.transform.c, strip.transform.f, strip.cell_m
    way_column = np.clip(
        np.floor((crossings.x_m[:, crossings.x_m.shape[1] // 2] - left_m) / cell_m).astype(np.int64), 0, columns - 1
    )
    ends = [round(columns * share / parts) for share in range(parts + 1)]
    pieces: list[Part] = []
    for first, end in pairwise(ends):
        if first == end:
            continue
        band = np.flatnonzero(~outside[:, first:end].all(axis=1))
        own = (int(band[0]), int(band[-1]) + 1, first, end) if band.size else (0, 0, first, end)
        ways = np.flatnonzero((way_column >= first) & (way_column < end))
        ways_x_m, ways_y_m = crossings.x_m[ways], crossings.y_m[ways]
        asked = _box_of(own, ways_x_m, ways_y_m, left_m, top_m, cell_m)
        near = tuple(watcher for watcher in placed if reaches_into(watcher, asked, cell_m))
        ground = ground_for(asked, near, cell_m, rows, columns)
        pieces.append(Part(len(pieces), own, ground, ways, ways_x_m, ways_y_m, near))
    return pieces


class _Counter:
    """Counts sensors over threads, tells the share done, and ends the work when asked."""

    def __init__(
        self, of: int, progress: Callable[[float], object] | None, cancelled: Callable[[], bool] | None
    ) -> None:
        self._of, self._progress, self._cancelled = of, progress, cancelled
        self._count, self._lock = 0, threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self._count += 1
            share = self._count / self._of
        if self._progress is not None:
            self._progress(share)
        if self._cancelled is not None and self._cancelled():
            raise CancelledError("stopped as asked; nothing was kept")


def _work(
    part: Part,
    *,
    plane: Plane,
    ground_in: GroundIn,
    fineness: Fineness,
    seconds_per_m: tuple[float, ...],
    words: int,
    with_sets: bool,
    with_rate: bool,
    looked: Callable[[], object],
) -> Seen:
    return look_over(part, plane, ground_in, fineness, seconds_per_m, words, with_sets, with_rate, looked)


def _is_too_much(pieces: Sequence[Part], of_cell: int, cell_m: float) -> bool:
    """Return whether a part takes more memory than need be; very narrow ones would look again and again."""
    largest = max(pieces, key=_cells)
    columns = largest.cells[3] - largest.cells[2]
    reach_m = max((watcher.reach_m for watcher in largest.watchers), default=0.0)
    return _cells(largest) * of_cell > _PART_BYTES and columns * cell_m > max(2.0 * reach_m, 2.0 * cell_m)


def _refuse_what_does_not_fit(strip: Strip, pieces: Sequence[Part], of_cell: int, *, at_once: bool) -> None:
    """Refuse cells that are too many: of all parts, or of those that are there at once."""
    sizes = sorted(_cells(part) for part in pieces)
    counted = sum(sizes[-workers() - 1 :]) if at_once else sum(sizes)
    # The ground is held beside it: heights, and which source each is of.
    needed, may = counted * of_cell + 5 * strip.shape[0] * strip.shape[1], memory_bytes_here()
    if needed > may:
        cell_m = math.ceil(strip.cell_m * math.sqrt(needed / may))
        raise ValueError(
            f"{strip.frontier.name} in cells of {strip.cell_m:g} m: what is seen of {counted:,} cells needs "
            f"{needed / 1e9:.1f} GB, where {may / 1e9:.1f} GB may be used. Choose cells of {cell_m} m or more, fewer "
            "cases, or a narrower strip."
        )


def _cells(part: Part) -> int:
    return (part.cells[1] - part.cells[0]) * (part.cells[3] - part.cells[2])


def _parts(strip: Strip, sensors: int, scheduler: Scheduler) -> int:
    if scheduler in {"threads", "processes"}:
        return max(math.ceil(strip.shape[1] / _MOST_COLUMNS), workers())
    # On a cluster a task is a hundred sensors or more, unless its cells would take too much memory.
    return max(sensors // LEAST_SENSORS_OF_A_TASK, 1)


def _box_of(own: Box, ways_x_m: FloatArray, ways_y_m: FloatArray, left_m: float, top_m: float, cell_m: float) -> Box:
    """Return the cells that are answered for, those under the ways among them."""
    if not ways_x_m.size:
        return own
    rows = np.floor((top_m - ways_y_m) / cell_m)
    columns = np.floor((ways_x_m - left_m) / cell_m)
    first_row, end_row = int(rows.min()), int(rows.max()) + 1
    if own[1] > own[0]:
        first_row, end_row = min(own[0], first_row), max(own[1], end_row)
    return first_row, end_row, min(own[2], int(columns.min())), max(own[3], int(columns.max()) + 1)


def reaches_into(watcher: Watcher, box: Box, cell_m: float) -> bool:
    """Return whether a sensor may see any cell of a box."""
    reach = watcher.reach_m / cell_m + MARGIN_CELLS
    down = max(box[0] - watcher.row, 0, watcher.row - box[1])
    across = max(box[2] - watcher.column, 0, watcher.column - box[3])
    return watcher.reach_m > 0.0 and math.hypot(down, across) <= reach


def ground_for(asked: Box, near: Sequence[Watcher], cell_m: float, rows: int, columns: int) -> Box:
    """Return the cells over which sight-lines from the posts into what is asked run, a cell more each way."""
    spots = [(watcher.row, watcher.column) for watcher in near]
    all_rows = [asked[0], asked[1], *(row for row, _ in spots), *(row + 1 for row, _ in spots)]
    all_columns = [asked[2], asked[3], *(column for _, column in spots), *(column + 1 for _, column in spots)]
    return (
        max(0, min(all_rows) - 1),
        min(rows, max(all_rows) + 1),
        max(0, min(all_columns) - 1),
        min(columns, max(all_columns) + 1),
    )


def _merged(placed: Sequence[Watcher], seen: Sequence[Seen], cases: int, ways: int) -> tuple[Exposures, ...]:
    sensor_ids = tuple(watcher.sensor_id for watcher in placed)
    merged = []
    for case in range(cases):
        added = np.zeros((4, len(placed), ways))
        for part in seen:
            if len(part.ways) and part.watchers:
                added[:, np.array(part.watchers)[:, None], part.ways] = part.exposure[case]
        works = np.array([watcher.outlooks[case].availability for watcher in placed], np.float64)
        capped = -np.log1p(np.expm1(-added) * works[:, None])
        merged.append(Exposures(sensor_ids, capped[:3], capped[3]))
    return tuple(merged)
