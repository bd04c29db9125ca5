"""How is a simulated night started as a process of its own?

For example `python -m vallum.simulate --project iraq-syria --port 15000 --seed 1 --truth truth.json`.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from vallum.journal.clock import Clock
from vallum.project import load
from vallum.simulate.night import run
from vallum.simulate.world import World
from vallum.terrain.elevation import Elevation

NIGHT = timedelta(hours=12)


def simulate(
    project: Annotated[str, typer.Option(help="Packaged name or folder of the project.")],
    port: Annotated[int, typer.Option(help="Port of the centre's SAPIENT endpoint.")],
    host: Annotated[str, typer.Option(help="Where the centre listens.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(min=0, help="Draws the whole night; 0 is a night on which nobody comes.")] = 1,
    start: Annotated[str, typer.Option(help="Start of the night, ISO 8601; the project's own when empty.")] = "",
    anchor: Annotated[float, typer.Option(help="Unix second of the machine at which the night starts; 0: now.")] = 0.0,
    speed: Annotated[float, typer.Option(help="Scenario seconds per second.")] = 1.0,
    until: Annotated[str, typer.Option(help="When to stop, ISO 8601 scenario time; the night's end when empty.")] = "",
    truth: Annotated[Path | None, typer.Option(help="File for the truth (JSON), rewritten every few seconds.")] = None,
) -> None:
    """Run a night of simulated sensors against a centre. Only sensors marked simulated in the project speak."""
    declared = load(project)
    begins = _instant(start, "--start") or declared.scenario_start
    if begins is None:
        raise typer.BadParameter(f"vallum.toml of {project} names no scenario start; give one with --start")
    if declared.terrain_path is None:
        raise typer.BadParameter(f"{project} has no terrain file; without the ground nobody knows who sees whom")
    clock = Clock(begins, anchor or time.time(), speed)
    sensors = [sensor for sensor in declared.sensors if sensor.simulated]
    if not sensors:
        raise typer.BadParameter(f"{project} has no sensor marked simulated in sensors.csv; real ones are never acted")
    elevation = Elevation.read(declared.terrain_path)
    world = World.drawn(
        declared.frontier, elevation, sensors, declared.units, seed=seed, start=begins, end=begins + NIGHT
    )
    ends = _instant(until, "--until")
    asyncio.run(_run_until_told(world, host, port, clock, ends.timestamp() if ends else None, truth))


async def _run_until_told(
    world: World, host: str, port: int, clock: Clock, end_s: float | None, truth: Path | None
) -> None:
    """Run the night; an interrupt or a polite kill ends it as cleanly as dawn does."""
    night = asyncio.create_task(
        run(world, host=host, port=port, clock=clock, end_s=end_s, truth_path=truth, progress=_say)
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, night.cancel)
    await asyncio.wait([night])
    if not night.cancelled():
        night.result()


def _say(words: str) -> None:
    sys.stderr.write(f"simulated night: {words}\n")
    sys.stderr.flush()


def _instant(text: str, option: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option}: found {text!r}, expected a time like 2021-03-17T15:30:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    typer.run(simulate)
