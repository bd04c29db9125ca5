"""How surely does one look of a sensor detect a target at a distance, given that nothing stands between?

An assumption by the sensor's declared range until somebody has walked it; a walk test replaces the assumption inside
the band that was walked. Weather, light and target are given, never averaged: whoever adds sensors up must do it
within one weather, because one dust storm takes all cameras at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vallum.assets.conditions import TARGETS, Conditions, Light, Target, Weather
from vallum.assets.parameters import DEFAULT, KindParameters, Parameters
from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest

__all__ = [
    "DEFAULT",
    "TARGET_HEIGHT_M",
    "Conditions",
    "Light",
    "Parameters",
    "Performance",
    "ProvenBand",
    "Target",
    "Weather",
    "performance",
]

FloatArray = NDArray[np.float64]

# What must be seen over for enough of a target to show, metres above ground, by the packaged parameters.
TARGET_HEIGHT_M: Mapping[Target, float] = MappingProxyType(
    {target: DEFAULT.of_target(target).height_m.value for target in TARGETS}
)
# A mast lower than this is a sensor on the ground.
_LEAST_MAST_M = 0.5


@dataclass(frozen=True, slots=True)
class ProvenBand:
    """What a walk test proves between two distances.

    Attributes
    ----------
    from_m, to_m
        The band, metres from the sensor.
    probability
        Of one look while the sensor looks there: what makes a whole pass as sure as `bound`.
    bound
        Of one whole pass through the band, at 95 % confidence.
    source
        The test in words.
    """

    from_m: float
    to_m: float
    probability: float
    bound: float
    source: str


@dataclass(frozen=True, slots=True)
class Performance:
    """One sensor in given conditions: everything that coverage needs to know of it.

    Attributes
    ----------
    r50_m
        Distance at which one look has half of its best probability; 0 when the sensor is out in these conditions.
    steepness
        Exponent n of 1 / (1 + (r / r50)^n).
    ceiling
        Probability of one look near by, 0 to 1.
    availability
        Share of the time in which it works at all; not part of `probability`.
    duty
        Share of looks that find it turned to a given place of its sector; not part of `probability`.
    glimpse_s
        Seconds between looks that are worth counting as two (decorrelation time).
    range_min_m
        Nearer than this it detects nothing.
    reach_m
        Farther than this it counts as detecting nothing.
    proven
        What walk tests prove, the oldest first.
    source
        Where the figures come from, in words.
    needs_sight
        Whether it has to see its target; a buried sensor does not.
    """

    r50_m: float
    steepness: float
    ceiling: float
    availability: float
    duty: float
    glimpse_s: float
    range_min_m: float
    reach_m: float
    proven: tuple[ProvenBand, ...]
    source: str
    needs_sight: bool = True

    def probability(self, distance_m: ArrayLike, proven_only: bool = False) -> FloatArray:
        """Return the probability that one look detects, given line of sight and a sensor that works and looks there.

        The assumed curve, ceiling / (1 + (r / r50)^n), changed by every walk test in turn, the newest last: inside its
        band stands what the test proves; nearer it is at least that; farther at most that. So the probability never
        rises with distance.

        Parameters
        ----------
        distance_m
            Metres from the sensor, any shape.
        proven_only
            Nothing but bands that were walked: 0 everywhere else.

        Returns
        -------
        FloatArray
            0 to 1, of the shape of `distance_m`; 0 nearer than `range_min_m`, beyond `reach_m` and where the distance
            is not a number.

        Examples
        --------
        >>> camera = Performance(1000.0, 3.4, 0.9, 0.95, 1.0, 30.0, 50.0, 1500.0, (), "assumed")
        >>> camera.probability([20.0, 100.0, 1000.0, 1600.0]).round(2).tolist()
        [0.0, 0.9, 0.45, 0.0]
        >>> camera.probability([100.0], proven_only=True).tolist()
        [0.0]
        """
        distance = np.asarray(distance_m, dtype=np.float64)
        chance = self._assumed(distance)
        walked = np.zeros(distance.shape, dtype=np.bool_)
        for band in self.proven:
            inside = (distance >= band.from_m) & (distance <= band.to_m)
            limited = np.where(
                distance < band.from_m, np.maximum(chance, band.probability), np.minimum(chance, band.probability)
            )
            chance = np.where(inside, band.probability, limited)
            walked |= inside
        within = (distance >= self.range_min_m) & (distance <= self.reach_m)
        return np.where(within & (walked | (not proven_only)), chance, 0.0)

    def distance_at_m(self, share: float) -> float | None:
        """Return out to which distance the assumed curve keeps a share of its best, or None if nowhere.

        Examples
        --------
        >>> camera = Performance(1000.0, 3.4, 0.9, 0.95, 1.0, 30.0, 50.0, 1500.0, (), "assumed")
        >>> [round(camera.distance_at_m(share)) for share in (0.5, 0.8, 0.95)]
        [1000, 665, 421]
        """
        distance_m = self.r50_m * ((1.0 - share) / share) ** (1.0 / self.steepness)
        return distance_m if distance_m > self.range_min_m else None

    def _assumed(self, distance_m: FloatArray) -> FloatArray:
        if self.r50_m <= 0.0:
            return np.zeros(distance_m.shape, dtype=np.float64)
        # the ratio is bounded so that its power stays finite; beyond it nothing is left
        ratio = np.clip(distance_m / self.r50_m, 0.0, 1e3)
        return np.asarray(self.ceiling / (1.0 + ratio**self.steepness), dtype=np.float64)


def performance(
    sensor: Sensor, conditions: Conditions, tests: Sequence[WalkTest] = (), parameters: Parameters = DEFAULT
) -> Performance:
    """Return how one sensor detects in given conditions.

    Parameters
    ----------
    sensor
        As it is declared. Its ranges stand for `sensor.range_probability`, or for the kind's declared probability, of
        one look as a share of its ceiling.
    conditions
        Target, light and weather.
    tests
        Walk tests of any sensor in any conditions; those of this sensor in exactly these conditions count.
    parameters
        The figures of its kind, with their sources.

    Examples
    --------
    >>> from vallum.project import load
    >>> camera = load("iraq-syria").sensors[0]
    >>> by_night = performance(camera, Conditions("person", "night", "clear"))
    >>> camera.range_person_m, round(by_night.r50_m), round(by_night.reach_m), round(by_night.duty, 2)
    (1100.0, 1050, 1578, 0.4)
    >>> performance(camera, Conditions("person", "night", "dust")).reach_m
    0.0
    """
    known = parameters.of(sensor.kind)
    share = sensor.range_probability or known.declared_probability.value
    steepness = known.steepness.value
    declared_m = _declared_m(sensor, conditions.target, known)
    r50_m = (
        declared_m
        * (share / (1.0 - share)) ** (1.0 / steepness)
        * known.field_share.value
        * parameters.range_share(sensor.kind, conditions.light, conditions.weather)
        * _mast_share(sensor.mast_m, known)
    )
    least = parameters.least_share.value
    tail = ((1.0 - least) / least) ** (1.0 / steepness) if least > 0.0 else math.inf
    duty = _duty(sensor.sector_deg, known)
    passing_m_s = parameters.of_target(conditions.target).speed_m_s.value
    held = sorted(
        (test for test in tests if test.sensor_id == sensor.sensor_id and test.conditions == conditions),
        key=lambda test: test.on,
    )
    proven = tuple(_proven(test, known.glimpse_s.value, duty, passing_m_s) for test in held)
    reach_m = r50_m * tail if r50_m > 0.0 else 0.0
    return Performance(
        r50_m=r50_m,
        steepness=steepness,
        ceiling=known.ceiling.value,
        availability=known.availability.value,
        duty=duty,
        glimpse_s=known.glimpse_s.value,
        range_min_m=max(sensor.range_min_m, _foot_m(sensor.mast_m, known)),
        reach_m=max([reach_m, *(band.to_m for band in proven)]),
        proven=proven,
        source="; ".join([*(band.source for band in proven), _assumed_source(sensor, declared_m, share)]),
        needs_sight=known.needs_sight,
    )


def _declared_m(sensor: Sensor, target: Target, known: KindParameters) -> float:
    if target == "vehicle":
        return sensor.range_vehicle_m
    return sensor.range_person_m * (known.animal_share.value if target == "animal" else 1.0)


def _mast_share(mast_m: float, known: KindParameters) -> float:
    full_m = known.full_mast_m.value
    if full_m <= 0.0:
        return 1.0
    return min(1.0, math.pow(max(mast_m, _LEAST_MAST_M) / full_m, known.mast_exponent.value))


def _foot_m(mast_m: float, known: KindParameters) -> float:
    """Return how far from its foot a mast's sensor begins to see."""
    steepest_deg = known.steepest_look_deg.value
    return 0.0 if steepest_deg >= 90.0 else mast_m / math.tan(math.radians(steepest_deg))


