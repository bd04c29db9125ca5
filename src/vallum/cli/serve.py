"""How is a centre run for real?"""

from __future__ import annotations

import asyncio
import shlex
import time
from pathlib import Path
from typing import Annotated

import typer

from vallum.cli.told import console


def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The centre's folder, with its vallum.toml.")],
    host: Annotated[
        str, typer.Option(help="Where to listen; only this machine unless you say otherwise.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")] = 8137,
    sapient_host: Annotated[str, typer.Option(help="Where sensors connect.")] = "127.0.0.1",
    sapient_port: Annotated[int, typer.Option(min=0, max=65535, help="Port for sensors (SAPIENT).")] = 14000,
    party: Annotated[
        str | None, typer.Option(help="The party whose centre this is; default: the first of the home side.")
    ] = None,
) -> None:
    """Run a centre on the machine's clock until Ctrl-C."""
    from vallum.centre.centre import Centre
    from vallum.centre.folder import open_project
    from vallum.journal.clock import Clock
    from vallum.server.run import listen, run

    out = console()
    project = open_project(folder)
    bound = listen(host, port)
    centre = Centre.open(
        folder, project, clock=Clock.machine(), party=party, sapient_host=sapient_host, sapient_port=sapient_port
    )
    role = next(known.role["en"] for known in project.parties if known.id == centre.party)

    async def started() -> None:
        address = f"http://{host}:{bound.getsockname()[1]}"
        out.print(f"Centre of the {role} on {project.title['en']}: {address}")
        out.print(f"Sensors connect to {sapient_host}:{centre.sapient_port} (SAPIENT, BSI Flex 335 v2).")
        if not centre.has_users():
            token = centre.access.invite("administrator-1", "administrator", 24 * 3600.0, time.time())
            out.print("Nobody has signed in here yet. This link signs in the first administrator, once, within 24 h:")
            out.print(f"{address}/#enter={token}", soft_wrap=True)
        invite = f'vallum user invite NAME --role "watch officer" --dir {shlex.quote(str(folder))}'
        out.print(f"To let a watch officer in, in another terminal: {invite}", soft_wrap=True)
        out.print("Ctrl-C stops.")

    asyncio.run(run(centre, bound, started))
