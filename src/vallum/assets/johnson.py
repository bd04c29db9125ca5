"""How far do a lens and a detector reach by Johnson's criteria, and what is left of that figure in the field?

Data sheets of thermal and day cameras print one range per target and task. It is arithmetic: the distance at which the
target's critical size covers so many pixels that half of trained observers would succeed, in clear air, without
clutter and without having to search. Nothing is measured. What is left of it for a higher probability follows from the
target transfer function; what air, clutter and search take is a figure of `performance.toml`, until a walk test.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Task = Literal["detect", "recognise", "identify"]

# Pixels on the critical size that vendor tables count for each task: 0.75, 3 and 6 cycles of two pixels.
PIXELS: Mapping[Task, float] = MappingProxyType({"detect": 1.5, "recognise": 6.0, "identify": 12.0})
# Critical sizes of the same tables, metres.
PERSON_SIZE_M = 0.75
VEHICLE_SIZE_M = 2.3


def johnson_range_m(critical_size_m: float, focal_mm: float, pitch_um: float, pixels: float) -> float:
    """Return the distance at which a target's critical size covers a number of pixels: size * focal / (pitch * pixels).

    J. Johnson, "Analysis of image forming systems", Image Intensifier Symposium 1958, in the form in which vendors
    print it. A 50 % range: half of trained observers succeed, in clear air, without clutter or search.

    Parameters
    ----------
    critical_size_m
        Critical size of the target, metres: `PERSON_SIZE_M`, `VEHICLE_SIZE_M`.
    focal_mm
        Focal length of the lens, millimetres.
    pitch_um
        Distance of the pixels on the detector, micrometres.
    pixels
        How many pixels the task needs: `PIXELS`. A machine detector needs more than a person's 1.5.

    Returns
    -------
    float
        Metres.

    Raises
    ------
    ValueError
        If one of them is not a number greater than 0.

    Examples
    --------
    >>> round(johnson_range_m(PERSON_SIZE_M, focal_mm=75.0, pitch_um=17.0, pixels=PIXELS["detect"]))
    2206
    """
    given = {"critical_size_m": critical_size_m, "focal_mm": focal_mm, "pitch_um": pitch_um, "pixels": pixels}
    for name, value in given.items():
        if not (math.isfinite(value) and value > 0.0):
            raise ValueError(f"{name} is {value}; give a number greater than 0")
    return critical_size_m * (focal_mm * 1e-3) / (pitch_um * 1e-6) / pixels


def transfer_probability(ratio: ArrayLike) -> NDArray[np.float64]:
    """Return the probability of the task where a target covers `ratio` times the pixels of its 50 % range.

    The classical target transfer probability function P = r^E / (1 + r^E), E = 2.7 + 0.7 r; r is also the 50 % range
    divided by the distance. It holds for one target in an uncluttered picture and unlimited time.

    Parameters
    ----------
    ratio
        Any shape, 0 or more.

    Examples
    --------
    >>> transfer_probability([0.5, 1.0, 1.5, 2.0]).round(3).tolist()
    [0.108, 0.5, 0.821, 0.945]
    """
    # bounded, so that the power stays finite: at 20 the probability is 1 to the last digit
    r = np.clip(np.asarray(ratio, dtype=np.float64), 0.0, 20.0)
    odds = r ** (2.7 + 0.7 * r)
    return np.asarray(odds / (1.0 + odds), dtype=np.float64)


def share_of_range(probability: float) -> float:
    """Return which share of a 50 % range is the range for another probability.

    The inverse of `transfer_probability`: a data sheet's range times this is the distance at which a trained observer
    succeeds with that probability, still in clear air and without clutter or search.

    Parameters
    ----------
    probability
        Between 0 and 1.

    Raises
    ------
    ValueError
        If it is 0, 1 or outside.

    Examples
    --------
    >>> [round(share_of_range(probability), 2) for probability in (0.5, 0.82, 0.95)]
    [1.0, 0.67, 0.49]
    """
    if not 0.0 < probability < 1.0:
        raise ValueError(f"a probability of {probability} has no range; give one between 0 and 1")
    log_odds = math.log(probability / (1.0 - probability))
    low, high = 1e-12, 1e3
    while high / low > 1.0 + 1e-12:
        middle = math.sqrt(low * high)
        if (2.7 + 0.7 * middle) * math.log(middle) < log_odds:
            low = middle
        else:
            high = middle
    return 1.0 / high
