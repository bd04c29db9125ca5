"""What line is this, how long, how well known, and who answers for which stretch?"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from vallum.cli.told import console, say_json, working
from vallum.project import Project, load

app = typer.Typer(help="Look at a frontier.", no_args_is_help=True)

FrontierArgument = Annotated[
    str, typer.Argument(metavar="FRONTIER", help="A project folder or the name of a packaged frontier.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]


@app.callback()
def frontiers() -> None:
    """Look at a frontier."""


@app.command()
def show(frontier: FrontierArgument, as_json: AsJson = False) -> None:
    """Print length, origin, uncertainty, calibrations and the sections of a frontier."""
    with working("reading the project", as_json):
        project = load(frontier)
        shown = described(project)
    if as_json:
        say_json(shown)
    else:
        _print(console(), project, shown)


def described(project: Project) -> dict[str, Any]:
    """Return what is known of a frontier as plain values; lengths in kilometres, named for what they measure.

    Examples
    --------
    >>> shown = described(load("iraq-syria"))
    >>> shown["map_length_km"], shown["reported_length_km"], shown["sections"][0]["to_km"]
    (598.889, 610.0, 45.0)
    """
    line = project.frontier
    reported_m = line.reported_length_m
    return {
        "name": project.name,
        "title": dict(project.title),
        "notice": dict(project.notice),
        "line_version": line.version,
        "line_source": project.line_source,
        "map_length_km": _km(line.map_length_m),
        "reported_length_km": None if reported_m is None else _km(reported_m),
        "reported_length_source": project.reported_length_source,
        "lateral_uncertainty_m": line.lateral_uncertainty_m,
        "lateral_uncertainty_source": project.lateral_uncertainty_source,
        "origin": line.origin,
        "home_side": line.home_side,
        "home": {"code": project.home.code, "name": project.home.name},
        "that": {"code": project.that.code, "name": project.that.name},
        "calibrations": [
            {
                "name": piece.name,
                "reported_from_km": _km(piece.reported_from_m),
                "reported_to_km": _km(piece.reported_to_m),
                "map_from_km": _km(piece.map_from_m),
                "map_to_km": _km(piece.map_to_m),
            }
            for piece in line.calibrations
        ],
        "sections": [
            {
                "section_id": section.id,
                "name": section.name,
                "from_km": _km(section.from_m),
                "to_km": _km(section.to_m),
                "responsible": [
                    {
                        "role": stated.role,
                        "party": stated.party,
                        "from_km": _km(stated.from_m),
                        "to_km": _km(stated.to_m),
                        "since": stated.since,
                        "until": stated.until,
                        "source": stated.source,
                    }
                    for stated in project.responsibilities
                    if stated.section_id == section.id
                ],
            }
            for section in project.sections
        ],
    }


def _km(length_m: float) -> float:
    return round(length_m / 1000, 3)


def _print(out: Console, project: Project, shown: dict[str, Any]) -> None:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column()
    facts.add_row("line", f"{shown['line_version']}: {shown['line_source']}")
    facts.add_row("length on the map", f"{shown['map_length_km']:.3f} km")
    if shown["reported_length_km"] is not None:
        said = shown["reported_length_source"] or "no source given"
        facts.add_row("length as reported", f"{shown['reported_length_km']:.1f} km ({said})")
    facts.add_row(
        "lateral uncertainty", f"{shown['lateral_uncertainty_m']:.0f} m ({shown['lateral_uncertainty_source']})"
    )
    facts.add_row("origin", shown["origin"])
    facts.add_row("home side", f"{shown['home_side']}, {shown['home']['name']['en']}")
    for piece in shown["calibrations"]:
        reported = f"reported km {piece['reported_from_km']:g}-{piece['reported_to_km']:g}"
        facts.add_row(
            "calibration", f"{piece['name']}: {reported} is map km {piece['map_from_km']:g}-{piece['map_to_km']:g}"
        )
    out.print(f"[bold]{project.title['en']}[/bold]  [dim]{project.notice['en']}[/dim]\n")
    out.print(facts)
    roles = {party.id: party.role["en"] for party in project.parties}
    sections = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    sections.add_column("")
    sections.add_column("from km", justify="right")
    sections.add_column("to km", justify="right")
    sections.add_column("section")
    sections.add_column("responsible")
    for section in shown["sections"]:
        ends = f"{section['from_km']:.1f}", f"{section['to_km']:.1f}"
        sections.add_row(section["section_id"], *ends, section["name"], _stated(section, roles))
    out.print()
    out.print(sections)


def _stated(section: dict[str, Any], party_roles: dict[str, str]) -> str:
    """Say in one line for each party what it does there; dates and sources are in the JSON."""
    does: dict[str, list[str]] = {}
    for one in section["responsible"]:
        whole = (one["from_km"], one["to_km"]) == (section["from_km"], section["to_km"])
        where = "" if whole else f" (km {one['from_km']:g}-{one['to_km']:g})"
        does.setdefault(party_roles[one["party"]], []).append(one["role"].replace("_", " ") + where)
    return "\n".join(f"{party}: {', '.join(roles)}" for party, roles in does.items()) or "nobody stated"
