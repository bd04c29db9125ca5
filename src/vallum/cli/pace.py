"""How fast do our patrols really get over the ground, by their own logs?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from vallum.cli.frontier import AsJson
from vallum.cli.told import console, say_json, tell_error, working
from vallum.project import Project, load

if TYPE_CHECKING:
    from vallum.assets.calibrate import Calibration, ClassSpeed, HeightAt, NumberAt
    from vallum.assets.mobility import Mover
    from vallum.assets.outing import Outing, Removed
    from vallum.assets.sureness import Percentile
    from vallum.project.patrol_log import PatrolLog

Logs = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Logs of patrols: GPX with tracks, or CSV with time, lon, lat.")
]
How = Annotated[
    str, typer.Option("--mover", metavar="foot|vehicle", help="How these patrols moved; not both in one run.")
]
On = Annotated[
    str | None,
    typer.Option(
        "--ground",
        metavar="FRONTIER",
        help="The project whose classes of ground and terrain hold; without it all is open and level.",
    ),
]
Confidence = Annotated[float, typer.Option("--confidence", metavar="P", min=0.5, max=0.999, help="Of each interval.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write what is surely enough known as a mobility.toml for a project."),
]
_MARGIN_M = 500.0
_WIDEST_M = 100_000.0
_SHOWN_ASIDE = 5


@dataclass(frozen=True, slots=True)
class _Ground:
    """The classes and heights that hold, and what is to be said of them."""

    grounds: tuple[str, ...]
    number_at: NumberAt | None
    height_at: HeightAt | None
    notes: tuple[str, ...]


def pace(
    files: Logs,
    mover: How,
    ground: On = None,
    confidence: Confidence = 0.95,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Print how fast patrols get over which class of ground by their own logs, and how surely that is known.

    Stops, jumps and gaps are taken out and counted; a row that cannot be used is put aside with its reason. The
    interval knows that stretches of one outing are alike. The 90th percentile by day becomes the project's figure where
    its interval is closed.
    """
    from vallum.assets.calibrate import calibrated, described, figures_of
    from vallum.centre.sky import light
    from vallum.project.patrol_log import read_patrol_log

    if mover not in ("foot", "vehicle"):
        raise typer.BadParameter("give foot or vehicle", param_hint="--mover")
    how: Mover = "foot" if mover == "foot" else "vehicle"
    if out is not None and out.exists():
        raise typer.BadParameter(f"{out} is there already; give a name that is free", param_hint="--out")
    with working("reading the logs", as_json):
        logs = [read_patrol_log(path) for path in files]
        outings, sorted_out = _outings(logs)
        held = _ground(None if ground is None else load(ground), outings)
    try:
        with working("working out speeds", as_json):
            found = calibrated(
                outings,
                how,
                grounds=held.grounds,
                number_at=held.number_at,
                height_at=held.height_at,
                light_at=light,
                confidence=confidence,
            )
    except ValueError as refused:
        tell_error(refused)
        raise typer.Exit(1) from None
    found = replace(found, removed=found.removed + sorted_out)
    figures = figures_of(found)
    if out is not None and figures:
        _write(out, figures)
    if as_json:
        say_json(
            {
                **described(found),
                "files": [_file(log) for log in logs],
                "notes": list(held.notes),
                "figures": figures,
                "written": str(out) if out is not None and figures else None,
            }
        )
        return
    _print(console(), found, logs, held.notes)
    _say_written(console(), found, figures, out)


def _outings(logs: Sequence[PatrolLog]) -> tuple[list[Outing], Removed]:
    from vallum.assets.outing import Removed, outings

    made: list[Outing] = []
    removed = Removed()
    for log in logs:
        for track in log.tracks:
            more, taken = outings(track.time_s, track.lon, track.lat)
            made += more
            removed += taken
    return made, removed


def _ground(project: Project | None, outings: Sequence[Outing]) -> _Ground:
    import numpy as np

    from vallum.assets.mobility import OPEN
    from vallum.plan.scene import natural_cell_m
    from vallum.terrain.elevation import COARSEST_USABLE_M
    from vallum.terrain.mosaic import Mosaic
    from vallum.terrain.spot import heights_at

    if project is None:
        return _Ground((OPEN,), None, None, ("No --ground: everything counts as open and level.",))
    water = project.water
    grounds = project.grounds

    def number_at(lon: Any, lat: Any) -> Any:
        return grounds.at(lon, lat, water)

    sources = [source for source in project.terrain_sources if source.cell_m <= COARSEST_USABLE_M]
    if not sources:
        note = f"{project.name} has no terrain of cells up to {COARSEST_USABLE_M:.0f} m: everything counts as level."
        return _Ground(grounds.classes, number_at, None, (note,))
    lon, lat = (np.concatenate([getattr(one, name)[::20] for one in outings]) for name in ("lon", "lat"))
    off_m = float(np.abs(project.frontier.locate(lon, lat).offset_m).max())
    half_width_m = min(off_m + _MARGIN_M, _WIDEST_M)

    def height_at(lon: Any, lat: Any) -> Any:
        cell_m = natural_cell_m(sources)
        return heights_at(Mosaic(sources), project.frontier, lon, lat, half_width_m, cell_m)

    return _Ground(grounds.classes, number_at, height_at, ())


