"""Which figures stand in the headline, and where does each come from?

What exists: `closed` and `planned` (how much of the programme is done), `not_watched` (line that no healthy sensor
surely watches now), `alarms_waiting` (what needs a human), `alarms_suppressed` (what the rules hide by design),
`sensors_live` and `sensors_total`. A new figure is one function.

Each takes plain values and returns a `Figure`, which always says in words what was counted and on whose word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

FigureKey = Literal[
    "closed", "planned", "not_watched", "alarms_waiting", "alarms_suppressed", "sensors_live", "sensors_total"
]
Unit = Literal["km", "count"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with where it comes from.

    Attributes
    ----------
    key, value, unit
        What it is.
    as_of
        When it was true; None when nobody has reported anything yet.
    source
        In words: what was counted, on whose word, on what assumption.
    counted
        How many things the value was made of.
    """

    key: FigureKey
    value: float
    unit: Unit
    as_of: datetime | None
    source: str
    counted: int


def closed(
    closed_m: float, element: str, states_counted: Sequence[str], reports_counted: int, as_of: date | None
) -> Figure:
    """Return how much of the programme is reported closed, km of reported length.

    Parameters
    ----------
    closed_m
        Sum of the reported lengths, metres.
    element
        The element that defines the programme, for example trench.
    states_counted
        The states of works that count as closed.
    reports_counted
        How many reports were summed.
    as_of
        Date of the newest of them.

    Examples
    --------
    >>> closed(140_000.0, "trench", ["accepted"], 4, date(2021, 3, 17)).value
    140.0
    """
    reports = "1 works report" if reports_counted == 1 else f"{reports_counted} works reports"
    source = (
        f"reported length of {element} in state {' or '.join(states_counted)}, "
        f"as summed from {reports}; not measured on the map"
    )
    return Figure("closed", closed_m / 1000.0, "km", _midnight(as_of), source, reports_counted)


def planned(planned_m: float, element: str, as_of: date | None) -> Figure:
    """Return the length of the programme, km of reported length.

    Parameters
    ----------
    planned_m
        As the project states it, metres.
    element
        The element that defines the programme.
    as_of
        Date of the statement, if it is known.

    Examples
    --------
    >>> planned(220_000.0, "trench", None).value
    220.0
    """
    source = f"length of the {element} programme as the project file states it; a reported length, not one of the map"
    return Figure("planned", planned_m / 1000.0, "km", _midnight(as_of), source, 1)


def not_watched(
    lost_m: Sequence[float], unwatched_m: Sequence[float], as_of: datetime, why_sectors: str = ""
) -> Figure:
    """Return how much of the line lies in no healthy sensor's registered sector, km of map length.

    What is said where sight lines are not worked out.

    Parameters
    ----------
    lost_m
        Lengths of the stretches whose sensors have fallen silent, metres.
    unwatched_m
        Lengths of the stretches that no sensor is registered for, metres.
    as_of
        The centre's time.
    why_sectors
        Why sectors stand for sight lines, in words.

    Examples
    --------
    >>> not_watched([2_000.0], [10_000.0, 500.0], datetime(2021, 3, 17, tzinfo=UTC)).value
    12.5
    """
    lost_km, never_km = sum(lost_m) / 1000.0, sum(unwatched_m) / 1000.0
    source = (
        f"length on the map outside the registered sector of every live sensor: {never_km:.1f} km that no sensor is "
        f"registered for, {lost_km:.1f} km whose sensors are silent; terrain is not asked"
    )
    source += f" ({why_sectors})" if why_sectors else ""
    return Figure("not_watched", lost_km + never_km, "km", as_of, source, len(lost_m) + len(unwatched_m))


