"""How surely is a crossing detected over nights that are not alike?

In a storm all cameras fail together, when a link is lost all sensors behind it do. The chance over many nights is the
mean of the chances of each kind of night, weighted by how common it is. Multiplying the misses of single sensors over
all nights instead would flatter: it takes what fails together for what fails apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vallum.assets.conditions import Weather
from vallum.plan.case import Case
from vallum.plan.coverage import Exposures

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class State:
    """A kind of night: how common it is, in which conditions, and who is out in it.

    Attributes
    ----------
    name
        In words.
    weight
        Share of the time, 0 to 1.
    case
        The conditions.
    out
        Sensors that fail together in it.
    source
        Where the weight comes from.
    """

    name: str
    weight: float
    case: Case
    out: frozenset[str] = frozenset()
    source: str = "assumption"


def common_states(case: Case, groups: Mapping[str, Sequence[str]]) -> tuple[State, ...]:
    """Return the kinds of night that are told apart unless a planner says otherwise: by weather, and by one lost link.

    Parameters
    ----------
    case
        Target, light and on whose word; its weather is not used.
    groups
        Sensors that hang on one link, by the link's name.

    Examples
    --------
    >>> states = common_states(Case(), {"link of the regional guard": ["A"]})
    >>> [(state.name, round(state.weight, 3)) for state in states][:2], round(sum(state.weight for state in states), 9)
    ([('clear', 0.784), ('haze', 0.098)], 1.0)
    """
    lost_each = 0.02
    lost = min(0.5, lost_each * len(groups))
    weathers: tuple[tuple[Weather, float], ...] = (("clear", 0.80), ("haze", 0.10), ("dust", 0.06), ("rain", 0.04))
    states = [
        State(weather, share * (1.0 - lost), replace(case, weather=weather), frozenset(), "assumption: a dry steppe")
        for weather, share in weathers
    ]
    clear = replace(case, weather="clear")
    for name, sensors in groups.items():
        weight = lost / len(groups)
        source = f"assumption: {lost_each:.0%} of the time each link is down"
        states.append(State(f"{name} lost", weight, clear, frozenset(sensors), source))
    return tuple(states)


def over_states(states: Sequence[State], exposures: Mapping[Case, Exposures]) -> FloatArray:
    """Return the chance that a crossing is detected, over all states, shape (3, ways): low, nominal, high.

    Parameters
    ----------
    states
        Their weights add up to 1.
    exposures
        What each sensor adds, by case.

    Raises
    ------
    ValueError
        If the weights do not add up to 1.
    KeyError
        If the case of a state was not worked out.

    Examples
    --------
    >>> clear, dust = Case(), Case(weather="dust")
    >>> seen = {clear: Exposures(("A",), np.full((3, 1, 1), 50.0), np.zeros((1, 1))),
    ...         dust: Exposures(("A",), np.zeros((3, 1, 1)), np.zeros((1, 1)))}
    >>> over_states([State("clear", 0.9, clear), State("dust", 0.1, dust)], seen).round(3).ravel()
    array([0.9, 0.9, 0.9])
    """
    total = math.fsum(state.weight for state in states)
    if not math.isclose(total, 1.0, abs_tol=1e-6):
        raise ValueError(f"the weights of the states add up to {total:g}, not 1; give every kind of night its share")
    return np.asarray(sum(state.weight * exposures[state.case].detected(without=state.out) for state in states))
