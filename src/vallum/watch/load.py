"""How do the alarms weigh on those who answer them?

More than about one alarm in ten minutes for each operator is more than people can answer well (ANSI/ISA-18.2), so the
page shows it while it happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from types import MappingProxyType

from vallum.watch.alarm import AlarmRow
from vallum.watch.rules import Priority

_WINDOW = timedelta(minutes=10)
_PRIORITIES: tuple[Priority, ...] = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Load:
    """The load now.

    Attributes
    ----------
    alarms_last_10_min, operators, alarms_per_operator_10_min
        Alarms raised in the last ten minutes and the people signed in to answer them; with nobody there the alarms
        are counted as if for one.
    share_by_priority
        Of all alarms raised, the share of each priority; zeros when there are none.
    acknowledge_median_s
        Between an alarm and the word "it is mine", for alarms that are or were acknowledged; None when there is none.
    shelved
        Alarms on the shelf now.
    """

    alarms_last_10_min: int
    operators: int
    alarms_per_operator_10_min: float
    share_by_priority: Mapping[Priority, float]
    acknowledge_median_s: float | None
    shelved: int


def load(alarms: Iterable[AlarmRow], now: datetime, operators: int) -> Load:
    """Return the load of the alarms.

    Parameters
    ----------
    alarms
        All alarms known.
    now
        The centre's time.
    operators
        People signed in who may acknowledge.

    Examples
    --------
    >>> from datetime import UTC
    >>> load([], datetime(2021, 3, 17, tzinfo=UTC), operators=1).alarms_per_operator_10_min
    0.0
    """
    known = tuple(alarms)
    recent = sum(now - _WINDOW < alarm.raised_at <= now for alarm in known)
    waits_s = [
        (alarm.acknowledged_at - alarm.raised_at).total_seconds()
        for alarm in known
        if alarm.acknowledged_at is not None
    ]
    return Load(
        alarms_last_10_min=recent,
        operators=operators,
        alarms_per_operator_10_min=recent / max(operators, 1),
        share_by_priority=MappingProxyType(
            {
                priority: sum(alarm.priority == priority for alarm in known) / max(len(known), 1)
                for priority in _PRIORITIES
            }
        ),
        acknowledge_median_s=median(waits_s) if waits_s else None,
        shelved=sum(alarm.state == "shelved" for alarm in known),
    )
