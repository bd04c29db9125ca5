"""What goes wrong with the sensors tonight, and when?

One sensor falls silent without a word and comes back later, one has a clock that is fast, one now and then swaps its
axes, and now and then somebody is at a sensor's cabinet.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

FIRST_MINUTE_S = 60.0
FAST_CLOCK_S = 20.0
TAMPERED = ("cabinet door open", "mast vibration above limit", "tilt of the mounting changed")


@dataclass(frozen=True, slots=True)
class TamperAlert:
    """Somebody is at a sensor: when (unix seconds), which, what it says."""

    at_s: float
    sensor_index: int
    words: str


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults of a night; sensors by index, times in unix seconds, None where no sensor is left for a fault."""

    silent_index: int | None
    silent_from_s: float
    silent_until_s: float
    fast_index: int | None
    swapping_index: int | None
    swaps_s: tuple[float, ...]
    alerts: tuple[TamperAlert, ...]

    def is_silent(self, sensor_index: int, t_s: float) -> bool:
        """Return whether a sensor says nothing at an instant.

        Examples
        --------
        >>> Faults(3, 100.0, 200.0, None, None, (), ()).is_silent(3, 150.0)
        True
        """
        return sensor_index == self.silent_index and self.silent_from_s <= t_s < self.silent_until_s

    def clock_error_s(self, sensor_index: int) -> float:
        """Return by how much a sensor's clock is fast, seconds.

        Examples
        --------
        >>> Faults(None, 0.0, 0.0, 2, None, (), ()).clock_error_s(2)
        20.0
        """
        return FAST_CLOCK_S if sensor_index == self.fast_index else 0.0


def drawn(seed: int, number: int, *, start_s: float, end_s: float, spared: Collection[int] = ()) -> Faults:
    """Return the faults of a seed.

    Parameters
    ----------
    seed, number
        The night's seed and how many sensors there are.
    start_s, end_s
        The night, unix seconds. Nothing but the fast clock shows in its first minute.
    spared
        Sensors that stay well: those that see what is under way when the night begins.

    Examples
    --------
    >>> drawn(1, 10, start_s=0.0, end_s=40_000.0).silent_from_s > 60.0
    True
    """
    chance = np.random.Generator(np.random.PCG64([seed, 5]))
    order = [int(index) for index in chance.permutation(number)]
    left = [index for index in order if index not in spared]
    silent, fast, swapping = (left[place] if place < len(left) else None for place in range(3))
    silent_from_s = start_s + float(chance.uniform(180.0, 420.0))
    swaps_s = start_s + FIRST_MINUTE_S + np.cumsum(chance.exponential(900.0, 200)) + 60.0
    alerts_s = start_s + FIRST_MINUTE_S + np.cumsum(chance.exponential(3_600.0, 60)) + 240.0
    alerts = tuple(
        TamperAlert(float(at_s), int(chance.integers(0, number)), str(chance.choice(TAMPERED)))
        for at_s in alerts_s
        if at_s < end_s and number
    )
    return Faults(
        silent_index=silent,
        silent_from_s=silent_from_s,
        silent_until_s=silent_from_s + float(chance.uniform(480.0, 1_200.0)),
        fast_index=fast,
        swapping_index=swapping,
        swaps_s=tuple(float(at_s) for at_s in swaps_s if at_s < end_s) if swapping is not None else (),
        alerts=alerts,
    )
