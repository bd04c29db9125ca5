"""On which ground is this frontier analysed, and how does better ground come in?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from vallum.cli.frontier import AsJson, FrontierArgument
from vallum.cli.told import console, say_json
from vallum.project import load

if TYPE_CHECKING:
    from vallum.gateways.copernicus import Fetched, Tile

app = typer.Typer(help="Bring in ground and see how good it is.", no_args_is_help=True)

ProductName = Annotated[
    str, typer.Option("--product", metavar="NAME", help="glo30 (cells of about 30 m) or glo90 (about 90 m).")
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="A server with the same layout; without it, the public one."),
]
Cache = Annotated[
    Path | None, typer.Option("--cache", metavar="DIR", help="Where tiles are kept; without it, your cache folder.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Use the tiles that are here and ask nobody.")]
HalfWidth = Annotated[
    float, typer.Option("--half-width-km", min=0.1, max=200, help="How far to each side of the line.")
]
Cell = Annotated[float, typer.Option("--cell-m", min=1, max=5000, help="Cells in which it is measured.")]
TerrainPath = Annotated[
    Path, typer.Argument(metavar="PATH", help="GeoTIFF, DTED, SRTM .hgt or VRT file, or a folder of tiles.")
]
SourceName = Annotated[str, typer.Option("--name", help="Its name in this project, each once.")]
ErrorSd = Annotated[float, typer.Option("--error-sd-m", help="One standard deviation of its height error.")]
Reference = Annotated[
    str | None,
    typer.Option("--vertical-reference", help="What its heights are above, as EGM96; needed unless it declares it."),
]
ErrorLength = Annotated[
    float | None,
    typer.Option("--error-length-m", help="Over which distance its error stays alike; without it, three cells."),
]
ErrorSource = Annotated[str, typer.Option("--error-source", help="Who says so, or that it is an assumption.")]
Origin = Annotated[
    str | None, typer.Option("--origin", help="Where the heights come from; without it, the name of the file.")
]

_TILE_CELL_M = 500.0
_STATES = {
    "fetched": "fetched",
    "cached": "from the cache",
    "absent": "not on the server",
    "refused": "refused",
    "missing": "missing",
}


@app.callback()
def terrain() -> None:
    """Bring in ground and see how good it is."""


@app.command()
def fetch(
    frontier: FrontierArgument,
    product: ProductName = "glo30",
    base_url: BaseUrl = None,
    cache: Cache = None,
    offline: Offline = False,
    half_width_km: HalfWidth = 25.0,
) -> None:
    """Fetch the Copernicus tiles along a frontier and enter them in its terrain.toml."""
    from vallum.cli.entering import carry, enter, is_packaged
    from vallum.frontier.strip import Strip
    from vallum.gateways import copernicus
    from vallum.gateways.copernicus.fetch import cache_folder
    from vallum.project.terrain_file import TerrainSourceSettings

    if product not in copernicus.PRODUCTS:
        known = " or ".join(copernicus.PRODUCTS)
        raise typer.BadParameter(f"there is no {product}; take {known}", param_hint="--product")
    if base_url is not None and not base_url.startswith(("http://", "https://")):
        raise typer.BadParameter("give an address that begins with http:// or https://", param_hint="--base-url")
    project, wanted = load(frontier), copernicus.PRODUCTS[product]
    tiles = copernicus.tiles_of(wanted, Strip.chain(project.frontier, half_width_km * 1000.0, _TILE_CELL_M))
    out, kept = console(), cache or cache_folder()
    out.print(
        f"{wanted.title}, {len(tiles)} tiles within {half_width_km:g} km of the line; they are kept in {kept}.",
        soft_wrap=True,
    )
    with _bars() as bars:
        rows: dict[Tile, TaskID] = {}

        def tell(tile: Tile, done: int, total: int | None) -> None:
            if tile not in rows:
                rows[tile] = bars.add_task(_place(tile), total=total)
            bars.update(rows[tile], completed=done, total=total, visible=done != total)

        try:
            fetched = copernicus.fetch(tiles, kept, base_url=base_url, offline=offline, progress=tell)
        except KeyboardInterrupt:
            bars.stop()
            out.print("Ended. What has come is kept; the same command goes on from there.")
            raise typer.Exit(130) from None
    _tell_fetched(out, fetched)
    here = [one.path for one in fetched if one.path is not None]
    if here and is_packaged(project):
        out.print(
            f"{project.name} comes with the program and is not changed: in a project folder of your own the same "
            "command enters these tiles in its terrain.toml.",
            soft_wrap=True,
        )
    elif here:
        source = TerrainSourceSettings(
            name=wanted.title,
            path=carry(project.folder, wanted.name, here),
            vertical_reference=wanted.vertical_reference,
            error_sd_m=wanted.error_sd_m,
            error_length_m=wanted.error_length_m,
            error_source=wanted.error_source,
            origin=wanted.origin,
        )
        stands = "is now" if enter(project, source) else "stands already"
        out.print(f"{wanted.title} {stands} in {project.folder / 'terrain.toml'}.", soft_wrap=True)
        out.print(f"Look at it with: vallum terrain show {frontier}", soft_wrap=True)
    if any(one.state in ("missing", "refused") for one in fetched):
        out.print("Not all tiles are here. The same command tries again, for these alone.")
        raise typer.Exit(1)


@app.command()
def add(
    frontier: FrontierArgument,
    path: TerrainPath,
    name: SourceName,
    error_sd_m: ErrorSd,
    vertical_reference: Reference = None,
    error_length_m: ErrorLength = None,
    error_source: ErrorSource = "stated when it was added, without a source",
    origin: Origin = None,
) -> None:
    """Enter a terrain model of your own in a project's terrain.toml."""
    import numpy as np

    from vallum.cli.entering import enter, path_in, refuse_packaged
    from vallum.project.terrain_file import stated
    from vallum.terrain.header import TerrainError
    from vallum.terrain.source import expanded, headers_of

    project = load(frontier)
    refuse_packaged(project)
    headers = headers_of(expanded(path))
    line = project.frontier
    lon, lat = line.point_at(np.linspace(0.0, line.map_length_m, 2000), 0.0)
    on_line = np.any([header.contains(np.asarray(lon), np.asarray(lat)) for header in headers], axis=0)
    if not on_line.any():
        raise TerrainError(path, f"it has no ground under {line.name}", "Add a model that lies along the line.")
    cell_m = max(header.cell_m for header in headers)
    wanted = {
        "name": name,
        "path": path_in(project.folder, path),
        "vertical_reference": vertical_reference,
        "error_sd_m": error_sd_m,
        "error_length_m": round(3.0 * cell_m, 1) if error_length_m is None else error_length_m,
        "error_source": error_source if error_length_m is not None else f"{error_source}; length assumed, three cells",
        "origin": origin or path.resolve().name,
    }
    settings, source = stated(project.folder, wanted)
    out = console()
    if not enter(project, settings):
        out.print(f"{name} stands already in {project.folder / 'terrain.toml'}.", soft_wrap=True)
        return
    out.print(
        f"{name}: cells of {source.cell_m:,.1f} m above {source.vertical_reference}, under {on_line.mean():.0%} of the "
        f"line. It is now in {project.folder / 'terrain.toml'}.",
        soft_wrap=True,
    )
    out.print(f"Look at it with: vallum terrain show {frontier}", soft_wrap=True)


