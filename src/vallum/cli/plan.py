"""What do the sensors of a frontier see, and where would somebody come through unseen?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from vallum.cli.easi import easi
from vallum.cli.frontier import AsJson, FrontierArgument
from vallum.cli.hold import hold
from vallum.cli.pace import pace
from vallum.cli.told import console, say_json, tell_error
from vallum.cli.working import SchedulerOption, progress_shown, sensors_that_count, stopping
from vallum.project import Project, load

if TYPE_CHECKING:
    from vallum.assets.sensor import Sensor
    from vallum.assets.walktest import WalkTest
    from vallum.plan.case import Case
    from vallum.plan.scene import Scene

app = typer.Typer(help="Ask what a frontier's sensors see, and where it is held.", no_args_is_help=True)

Cases = Annotated[
    list[str] | None,
    typer.Option(
        "--case",
        metavar="NAME",
        help="night or day; clear, haze, dust or rain; person, vehicle or animal; proven-only; joined by hyphens, as "
        "night-dust-vehicle. May be given again and again; without it, six common ones.",
    ),
]
Cell = Annotated[
    float | None,
    typer.Option(
        "--cell", metavar="METRES", min=1, max=5000, help="Side of a cell; as fine as the terrain without it."
    ),
]
HalfWidth = Annotated[
    float | None,
    typer.Option(
        "--half-width-km",
        metavar="KM",
        min=1,
        max=200,
        help="How far to each side; as far as any sensor sees without it.",
    ),
]
Step = Annotated[
    float | None,
    typer.Option("--step", metavar="METRES", min=10, max=50_000, help="Along the line; 250, or a cell, without it."),
]
WatchedAt = Annotated[
    float,
    typer.Option(
        "--watched-at", metavar="P", min=0.01, max=0.99, help="Detection from which on a crossing is watched."
    ),
]
WithStrong = Annotated[
    bool, typer.Option("--strong/--no-strong", help="Look for ways round what is watched, which takes longest.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write maps, tables and the record into a new folder.")
]


app.command()(hold)
app.command()(easi)
app.command()(pace)


@app.callback()
def plans() -> None:
    """Ask what a frontier's sensors see, and where it is held."""


@app.command()
def sight(
    frontier: FrontierArgument,
    cases: Cases = None,
    cell_m: Cell = None,
    half_width_km: HalfWidth = None,
    step_m: Step = None,
    watched_at: WatchedAt = 0.5,
    strong: WithStrong = True,
    scheduler: SchedulerOption = "threads",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Print how surely crossings are detected, case by case, and how well that is known.

    A centre's folder is asked for its journal: sensors that it says do not work now do not count, and the walk tests
    that were written down there do. Any other project is asked for its files.
    """
    from vallum.cli.sightshown import print_result
    from vallum.plan.export import export, recorded, refuse_what_is_there
    from vallum.plan.mapping import CancelledError
    from vallum.plan.result import work_out
    from vallum.plan.summary import summed_up

    asked = _cases(cases)
    if out is not None:
        refuse_what_is_there(out)
    project = load(frontier)
    counted, tests, not_counted = sensors_that_count(project)
    try:
        with stopping() as stop, progress_shown(as_json) as told:
            scene = _scene(project, counted, tests, asked, cell_m, half_width_km, step_m, watched_at, told, stop)
            run = work_out if out is None else partial(export, out)
            result = run(
                scene,
                asked,
                with_strong=strong,
                not_counted=not_counted,
                scheduler=scheduler,
                progress=lambda what, share: told(what, _LAID_OUT + share * (1.0 - _LAID_OUT)),
                cancelled=stop,
            )
    except CancelledError:
        done = out is not None and out.exists() and any(out.iterdir())
        what = "everything was written before" if done else "nothing was written"
        Console(stderr=True).print(f"Stopped as asked; {what}.")
        raise typer.Exit(130) from None
    except ValueError as refused:
        tell_error(refused)
        raise typer.Exit(1) from None
    shown = summed_up(result)
    if as_json:
        say_json({**shown, "record": recorded(result), "folder": None if out is None else str(out)})
        return
    print_result(console(), project.title["en"], shown)
    if out is not None:
        console().print(f"\nMaps, tables and the record of this run are in {out}.", soft_wrap=True)


def _cases(names: Sequence[str] | None) -> tuple[Case, ...]:
    from vallum.plan.case import STANDARD, Case

    if not names:
        return STANDARD
    try:
        return tuple(dict.fromkeys(Case.named(name) for name in names))
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--case") from wrong


def _scene(
    project: Project,
    sensors: Sequence[Sensor],
    tests: Sequence[WalkTest],
    cases: Sequence[Case],
    cell_m: float | None,
    half_width_km: float | None,
    step_m: float | None,
    watched_at: float,
    told: Callable[[str, float], object],
    stop: Callable[[], bool],
) -> Scene:
    from dataclasses import replace

    from vallum.plan.scene import lay_out, natural_cell_m, natural_fineness

    natural = natural_fineness(project.frontier)
    side_m = cell_m or natural_cell_m(project.terrain_sources)
    if step_m is not None and step_m < side_m:
        raise typer.BadParameter(
            f"steps of {step_m:g} m are shorter than a cell, {side_m:g} m; give longer steps or a finer --cell",
            param_hint="--step",
        )
    rules = replace(natural, step_m=step_m or max(natural.step_m, side_m), watched_at=watched_at)
    return lay_out(
        project.frontier,
        project.terrain_sources,
        sensors,
        tests=tests,
        parameters=project.performance,
        cell_m=cell_m,
        half_width_m=None if half_width_km is None else half_width_km * 1000.0,
        fineness=rules,
        progress=lambda what, share: told(what, share * _LAID_OUT),
        cancelled=stop,
    )


_LAID_OUT = 0.3
