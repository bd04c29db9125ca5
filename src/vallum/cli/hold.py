"""How surely is a crossing interrupted, where is the line not held, and what would help?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from vallum.cli.frontier import AsJson, FrontierArgument
from vallum.cli.told import console, say_json, tell_error
from vallum.cli.working import SchedulerOption, progress_shown, sensors_that_count, stopping
from vallum.project import load

if TYPE_CHECKING:
    from vallum.plan.adversary import HoldCase

# Finer cells than this take minutes on a line of hundreds of kilometres.
USUAL_CELL_M = 90.0
_LAID_OUT = 0.1

Cases = Annotated[
    list[str] | None,
    typer.Option(
        "--case",
        metavar="NAME",
        help="foot or vehicle; night or day; clear, haze, dust or rain, or all of them by how common they are; alert; "
        "proven-only; joined by hyphens, as night-vehicle-alert. May be given again and again; without it, night-foot "
        "and night-vehicle.",
    ),
]
Cell = Annotated[float, typer.Option("--cell", metavar="METRES", min=10, max=2000, help="Side of a cell.")]
HalfWidth = Annotated[
    float,
    typer.Option("--half-width-km", metavar="KM", min=2, max=100, help="Who gets so far beyond the line is gone."),
]
Step = Annotated[
    float | None, typer.Option("--step", metavar="METRES", min=20, max=50_000, help="Along the line; 250 without it.")
]
Outward = Annotated[bool, typer.Option("--outward", help="Ask about crossings from the home side outward.")]
Causes = Annotated[bool, typer.Option("--causes/--no-causes", help="Ask what would help each gap: two more solves.")]
Levels = Annotated[
    int,
    typer.Option(
        "--levels", metavar="N", min=0, max=32, help="Steps of the bounds for random times, a solve each; 0: none."
    ),
]
Windows = Annotated[
    int | None, typer.Option("--windows", metavar="N", min=1, max=200, help="Cut the line into so many pieces.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write figures, tables, maps and the record into a new folder."),
]


def hold(
    frontier: FrontierArgument,
    cases: Cases = None,
    cell_m: Cell = USUAL_CELL_M,
    half_width_km: HalfWidth = 20.0,
    step_m: Step = None,
    outward: Outward = False,
    causes: Causes = True,
    levels: Levels = 4,
    windows: Windows = None,
    scheduler: SchedulerOption = "threads",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Print the probability of interruption along the line, its gaps, and what would help them.

    On foot and by vehicle are two adversaries with two results. A centre's folder is asked for its journal: sensors
    that it says do not work now do not count.
    """
    from vallum.cli.holdshown import print_result
    from vallum.plan.declared import field_of
    from vallum.plan.export import refuse_what_is_there
    from vallum.plan.holdexport import export
    from vallum.plan.holdsummary import record, summed_up
    from vallum.plan.interruption import hold as work_out
    from vallum.plan.mapping import CancelledError

    asked = _cases(cases)
    if step_m is not None and step_m < cell_m:
        raise typer.BadParameter(
            f"steps of {step_m:g} m are shorter than a cell, {cell_m:g} m; give longer steps or a finer --cell",
            param_hint="--step",
        )
    if out is not None:
        refuse_what_is_there(out)
    project = load(frontier)
    try:
        with stopping() as stop, progress_shown(as_json) as told:
            sensors, tests, _ = sensors_that_count(project)
            field = field_of(
                project,
                sensors,
                tests,
                cell_m=cell_m,
                half_width_m=half_width_km * 1000.0,
                step_m=step_m,
                direction="outward" if outward else "inward",
                progress=lambda what, share: told(what, share * _LAID_OUT),
                cancelled=stop,
            )
            found = work_out(
                field,
                asked,
                with_causes=causes,
                levels=levels,
                windows=windows,
                scheduler=scheduler,
                progress=lambda what, share: told(what, _LAID_OUT + share * (1.0 - _LAID_OUT)),
                cancelled=stop,
            )
            shown = summed_up(field, found)
            settings: dict[str, Any] = {
                "cell_m": cell_m,
                "half_width_km": half_width_km,
                "step_m": field.scene.fineness.step_m,
                "direction": field.zones.direction,
                "causes": causes,
                "levels": levels,
            }
            recorded = record(field, found, settings)
            if out is not None:
                export(out, field, found, shown, recorded)
    except CancelledError:
        Console(stderr=True).print("Stopped as asked; nothing was written.")
        raise typer.Exit(130) from None
    except ValueError as refused:
        tell_error(refused)
        raise typer.Exit(1) from None
    if as_json:
        say_json({**shown, "record": recorded, "folder": None if out is None else str(out)})
        return
    print_result(console(), project.title["en"], shown, field, found)
    if out is not None:
        console().print(f"\nFigures, tables, maps and the record of this run are in {out}.", soft_wrap=True)


def _cases(names: Sequence[str] | None) -> tuple[HoldCase, ...]:
    from vallum.plan.adversary import USUAL, HoldCase

    if not names:
        return USUAL
    try:
        return tuple(dict.fromkeys(HoldCase.named(name) for name in names))
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--case") from wrong