@app.command()
def show(
    frontier: FrontierArgument, half_width_km: HalfWidth = 15.0, cell_m: Cell = 100.0, as_json: AsJson = False
) -> None:
    """Show the sources of terrain, how much of the strip each gives, where they meet, and what may be built on it."""
    from vallum.cli.groundshown import draw, measured

    project = load(frontier)
    with Progress(TextColumn("laying the ground"), BarColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        shown = measured(project, half_width_km * 1000.0, cell_m, lambda share: bar.update(task, completed=share))
    if as_json:
        say_json(shown)
    else:
        draw(console(), project, shown)


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _tell_fetched(out: Console, fetched: Iterable[Fetched]) -> None:
    reasons: dict[str, list[str]] = {}
    counted: Counter[str] = Counter()
    for one in fetched:
        counted[one.state] += 1
        if one.reason:
            reasons.setdefault(f"{_STATES[one.state]}: {one.reason}", []).append(_place(one.tile))
    out.print(", ".join(f"{counted[state]} {words}" for state, words in _STATES.items() if counted[state]))
    for reason, places in reasons.items():
        style = "dim" if reason.startswith(_STATES["absent"]) else "yellow"
        out.print(f"  {', '.join(places)}  {reason}", style=style, soft_wrap=True)


def _place(tile: Tile) -> str:
    """Name a tile by its south-west corner, as its own name does."""
    return f"{'NS'[tile.south < 0]}{abs(tile.south):02d} {'EW'[tile.west < 0]}{abs(tile.west):03d}"
