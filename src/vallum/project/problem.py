"""What is wrong in which file, and what should stand there?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a project folder that has to be mended before it can be used.

    Attributes
    ----------
    file
        Name of the file inside the folder.
    row
        Row as a spreadsheet counts it (the header is row 1), or None where rows mean nothing.
    field
        Column or setting, or None for the file as a whole.
    found
        What stands there, in quotes if it is text of the file.
    expected
        What should stand there.

    Examples
    --------
    >>> print(Problem("sensors.csv", 14, "range_person_m", "'12,5'", "a number with a decimal point"))
    sensors.csv row 14, range_person_m: found '12,5', expected a number with a decimal point
    """

    file: str
    row: int | None
    field: str | None
    found: str
    expected: str

    def __str__(self) -> str:
        row = "" if self.row is None else f" row {self.row}"
        field = "" if self.field is None else f", {self.field}"
        return f"{self.file}{row}{field}: found {self.found}, expected {self.expected}"


class ProjectError(ValueError):
    """A project folder cannot be used; `problems` holds everything that was found wrong in all of its files.

    Examples
    --------
    >>> error = ProjectError([Problem("towers.csv", None, None, "no such file", "a table of towers")])
    >>> print(error)
    towers.csv: found no such file, expected a table of towers
    >>> len(error.problems)
    1
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def quoted(found: object) -> str:
    """Show what a file says at a place, short enough for one line.

    Examples
    --------
    >>> quoted("12,5"), quoted(""), quoted(None), quoted("x" * 100)[-9:]
    ("'12,5'", 'nothing', 'nothing', "xxxxx...'")
    """
    if found is None or found == "":
        return "nothing"
    words = str(found)
    return repr(words if len(words) <= 60 else words[:57] + "...")
