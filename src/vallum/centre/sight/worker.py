"""How is sight worked out without the watch waiting for it: in a process of its own, at the lowest priority.

Compiling kernels and looking over a strip take seconds in which a centre must go on hearing its sensors. So another
process does it and keeps the answer in the centre's folder; the centre reads it there. It says on its standard output,
a line of JSON each, how far it is and which case is there; it ends when the centre closes its end or takes it down.

    python -m vallum.centre.sight.worker < job
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import orjson

from vallum.centre.sight.asked import rehearse
from vallum.centre.sight.kept import DamagedError, keep_case, keep_scene, kept_case, kept_scene
from vallum.centre.sight.question import Question
from vallum.plan.case import Case
from vallum.plan.coverage import Coverage
from vallum.plan.part import Seen
from vallum.plan.scene import Progress, Scene, lay_out

# How the time is shared between the scene and the first case, for progress.
_SCENE_SHARE = 0.5
_NICE = 10

Tell = Callable[..., None]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What is to be worked out, in this order, and where it is kept."""

    question: Question
    cases: tuple[Case, ...]
    at: Path


def work(job: Job, out: BinaryIO) -> None:
    """Work a job out.

    Parameters
    ----------
    job
        The scene is laid out only if it is not kept already.
    out
        Where is told: `{"what", "progress"}` as it goes, then `{"scene": true}`, `{"case": name}` for each; or
        `{"failed": words}`.
    """
    # threads tell how far they are
    one_at_a_time = threading.Lock()

    def tell(**said: object) -> None:
        with one_at_a_time:
            out.write(orjson.dumps(said) + b"\n")
            out.flush()

    try:
        scene = _scene(job, lambda what, share: tell(what=what, progress=share * _SCENE_SHARE))
        tell(scene=True)
        for number, case in enumerate(job.cases):
            begun = _SCENE_SHARE if number == 0 else 0.0
            keep_case(job.at, case, scene, partial(_look, scene, case, begun, tell))
            if number == 0:
                _warm(scene, job.at, case)
            tell(case=case.name)
    except ValueError as error:
        # written for people: no terrain, a model that covers nothing, too little memory
        tell(failed=str(error))


def _scene(job: Job, progress: Progress) -> Scene:
    try:
        known = kept_scene(job.at, job.question)
    except DamagedError:
        known = None
    if known is not None:
        return known
    asked = job.question
    scene = lay_out(
        asked.frontier,
        asked.sources,
        asked.sensors,
        tests=asked.tests,
        parameters=asked.parameters,
        cell_m=asked.cell_m,
        fineness=asked.fineness,
        progress=progress,
    )
    keep_scene(job.at, scene)
    return scene


def _look(scene: Scene, case: Case, begun: float, tell: Tell, take: Callable[[Seen], Seen]) -> Coverage:
    return scene.look(
        [case],
        take=take,
        progress=lambda share: tell(what=case.name, progress=begun + share * (1.0 - begun)),
    )


def _warm(scene: Scene, at: Path, case: Case) -> None:
    kept = kept_case(at, case)
    if kept is not None:
        rehearse(scene.trial(), kept, scene.sensors)


def main() -> None:
    """Read a job from standard input and work it out."""
    # Ctrl-C at the terminal is for the centre, which takes this process down itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    job = pickle.load(sys.stdin.buffer)
    try:
        work(job, sys.stdout.buffer)
    except BrokenPipeError:
        # the centre is gone; nobody waits for the answer
        os._exit(0)


if __name__ == "__main__":
    main()
