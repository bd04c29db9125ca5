"""How surely is the line of a running centre held, as far as it is worked out, and what would be if?

Nobody on watch needs it, and it takes as much of the machine as it can get: so it is worked out when somebody asks
first, and the process that does it goes when nobody has asked for a while. All sensors that are installed count, with
the share of the time in which they work; whether one is heard now is for whoever tries what would be without it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from vallum.assets.sensor import SensorRow
from vallum.centre.hold.kept import ARCHIVE, case_file, kept_cases, make_room, place
from vallum.centre.hold.process import Analyst
from vallum.centre.hold.question import HoldJob, HoldQuestion
from vallum.centre.sight.live import NO_TERRAIN, NOT_ASKED
from vallum.centre.sight.process import FailedError
from vallum.project import Project

State = Literal["none", "computing", "ready", "failed"]

# A planner who has gone for so long has gone: the process and its memory go too.
IDLE_S = 900.0
_DOING = {
    "ground": "the ground of the band is laid out",
    "terrain error": "sight lines are tried against the terrain's error",
    "archive": "tables and maps for other programs are written",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class HoldStanding:
    """How it stands at one moment.

    Attributes
    ----------
    state, reason, progress
        What is being done, why there is nothing, or what failed; share done of it.
    version
        The digest of the question; empty before it is known.
    at
        Where answers are kept; None before that is known.
    cases
        Those that are there.
    can_try
        Whether what-if can be asked.
    """

    state: State
    reason: str | None = None
    progress: float = 0.0
    version: str = ""
    at: Path | None = None
    cases: tuple[str, ...] = ()
    can_try: bool = False


class LiveHold:
    """The holding analysis of a running centre; used on the event loop only."""

    def __init__(
        self, project: Project, folder: Path | None, rows: Iterable[SensorRow], cell_m: float | None = None
    ) -> None:
        self._project, self._folder, self._cell_m = project, folder, cell_m
        self._rows = {row.sensor_id: row for row in rows}
        self.question = HoldQuestion.of(project, self._rows.values(), cell_m)
        why = NOT_ASKED if folder is None else None if project.terrain_sources else NO_TERRAIN
        self.standing = HoldStanding("none", why)
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._analyst: Analyst | None = None
        self._asked_s = 0.0
        self._may_work = why is None

    def wanted(self) -> None:
        """Somebody asks: begin to work unless that is done; raise nothing."""
        self._asked_s = time.monotonic()
        if self._may_work and self._task is None and self.standing.state != "failed":
            self._begin()

    def again(self) -> None:
        """Somebody asks to try again what failed."""
        if self.standing.state == "failed":
            self.standing = HoldStanding("none")
        self.wanted()

    async def stop(self) -> None:
        """End the other process; what was not finished is begun again next time."""
        task, self._task = self._task, None
        if task is not None:
            self._end(task)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def installed(self, rows: Iterable[SensorRow]) -> None:
        """Take in that sensors were installed, changed or walked: everything is worked out anew if it matters."""
        self._rows |= {row.sensor_id: row for row in rows}
        asked = HoldQuestion.of(self._project, self._rows.values(), self._cell_m)
        known = self.question.sight
        if (asked.sight.sensors, asked.sight.tests) == (known.sensors, known.tests):
            return
        self.question = asked
        old, self._task = self._task, None
        if not self._may_work:
            return
        self.standing = HoldStanding("none")
        if old is not None:
            # somebody waits for it, or may try something any moment
            self._end(old)
            self._begin()

    def answer(self, name: str) -> Path | None:
        """Return where a case is kept; None when it is not there."""
        at = self.standing.at
        return case_file(at, name) if at is not None and name in self.standing.cases else None

    def archive(self) -> Path | None:
        """Return where the archive of all cases is; None when it is not there."""
        at = self.standing.at
        return at / ARCHIVE if at is not None and (at / ARCHIVE).is_file() else None

    async def try_out(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Ask what would be, as `worker.work` takes it; raises as `Analyst.ask`."""
        self._asked_s = time.monotonic()
        if self._analyst is None:
            raise FailedError("holding is not worked out yet; ask again in a few seconds")
        return await self._analyst.ask(asked)

    # --- work

    def _begin(self) -> None:
        self.standing = replace(self.standing, state="computing", reason="the holding analysis is begun", progress=0.0)
        self._task = asyncio.create_task(self._work())
        self._task.add_done_callback(self._ended)

    def _end(self, task: asyncio.Task[None]) -> None:
        """End a task, whose process goes with it; `stop` waits until it is gone."""
        task.cancel()
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if self._task is task:
            self._task = None

    async def _work(self) -> None:
        try:
            await self._answer(self.question)
        except (FailedError, OSError) as error:
            # a file of the terrain is gone, the disk is full, the other process cannot: all can be told
            _log.warning("holding is not worked out: %s", error)
            self._failed(str(error))
        except Exception as error:
            _log.exception("holding could not be worked out")
            self._failed(f"a fault of this software, see its log: {error}")

    def _failed(self, why: str) -> None:
        self.standing = replace(self.standing, state="failed", reason=why, can_try=False)

    async def _answer(self, asked: HoldQuestion) -> None:
        assert self._folder is not None
        version = await asyncio.to_thread(asked.digest)
        at = place(self._folder, version)
        await asyncio.to_thread(make_room, at)
        self.standing = replace(self.standing, version=version, at=at, cases=kept_cases(at, asked.cases))
        analyst = Analyst(HoldJob(asked, at))
        working = asyncio.create_task(analyst.run(self._told))
        self._analyst = analyst
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=min(IDLE_S / 4.0, 60.0))
                if time.monotonic() - self._asked_s > IDLE_S and self.standing.state == "ready":
                    break
            if working.done():
                working.result()
        finally:
            if self._analyst is analyst:
                self._analyst = None
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            # what is kept can still be shown; who asks to try something begins it again
            if self._analyst is None:
                self.standing = replace(self.standing, can_try=False)

    def _told(self, said: Mapping[str, Any]) -> None:
        if "ready" in said:
            self.standing = replace(self.standing, state="ready", reason=None, progress=1.0, can_try=True)
        elif "case" in said:
            cases = tuple(dict.fromkeys((*self.standing.cases, str(said["case"]))))
            self.standing = replace(self.standing, cases=cases)
        elif "progress" in said:
            what = str(said["what"])
            doing = _DOING.get(what, f"ways are searched for {what}")
            self.standing = replace(self.standing, progress=float(said["progress"]), reason=doing)
