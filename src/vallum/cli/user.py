"""Who may come into a centre: one-time links for named people."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from vallum.access.roles import ROLES, Role
from vallum.cli.told import console, say_json

app = typer.Typer(help="Invite people into a centre.", no_args_is_help=True)


@app.callback()
def users() -> None:
    """Invite people into a centre."""


@app.command()
def invite(
    name: Annotated[str, typer.Argument(help="The name under which the person acts; it stands in the journal.")],
    role: Annotated[str, typer.Option(help="watch officer, planner, auditor, administrator, ...")],
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="The centre's folder.")] = Path(),
    address: Annotated[str, typer.Option(help="Where the page is served.")] = "http://127.0.0.1:8137",
    hours: Annotated[float, typer.Option(min=0.01, help="How long the link works.")] = 24.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")] = False,
) -> None:
    """Print a link that signs a person in once. The centre writes it down when it is used."""
    from vallum.access.access import Access
    from vallum.centre.folder import require_centre

    chosen = known_role(role)
    require_centre(folder)
    with Access.open(folder) as access:
        try:
            token = access.invite(name, chosen, valid_s=hours * 3600, now_s=time.time())
        except ValueError as wrong:
            raise typer.BadParameter(str(wrong), param_hint="NAME") from wrong
    link = f"{address}/#enter={token}"
    if as_json:
        say_json({"name": name, "role": role, "link": link, "valid_hours": hours})
    else:
        console().print(f"This link signs {name} in as {role}, once, within {hours:g} h:")
        console().print(link, soft_wrap=True)


def known_role(role: str) -> Role:
    """Give the role of that name, or refuse with the names there are."""
    for known in ROLES:
        if known == role:
            return known
    raise typer.BadParameter(f"there is no role {role!r}; choose one of: {', '.join(ROLES)}", param_hint="--role")
