"""Person, vehicle, animal or unknown?

Bayes: what sensors report is gathered as evidence, and the speed is weighed once, as it is believed now (its estimates
follow from each other, so counting each would count the same thing many times). A class is named only when it is
clearly the likeliest; otherwise the honest word is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from vallum.watch.detection import Classification

NAMED: tuple[Classification, Classification, Classification] = ("person", "vehicle", "animal")
Evidence = tuple[float, float, float]

# Before anything is reported. An assumption: at night near a line people and animals are seen more than vehicles.
_PRIOR: Evidence = (0.4, 0.2, 0.4)
# Mean and standard deviation of the speeds at which each class is met, m/s; standing still is possible for all.
_SPEED_M_S: tuple[tuple[float, float], ...] = ((1.0, 1.0), (7.0, 6.0), (1.0, 1.5))
# Looks of the same sensor at the same thing err alike, so each counts for this share of an independent one.
_INDEPENDENT_SHARE = 0.5
# No class is ever ruled out for good.
_MOST_EVIDENCE = 6.0
_LEAST_LIKELIHOOD = 0.05
_NAMED_FROM = 0.6


def gathered(evidence: Evidence, classes: Sequence[tuple[Classification, float]]) -> Evidence:
    """Add one detection's report to the evidence.

    Parameters
    ----------
    evidence
        Natural logarithms, largest 0, for person, vehicle, animal.
    classes
        What the sensor said with its confidences, 0 to 1; what it leaves open or calls unknown is shared out evenly.

    Examples
    --------
    >>> evidence = gathered((0.0, 0.0, 0.0), (("person", 0.9),))
    >>> evidence[0] > evidence[1] == evidence[2]
    True
    """
    said = dict.fromkeys(NAMED, 0.0)
    for name, confidence in classes:
        if name in said:
            said[name] += confidence
    total = sum(said.values())
    if total <= 0.0:
        return evidence
    open_share = max(0.0, 1.0 - total) / len(NAMED)
    logs = [
        before + _INDEPENDENT_SHARE * math.log(max(share / max(total, 1.0) + open_share, _LEAST_LIKELIHOOD))
        for before, share in zip(evidence, said.values(), strict=True)
    ]
    most = max(logs)
    person, vehicle, animal = (max(value - most, -_MOST_EVIDENCE) for value in logs)
    return person, vehicle, animal


def judged(evidence: Evidence, speed_m_s: float, speed_sd_m_s: float) -> tuple[Classification, float]:
    """Return the class and its probability.

    Parameters
    ----------
    evidence
        From `gathered`.
    speed_m_s, speed_sd_m_s
        The speed as believed now and its standard deviation.

    Examples
    --------
    >>> judged((0.0, 0.0, 0.0), 15.0, 1.0)[0], judged((0.0, 0.0, 0.0), 1.0, 1.0)[0]
    ('vehicle', 'unknown')
    """
    weights = []
    for log, prior, (mean, sd) in zip(evidence, _PRIOR, _SPEED_M_S, strict=True):
        variance = sd**2 + speed_sd_m_s**2
        density = max(math.exp(-((speed_m_s - mean) ** 2) / (2.0 * variance)) / math.sqrt(variance), 1e-12)
        weights.append(prior * density * math.exp(log))
    share = max(weights) / sum(weights)
    return (NAMED[weights.index(max(weights))], share) if share >= _NAMED_FROM else ("unknown", share)
