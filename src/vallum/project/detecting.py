"""Which figures of sensor performance does a project know better than the packaged ones?"""

from __future__ import annotations

from pydantic import ValidationError

from vallum.assets.parameters import Parameters, parameters_with
from vallum.project.invalid import problems_of
from vallum.project.problem import Problem
from vallum.project.toml import read_toml

FILE = "performance.toml"


def read_performance(content: bytes) -> tuple[Parameters | None, list[Problem]]:
    r"""Read a project's performance.toml: only what differs from the packaged file, each figure whole.

    Parameters
    ----------
    content
        The bytes of the file.

    Returns
    -------
    tuple
        The packaged parameters with the project's figures in them, or None with everything that is wrong.

    Examples
    --------
    >>> figure = b'{ value = 2, unit = "share", basis = "assumption", source = "a guess" }'
    >>> print(read_performance(b"[day_camera.light]\nnight = " + figure)[1][0])
    performance.toml, day_camera.light.night.value: found '2', expected a number of at most 1
    """
    tree, problems = read_toml(FILE, content)
    if tree is None:
        return None, problems
    try:
        return parameters_with(tree), []
    except ValidationError as error:
        return None, problems_of(error, FILE, Parameters)
