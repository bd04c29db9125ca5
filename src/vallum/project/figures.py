"""Which figures does a project know better than the packaged ones?

A file of figures holds only what differs from the one of the same name that is packaged, each figure whole: value,
unit, basis and source.
"""

from __future__ import annotations

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