def _duty(sector_deg: float, known: KindParameters) -> float:
    """Return the share of looks that a panning sensor has at one place: one per round, where a round takes longer."""
    round_s = known.dwell_s.value * max(1.0, sector_deg / known.field_of_view_deg.value)
    return min(1.0, known.glimpse_s.value / round_s)


def _proven(test: WalkTest, glimpse_s: float, duty: float, passing_m_s: float) -> ProvenBand:
    """Turn what is proven of a whole pass into what that says of one look.

    A pass of T seconds is T * duty / glimpse_s looks of probability p; that all of them miss has the probability
    1 - bound. So 1 - p = (1 - bound)^(glimpse_s / (T * duty)): whoever adds up the looks of a pass finds the bound
    again, and no more. A pass shorter than one look counts as one.
    """
    bound = test.bound
    pass_s = test.pass_s if test.pass_s is not None else (test.to_m - test.from_m) / passing_m_s
    looks = max(1.0, pass_s * duty / glimpse_s)
    words = (
        f"walk test {test.from_m:g}-{test.to_m:g} m, {test.conditions}: {test.detected} of {test.walked} on {test.on} "
        f"by {test.by}, proves {bound:.3f} a pass ({test.source})"
    )
    return ProvenBand(test.from_m, test.to_m, 1.0 - (1.0 - bound) ** (1.0 / looks), bound, words)


def _assumed_source(sensor: Sensor, declared_m: float, share: float) -> str:
    return f"assumed: {declared_m:g} m for a probability of {share:g} ({sensor.performance_source})"
