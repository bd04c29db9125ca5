"""How surely is one known sequence of tasks interrupted, as EASI has it?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from vallum.cli.frontier import AsJson
from vallum.cli.told import console, say_json, tell_error

if TYPE_CHECKING:
    from vallum.plan.easi import Easi, Form

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV: task, p_detect, location (B, M, E), mean_s, sd_s.")]
FormOption = Annotated[
    str,
    typer.Option(
        "--form", metavar="a|b", help="a: the first detection decides, as Garcia prints it; b: a later one may."
    ),
]
Response = Annotated[
    float, typer.Option("--response", metavar="S", min=0, help="From an alarm until somebody is there.")
]
ResponseSd = Annotated[float, typer.Option("--response-sd", metavar="S", min=0, help="Standard deviation of that.")]
Communication = Annotated[
    float, typer.Option("--p-communication", metavar="P", min=0, max=1, help="An alarm reaches those who respond.")
]


def easi(
    file: File,
    response_s: Response,
    response_sd_s: ResponseSd,
    form: FormOption = "a",
    p_communication: Communication = 0.95,
    as_json: AsJson = False,
) -> None:
    """Print the probability of interruption of one adversary's sequence of tasks (EASI).

    Two readings of EASI are in use and give different figures on the same table: each is asked for by its name.
    """
    from vallum.plan.easi import FORMS
    from vallum.plan.easi import easi as work_out
    from vallum.project.tasks import read_tasks

    which: dict[str, Form] = {known: known for known in FORMS}
    if form not in which:
        raise typer.BadParameter(f"{form!r} is no form of EASI; give a or b", param_hint="--form")
    try:
        found = work_out(read_tasks(file), response_s, response_sd_s, p_communication, which[form])
    except ValueError as refused:
        tell_error(refused)
        raise typer.Exit(1) from None
    if as_json:
        say_json(
            {
                "form": found.form,
                "p_interruption": found.p_interruption,
                "response_s": response_s,
                "response_sd_s": response_sd_s,
                "p_communication": p_communication,
                "tasks": [
                    {
                        **asdict(row.task),
                        "left_s": row.left_s,
                        "sd_with_response_s": row.sd_s,
                        "p_in_time": row.p_in_time,
                        "adds": row.adds,
                    }
                    for row in found.rows
                ],
            }
        )
        return
    _print(found, response_s, response_sd_s, p_communication)


def _print(found: Easi, response_s: float, response_sd_s: float, p_communication: float) -> None:
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    for name in ("task", "P_D", "at", "mean s", "sd s", "left s", "joint sd s", "P(R|A)", "adds"):
        table.add_column(name, justify="left" if name in {"task", "at"} else "right", no_wrap=name != "task")
    for row in found.rows:
        task = row.task
        table.add_row(
            escape(task.name), f"{task.p_detect:g}", task.location, f"{task.mean_s:g}", f"{task.sd_s:g}",
            f"{row.left_s:g}", f"{row.sd_s:.2f}", f"{row.p_in_time:.4f}", f"{row.adds:.4f}",
        )  # fmt: skip
    out = console()
    out.print(table)
    out.print(
        f"\n[bold]P_I = {found.p_interruption:.4f}[/bold]  [dim]form {found.form}, response {response_s:g} s "
        f"(sd {response_sd_s:g} s), communication {p_communication:g}[/dim]",
        soft_wrap=True,
    )
