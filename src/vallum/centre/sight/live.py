"""What is seen of the line now, as far as it is worked out, with the sensors that are heard now?

Once for all sensors, in every case, a process beside this one works out what each adds; then every change - a sensor
falls silent, the sun sets, somebody states the weather - is a sum, done in a thread. Until then, and where a frontier
brings no terrain, this holds no lane, and says why.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from vallum.assets.sensor import SensorRow, SensorState
from vallum.centre.sight.asked import rehearse
from vallum.centre.sight.found import Found
from vallum.centre.sight.kept import DamagedError, KeptCase, clear_others, kept_case, kept_scene, place
from vallum.centre.sight.process import FailedError, Working
from vallum.centre.sight.question import Question, cases_for
from vallum.centre.sight.worker import Job
from vallum.plan.case import Case
from vallum.plan.lane import Lane, lane
from vallum.project import Project

State = Literal["none", "computing", "ready", "failed"]

NO_TERRAIN = "this frontier brings no terrain; add some: vallum terrain add, or fetch"
NOT_ASKED = "this centre was opened without sight lines"
_LANES_HELD = 16
_DOING = {
    "": "sight lines are begun",
    "ground": "the ground of the strip is laid out for sight lines",
    "terrain error": "sight lines are tried against the terrain's error",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How it stands at one moment; whoever holds it can go on asking it, whatever comes next.

    Attributes
    ----------
    version
        Grows with every change of sensors or of their states; begins above that of every earlier run.
    state, reason, progress
        What is being done, why there is nothing, or what failed; share done of it.
    found
        What is worked out; None before there is anything.
    case
        The case of the lane: the one that holds now, or the one before it while that is worked out.
    silent
        Sensors that do not count.
    lane
        The live lane; None while it is not worked out.
    """

    version: int
    state: State
    reason: str | None
    progress: float
    found: Found | None
    case: Case
    silent: frozenset[str]
    lane: Lane | None


