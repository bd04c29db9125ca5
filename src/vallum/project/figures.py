"""Which figures does a project know better than the packaged ones?

A file of figures holds only what differs from the one of the same name that is packaged, each figure whole: value,
unit, basis and source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vallum.assets.delay import DEFAULT as DELAYS
from vallum.assets.delay import Delays, delays_with
from vallum.assets.mobility import DEFAULT as MOBILITY
from vallum.assets.mobility import Mobility, mobility_with
from vallum.assets.parameters import DEFAULT as PERFORMANCE
from vallum.assets.parameters import Parameters, parameters_with
from vallum.plan.assumptions import ASSUMED, Assumptions, assumptions_with
from vallum.project.invalid import problems_of
from vallum.project.problem import Problem
from vallum.project.toml import read_toml

FiguresT = TypeVar("FiguresT", bound=BaseModel)

FILES = ("performance.toml", "mobility.toml", "delays.toml", "holding.toml")


def read_performance(contents: Mapping[str, bytes]) -> tuple[Parameters | None, list[Problem]]:
    r"""Read how surely sensors detect.

    Parameters
    ----------
    contents
        The bytes of a project's files by name.

    Returns
    -------
    tuple
        The packaged figures with the project's in them, or None with everything that is wrong.

    Examples
    --------
    >>> figure = b'{ value = 2, unit = "share", basis = "assumption", source = "a guess" }'
    >>> print(read_performance({"performance.toml": b"[day_camera.light]\nnight = " + figure})[1][0])
    performance.toml, day_camera.light.night.value: found '2', expected a number of at most 1
    """
    return _read("performance.toml", contents, PERFORMANCE, parameters_with)


def read_mobility(contents: Mapping[str, bytes]) -> tuple[Mobility | None, list[Problem]]:
    """Read how fast who gets across which ground; as `read_performance`."""
    return _read("mobility.toml", contents, MOBILITY, mobility_with)


def read_delays(contents: Mapping[str, bytes]) -> tuple[Delays | None, list[Problem]]:
    r"""Read how long obstacles hold somebody up; as `read_performance`.

    Examples
    --------
    >>> figure = b'{ value = 900, unit = "s", basis = "assumption", source = "a guess" }'
    >>> print(read_delays({"delays.toml": b"[trench.foot]\nleast_s = " + figure})[1][0].field)
    trench.foot
    """
    return _read("delays.toml", contents, DELAYS, delays_with)


def read_holding(contents: Mapping[str, bytes]) -> tuple[Assumptions | None, list[Problem]]:
    """Read what the holding analysis assumes; as `read_performance`."""
    return _read("holding.toml", contents, ASSUMED, assumptions_with)


def figures_text(tree: Mapping[str, Any], path: str = "") -> str:
    """Return figures as the text of a file that `read_mobility` and its like read.

    Parameters
    ----------
    tree
        Tables whose innermost are figures: value, unit, basis, source.
    path
        The table that they stand in, as TOML names it.

    Examples
    --------
    >>> figure = {"value": 7.5, "unit": "m/s", "basis": "derived", "source": "our own patrols"}
    >>> print(figures_text({"ground": {"wet sand": {"cap_m_s": figure}}}), end="")
    [ground."wet sand"]
    cap_m_s = { value = 7.5, unit = "m/s", basis = "derived", source = "our own patrols" }
    """
    # A string of JSON is one of TOML, where it holds no DELETE.
    here = {name: value for name, value in tree.items() if "basis" in value}
    lines = [
        f"{_key(name)} = {{ {', '.join(f'{part} = {_plain(said)}' for part, said in value.items())} }}"
        for name, value in here.items()
    ]
    blocks = ["\n".join([f"[{path}]", *lines]) + "\n"] if lines else []
    blocks += [
        figures_text(value, f"{path}.{_key(name)}" if path else _key(name))
        for name, value in tree.items()
        if name not in here
    ]
    return "\n".join(block for block in blocks if block)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII) else _plain(name)


def _plain(said: object) -> str:
    return json.dumps(said, ensure_ascii=False).replace("\x7f", "\\u007f")


def _read(
    file: str, contents: Mapping[str, bytes], packaged: FiguresT, with_: Callable[[Mapping[str, Any]], FiguresT]
) -> tuple[FiguresT | None, list[Problem]]:
    if file not in contents:
        return packaged, []
    tree, problems = read_toml(file, contents[file])
    if tree is None:
        return None, problems
    try:
        return with_(tree), []
    except ValidationError as error:
        return None, problems_of(error, file, type(packaged))
