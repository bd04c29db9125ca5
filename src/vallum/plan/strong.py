"""How surely is a crossing detected whichever way it takes, all along a line on real ground?

The figures of `barrier`, `thickness` and `losses` for a whole line, window by window. A window is a stretch of the
line that it answers for, with a halo of the line before and after it that is proved to be enough (`halo`): figures do
not depend on how the line is cut. Losses are looked for inside the window without that proof: a sensor whose loss opens
the line is found in the window in which it stands, but the stretch that it opens ends where the halo ends.

Strong figures are capped by the weak ones, those of straight crossings, which know how often sensors work at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vallum.plan.band import Gap, Way
from vallum.plan.barrier import StrongBarrier
from vallum.plan.case import Case
from vallum.plan.corridor import Corridor, Shown, Window, cut, gathered
from vallum.plan.failing import Failure, Footprints, failures
from vallum.plan.halo import HALO_M, wide_enough
from vallum.plan.mapping import CancelledError, mapped
from vallum.plan.outlook import Watcher, watchers
from vallum.plan.scene import softness_on
from vallum.plan.sight import Sight
from vallum.plan.sweep import NOMINAL
from vallum.plan.thickness import Thickness
from vallum.plan.track import Track, along
from vallum.plan.whatif import Trial
from vallum.terrain.whosees import Posts

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
NumberT = TypeVar("NumberT", bound=np.generic)

_OWN_M = 60_000.0


@dataclass(frozen=True, slots=True)
class WayGap:
    """A stretch where some way is detected less surely than required, with the worst of those ways."""

    gap: Gap
    way: Track


@dataclass(frozen=True, slots=True)
class Thinnest:
    """How many sensors must fail before some way meets none: bounds for the whole line.

    Attributes
    ----------
    thickness
        The fewest entries into what a sensor sees, of any way.
    at_least, at_most
        Bounds of the resilience; see `thickness`.
    sensors
        Those on a thinnest way: without them it is open.
    at_m
        Chainage at which that way crosses, metres.
    """

    thickness: int
    at_least: int
    at_most: int
    sensors: tuple[str, ...]
    at_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Strong:
    """Strong barrier coverage of the line in one case; arrays run over the steps of chainage.

    Attributes
    ----------
    case
        The case.
    edges_m
        Shape (steps + 1,): where steps begin and end, metres of chainage.
    detected
        Shape (3, steps): how surely the least-detected way that crosses there is detected: low, nominal, high.
    entered, at_once
        Shape (3, steps): fewest entries into what sensors see surely, likely, perhaps; and by how many at once every
        way is somewhere seen (strong k-coverage).
    met
        Shape (steps,): how many sensors likely see some of the least-detected way.
    least
        The least-detected way of all, on nominal exposures.
    gaps
        Where the nominal figure is below what is required.
    thinnest
        For ground that is surely, likely and perhaps seen.
    singles, pairs
        What the loss of one sensor and of two at once opens, nominally, the longest opening first; pairs are None when
        they were not asked for.
    required
        Detection from which on a crossing counts as closed.
    """

    case: Case
    edges_m: FloatArray
    detected: FloatArray
    entered: IntArray
    at_once: IntArray
    met: IntArray
    least: Track
    gaps: tuple[WayGap, ...]
    thinnest: tuple[Thinnest, Thinnest, Thinnest]
    singles: tuple[Failure, ...]
    pairs: tuple[Failure, ...] | None
    required: float

    def closed_m(self, band: int) -> float:
        """Return how much of the line is closed, metres, by low (0), nominal (1) or high (2) figures."""
        return float(np.diff(self.edges_m)[self.detected[band] >= self.required].sum())

    def least_at_m(self, band: int) -> float:
        """Return the chainage at which the figure is least, the middle of the step, metres."""
        step = int(np.argmin(self.detected[band]))
        return float(self.edges_m[step : step + 2].mean())


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """What one window says of one case."""

    detected: FloatArray
    entered: IntArray
    at_once: IntArray
    met: IntArray
    least: Track
    gaps: tuple[WayGap, ...]
    thinnest: tuple[Thinnest, ...]
    singles: tuple[Failure, ...]
    pairs: tuple[Failure, ...]


def strong(
    sight: Sight,
    cases: Sequence[Case] | None = None,
    *,
    shown: tuple[Corridor, Mapping[Case, Shown]] | None = None,
    windows: int | None = None,
    halo_m: float = HALO_M,
    pairs: bool = True,
    progress: Callable[[float], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[Case, Strong]:
    """Work out strong barrier coverage of a line.

    Parameters
    ----------
    sight
        What sensors see of it, worked out with_sets and with_rate unless `shown` is given.
    cases
        Of those that were worked out; all of them unless told otherwise.
    shown
        What is seen of the corridor, taken from the parts as they came: see `corridor.Gathering`.
    windows
        How many; of about 60 km each unless told otherwise. Figures do not depend on it.
    halo_m
        How much of the line before and after a window is looked at to begin with, metres.
    pairs
        Whether the loss of two sensors at once is asked about, which takes longest.
    progress
        Called with the share done, 0 to 1, from any thread.
    cancelled
        Asked again and again.

    Raises
    ------
    ValueError
        If cells were not worked out, a step is shorter than a cell, or the corridor does not fit the strip.
    CancelledError
        When asked to stop.

    Examples
    --------
    >>> from vallum.plan.part import Fineness
    >>> from vallum.plan.sight import see
    >>> from vallum.project import load
    >>> project = load("iraq-syria")
    >>> seen = see(project.frontier, project.terrain_sources, project.sensors[:4], [Case()], cell_m=500.0,
    ...     fineness=Fineness(step_m=1_000.0), with_rate=True)
    >>> found = strong(seen, pairs=False)[Case()]
    >>> bool((found.detected <= seen.coverage.of(Case()).detected()).all()), len(found.gaps) > 0
    (True, True)
    """
    coverage = sight.coverage
    asked = coverage.cases if cases is None else tuple(cases)
    if shown is None:
        corridor = Corridor.along(sight.strip, coverage.fineness.half_depth_m)
        of_case = dict(zip(coverage.cases, gathered(corridor, coverage.seen, len(coverage.cases)), strict=True))
    else:
        corridor, of_case = shown[0], dict(shown[1])
    edges_m = coverage.crossings.edges_m
    pieces = cut(edges_m, windows or max(1, round((edges_m[-1] - edges_m[0]) / _OWN_M)))
    told = _Told(len(pieces) * len(asked), progress, cancelled)
    work = partial(
        _worked_out,
        sight=sight,
        trial=sight.trial(),
        placed=_placed(sight),
        corridor=corridor,
        shown=of_case,
        cases=asked,
        halo_m=halo_m,
        pairs=pairs,
        told=told,
    )
    found = mapped(work, pieces, cancelled=cancelled)
    required = coverage.fineness.watched_at
    return {
        case: _joined(case, [piece[number] for piece in found], edges_m, required, pairs)
        for number, case in enumerate(asked)
    }


class _Told:
    """Tells how far the windows are, and ends the work when asked."""

    def __init__(
        self, of: int, progress: Callable[[float], object] | None, cancelled: Callable[[], bool] | None
    ) -> None:
        self._of, self._progress, self._cancelled = of, progress, cancelled
        self._done, self._lock = 0, Lock()

    def done(self) -> None:
        with self._lock:
            self._done += 1
            share = self._done / self._of
        if self._progress is not None:
            self._progress(share)

    def go_on(self, _share: float = 0.0) -> None:
        if self._cancelled is not None and self._cancelled():
            raise CancelledError("stopped as asked; nothing was kept")


def _placed(sight: Sight) -> tuple[Watcher, ...]:
    """Place the sensors again as `coverage.cover` did, without those that see nothing."""
    found = sight.coverage
    softness_of = softness_on(sight.ground, sight.calibrations)
    placed, _ = watchers(sight.strip, sight.sensors, found.cases, sight.tests, sight.parameters, softness_of)
    return tuple(watcher for watcher in placed if watcher.sensor_id not in found.left_out)


def _worked_out(
    steps: slice,
    *,
    sight: Sight,
    trial: Trial,
    placed: tuple[Watcher, ...],
    corridor: Corridor,
    shown: Mapping[Case, Shown],
    cases: Sequence[Case],
    halo_m: float,
    pairs: bool,
    told: _Told,
) -> tuple[_Piece, ...]:
    coverage, crossings, required = sight.coverage, sight.coverage.crossings, sight.coverage.fineness.watched_at
    pieces = []
    for case in cases:
        number = coverage.cases.index(case)
        figures, halo_m = wide_enough(
            corridor, crossings.edges_m, steps, crossings.step_m, halo_m, shown[case], told.go_on
        )
        window, barrier = figures.window, figures.barriers[NOMINAL]
        seconds_per_m, exposures = coverage.seconds_per_m[number], coverage.exposures[number]
        raw = np.stack([_everywhere(one.probability, ~np.isnan(one.exposure)) for one in figures.barriers])
        detected = np.minimum(raw, exposures.detected()[:, steps])
        gaps = window.band.gaps(detected[NOMINAL], required)
        met = barrier.sensors_met(window.laid_out(shown[case].sets[NOMINAL]))
        told.go_on()
        footprints = Footprints.near(window, placed, number, trial, seconds_per_m)
        singles, doubles = failures(barrier, footprints, required, pairs, told.go_on)
        pieces.append(
            _Piece(
                detected=detected,
                entered=np.stack([_everywhere(one.entered, one.entered >= 0) for one in figures.thick]),
                at_once=np.stack([_everywhere(one.at_once, one.at_once >= 0) for one in figures.thick]),
                met=_everywhere(met, met >= 0),
                least=along(barrier.way(), window, seconds_per_m),
                gaps=tuple(WayGap(gap, along(_way_at(barrier, gap), window, seconds_per_m)) for gap in gaps),
                thinnest=tuple(_thinnest(one, coverage.posts, exposures.sensor_ids, window) for one in figures.thick),
                singles=singles,
                pairs=doubles,
            )
        )
        told.done()
    return tuple(pieces)


def _everywhere(values: NDArray[NumberT], known: NDArray[np.bool_]) -> NDArray[NumberT]:
    """Fill steps over which no cell steps, as a short one at the line's end, from the next that has a figure."""
    which = np.flatnonzero(known)
    if not which.size:
        return np.zeros_like(values)
    steps = np.arange(len(values))
    right = which[np.minimum(np.searchsorted(which, steps), len(which) - 1)]
    left = which[np.maximum(np.searchsorted(which, steps, side="right") - 1, 0)]
    return values[np.where(np.abs(right - steps) < np.abs(steps - left), right, left)]


