"""What value does the text of one cell stand for?

Each reader takes the text of a cell, never empty, and returns its value or raises `CellError` with what was expected.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime

# What a keyboard here types: Arabic-Indic (U+0660) and Persian (U+06F0) digits, Arabic decimal separator (U+066B).
_DIGITS = {base + digit: str(digit) for base in (0x0660, 0x06F0) for digit in range(10)} | {0x066B: "."}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class CellError(ValueError):
    """A cell does not hold what its column needs; the message is what was expected."""


def text(cell: str) -> str:
    """Read words; characters that hide or reorder other characters are refused.

    Examples
    --------
    >>> text("Plain 1")
    'Plain 1'
    """
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in cell if character != "\u200c"):
        # Zero-width non-joiner (U+200C) is ordinary spelling in Kurdish and Persian.
        raise CellError("text without control or direction characters")
    return cell


def number(cell: str) -> float:
    """Read a finite number with a decimal point; Arabic-Indic and Persian digits are read as the digits they are.

    Examples
    --------
    >>> number("12.5"), number("١٢٫٥")
    (12.5, 12.5)
    """
    plain = cell.translate(_DIGITS)
    if not _NUMBER.fullmatch(plain):
        raise CellError("a number with a decimal point")
    value = float(plain)
    if not math.isfinite(value):
        raise CellError("a finite number")
    return value


def end_or_number(cell: str) -> float:
    """Read a number, or the word `end` for the end of the line, as infinity.

    Examples
    --------
    >>> end_or_number("end"), end_or_number("45")
    (inf, 45.0)
    """
    if cell.lower() == "end":
        return math.inf
    try:
        return number(cell)
    except CellError as reason:
        raise CellError(f"{reason} or the word end") from None


def day(cell: str) -> date:
    """Read a date as year-month-day.

    Examples
    --------
    >>> day("2021-03-17")
    datetime.date(2021, 3, 17)
    """
    plain = cell.translate(_DIGITS)
    if not _DAY.fullmatch(plain):
        raise CellError("a date as 2021-03-17")
    try:
        return date.fromisoformat(plain)
    except ValueError:
        raise CellError("a day that exists, as 2021-03-17") from None


def moment(cell: str) -> datetime:
    """Read a time with its zone, as ISO 8601 has it.

    Examples
    --------
    >>> moment("2021-03-17T15:50:00Z").isoformat(), moment("2021-03-17 18:50+03:00").isoformat()
    ('2021-03-17T15:50:00+00:00', '2021-03-17T18:50:00+03:00')
    """
    expected = "a time with its zone, as 2021-03-17T15:50:00Z"
    try:
        when = datetime.fromisoformat(text(cell).translate(_DIGITS))
    except ValueError:
        raise CellError(expected) from None
    if when.tzinfo is None:
        raise CellError(expected)
    return when


def flag(cell: str) -> bool:
    """Read true or false.

    Examples
    --------
    >>> flag("true"), flag("False")
    (True, False)
    """
    match cell.lower():
        case "true":
            return True
        case "false":
            return False
    raise CellError("true or false")
