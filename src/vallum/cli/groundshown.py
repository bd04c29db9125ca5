"""How good is the ground of a frontier: its sources, what each gives, where they meet, what may be built on it?"""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any

import numpy as np
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from vallum.frontier.strip import Strip
from vallum.project import Project
from vallum.terrain.elevation import COARSEST_USABLE_M
from vallum.terrain.mosaic import Mosaic
from vallum.terrain.seams import Seam, seams

# Enough places of a seam to tell from where to where it runs.
_PLACES = 2_000


def measured(
    project: Project, half_width_m: float, cell_m: float, progress: Callable[[float], object]
) -> dict[str, Any]:
    """Lay the ground along a frontier and return what is found, as plain values.

    Parameters
    ----------
    project
        The frontier.
    half_width_m
        How far to each side, metres.
    cell_m
        Cells in which it is measured, metres.
    progress
        Called with the share done, 0 to 1.
    """
    shown: dict[str, Any] = {
        "name": project.name,
        "half_width_m": half_width_m,
        "measured_in_cells_of_m": cell_m,
        "grade": None,
        "terrain_cell_m": None,
        "error_sd_m": None,
        "error_length_m": None,
        "void_share": 1.0,
        "notes": [],
        "sources": [],
        "seams": [],
    }
    if not project.terrain_sources:
        return shown
    mosaic = Mosaic(project.terrain_sources)
    strips = Strip.chain(project.frontier, half_width_m, cell_m)
    shares, void, cells = np.zeros(len(mosaic.sources)), 0.0, 0
    for index, strip in enumerate(strips):

        def tell(share: float, done: int = index) -> None:
            progress((done + share) / len(strips))

        ground = mosaic.onto(strip, progress=tell)
        assert ground.cover is not None
        inside = ~strip.mask()
        count = int(np.count_nonzero(inside))
        shares += np.array(ground.cover.shares) * count
        void, cells = void + ground.void_share * count, cells + count
        shown["notes"] += [note for note in ground.notes if note not in shown["notes"]]
        shown["seams"] += [_seam(one, strip) for one in seams(ground, inside)]
    used = [source for source, share in zip(mosaic.sources, shares, strict=True) if share > 0.0]
    worst = max(used, key=lambda source: source.error_sd_m)
    coarsest_m = max(source.cell_m for source in used)
    return shown | {
        "grade": "usable" if coarsest_m <= COARSEST_USABLE_M else "indicative",
        "terrain_cell_m": round(coarsest_m, 2),
        "error_sd_m": worst.error_sd_m,
        "error_length_m": round(worst.error_length_m, 1),
        "void_share": round(void / cells, 6),
        "sources": [
            {
                "name": source.name,
                "share": round(float(share) / cells, 6),
                "files": len(source.paths),
                "crs": source.crs,
                "cell_m": round(source.cell_m, 2),
                "vertical_reference": source.vertical_reference,
                "error_sd_m": source.error_sd_m,
                "error_length_m": round(source.error_length_m, 1),
                "error_source": source.error_source,
                "origin": source.origin,
            }
            for source, share in zip(mosaic.sources, shares, strict=True)
        ],
    }


def draw(out: Console, project: Project, shown: dict[str, Any]) -> None:
    """Print what was found for people."""
    width = (
        f"{shown['half_width_m'] / 1000:g} km to each side, measured in cells of {shown['measured_in_cells_of_m']:g} m"
    )
    out.print(f"[bold]{project.title['en']}[/bold]  [dim]{width}[/dim]\n")
    if not shown["sources"]:
        out.print("There is no terrain. Bring some in with: vallum terrain fetch, or vallum terrain add.")
        return
    out.print(_sources(shown))
    for source in shown["sources"]:
        out.print()
        out.print(f"[bold]{source['name']}[/bold]")
        out.print(Padding(f"heights: {source['origin']}\nerror: {source['error_source']}", (0, 0, 0, 2)), style="dim")
    if shown["seams"]:
        out.print()
        out.print(_seams(shown))
    out.print()
    coarsest = f"the coarsest source in use has cells of {shown['terrain_cell_m']:,.0f} m"
    if shown["grade"] == "usable":
        out.print(f"[green]usable[/green]: {coarsest}.")
    else:
        out.print(
            f"[yellow]indicative[/yellow]: {coarsest}. Above {COARSEST_USABLE_M:.0f} m, half of what is computed in "
            "rugged ground is not there."
        )
    for note in shown["notes"]:
        out.print(note, style="yellow")


def _sources(shown: dict[str, Any]) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("source")
    table.add_column("gives", justify="right")
    table.add_column("cells", justify="right")
    table.add_column("heights above")
    table.add_column("error, one sd", justify="right")
    table.add_column("alike over", justify="right")
    table.add_column("files", justify="right")
    for source in shown["sources"]:
        table.add_row(
            source["name"],
            f"{source['share']:.1%}",
            f"{source['cell_m']:,.4g} m",
            source["vertical_reference"],
            f"{source['error_sd_m']:g} m",
            f"{source['error_length_m']:,g} m",
            f"{source['files']:,}",
        )
    table.add_row("[dim]unknown[/dim]", f"[dim]{shown['void_share']:.1%}[/dim]")
    return table


def _seams(shown: dict[str, Any]) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("where two sources meet")
    table.add_column("over", justify="right")
    table.add_column("line km", justify="right")
    table.add_column("step", justify="right")
    table.add_column("5 % above", justify="right")
    table.add_column("references")
    for seam in shown["seams"]:
        unknown = seam["step_m"] is None
        table.add_row(
            f"{seam['coarser']} over {seam['finer']}",
            f"{seam['length_m'] / 1000:,.1f} km",
            f"{seam['from_km']:.1f}-{seam['to_km']:.1f}",
            "unknown" if unknown else f"{seam['step_m']:+.1f} m",
            "" if unknown else f"{seam['largest_step_m']:.1f} m",
            "same" if seam["same_reference"] else "[yellow]differ[/yellow]",
        )
    return table


def _seam(seam: Seam, strip: Strip) -> dict[str, Any]:
    every = max(1, len(seam.x_m) // _PLACES)
    lon, lat = strip.to_lonlat(seam.x_m[::every], seam.y_m[::every])
    chainage_m = strip.frontier.locate(lon, lat).chainage_m
    unknown = isnan(seam.step_m)
    return {
        "finer": seam.finer,
        "coarser": seam.coarser,
        "from_km": round(float(np.min(chainage_m)) / 1000, 3),
        "to_km": round(float(np.max(chainage_m)) / 1000, 3),
        "length_m": round(seam.length_m),
        "step_m": None if unknown else round(seam.step_m, 2),
        "largest_step_m": None if unknown else round(seam.largest_step_m, 2),
        "same_reference": seam.same_reference,
    }
