"""What time is it in this centre?

A centre has one clock and passes it to everything that needs the time. It starts at a stated instant and may run
faster than the wall clock, so that a demonstration can begin at dusk on a day years ago. TLS, sessions and keys do not
use it: they use the machine's clock.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# A machine's clock may be set back while a centre runs; a centre's never goes back. Steps are taken at the next start.
_STARTED_S = time.time() - time.monotonic()


def _machine_s() -> float:
    return _STARTED_S + time.monotonic()


@dataclass(frozen=True, slots=True)
class Clock:
    """The scenario time of a centre as a straight line through the machine's time.

    Parameters
    ----------
    start
        Timezone-aware scenario instant at the anchor.
    anchor_s
        Machine time at which the scenario is at `start`, in unix seconds.
    speed
        Scenario seconds per machine second, more than 0.

    Raises
    ------
    ValueError
        When `start` has no timezone or `speed` is not a positive finite number.

    Examples
    --------
    >>> dusk = datetime(2021, 3, 17, 15, 30, tzinfo=UTC)
    >>> clock = Clock(start=dusk, anchor_s=1_000.0, speed=10.0)
    >>> clock.at_s(1_002.0) - dusk.timestamp()
    20.0
    """

    start: datetime
    anchor_s: float
    speed: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a clock that could not be read."""
        if self.start.tzinfo is None:
            raise ValueError("the start of a clock needs a timezone, for example datetime(2021, 3, 17, tzinfo=UTC)")
        if not 0.0 < self.speed < float("inf"):
            raise ValueError(f"the speed of a clock is a number above 0, not {self.speed}")

    @classmethod
    def machine(cls) -> "Clock":
        """Return the clock that agrees with the machine's.

        Examples
        --------
        >>> abs(Clock.machine().now_s() - time.time()) < 1.0
        True
        """
        return cls(start=datetime(1970, 1, 1, tzinfo=UTC), anchor_s=0.0)

    @classmethod
    def resume(cls, after: datetime, *, speed: float = 1.0, anchor_s: float | None = None) -> "Clock":
        """Return a clock that goes on one millisecond after an instant, the last one that a journal knows.

        Parameters
        ----------
        after
            Timezone-aware scenario instant, for example `last_recorded(folder)`.
        speed
            Scenario seconds per machine second.
        anchor_s
            Machine time at which the scenario goes on, in unix seconds; this moment when not given.

        Examples
        --------
        >>> clock = Clock.resume(datetime(2021, 3, 17, 15, 30, tzinfo=UTC), anchor_s=50.0)
        >>> clock.start.isoformat(), clock.anchor_s
        ('2021-03-17T15:30:00.001000+00:00', 50.0)
        """
        anchor = time.time() if anchor_s is None else anchor_s
        return cls(start=after + timedelta(milliseconds=1), anchor_s=anchor, speed=speed)

    def at_s(self, machine_s: float) -> float:
        """Return the scenario time at a machine time, both in unix seconds.

        Examples
        --------
        >>> Clock(start=datetime(2021, 1, 1, tzinfo=UTC), anchor_s=0.0, speed=2.0).at_s(5.0)
        1609459210.0
        """
        return self.start.timestamp() + (machine_s - self.anchor_s) * self.speed

    def now_s(self) -> float:
        """Return the scenario time now, in unix seconds.

        Examples
        --------
        >>> Clock.machine().now_s() > 1_600_000_000
        True
        """
        return self.at_s(_machine_s())

    def now(self) -> datetime:
        """Return the scenario time now, timezone-aware in UTC.

        Examples
        --------
        >>> Clock.machine().now().tzinfo is UTC
        True
        """
        return datetime.fromtimestamp(self.now_s(), tz=UTC)