class LiveSight:
    """The sight lines of a running centre. All but `lane_of` is used on the event loop only."""

    def __init__(
        self,
        project: Project,
        folder: Path | None,
        rows: Iterable[SensorRow],
        case: Case,
        cell_m: float | None = None,
    ) -> None:
        self._project = project
        self._cell_m = cell_m
        self._rows = {row.sensor_id: row for row in rows}
        self._case = case
        self._states: Mapping[str, SensorState] = {}
        why = NOT_ASKED if folder is None else None if project.terrain_sources else NO_TERRAIN
        state: State = "computing" if why is None else "none"
        # seconds since 1970: pages that were open before a restart see that this is newer
        self.standing = Standing(int(time.time()), state, why, 0.0, None, case, frozenset(), None)
        self._told: Callable[[], None] = lambda: None
        self._first: Callable[[], None] = lambda: None
        self._ask, self._due = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._warming: asyncio.Task[None] | None = None
        self._lanes: dict[tuple[int, KeptCase], Lane] = {}
        self._added: tuple[KeptCase, frozenset[str]] | None = None
        self._lock = threading.Lock()
        self._folder = folder if why is None else None
        self.question = None if self._folder is None else self._put()

    # --- told by the centre

    def start(self, told: Callable[[], None], first: Callable[[], None] = lambda: None) -> None:
        """Begin to work.

        Parameters
        ----------
        told
            Called whenever the lane, or what can be asked for, is another.
        first
            Called once, in a thread, when there is something to ask for.
        """
        self._told, self._first = told, first
        if self.question is not None:
            self._ask.set()
            self._tasks = [asyncio.create_task(self._work()), asyncio.create_task(self._add_up())]

    async def stop(self) -> None:
        """Leave everything as it is; what was not finished is begun again next time."""
        tasks = [*self._tasks, *([] if self._warming is None else [self._warming])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks = []

    def heed(self, states: Mapping[str, SensorState], case: Case) -> None:
        """Take in which sensors are heard, and which case holds now."""
        if states != self._states:
            self._states = dict(states)
            self._due.set()
        if case != self._case:
            self._case = case
            self._due.set()
            self._ask.set()

    def installed(self, rows: Iterable[SensorRow]) -> None:
        """Take in that sensors were installed, changed or walked: everything is worked out anew if it matters."""
        self._rows |= {row.sensor_id: row for row in rows}
        if self.question is None:
            return
        asked = self._put()
        if (asked.sensors, asked.tests) != (self.question.sensors, self.question.tests):
            self.question = asked
            self._ask.set()

    # --- asked by whoever draws

    def lane_of(self, standing: Standing, kept: KeptCase) -> Lane:
        """Return the lane in any case that is worked out; may be called from any thread."""
        if kept.case == standing.case and standing.lane is not None:
            return standing.lane
        key = standing.version, kept
        with self._lock:
            held = self._lanes.get(key)
        if held is None:
            assert standing.found is not None
            held = _lane(standing.found, kept, standing.silent)
            with self._lock:
                self._lanes[key] = held
                while len(self._lanes) > _LANES_HELD:
                    del self._lanes[next(iter(self._lanes))]
        return held

    # --- sums

    async def _add_up(self) -> None:
        """Add up the lane whenever something that it stands on is another."""
        while True:
            await self._due.wait()
            self._due.clear()
            found = self.standing.found
            if found is None:
                continue
            kept = found.cases.get(self._case.name) or found.cases.get(self.standing.case.name)
            if kept is None:
                continue
            silent = frozenset(s for s in kept.exposures.sensor_ids if self._states.get(s, "dead") != "live")
            if (kept, silent) == self._added:
                continue
            try:
                added = await asyncio.to_thread(_lane, found, kept, silent)
            except Exception:
                _log.exception("the watched lane could not be added up; what was shown before stands")
                continue
            self._added = kept, silent
            self._stand(lane=added, case=kept.case, silent=silent, version=self.standing.version + 1)

    # --- work

    async def _work(self) -> None:
        """Answer the question whenever it is another."""
        while True:
            await self._ask.wait()
            self._ask.clear()
            try:
                await self._answer()
            except (FailedError, OSError) as error:
                # a file of the terrain is gone, the disk is full, the other process cannot: all can be told
                _log.warning("sight is not worked out: %s", error)
                self._stand(state="failed", reason=str(error))
            except Exception as error:
                _log.exception("sight could not be worked out")
                self._stand(state="failed", reason=f"a fault of this software, see its log: {error}")

    async def _answer(self) -> None:
        asked, case = self.question, self._case
        assert asked is not None
        assert self._folder is not None
        at = place(self._folder, await asyncio.to_thread(asked.digest))
        known = self.standing.found
        found = await asyncio.to_thread(_read, at, asked, case, known if known is not None and known.at == at else None)
        self._take(found, case)
        missing = [one for one in cases_for(case) if found is None or one.name not in found.cases]
        if missing:
            await self._let_work(Job(asked, tuple(missing), at), found, case)
        if not self._ask.is_set():
            await asyncio.to_thread(clear_others, at)

    async def _let_work(self, job: Job, found: Found | None, case: Case) -> None:
        """Have a job done beside the watch, until it is done or something else is asked."""
        async with Working(job) as working:
            while not self._ask.is_set():
                said = await working.said(self._ask)
                if said is None:
                    return
                if said.case is not None:
                    found = await asyncio.to_thread(_with_case, found, job, Case.named(said.case))
                    self._take(found, case)
                elif said.progress is not None and self.standing.state == "computing":
                    self.standing = replace(self.standing, progress=said.progress, reason=self._waits(said.what))

    def _take(self, found: Found | None, case: Case) -> None:
        """Believe what was found, once it holds the case of now; before, what was known stands."""
        if found is None or case.name not in found.cases:
            known = self.standing.found
            found = found if known is None else known
            self._stand(state="computing", reason=self._waits(None), progress=0.0, found=found)
            return
        self._stand(state="ready", reason=None, progress=1.0, found=found)
        self._due.set()
        if self._warming is None:
            self._warming = asyncio.create_task(asyncio.to_thread(_warm, found, self._first))

    def _waits(self, what: str | None) -> str:
        doing = _DOING.get(what or "", f"sight lines are drawn for {self._case.name}")
        shown = "registered sectors, terrain not asked" if self.standing.lane is None else self.standing.case.name
        return f"{doing}; until they are there the lane shows {shown}"

    def _put(self) -> Question:
        project = self._project
        return Question.of(
            project.frontier, project.terrain_sources, self._rows.values(), project.performance, self._cell_m
        )

    def _stand(self, **changes: object) -> None:
        self.standing = replace(self.standing, **changes)  # type: ignore[arg-type]
        self._told()


def _lane(found: Found, kept: KeptCase, silent: frozenset[str]) -> Lane:
    return lane(kept.exposures, found.trial.crossings.edges_m, found.scene.fineness.watched_at, silent)


def _read(at: Path, asked: Question, case: Case, found: Found | None) -> Found | None:
    """Read what is kept of an answer and not known yet; what is damaged is told to the log and worked out anew."""
    if found is None:
        try:
            scene = kept_scene(at, asked)
        except DamagedError as error:
            _log.warning("what was kept of sight is damaged and is worked out anew: %s", error)
            return None
        if scene is None:
            return None
        found = Found.of(at, scene)
    for one in cases_for(case):
        if one.name in found.cases:
            continue
        try:
            kept = kept_case(at, one)
        except DamagedError as error:
            _log.warning("what was kept of %s is damaged and is worked out anew: %s", one.name, error)
            continue
        if kept is not None:
            found = found.with_case(kept)
    return found


def _warm(found: Found, first: Callable[[], None]) -> None:
    """Load what was compiled and what is needed to draw, so that the first who asks does not wait for it."""
    try:
        for kept in tuple(found.cases.values())[:1]:
            rehearse(found.trial, kept, found.scene.sensors)
        first()
    except Exception:
        _log.exception("what is needed to answer the first question about sight was not loaded; it will take longer")


def _with_case(found: Found | None, job: Job, case: Case) -> Found:
    """Read a case that has just been kept."""
    if found is None:
        scene = kept_scene(job.at, job.question)
        if scene is None:
            raise DamagedError(f"{job.at} does not hold what was just written there")
        found = Found.of(job.at, scene)
    kept = kept_case(job.at, case)
    if kept is None:
        raise DamagedError(f"{job.at} does not hold {case.name}, which was just written there")
    return found.with_case(kept)