def _write(out: Path, figures: Mapping[str, Any]) -> None:
    from vallum.project.figures import figures_text

    head = (
        "# Speeds from the logs of our own patrols: vallum plan pace. The 90th percentile over stretches of some 500 m "
        "by day.\n# Put it into the project's folder as mobility.toml, or these lines into the one that is there.\n\n"
    )
    out.write_text(head + figures_text(figures), encoding="utf-8")


def _file(log: PatrolLog) -> dict[str, Any]:
    return {
        "file": log.file,
        "fixes": sum(len(track.time_s) for track in log.tracks),
        "put_aside": len(log.put_aside),
        "reasons": [str(problem) for problem in log.put_aside[:_SHOWN_ASIDE]],
    }


def _print(out: Console, found: Calibration, logs: Sequence[PatrolLog], notes: Sequence[str]) -> None:
    within = f"{found.confidence:.0%} within"
    table = Table(box=None, header_style="dim", padding=(0, 1, 0, 0))
    for name in ("ground", "light", "hours", "stretches", "outings", "", "m/s", within):
        table.add_column(name, justify="left" if name in {"ground", "light"} else "right", no_wrap=True)
    if found.mover == "foot":
        table.add_column("of Tobler", justify="right", no_wrap=True)
        table.add_column(within, justify="right", no_wrap=True)
    for one in found.speeds:
        _add_rows(table, one)
    if found.speeds:
        out.print(table)
        out.print("\n? where the outings are too few to say.", style="dim")
    else:
        out.print("No stretch is long enough to tell a speed.", style="yellow")
    removed = found.removed
    words = (
        f"{found.outings} outings. Taken out: {removed.stops} stops ({removed.stopped_s / 3600:.1f} h), "
        f"{removed.jumps} jumps, {removed.gaps} gaps, {removed.repeated} fixes at a time that another has; "
        f"{found.borders} legs across a border of classes or over water, {found.steep} on ground too steep to say; "
        f"{found.short} pieces too short."
    )
    out.print(words, style="dim", soft_wrap=True)
    if found.too_fast:
        words = f"{found.too_fast} stretches are faster than anybody moves so; they do not count."
        out.print(words, style="yellow", soft_wrap=True)
    if found.without_height:
        out.print(f"{found.without_height} legs lie where no height is known; they count as level.", style="yellow")
    for log in logs:
        if log.put_aside:
            out.print(f"{log.file}: {len(log.put_aside)} put aside", style="yellow", markup=False)
            for problem in log.put_aside[:_SHOWN_ASIDE]:
                out.print(f"  {problem}", style="dim", soft_wrap=True, markup=False)
    for note in notes:
        out.print(note, style="yellow", soft_wrap=True, markup=False)


def _add_rows(table: Table, one: ClassSpeed) -> None:
    head = [one.ground, one.light, f"{one.hours:.1f}", str(one.stretches), str(one.outings)]
    for place, found in enumerate(one.speed_m_s):
        row = [*(head if place == 0 else [""] * len(head)), f"p{found.share * 100:g}", *_told(found)]
        table.add_row(*row, *(_told(one.of_path[place]) if one.of_path else ()))


def _told(found: Percentile) -> tuple[str, str]:
    low, high = ("?" if end is None else f"{end:.2f}" for end in (found.low, found.high))
    return f"{found.value:.2f}", f"{low}..{high}"


def _say_written(out: Console, found: Calibration, figures: Mapping[str, Any], path: Path | None) -> None:
    known = figures.get("ground", {})
    if found.mover == "vehicle":
        for one in found.speeds:
            if (one.ground, one.light) == ("open", "day"):
                middle = f"{one.speed_m_s[1].value:.1f}"
                out.print(
                    f"For units.csv, speed_m_s of such a patrol: {middle}, its middle on open ground by day.",
                    soft_wrap=True,
                )
    left = [one.ground for one in found.speeds if one.light == "day" and one.ground not in known]
    if left:
        out.print(f"Not surely enough known to be a figure: {', '.join(left)}. More outings help, more hours do not.",
                  style="yellow", soft_wrap=True)  # fmt: skip
    if path is None:
        return
    if known:
        out.print(f"Written to {path}: {', '.join(known)}.", soft_wrap=True)
    else:
        out.print("Nothing was written.", style="yellow")
