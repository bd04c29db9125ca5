"""What does a TOML file say, or where can it not be read?"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from vallum.project.problem import Problem


def read_toml(file: str, content: bytes) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Read a TOML file as a tree of plain values.

    Parameters
    ----------
    file
        Name to use in problems.
    content
        The bytes of the file, UTF-8 with or without byte order mark.

    Returns
    -------
    tuple
        The tree, or None with what is wrong with it.

    Examples
    --------
    >>> read_toml("a.toml", b"name = 'x'")
    ({'name': 'x'}, [])
    >>> print(read_toml("a.toml", b"name = x")[1][0])
    a.toml row 1: found a line that cannot be read (Invalid value), expected settings as name = "value"
    """
    try:
        return tomllib.loads(content.decode("utf-8-sig")), []
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        return None, [Problem(file, row, None, f"byte {content[error.start]:#04x}", "text in UTF-8")]
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        reason = re.sub(r" \(at .*\)$", "", str(error))
        found = f"a line that cannot be read ({reason})"
        return None, [Problem(file, int(place.group(1)) if place else None, None, found, 'settings as name = "value"')]