def _way_at(barrier: StrongBarrier, gap: Gap) -> Way:
    crossed = np.isfinite(barrier.exposure[barrier.band.step_of(gap.worst_at_m)])
    return barrier.way(gap.worst_at_m if crossed else None)


def _thinnest(thick: Thickness, posts: Posts, sensor_ids: Sequence[str], window: Window) -> Thinnest:
    here = Posts(posts.rows - window.box[0], posts.columns - window.box[2], posts.reach_cells, posts.words)
    bounds = thick.resilience(here)
    step = int(np.argmin(np.where(thick.entered >= 0, thick.entered, np.iinfo(np.int64).max)))
    sensors = tuple(sensor_ids[number] for number in bounds.sensors)
    at_m = float(np.mean(window.band.ends_m(step)))
    return Thinnest(thick.thickness, bounds.at_least, bounds.at_most, sensors, at_m)


def _joined(case: Case, pieces: Sequence[_Piece], edges_m: FloatArray, required: float, with_pairs: bool) -> Strong:
    thinnest = [min((piece.thinnest[band] for piece in pieces), key=lambda one: one.thickness) for band in range(3)]
    at_least = [min(piece.thinnest[band].at_least for piece in pieces) for band in range(3)]
    return Strong(
        case=case,
        edges_m=edges_m,
        detected=np.concatenate([piece.detected for piece in pieces], axis=1),
        entered=np.concatenate([piece.entered for piece in pieces], axis=1),
        at_once=np.concatenate([piece.at_once for piece in pieces], axis=1),
        met=np.concatenate([piece.met for piece in pieces]),
        least=min((piece.least for piece in pieces), key=lambda way: way.probability),
        gaps=_merged(gap for piece in pieces for gap in piece.gaps),
        thinnest=tuple(replace(one, at_least=least) for one, least in zip(thinnest, at_least, strict=True)),  # type: ignore[arg-type]
        singles=_by_sensors(failure for piece in pieces for failure in piece.singles),
        pairs=_by_sensors(failure for piece in pieces for failure in piece.pairs) if with_pairs else None,
        required=required,
    )


