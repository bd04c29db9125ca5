"""How surely is a percentile known from values that come in groups?

Speeds of one outing are alike: a driver, a vehicle, a day. Values are therefore not counted as so many independent
ones; what they are worth is worked out from how much outings differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom
from scipy.stats import t as student

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile and the interval in which it lies.

    Attributes
    ----------
    share
        Which: 0.9 for the 90th.
    value
        Of the values at hand.
    low, high
        The interval; None where the values are too few to close it on that side.
    effective
        How many independent values the values are worth.
    """

    share: float
    value: float
    low: float | None
    high: float | None
    effective: float

    @property
    def closed(self) -> bool:
        """Whether the interval has both ends."""
        return self.low is not None and self.high is not None


def percentile(values: ArrayLike, groups: ArrayLike, share: float, confidence: float = 0.95) -> Percentile:
    """Return a percentile of values in groups, with an interval.

    Of m independent values, as many as a binomial variable says lie below the true percentile; the order statistics
    that it leaves out with (1 - confidence) / 2 on either side bound it exactly (H. A. David, Order Statistics, 1970,
    section 2.5). Values in groups are worth m = p (1 - p) / v, v the variance of the share p below the percentile as
    the groups show it, with Student's correction for few groups and never more than there are (E. L. Korn and B. I.
    Graubard, Confidence intervals for proportions with small expected number of positive counts estimated from survey
    data, Survey Methodology 24, 1998; R. S. Woodruff, Confidence intervals for medians and other position measures,
    JASA 47, 1952). With one group nothing is known of how much groups differ, and the interval is open.

    Parameters
    ----------
    values
        Shape (n,), at least one.
    groups
        Shape (n,), whole numbers: to which group each belongs.
    share
        Between 0 and 1.
    confidence
        Between 0 and 1.

    Raises
    ------
    ValueError
        If there is no value, or a share or a confidence is not between 0 and 1.

    Examples
    --------
    >>> found = percentile(np.arange(1.0, 101.0), np.arange(100), 0.5)
    >>> found.value, found.low, found.high, found.effective
    (50.0, 40.0, 61.0, 100.0)
    >>> percentile(np.arange(1.0, 101.0), np.zeros(100), 0.5).closed
    False
    """
    given = np.asarray(values, np.float64)
    of_group = np.unique(np.asarray(groups), return_inverse=True)[1]
    if not len(given):
        raise ValueError("no values have no percentile; give at least one")
    if not (0.0 < share < 1.0 and 0.0 < confidence < 1.0):
        raise ValueError(f"a share of {share} at a confidence of {confidence} cannot be; both lie between 0 and 1")
    count = len(given)
    in_order = np.sort(given)
    value = float(in_order[_rank(count * share) - 1])
    effective = _effective(given <= value, of_group, confidence)
    worth, outside = floor(effective + 1e-9), (1.0 - confidence) / 2.0
    low = high = None
    if worth >= 1:
        # The most that may lie below with no more than `outside` beneath it, and the least with no more above it.
        fewest = int(binom.ppf(outside, worth, share))
        if binom.cdf(fewest, worth, share) > outside:
            fewest -= 1
        most = int(binom.isf(outside, worth, share)) + 1
        if fewest >= 0:
            low = float(in_order[floor(count * fewest / worth + 1e-9)])
        if most <= worth:
            high = float(in_order[_rank(count * most / worth) - 1])
    return Percentile(share, value, low, high, effective)


def _effective(below: NDArray[np.bool_], of_group: NDArray[np.int64], confidence: float) -> float:
    count, groups = len(below), int(of_group.max()) + 1
    if groups < 2:
        return 0.0
    found = float(below.mean())
    sums = np.bincount(of_group, below - found, groups)
    variance = groups / (groups - 1) * float((sums**2).sum()) / count**2
    if variance <= 0.0:
        # Groups that are alike to the last value: no more can be known than that they are so many.
        return float(groups)
    at = (1.0 + confidence) / 2.0
    correction = float(student.ppf(at, count - 1) / student.ppf(at, groups - 1)) ** 2
    # What the variance would be if every value stood for itself, by what it is.
    return min(float(count), count * found * (1.0 - found) / (count - 1) / variance * correction)


def _rank(place: float) -> int:
    return max(1, ceil(place - 1e-9))
