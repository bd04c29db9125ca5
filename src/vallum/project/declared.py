"""How does a row of a table become a value, and does it agree with the other rows?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from vallum.project.invalid import problems_of
from vallum.project.problem import Problem, quoted
from vallum.project.table import Row, Table

Model = TypeVar("Model", bound=BaseModel)


def built(
    model: type[Model], file: str, row: Row, values: Mapping[str, object], columns: Mapping[str, str] | None = None
) -> tuple[Model | None, list[Problem]]:
    """Make the value that a row declares.

    Parameters
    ----------
    model
        What to make.
    file, row
        Where it stands.
    values
        The fields of the model; those that could not be read are simply not there.
    columns
        Column by field, where the two differ.

    Returns
    -------
    tuple
        The value, or None with problems. Cells that already have a problem get no second one.

    Examples
    --------
    >>> from vallum.assets.tower import Tower
    >>> row = Row(2, {"tower_id": "T-01", "height_m": "-3"}, {"tower_id": "T-01", "height_m": -3.0})
    >>> values = {**row.values, "name": "n", "lon": 42.0, "lat": 36.0, "party": "p", "placement": "x", "source": "s"}
    >>> print(built(Tower, "towers.csv", row, values)[1][0])
    towers.csv row 2, height_m: found '-3', expected a number greater than 0
    """
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        # What was not filled in or could not be read has been said when the table was read.
        return None, problems_of(
            error, file, model, row=row.number, columns=columns, cells=row.cells, leave_out_missing=True
        )


def repeated(table: Table, column: str) -> list[Problem]:
    """Return a problem for every row whose cell in `column` stood in an earlier row already.

    Examples
    --------
    >>> rows = (Row(2, {"id": "a"}, {"id": "a"}), Row(3, {"id": "a"}, {"id": "a"}))
    >>> print(repeated(Table("t.csv", rows, ()), "id")[0])
    t.csv row 3, id: found 'a' again, expected each once; row 2 has it
    """
    first: dict[str, int] = {}
    problems: list[Problem] = []
    for row in table.rows:
        cell = row.cells.get(column, "")
        if cell and cell in first:
            found = f"{quoted(cell)} again"
            problems.append(Problem(table.file, row.number, column, found, f"each once; row {first[cell]} has it"))
        elif cell:
            first[cell] = row.number
    return problems


def unknown(table: Table, column: str, known: Iterable[str], what: str) -> list[Problem]:
    """Return a problem for every row whose cell in `column` names something that does not exist.

    Examples
    --------
    >>> rows = (Row(2, {"tower_id": "T-1"}, {"tower_id": "T-1"}),)
    >>> print(unknown(Table("sensors.csv", rows, ()), "tower_id", ["T-01", "T-02"], "a tower of towers.csv")[0])
    sensors.csv row 2, tower_id: found 'T-1', expected a tower of towers.csv (T-01?)
    """
    names = sorted(set(known))
    problems: list[Problem] = []
    for row in table.rows:
        cell = row.cells.get(column, "")
        if cell and cell not in names:
            near = difflib.get_close_matches(cell, names, n=1)
            expected = f"{what} ({near[0]}?)" if near else what
            problems.append(Problem(table.file, row.number, column, quoted(cell), expected))
    return problems


def cells(table: Table, column: str) -> frozenset[str]:
    """Return what stands in a column, whether or not the rest of the row is sound.

    Examples
    --------
    >>> sorted(cells(Table("t.csv", (Row(2, {"id": "a"}, {}), Row(3, {"id": ""}, {})), ()), "id"))
    ['a']
    """
    return frozenset(row.cells[column] for row in table.rows if row.cells.get(column))
