"""How long does an obstacle hold up whoever crosses it, and what does one that is not finished count for?

The figures are data: `delays.toml` beside this file, and what a project says differently.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ConfigDict, Field, model_validator

from vallum.assets.mobility import Mover
from vallum.assets.obstacle import Element, ElementState
from vallum.assets.parameters import Figure, Share, Strict, merged

FloatArray = NDArray[np.float64]

HOLDING_UP: tuple[Element, ...] = ("trench", "berm", "wire", "wall")
"""Elements that hold somebody up."""


@dataclass(frozen=True, slots=True)
class Triangular:
    """A time of which the least, the usual and the most is known, seconds.

    Raises
    ------
    ValueError
        If they are not in that order, or the least is below 0.

    Examples
    --------
    >>> Triangular(20.0, 60.0, 240.0).quantile([0.0, 0.5, 1.0]).round(1)
    array([ 20. ,  99.3, 240. ])
    """

    least_s: float
    usual_s: float
    most_s: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.least_s <= self.usual_s <= self.most_s < math.inf:
            raise ValueError(
                f"A delay of at least {self.least_s:g} s, usually {self.usual_s:g} s and at most {self.most_s:g} s "
                "contradicts itself; put the three in order, from 0 up."
            )

    @property
    def mean_s(self) -> float:
        """Mean, seconds."""
        return (self.least_s + self.usual_s + self.most_s) / 3.0

    def quantile(self, probability: ArrayLike) -> FloatArray:
        """Return the times that are not exceeded with these probabilities, seconds."""
        p = np.asarray(probability, np.float64)
        low, mode, high = self.least_s, self.usual_s, self.most_s
        if high == low:
            return np.full(p.shape, low)
        rising = low + np.sqrt(p * (high - low) * (mode - low))
        falling = high - np.sqrt((1.0 - p) * (high - low) * (high - mode))
        return np.where(p <= (mode - low) / (high - low), rising, falling)

    def times(self, share: float) -> Triangular:
        """Return a share of it."""
        return Triangular(self.least_s * share, self.usual_s * share, self.most_s * share)


NO_DELAY = Triangular(0.0, 0.0, 0.0)


class Time(Figure):
    """A time from nothing to a day."""

    value: float = Field(ge=0, le=86_400)
    unit: Literal["s"]


class Delay(Strict):
    """At least, usually and at most."""

    least_s: Time
    usual_s: Time
    most_s: Time

    @model_validator(mode="after")
    def _is_in_order(self) -> Delay:
        Triangular(self.least_s.value, self.usual_s.value, self.most_s.value)
        return self

    @property
    def triangular(self) -> Triangular:
        """As a distribution."""
        return Triangular(self.least_s.value, self.usual_s.value, self.most_s.value)


class ElementDelay(Strict):
    """Of an element, by who crosses."""

    foot: Delay
    vehicle: Delay


class Counts(Strict):
    """What is left of the delay in each state."""

    model_config = ConfigDict(populate_by_name=True)

    not_started: Share = Field(alias="not started")
    cleared: Share
    excavated: Share
    shaped: Share
    wired: Share
    inspected: Share
    accepted: Share
    degraded: Share

    @model_validator(mode="after")
    def _degraded_is_less(self) -> Counts:
        if self.degraded.value > self.accepted.value:
            raise ValueError("what is degraded counts for no more than what is accepted; lower counts.degraded")
        return self


class OwnUnits(Strict):
    """What obstacles do to our own units."""

    vehicle_s: Time
    foot_s: Time


class Delays(Strict):
    """Everything delays.toml may hold."""

    trench: ElementDelay
    berm: ElementDelay
    wire: ElementDelay
    wall: ElementDelay
    counts: Counts
    own: OwnUnits

    def share(self, state: ElementState) -> float:
        """Return what an element in a state counts for, 0 to 1.

        Examples
        --------
        >>> [DEFAULT.share(state) for state in ("not started", "excavated", "accepted", "degraded")]
        [0.0, 0.5, 1.0, 0.4]
        """
        found: Share = getattr(self.counts, state.replace(" ", "_"))
        return found.value

    def of(self, element: Element, state: ElementState, mover: Mover) -> Triangular:
        """Return how long an element in a state holds somebody up.

        Examples
        --------
        >>> DEFAULT.of("trench", "accepted", "vehicle").least_s, DEFAULT.of("trench", "excavated", "vehicle").least_s
        (180.0, 90.0)
        >>> DEFAULT.of("patrol_road", "accepted", "vehicle") == NO_DELAY
        True
        """
        by_element: dict[Element, ElementDelay] = {
            "trench": self.trench, "berm": self.berm, "wire": self.wire, "wall": self.wall,
        }  # fmt: skip
        known = by_element.get(element)
        if known is None:
            return NO_DELAY
        whole = known.foot if mover == "foot" else known.vehicle
        return whole.triangular.times(self.share(state))


def delays_with(changes: Mapping[str, Any]) -> Delays:
    """Return the packaged figures with what somebody says differently.

    Parameters
    ----------
    changes
        A tree of the shape of delays.toml that holds only what differs; a figure is replaced as a whole.

    Raises
    ------
    pydantic.ValidationError
        For whatever does not fit, contradictory times among it; its places are those of the tree.

    Examples
    --------
    >>> tried = {"value": 35, "unit": "s", "basis": "derived", "source": "our own trial of 3 May, 12 people"}
    >>> delays_with({"trench": {"foot": {"usual_s": tried}}}).trench.foot.usual_s.value
    35.0
    """
    return Delays.model_validate(merged(_PACKAGED, changes))


_PACKAGED: Mapping[str, Any] = tomllib.loads(files("vallum.assets").joinpath("delays.toml").read_text(encoding="utf-8"))
DEFAULT = delays_with({})
"""As packaged."""
