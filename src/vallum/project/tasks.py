"""Which tasks does a table of an adversary's sequence hold?"""

from __future__ import annotations

from pathlib import Path

from vallum.plan.easi import Task
from vallum.project.cell import CellError, number, text
from vallum.project.problem import Problem, ProjectError
from vallum.project.table import Column, read_table


def _probability(cell: str) -> float:
    value = number(cell)
    if not 0.0 <= value <= 1.0:
        raise CellError("a probability from 0 to 1")
    return value


def _location(cell: str) -> str:
    word = text(cell).upper()
    if word not in {"B", "M", "E"}:
        raise CellError("B, M or E: detected at the beginning, in the middle, at the end")
    return word


def _seconds(cell: str) -> float:
    value = number(cell)
    if value < 0.0:
        raise CellError("seconds of 0 or more")
    return value


COLUMNS = (
    Column("task"),
    Column("p_detect", _probability),
    Column("location", _location),
    Column("mean_s", _seconds),
    Column("sd_s", _seconds),
)


def read_tasks(path: Path) -> tuple[Task, ...]:
    """Read a CSV table of tasks with the columns task, p_detect, location, mean_s, sd_s, in the order of doing.

    Raises
    ------
    ProjectError
        If anything in it cannot be read; says file, row, column, what was found and what is expected.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = Problem(path.name, None, None, f"no file that can be read ({error.strerror})", "a table of tasks")
        raise ProjectError([problem]) from None
    table = read_table(path.name, content, COLUMNS)
    if table.problems:
        raise ProjectError(table.problems)
    if not table.rows:
        raise ProjectError([Problem(path.name, None, None, "no row", "a row for each task")])
    return tuple(
        Task(
            str(row.values["task"]),
            float(str(row.values["p_detect"])),
            row.values["location"],  # type: ignore[arg-type]
            float(str(row.values["mean_s"])),
            float(str(row.values["sd_s"])),
        )
        for row in table.rows
    )
