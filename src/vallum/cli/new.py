"""How does a newcomer start a frontier of their own?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vallum.cli.told import console

Name = Annotated[str, typer.Argument(metavar="NAME", help="Lower-case letters, digits and hyphens.")]
Line = Annotated[
    Path,
    typer.Option(metavar="FILE", help="The line: GeoJSON, GeoPackage or shapefile with exactly one line in it."),
]
Folder = Annotated[
    Path | None, typer.Option("--dir", metavar="DIR", help="Where to write; without it, a folder NAME here.")
]


def new(name: Name, line: Line, folder: Folder = None) -> None:
    """Start an empty frontier from a line."""
    from vallum import project

    written = project.new(name, line, Path(name) if folder is None else folder)
    length_km = project.load(written).frontier.map_length_m / 1000
    out = console()
    out.print(
        f"{written} holds a frontier of {length_km:.3f} km with one section and nothing on it yet.", soft_wrap=True
    )
    out.print("Next: read vallum.toml, above all home_side, then look at it with")
    shown = written if written.is_absolute() else f"./{written}"
    out.print(f"  vallum frontier show {shown}", soft_wrap=True)