def _merged(gaps: Iterable[WayGap]) -> tuple[WayGap, ...]:
    """Join gaps that go on from one window into the next."""
    merged: list[WayGap] = []
    for one in gaps:
        if merged and merged[-1].gap.to_m == one.gap.from_m:
            worse = min(merged[-1], one, key=lambda each: each.gap.probability)
            whole = replace(worse.gap, from_m=merged[-1].gap.from_m, to_m=one.gap.to_m)
            merged[-1] = WayGap(whole, worse.way)
        else:
            merged.append(one)
    return tuple(merged)


def _by_sensors(failures_: Iterable[Failure]) -> tuple[Failure, ...]:
    """Join what windows say of the same sensors; the longest opening first."""
    joined: dict[tuple[str, ...], list[Failure]] = {}
    for failure in failures_:
        joined.setdefault(tuple(sorted(failure.sensors)), []).append(failure)
    whole = []
    for sensors, parts in joined.items():
        gaps = _merged(WayGap(gap, part.way) for part in parts for gap in part.gaps)
        worst = min(parts, key=lambda part: part.way.probability)
        whole.append(Failure(sensors, tuple(one.gap for one in gaps), worst.way))
    return tuple(sorted(whole, key=lambda failure: (-failure.length_m, failure.sensors)))
