"""Which walk tests of its sensors does a project declare?"""

from __future__ import annotations

from vallum.assets.walktest import WalkTest
from vallum.project.cell import day, number
from vallum.project.declared import built, unknown
from vallum.project.problem import Problem, quoted
from vallum.project.table import Column, Row, Table

WALK_TESTS = (
    Column("sensor_id"),
    Column("target"),
    Column("light"),
    Column("weather"),
    Column("from_m", number),
    Column("to_m", number),
    Column("walked", number),
    Column("detected", number),
    Column("pass_s", number, required=False),
    Column("on", day),
    Column("by"),
    Column("source"),
)


def walk_tests(table: Table, sensor_ids: frozenset[str]) -> tuple[tuple[WalkTest, ...], list[Problem]]:
    """Read the walk tests.

    Parameters
    ----------
    table
        Rows of walktests.csv.
    sensor_ids
        All sensors that are named in the project, sound or not.

    Examples
    --------
    >>> walk_tests(Table("walktests.csv", (), ()), frozenset())
    ((), [])
    """
    problems = unknown(table, "sensor_id", sensor_ids, "a sensor of sensors.csv")
    found: list[WalkTest] = []
    for row in table.rows:
        wrong = _contradictions(table.file, row)
        if not wrong:
            test, wrong = built(WalkTest, table.file, row, row.values)
            if test is not None:
                found.append(test)
        problems.extend(wrong)
    return tuple(found), problems


def _contradictions(file: str, row: Row) -> list[Problem]:
    """Say which of two cells contradicts the other; the model could only refuse the row as a whole."""
    problems = []
    for less, more, strictly in (("from_m", "to_m", True), ("detected", "walked", False)):
        small, large = row.values.get(less), row.values.get(more)
        if isinstance(small, float) and isinstance(large, float) and (small > large or (strictly and small == large)):
            expected = f"less than {more} {row.cells[more]}" if strictly else f"at most {more} {row.cells[more]}"
            problems.append(Problem(file, row.number, less, quoted(row.cells[less]), expected))
    return problems
