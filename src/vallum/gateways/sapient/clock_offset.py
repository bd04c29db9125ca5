"""How far is a node's clock from the centre's, and how sure is that?

Each message that is sent the moment it is written (registration, status) gives one sample: received minus sent. The
median of a window is robust against single delays; reports of detections give none, because a node may send old ones
after its line was cut and they would look like a slow clock.
"""

import math
from collections import deque
from statistics import median

from vallum.gateways.sapient.reports import ClockEstimate

WINDOW = 31
CORRECTED_UP_TO_S = 120.0
# A message on its way for up to about a second is normal; correcting for it would move honest times.
UNCORRECTED_UP_TO_S = 1.0
# Scales the median absolute deviation to the standard deviation of a normal distribution.
_NORMAL_MAD = 1.4826


class ClockOffset:
    """A running estimate for one session of one node.

    Parameters
    ----------
    uncorrected_up_to_s
        Offsets up to this many seconds are taken for transport delay and are not corrected.

    Examples
    --------
    >>> offset = ClockOffset()
    >>> for second in range(5):
    ...     offset.sample(sent_s=1020.0 + second, received_s=1000.1 + second)
    >>> offset.estimate().trusted, round(offset.estimate().offset_s, 1)
    (True, -19.9)
    """

    def __init__(self, uncorrected_up_to_s: float = UNCORRECTED_UP_TO_S) -> None:
        self._uncorrected_up_to_s = uncorrected_up_to_s
        self._samples: deque[float] = deque(maxlen=WINDOW)
        self._estimate = ClockEstimate(offset_s=0.0, sd_s=uncorrected_up_to_s, trusted=True)

    def sample(self, sent_s: float, received_s: float) -> None:
        """Take the times of one message that was sent as it was written, unix seconds."""
        if not (math.isfinite(sent_s) and math.isfinite(received_s)):
            return
        self._samples.append(received_s - sent_s)
        middle = median(self._samples)
        spread = _NORMAL_MAD * median(abs(sample - middle) for sample in self._samples)
        if abs(middle) <= self._uncorrected_up_to_s:
            self._estimate = ClockEstimate(offset_s=0.0, sd_s=max(spread, abs(middle)), trusted=True)
        else:
            # One or two samples say little about their own spread.
            sd_s = max(spread, self._uncorrected_up_to_s / math.sqrt(len(self._samples)))
            self._estimate = ClockEstimate(offset_s=middle, sd_s=sd_s, trusted=abs(middle) <= CORRECTED_UP_TO_S)

    def estimate(self) -> ClockEstimate:
        """Return the present estimate; before any sample, no offset with the spread of a normal delay."""
        return self._estimate
