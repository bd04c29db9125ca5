"""Does one sensor report more than anything real could cause?"""

from __future__ import annotations

from collections import deque

WINDOW_S = 60.0


class Rates:
    """Reports of the last minute, counted for each sensor.

    Parameters
    ----------
    per_minute : float
        More than this is a flood.

    Examples
    --------
    >>> rates = Rates(per_minute=2.0)
    >>> [rates.count("T-01-radar", second) for second in (0.0, 1.0, 2.0)]
    [None, None, 3.0]
    """

    def __init__(self, per_minute: float) -> None:
        self._per_minute = per_minute
        self._seen: dict[str, deque[float]] = {}

    def count(self, sensor_id: str, at_s: float) -> float | None:
        """Count a report; give the reports per minute when they are too many."""
        seen = self._seen.setdefault(sensor_id, deque())
        seen.append(at_s)
        while seen[0] <= at_s - WINDOW_S:
            seen.popleft()
        return float(len(seen)) if len(seen) > self._per_minute else None
