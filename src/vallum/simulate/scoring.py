"""After the night: how many crossed, of how many did the watch know, and what were the alarms really?

Plain counting with one stated rule; no weights, no score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vallum.simulate.actors import metres_per_degree

WITHIN_M = 1_500.0
WITHIN_S = 300.0
RULE = (
    "An alarm belongs to the nearest of those who were within 1,500 m of its place at some time within 5 minutes of "
    "it, and to nobody when nobody was. A crossing was alarmed when an alarm of whoever crossed was raised "
    "no later than 5 minutes after it, and reported when a sensor had reported them by then. Who passes the line more "
    "than once counts once, the first time."
)
# Alarms about what moves; those about sensors have no actor behind them.
MOVEMENT_KINDS = ("approach", "crossed")
COMERS = ("person", "vehicle")
CAUSES = ("crossed", "came near", "herder or animals", "own patrol", "nothing there")

Way = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ToldCrossing:
    """One true crossing by people or vehicles and what the watch knew of it."""

    actor_id: str
    kind: str
    count: int
    at_s: float
    chainage_m: float
    direction: str
    reported: bool
    alarmed: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The night in plain numbers; people and vehicles only are counted as crossings.

    `reported` of the `crossed` were reported by a sensor, `alarmed` had an alarm, `unseen` are those that no sensor
    reported. `alarm_causes` says for each cause how many of the `alarms` about movement were it.
    """

    crossed: int
    reported: int
    alarmed: int
    crossings: tuple[ToldCrossing, ...]
    alarms: int
    alarm_causes: Mapping[str, int]
    rule: str = RULE

    @property
    def unseen(self) -> tuple[ToldCrossing, ...]:
        """Return the crossings that no sensor reported.

        Examples
        --------
        >>> tell({"actors": [], "crossings": []}, []).unseen
        ()
        """
        return tuple(crossing for crossing in self.crossings if not crossing.reported)


def tell(truth: Mapping[str, Any], alarms: Sequence[Mapping[str, Any]]) -> Told:
    """Compare a night's alarms with its truth.

    Parameters
    ----------
    truth
        As `vallum.simulate.truth.told` writes it: `actors` with `way` and `seen_by`, and `crossings`.
    alarms
        Each with `raised_at` (aware datetime, ISO 8601 text or unix seconds), `lon`, `lat` (degrees or None), `kind`.
        Alarms of kinds other than approach and crossed are left out.

    Returns
    -------
    Told
        The rule by which alarms are matched is in it, in words.

    Raises
    ------
    ValueError
        When an alarm's time cannot be read.

    Examples
    --------
    >>> way = [[0.0, 41.0, 36.0], [600.0, 41.01, 36.0]]
    >>> crossing = {"actor_id": "a", "kind": "person", "count": 3, "at_s": 300.0, "chainage_m": 5e4,
    ...     "direction": "to this side"}
    >>> actor = {"id": "a", "kind": "person", "way": way, "seen_by": {"c1": {"first_s": 10.0}}}
    >>> told = tell({"actors": [actor], "crossings": [crossing]},
    ...     [{"raised_at": 100.0, "lon": 41.0, "lat": 36.0, "kind": "approach"}])
    >>> told.crossed, told.alarmed, told.alarm_causes["crossed"]
    (1, 1, 1)
    """
    actors = {str(actor["id"]): actor for actor in truth["actors"]}
    ways = {actor_id: np.array(actor["way"], dtype=np.float64).reshape(-1, 3) for actor_id, actor in actors.items()}
    crossers: dict[str, Mapping[str, Any]] = {}
    for crossing in sorted(truth["crossings"], key=lambda one: float(one["at_s"])):
        if crossing["kind"] in COMERS:
            crossers.setdefault(str(crossing["actor_id"]), crossing)
    moving = [alarm for alarm in alarms if alarm["kind"] in MOVEMENT_KINDS]
    causes: Counter[str] = Counter(dict.fromkeys(CAUSES, 0))
    raised_of: dict[str, list[float]] = {}
    for alarm in moving:
        raised_s = _seconds(alarm["raised_at"])
        whose = _owner(alarm, raised_s, ways)
        causes[_cause(actors[whose]["kind"] if whose else None, whose in crossers)] += 1
        if whose is not None:
            raised_of.setdefault(whose, []).append(raised_s)
    told = tuple(_told(crossing, actors, raised_of) for crossing in crossers.values())
    return Told(
        crossed=len(told),
        reported=sum(crossing.reported for crossing in told),
        alarmed=sum(crossing.alarmed for crossing in told),
        crossings=told,
        alarms=len(moving),
        alarm_causes=dict(causes),
    )


def _told(crossing: Mapping[str, Any], actors: Mapping[str, Any], raised_of: Mapping[str, list[float]]) -> ToldCrossing:
    actor_id, latest_s = str(crossing["actor_id"]), float(crossing["at_s"]) + WITHIN_S
    seen = actors.get(actor_id, {}).get("seen_by", {})
    return ToldCrossing(
        actor_id=actor_id,
        kind=str(crossing["kind"]),
        count=int(crossing["count"]),
        at_s=float(crossing["at_s"]),
        chainage_m=float(crossing["chainage_m"]),
        direction=str(crossing["direction"]),
        reported=any(float(line["first_s"]) <= latest_s for line in seen.values()),
        alarmed=any(raised_s <= latest_s for raised_s in raised_of.get(actor_id, ())),
    )


def _owner(alarm: Mapping[str, Any], raised_s: float, ways: Mapping[str, Way]) -> str | None:
    """Return whose alarm it is: the nearest within the rule; None when nobody was there."""
    if alarm.get("lon") is None or alarm.get("lat") is None:
        return None
    near = []
    for actor_id, way in ways.items():
        distance_m = _nearest_m(way, float(alarm["lon"]), float(alarm["lat"]), raised_s)
        if distance_m <= WITHIN_M:
            near.append((distance_m, actor_id))
    return min(near)[1] if near else None


def _nearest_m(way: Way, lon: float, lat: float, raised_s: float) -> float:
    """Return how near a way comes to a place within the rule's minutes of an instant, metres; infinity for never."""
    if len(way) == 0:
        return float("inf")
    from_s, until_s = max(raised_s - WITHIN_S, way[0, 0]), min(raised_s + WITHIN_S, way[-1, 0])
    if from_s > until_s:
        return float("inf")
    times_s = np.linspace(from_s, until_s, 61)
    east_m, north_m = metres_per_degree(lat)
    east = (np.interp(times_s, way[:, 0], way[:, 1]) - lon) * east_m
    north = (np.interp(times_s, way[:, 0], way[:, 2]) - lat) * north_m
    return float(np.hypot(east, north).min())


def _cause(kind: str | None, crosses: bool) -> str:
    if kind is None:
        return "nothing there"
    if crosses:
        return "crossed"
    if kind == "patrol":
        return "own patrol"
    return "herder or animals" if kind in ("herder", "animal") else "came near"


def _seconds(moment: Any) -> float:
    if isinstance(moment, datetime):
        return moment.timestamp()
    if isinstance(moment, str):
        try:
            return datetime.fromisoformat(moment).timestamp()
        except ValueError:
            raise ValueError(f"an alarm's raised_at is {moment!r}, expected a time like 2021-03-17T15:30:00Z") from None
    return float(moment)
