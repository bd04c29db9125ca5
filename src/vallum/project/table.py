"""What rows does a CSV file hold, and which cells cannot be read?"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from vallum.project.cell import CellError, text
from vallum.project.problem import Problem, quoted


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name, how a cell is read, and whether every row must fill it."""

    name: str
    read: Callable[[str], object] = text
    required: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read.

    Attributes
    ----------
    number
        Row as a spreadsheet counts it; the header is row 1.
    cells
        The text that stands in each column; empty where there is none.
    values
        The values of the cells that could be read; empty cells are left out.
    """

    number: int
    cells: Mapping[str, str]
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file, and everything that is wrong with its cells."""

    file: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read_table(file: str, content: bytes, columns: Sequence[Column]) -> Table:
    r"""Read a CSV file: UTF-8 (with or without byte order mark), commas, a header of column names in any order.

    Parameters
    ----------
    file
        Name to use in problems.
    content
        The bytes of the file.
    columns
        The columns it may have. A required one must be in the header and filled in every row. Rows that are empty
        throughout are passed over.

    Returns
    -------
    Table
        Rows with what could be read of them, and the problems of the rest.

    Examples
    --------
    >>> from vallum.project.cell import number
    >>> columns = [Column("name"), Column("height_m", number)]
    >>> table = read_table("posts.csv", b"name,height_m\nnorth,12\nsouth,high", columns)
    >>> table.rows[0].values
    {'name': 'north', 'height_m': 12.0}
    >>> print(table.problems[0])
    posts.csv row 3, height_m: found 'high', expected a number with a decimal point
    """
    lines, trouble = _lines(file, content)
    if trouble is not None:
        return Table(file, (), (trouble,))
    header = _filled(lines[0])
    problems = _header_problems(file, header, columns)
    known = {column.name: column for column in columns}
    rows: list[Row] = []
    for number, line in enumerate(lines[1:], start=2):
        stripped = _filled(line)
        if not stripped:
            continue
        if len(stripped) > len(header):
            problems.append(
                Problem(
                    file,
                    number,
                    None,
                    f"{len(stripped)} cells",
                    f"{len(header)}, as in the header; quote text with commas",
                )
            )
        # A row may stop early: what is not there is empty.
        padded = stripped + [""] * (len(header) - len(stripped))
        cells = {name: cell for name, cell in zip(header, padded, strict=False) if name in known}
        values: dict[str, object] = {}
        for name, cell in cells.items():
            try:
                if cell:
                    values[name] = known[name].read(cell)
                elif known[name].required:
                    problems.append(Problem(file, number, name, "nothing", "a value"))
            except CellError as expected:
                problems.append(Problem(file, number, name, quoted(cell), str(expected)))
        rows.append(Row(number, cells, values))
    return Table(file, tuple(rows), tuple(problems))


def _lines(file: str, content: bytes) -> tuple[list[list[str]], Problem | None]:
    try:
        # A byte order mark is what a spreadsheet writes in front; it is not part of the first name.
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        byte = f"byte {content[error.start]:#04x}"
        return [], Problem(file, row, None, byte, "text in UTF-8; save the file as CSV UTF-8")
    try:
        lines = list(csv.reader(StringIO(words, newline=""), strict=True))
    except csv.Error as error:
        return [], Problem(
            file, None, None, f"a cell that cannot be read ({error})", "commas between cells, quotes closed"
        )
    if not lines or not any(cell.strip() for cell in lines[0]):
        return [], Problem(file, 1, None, "nothing", "a header with the names of the columns")
    if len(lines[0]) == 1 and ";" in lines[0][0]:
        return [], Problem(file, 1, None, "semicolons between cells", "commas; save the file as CSV UTF-8 with commas")
    return lines, None


def _filled(line: Sequence[str]) -> list[str]:
    """Cells without the spaces around them, up to the last that holds anything: spreadsheets add empty ones."""
    stripped = [cell.strip() for cell in line]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _header_problems(file: str, header: Sequence[str], columns: Sequence[Column]) -> list[Problem]:
    names = [column.name for column in columns]
    problems: list[Problem] = []
    for name in dict.fromkeys(header):
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            expected = f"{near[0]}" if near else f"one of {', '.join(names)}"
            problems.append(Problem(file, 1, None, f"unknown column {quoted(name)}", expected))
        elif header.count(name) > 1:
            problems.append(Problem(file, 1, name, f"the column {header.count(name)} times", "each column once"))
    problems.extend(
        Problem(file, 1, column.name, "no such column", f"a column {column.name}")
        for column in columns
        if column.required and column.name not in header
    )
    return problems
