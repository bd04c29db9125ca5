"""How surely is one known sequence of tasks interrupted, as EASI has it?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from vallum.cli.frontier import AsJson
from vallum.cli.told import console, say_json, tell_error

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV: task, p_detect, location (B, M, E), mean_s, sd_s.")]
Form = Annotated[
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
    form: Form = "a",
    p_communication: Communication = 0.95,
    as_json: AsJson = False,
) -> None:
    """Print the probability of interruption of one adversary's sequence of tasks (EASI)."""
    from vallum.plan.easi import easi as work_out
    from vallum.project.tasks import read_tasks

    if form not in {"a", "b"}:
        raise typer.BadParameter("give a or b", param_hint="--form")
    which: Literal["a", "b"] = "a" if form == "a" else "b"
    try:
        found = work_out(read_tasks(file), response_s, response_sd_s, p_communication, which)
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
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    for name in ("task", "P_D", "at", "mean s", "sd s", "left s", "P(R|A)", "adds"):
        table.add_column(name, justify="left" if name in {"task", "at"} else "right", no_wrap=name != "task")
    for row in found.rows:
        task = row.task
        table.add_row(
            task.name, f"{task.p_detect:g}", task.location, f"{task.mean_s:g}", f"{task.sd_s:g}", f"{row.left_s:g}",
            f"{row.p_in_time:.4f}", f"{row.adds:.4f}",
        )  # fmt: skip
    out = console()
    out.print(table)
    out.print(f"\n[bold]P_I = {found.p_interruption:.4f}[/bold]  [dim]form {found.form}, response {response_s:g} s "
              f"(sd {response_sd_s:g} s), communication {p_communication:g}[/dim]")  # fmt: skip