def not_surely_watched(
    lost_m: Sequence[float],
    uncertain_m: Sequence[float],
    unwatched_m: Sequence[float],
    as_of: datetime,
    *,
    watched_at: float,
    case: str,
    conditions: str,
    terrain: str,
) -> Figure:
    """Return on how much of the line a straight crossing is not surely detected, km of map length.

    Parameters
    ----------
    lost_m
        Lengths of the stretches that silent sensors would watch, metres.
    uncertain_m
        Lengths of those that are watched only if the terrain's error is kind, metres.
    unwatched_m
        Lengths of those that no sensor watches, metres.
    as_of
        The centre's time.
    watched_at
        From which detection of a crossing counts.
    case
        For whom, in which light and weather.
    conditions
        The light and the weather of now, on whose word.
    terrain
        Which terrain, how wrong it may be and who says so.

    Examples
    --------
    >>> not_surely_watched(
    ...     [2_000.0],
    ...     [4_000.0],
    ...     [10_000.0, 500.0],
    ...     datetime(2021, 3, 17, tzinfo=UTC),
    ...     watched_at=0.5,
    ...     case="night-person",
    ...     conditions="night, weather not stated and taken for clear",
    ...     terrain="GLOBE, 18 m, its makers",
    ... ).value
    16.5
    """
    lost_km, uncertain_km, never_km = (sum(lengths) / 1000.0 for lengths in (lost_m, uncertain_m, unwatched_m))
    source = (
        f"length on the map where a person who crosses straight is not surely detected with {watched_at:.0%} by the "
        f"sensors that are live, by sight lines over the ground, case {case} ({conditions}): {never_km:.1f} km that no "
        f"sensor watches, {lost_km:.1f} km whose sensors are silent, {uncertain_km:.1f} km where the error of the "
        f"terrain ({terrain}) decides whether ground is seen"
    )
    counted = len(lost_m) + len(uncertain_m) + len(unwatched_m)
    return Figure("not_watched", lost_km + uncertain_km + never_km, "km", as_of, source, counted)


def alarms_waiting(states: Sequence[str], as_of: datetime) -> Figure:
    """Return how many alarms need a human: nobody has said "it is mine".

    Parameters
    ----------
    states
        The state of every alarm.
    as_of
        The centre's time.

    Examples
    --------
    >>> alarms_waiting(["unacknowledged", "shelved", "closed"], datetime(2021, 3, 17, tzinfo=UTC)).value
    1.0
    """
    waiting = sum(state == "unacknowledged" for state in states)
    shelved = sum(state == "shelved" for state in states)
    source = f"alarms that nobody has acknowledged, of {len(states)} raised; {shelved} shelved ones are not counted"
    return Figure("alarms_waiting", float(waiting), "count", as_of, source, len(states))


def alarms_suppressed(near: Sequence[tuple[int, str]], ever: int, within_m: float, as_of: datetime) -> Figure:
    """Return how many approaches raise no alarm now because one of our own units is beside them.

    Parameters
    ----------
    near
        The number of each such track and the callsign of the unit.
    ever
        Of how many tracks that was ever so since the centre started.
    within_m
        How near the rules call near, metres.
    as_of
        The centre's time.

    Examples
    --------
    >>> alarms_suppressed([(12, "EAGLE 2")], 3, 300.0, datetime(2021, 3, 17, tzinfo=UTC)).value
    1.0
    """
    which = "; ".join(f"track {number} near {callsign}" for number, callsign in near) or "none now"
    source = (
        f"approaches that raise no alarm because an own unit was last heard within {within_m:g} m, by the project's "
        f"rule suppress_own_patrol_within_m: {which}. Since the centre started: {ever}. A crossing is never suppressed"
    )
    return Figure("alarms_suppressed", float(len(near)), "count", as_of, source, ever)


def sensors(states: Sequence[str], as_of: datetime) -> tuple[Figure, Figure]:
    """Return how many sensors are live, and how many there are.

    Parameters
    ----------
    states
        The state of every sensor that was declared.
    as_of
        The centre's time.

    Examples
    --------
    >>> live, total = sensors(["live", "dead"], datetime(2021, 3, 17, tzinfo=UTC))
    >>> live.value, total.value
    (1.0, 2.0)
    """
    live = sum(state == "live" for state in states)
    others = ", ".join(f"{sum(state == other for state in states)} {other}" for other in sorted({*states} - {"live"}))
    live_source = f"sensors whose last status came in time and says that they detect; the others: {others or 'none'}"
    total_source = "sensors declared in the project"
    return (
        Figure("sensors_live", float(live), "count", as_of, live_source, len(states)),
        Figure("sensors_total", float(len(states)), "count", as_of, total_source, len(states)),
    )


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=UTC)
