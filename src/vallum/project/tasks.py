"""Which tasks does the table of an adversary's sequence hold?"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from vallum.plan.easi import LOCATIONS, Location, Task
from vallum.project.cell import CellError, number
from vallum.project.problem import Problem, ProjectError
from vallum.project.table import Column, Row, read_table


def _probability(cell: str) -> float:
    expected = "a probability from 0 to 1, with a decimal point"
    try:
        value = number(cell)
    except CellError:
        raise CellError(expected) from None
    if not 0.0 <= value <= 1.0:
        raise CellError(expected)
    return value


def _location(cell: str) -> Location:
    for location in LOCATIONS:
        if cell.upper() == location:
            return location
    raise CellError("B, M or E: detected at the beginning, in the middle or at the end of the task")


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


def tasks(file: str, content: bytes) -> tuple[Task, ...]:
    r"""Read the tasks, in the order in which they stand.

    Parameters
    ----------
    file
        Name to use in problems.
    content
        The bytes of the table: task, p_detect, location (B, M or E), mean_s, sd_s.

    Raises
    ------
    ProjectError
        With everything that cannot be read: file, row, column, what was found and what is expected.

    Examples
    --------
    >>> tasks("walk.csv", b"task,p_detect,location,mean_s,sd_s\ncut a fence,0.9,B,10,3")
    (Task(name='cut a fence', p_detect=0.9, location='B', mean_s=10.0, sd_s=3.0),)
    """
    table = read_table(file, content, COLUMNS)
    problems = list(table.problems)
    if not problems and not table.rows:
        problems.append(
            Problem(file, None, None, "no rows", "a row for each task, in the order in which they are done")
        )
    if problems:
        raise ProjectError(problems)
    return tuple(_task(row) for row in table.rows)


def read_tasks(path: Path) -> tuple[Task, ...]:
    """Read the tasks of a file; see `tasks`.

    Raises
    ------
    ProjectError
        If there is no such file, or anything in it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        found = f"no file that can be read ({error.strerror})"
        raise ProjectError([Problem(str(path), None, None, found, "a table of tasks")]) from None
    return tasks(path.name, content)


def _task(row: Row) -> Task:
    cells = row.values
    return Task(
        name=cast(str, cells["task"]),
        p_detect=cast(float, cells["p_detect"]),
        location=cast(Location, cells["location"]),
        mean_s=cast(float, cells["mean_s"]),
        sd_s=cast(float, cells["sd_s"]),
    )
