"""Which key signs for this centre?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vallum.cli.told import console, say_json

app = typer.Typer(help="Make and show a centre's signing key.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A centre's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]


@app.command()
def init(folder: Folder, as_json: AsJson = False) -> None:
    """Make a new Ed25519 key; an existing one is never overwritten."""
    from vallum.journal import keys

    _tell(keys.init(folder / "keys").fingerprint, as_json, made=True)


@app.command()
def show(folder: Folder, as_json: AsJson = False) -> None:
    """Show the fingerprint, to be read aloud and compared."""
    from vallum.journal import keys

    _tell(keys.load_public(folder / "keys").fingerprint, as_json, made=False)


def _tell(fingerprint: str, as_json: bool, *, made: bool) -> None:
    if as_json:
        say_json({"fingerprint": fingerprint, "made": made})
        return
    if made:
        console().print("A new key was made. Its fingerprint, to be compared face to face:")
    console().print(fingerprint)
