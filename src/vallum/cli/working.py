"""How does long work at a terminal show how far it is, stop when asked, and know which sensors count?"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from vallum.project import Project

if TYPE_CHECKING:
    from vallum.assets.sensor import Sensor
    from vallum.assets.walktest import WalkTest

SchedulerOption = Annotated[
    str,
    typer.Option("--scheduler", metavar="WHERE", help="threads, processes, or tcp://HOST:PORT of a dask cluster."),
]


def sensors_that_count(project: Project) -> tuple[Sequence[Sensor], Sequence[WalkTest], Mapping[str, str]]:
    """Give the sensors that count, their walk tests, and why others do not count."""
    if not (project.folder / "journal.db").exists():
        return project.sensors, project.walk_tests, {}
    from vallum.centre.walked import known_sensors

    rows = known_sensors(project.folder)
    live = [row for row in rows if row.state == "live"]
    silent = {
        row.sensor_id: f"the journal has it as {row.state} ({row.state_reason})" for row in rows if row.state != "live"
    }
    return live, tuple(test for row in live for test in row.walk_tests), silent


@contextmanager
def stopping() -> Generator[Callable[[], bool], None, None]:
    """Let Ctrl-C stop the work where it is, and give the question whether it was pressed to those who work beside."""
    from vallum.plan.mapping import CancelledError

    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            # Pressed again: whatever is being tidied up is left.
            raise KeyboardInterrupt
        asked.set()
        raise CancelledError("stopped as asked; nothing was kept")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress_shown(as_json: bool) -> Generator[Callable[[str, float], object], None, None]:
    """Show on standard error how far the work is, to somebody at a terminal and to nobody else."""
    if as_json or not sys.stderr.isatty():
        yield _nobody
        return
    columns: tuple[Any, ...] = (TextColumn("{task.description:14}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=1.0)
        yield lambda what, share: bars.update(task, description=what, completed=share)


def _nobody(_what: str, _share: float) -> None:
    """Tell nobody."""
