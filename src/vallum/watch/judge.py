"""Which of all this needs a human now?

Pure: what is seen, what the rules are, which alarms stand, where our own people are and what time it is come in; the
alarms to raise come out. One track has one alarm of a kind; the same rule speaks again about the same track or sensor
only when the last alarm is closed and the rearm time has passed. A group that was lost and found again goes on under
its number (`tracker.resume`), so that it is still the one the alarm is about; another group has another number.

One thing is suppressed by design: an approach beside one of our own units is taken for that unit. `held_back` names
what that hides, so that it is counted and shown; a crossing of the line is never hidden.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from vallum.watch.alarm import AlarmKind, AlarmRaised, AlarmRow
from vallum.watch.evidence import evidence_of
from vallum.watch.rules import AlarmRules, Priority
from vallum.watch.situation import Situation
from vallum.watch.tracker.progress import surely_came_m_s

# Metres of a degree of latitude; good to half a percent, enough for "near our own patrol".
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """One of our own units: where it was last heard."""

    callsign: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class SensorEvent:
    """Something about a sensor that may need a human. `words` are what it or the centre says, as plain text."""

    kind: Literal["sensor_silent", "sensor_alert", "report_flood"]
    sensor_id: str
    words: str
    lon: float | None = None
    lat: float | None = None
    chainage_m: float | None = None
    offset_m: float | None = None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A track whose approach would ask for a human, were it not beside one of our own units."""

    track: int
    callsign: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is known when tracks are judged: own units, the state of each sensor, which of them give pictures."""

    own_units: tuple[OwnUnit, ...] = ()
    sensor_states: Mapping[str, str] = field(default_factory=dict)
    cameras: frozenset[str] = frozenset()


def judge(
    situations: Sequence[Situation],
    events: Sequence[SensorEvent],
    rules: AlarmRules,
    standing: Iterable[AlarmRow],
    around: Surroundings,
    now: datetime,
) -> tuple[AlarmRaised, ...]:
    """Return the alarms to raise.

    Parameters
    ----------
    situations
        Live tracks at the line.
    events
        What happened to sensors since the last call.
    rules
        From the project.
    standing
        All alarms that were raised: the open ones and those closed within the rearm time, at least.
    around
        Own units and sensors.
    now
        The centre's time.

    Examples
    --------
    >>> from datetime import UTC
    >>> silent = SensorEvent("sensor_silent", "T-01-radar", "not heard for 31 s")
    >>> judge([], [silent], AlarmRules(), [], Surroundings(), datetime(2021, 3, 17, tzinfo=UTC))[0].priority
    2
    """
    quiet = _quiet(standing, rules, now)
    raised: list[AlarmRaised] = []
    for situation in situations:
        alarm = _of_track(situation, rules, around, now)
        # a crossing speaks also when the approach has spoken, never the other way round
        spoken = () if alarm is None else ((alarm.kind, alarm.track), ("crossed", alarm.track))
        if alarm is not None and not any(said in quiet for said in spoken):
            raised.append(alarm)
    for event in events:
        if (event.kind, event.sensor_id) not in quiet:
            quiet.add((event.kind, event.sensor_id))
            raised.append(_of_sensor(event, rules, now))
    return tuple(raised)


def held_back(
    situations: Sequence[Situation],
    rules: AlarmRules,
    standing: Iterable[AlarmRow],
    around: Surroundings,
    now: datetime,
) -> tuple[HeldBack, ...]:
    """Return which approaches raise no alarm now only because an own unit is near; parameters as of `judge`.

    Examples
    --------
    >>> held_back([], AlarmRules(), [], Surroundings(), datetime(2021, 3, 17))
    ()
    """
    quiet = _quiet(standing, rules, now)
    found = []
    for situation in situations:
        number = situation.track.number
        if _asks(situation, rules) == "approach" and not {("approach", number), ("crossed", number)} & quiet:
            own = _own_unit_at(situation, rules, around)
            if own is not None:
                found.append(HeldBack(number, own.callsign))
    return tuple(found)


def near_own_unit(lon: float, lat: float, units: Collection[OwnUnit], within_m: float) -> OwnUnit | None:
    """Return the nearest own unit within a distance, or None.

    Examples
    --------
    >>> near_own_unit(41.0, 35.0, [OwnUnit("EAGLE 2", 41.001, 35.0)], 300.0).callsign
    'EAGLE 2'
    """
    narrowing = math.cos(math.radians(lat))
    distances = [
        (math.hypot((unit.lon - lon) * narrowing, unit.lat - lat) * _METRES_PER_DEGREE, unit.callsign, unit)
        for unit in units
    ]
    distance_m, _, nearest = min(distances, default=(math.inf, "", None), key=lambda entry: entry[:2])
    return nearest if distance_m <= within_m else None


def _quiet(standing: Iterable[AlarmRow], rules: AlarmRules, now: datetime) -> set[tuple[AlarmKind, int | str | None]]:
    """Return the kinds and subjects about which nothing is said now."""
    rearm = timedelta(seconds=rules.rearm_s)
    return {
        (alarm.kind, alarm.sensor_id if alarm.track is None else alarm.track)
        for alarm in standing
        if alarm.state != "closed" or now - alarm.raised_at < rearm
    }


def _of_track(situation: Situation, rules: AlarmRules, around: Surroundings, now: datetime) -> AlarmRaised | None:
    asks = _asks(situation, rules)
    if asks == "crossed":
        return _alarm("crossed", rules.crossed.priority, situation, around, now)
    if asks is None or _own_unit_at(situation, rules, around) is not None:
        return None
    track = situation.track
    return _alarm(
        "approach", rules.approach.priority_of(track.classification, track.class_probability), situation, around, now
    )


def _asks(situation: Situation, rules: AlarmRules) -> Literal["approach", "crossed"] | None:
    """Tell what about a track asks for a human, whoever of ours is near."""
    track = situation.track
    if not track.live or not rules.approach.takes(track.classification):
        return None
    if situation.crossed is not None:
        return "crossed"
    if (
        situation.forecast is None
        or situation.forecast.probability < rules.approach.probability_at_least
        or abs(situation.offset_m) > rules.approach.within_m
        or track.quality < rules.approach.min_quality
        # what was only just lost is still dropping; nothing new is known of it
        or track.status == "dropping"
        # the velocity of a moment is not yet a way: it must have been going somewhere for a while
        or track.followed_s < rules.approach.followed_at_least_s
        or (rules.approach.came_at_least_m_s > 0.0 and surely_came_m_s(track) < rules.approach.came_at_least_m_s)
    ):
        return None
    return "approach"


def _own_unit_at(situation: Situation, rules: AlarmRules, around: Surroundings) -> OwnUnit | None:
    track = situation.track
    return near_own_unit(track.lon, track.lat, around.own_units, rules.suppress_own_patrol_within_m)


def _alarm(
    kind: Literal["approach", "crossed"], priority: Priority, situation: Situation, around: Surroundings, now: datetime
) -> AlarmRaised:
    track = situation.track
    return AlarmRaised(
        alarm_id=f"{kind}-{track.number}-{now:%Y%m%dT%H%M%S}",
        rule=kind,
        kind=kind,
        priority=priority,
        classification=track.classification,
        count_low=track.count_low,
        count_high=track.count_high,
        track=track.number,
        lon=track.lon,
        lat=track.lat,
        chainage_m=situation.chainage_m,
        offset_m=situation.offset_m,
        side=situation.side,
        forecast=situation.forecast,
        evidence=evidence_of(track, around.sensor_states, around.cameras),
        words=_words(situation),
    )


def _words(situation: Situation) -> str:
    """Say what happens, relative to the line as drawn, and how well that line is known."""
    line = f"the map line (known to {situation.lateral_uncertainty_m:,.0f} m)"
    if situation.crossed is not None:
        return f"Crossed {line} {situation.crossed}."
    to = "this side" if situation.offset_m < 0 else "that side"
    words = f"Moving towards {to}, {abs(situation.offset_m):,.0f} m from {line}."
    if situation.forecast is None:
        return words
    at = situation.forecast
    return (
        f"{words} Expected there between {at.earliest:%H:%M} and {at.latest:%H:%M} UTC "
        f"with probability {at.probability:.0%}."
    )


def _of_sensor(event: SensorEvent, rules: AlarmRules, now: datetime) -> AlarmRaised:
    priorities: dict[str, Priority] = {
        "sensor_silent": rules.sensor_silent.priority,
        "sensor_alert": rules.sensor_alert.priority,
        "report_flood": rules.report_flood.priority,
    }
    return AlarmRaised(
        alarm_id=f"{event.kind}-{event.sensor_id}-{now:%Y%m%dT%H%M%S}",
        rule=event.kind,
        kind=event.kind,
        priority=priorities[event.kind],
        sensor_id=event.sensor_id,
        lon=event.lon,
        lat=event.lat,
        chainage_m=event.chainage_m,
        offset_m=event.offset_m,
        words=event.words[:300],
    )
