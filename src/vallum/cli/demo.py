"""What does a newcomer see: one simulated night on real ground, at one command."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
import webbrowser
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from vallum.access.roles import Role
from vallum.cli.told import console

NIGHT = timedelta(hours=12)

Folder = Annotated[
    Path | None,
    typer.Option("--dir", metavar="DIR", help="Keep the centre here; without it, it is fresh and thrown away."),
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
Speed = Annotated[float, typer.Option(min=0.1, max=120, help="Scenario seconds per second of yours.")]
ForSeconds = Annotated[
    float | None, typer.Option("--for", min=1, metavar="SECONDS", help="Stop after so many seconds of your time.")
]
Seed = Annotated[int, typer.Option(min=0, help="Which night; 0 is one in which nobody approaches.")]
RoleOption = Annotated[str, typer.Option("--role", help="The role the printed link signs you in with.")]


def demo(
    folder: Folder = None,
    port: Port = 8137,
    no_browser: NoBrowser = False,
    speed: Speed = 5.0,
    for_seconds: ForSeconds = None,
    seed: Seed = 1,
    role: RoleOption = "watch officer",
) -> None:
    """Run a simulated night on the Iraq-Syria frontier of March 2021."""
    from vallum.centre.centre import Centre
    from vallum.centre.folder import open_project, prepare
    from vallum.cli.simulator import Simulator
    from vallum.cli.truth import tell_truth
    from vallum.cli.user import known_role
    from vallum.server.run import listen, run

    signed_in_as = known_role(role)
    out = console()
    with _place(folder) as place:
        prepare(place, "iraq-syria")
        project = open_project(place)
        bound = listen("127.0.0.1", port)
        clock = Centre.scenario_clock(place, project, speed)
        centre = Centre.open(place, project, clock=clock, sapient_port=0)
        simulator = Simulator(place, place / "truth.json", seed, speed)

        async def started() -> None:
            address = f"http://127.0.0.1:{bound.getsockname()[1]}"
            link = (
                f"{address}/#enter={centre.access.invite(_name(signed_in_as), signed_in_as, 24 * 3600.0, time.time())}"
            )
            simulator.start(centre, clock.now() + NIGHT)
            began = f"{clock.now():%d %B %Y %H:%M} UTC"
            out.print(f"{project.title['en']}, a simulated night from {began}, {speed:g} times as fast.")
            out.print("Posts, sensors and units are invented. This link signs you in, once:")
            out.print(link, soft_wrap=True)
            out.print("Ctrl-C ends the night." if for_seconds is None else f"The night ends after {for_seconds:g} s.")
            if not no_browser:
                webbrowser.open(link)

        async def night() -> None:
            stop = asyncio.Event()
            if for_seconds is not None:
                asyncio.get_running_loop().call_later(for_seconds, stop.set)
            await run(centre, bound, started, stop, simulator.end)

        try:
            asyncio.run(night())
        finally:
            simulator.stop()
        tell_truth(out, place)


def _name(role: Role) -> str:
    """Name the demo's visitor by role: nobody real."""
    return "watch-1" if role == "watch officer" else f"{role.replace(' ', '-')}-1"


@contextlib.contextmanager
def _place(folder: Path | None) -> Generator[Path, None, None]:
    """Give the folder that was asked for, or one that is thrown away."""
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="vallum-demo-") as place:
        yield Path(place)
