"""How is holding worked out without the watch waiting for it: in a process of its own, which then answers what-if.

On its standard input comes a job, and after it a line of JSON for every trial. On its standard output it says, a line
of JSON each, how far it is, which case is there, and what would be. It ends when its input does.

    python -m vallum.centre.hold.worker < job
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from pydantic import TypeAdapter

from vallum.assets.obstacle import Obstacle
from vallum.assets.sensor import Sensor
from vallum.assets.unit import Unit
from vallum.centre.hold.kept import ARCHIVE, case_file, keep, pack
from vallum.centre.hold.question import HoldJob
from vallum.plan.adversary import HoldCase
from vallum.plan.field import Field
from vallum.plan.holdexport import export
from vallum.plan.holdplain import case_plain, tried_plain
from vallum.plan.holdsummary import record, summed_up
from vallum.plan.interruption import Holding, hold
from vallum.plan.tried import try_out

LEVELS = 4
# How the time is shared between the ground, the cases and the archive, for progress.
_GROUND, _CASES = 0.15, 0.95
_NICE = 10

Tell = Callable[..., None]
_SENSORS, _UNITS, _OBSTACLES = TypeAdapter(list[Sensor]), TypeAdapter(list[Unit]), TypeAdapter(list[Obstacle])


def work(job: HoldJob, trials: BinaryIO, out: BinaryIO) -> None:
    """Work a job out, then answer trials until there are no more.

    Parameters
    ----------
    job
        Cases that are kept already are solved without bounds and causes: trials are compared with them.
    trials
        Lines of `{"id", "case", "sensors", "units", "obstacles"}`; what is not given stays as it is.
    out
        Where is told: `{"what", "progress"}` as it goes, `{"case": name}` for each, `{"ready": true}`; then for each
        trial `{"id", "tried"}` or `{"id", "refused": words}`. Or `{"failed": words}`.
    """
    one_at_a_time = threading.Lock()

    def tell(**said: object) -> None:
        with one_at_a_time:
            out.write(orjson.dumps(said) + b"\n")
            out.flush()

    try:
        field = job.question.field(lambda what, share: tell(what=what, progress=share * _GROUND))
        found = {case.name: _held(job, field, number, tell) for number, case in enumerate(job.question.cases)}
        if not (job.at / ARCHIVE).is_file():
            tell(what="archive", progress=_CASES)
            _archive(job, field, found)
    except ValueError as error:
        # written for people: no terrain, a unit that cannot move, an obstacle beyond the line's end
        tell(failed=str(error))
        return
    tell(ready=True)
    for line in trials:
        asked = orjson.loads(line)
        try:
            tell(id=asked["id"], tried=_tried(field, found, asked))
        except ValueError as error:
            tell(id=asked["id"], refused=str(error))


def _held(job: HoldJob, field: Field, number: int, tell: Tell) -> Holding:
    case, cases = job.question.cases[number], len(job.question.cases)
    file = case_file(job.at, case.name)
    whole = not file.is_file() or not (job.at / ARCHIVE).is_file()

    def progress(what: str, share: float) -> None:
        tell(what=case.name, progress=_GROUND + (_CASES - _GROUND) * (number + share) / cases)

    (held,) = hold(field, [case], with_causes=whole, levels=LEVELS if whole else 0, progress=progress)
    if whole:
        keep(file, orjson.dumps(case_plain(field, held)))
    tell(case=case.name)
    return held


def _archive(job: HoldJob, field: Field, found: dict[str, Holding]) -> None:
    held = list(found.values())
    settings = {"cell_m": field.scene.strip.cell_m, "causes": True, "levels": LEVELS}
    with tempfile.TemporaryDirectory(dir=job.at) as beside:
        folder = Path(beside) / "hold"
        export(folder, field, held, summed_up(field, held), record(field, held, settings))
        pack(folder, job.at / ARCHIVE)


def _tried(field: Field, found: dict[str, Holding], asked: dict[str, Any]) -> dict[str, Any]:
    began_s = time.perf_counter()
    now = field.with_(
        sensors=_SENSORS.validate_python(asked["sensors"]) if "sensors" in asked else None,
        units=_UNITS.validate_python(asked["units"]) if "units" in asked else None,
        obstacles=_OBSTACLES.validate_python(asked["obstacles"]) if "obstacles" in asked else None,
    )
    tried = try_out(field, found[HoldCase.named(asked["case"]).name], now)
    shown = tried_plain(now, tried)
    return {**shown, "took_ms": round(1000.0 * (time.perf_counter() - began_s), 1)}


def main() -> None:
    """Read a job from standard input and work it out."""
    # Ctrl-C at the terminal is for the centre, which takes this process down itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    job = pickle.load(sys.stdin.buffer)
    try:
        work(job, sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        # the centre is gone; nobody waits for the answer
        os._exit(0)


if __name__ == "__main__":
    main()
