"""Claim: an operator gets an alarm or so in ten minutes, most of them about somebody, and nobody who is seen is missed.

One command, `python bench/alarms.py --seeds 1-10 --hours 1`. The peer is the figure the process industry works with:
about one alarm per operator in ten minutes (EEMUA 191). Each night of the worked example is stepped without sockets:
what its sensors would send goes through the gateway's own session, the centre's own tracking and its own alarm rules,
one scenario second after another. Sensors that fail or lie are left out here; those alarms are about sensors.

What an alarm really was is told by the rule of `vallum.simulate.scoring`. Whose it was, for counting how many alarms
one actor caused, by the reports it stands on: the simulator knows who was behind each.

The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from vallum.assets.sensor import SensorRow
from vallum.assets.unit import UnitRow
from vallum.centre.alarming import Alarming
from vallum.centre.live import STRIP_CELL_M, STRIP_HALF_WIDTH_M
from vallum.centre.names import Names
from vallum.centre.tracking import Tracking
from vallum.frontier.strip import Strip
from vallum.gateways.sapient.session import Session
from vallum.gateways.sapient.writing import Writer
from vallum.journal import Observations
from vallum.project import Project, load
from vallum.simulate import messages, performance, truth
from vallum.simulate.scoring import CAUSES, MOVEMENT_KINDS, WITHIN_S, tell
from vallum.simulate.sensing import Held, look, ulid
from vallum.simulate.world import World
from vallum.terrain.elevation import Elevation
from vallum.watch.alarm import AlarmRaised
from vallum.watch.detection import Detection

NIGHT = timedelta(hours=12)
TEN_MINUTES_S = 600.0
# A frame is on the way for so long; the watch is stepped a little later.
UNDER_WAY_S, STEPPED_S = 0.1, 0.2
OPENING = "A01"
NUISANCE = ("herder or animals", "own patrol", "nothing there")


@dataclass(frozen=True, slots=True)
class Second:
    """What the sensors sent in one scenario second: nodes and frames."""

    at_s: float
    frames: tuple[tuple[str, bytes], ...]


@dataclass(slots=True)
class Seen:
    """What was behind the reports of a night: by report the actor, and what each sensor was shown."""

    actor_of: dict[str, str | None] = field(default_factory=dict)
    shown: truth.Shown = field(default_factory=truth.Shown)


@dataclass(frozen=True, slots=True)
class Raised:
    """One alarm about movement, with whose it was (None: nobody's)."""

    seed: int
    after_s: float
    kind: str
    priority: int
    classification: str
    words: str
    actor_id: str | None
    cause: str
    lon: float | None
    lat: float | None
    raised_at: float


@dataclass(frozen=True, slots=True)
class Burden:
    """One night in figures."""

    seed: int
    opening_after_s: float | None
    alarms: int
    first_priority: int
    per_ten_minutes: float
    causes: dict[str, int]
    most_of_one_actor: int
    repeated: int
    crossed: int
    reported: int
    missed: tuple[str, ...]


class Watch:
    """A centre's watch from the gateway's session to the alarm rules, with nothing between."""

    def __init__(self, project: Project, world: World, observations: Observations) -> None:
        frontier, rules = project.frontier, project.alarm_rules
        strip = Strip(frontier, STRIP_HALF_WIDTH_M, STRIP_CELL_M)
        self.tracking = Tracking(frontier, strip, observations, 1, rules.approach.horizon_s, not_tracked)
        began = datetime.fromtimestamp(world.start_s, UTC)
        self.alarming = Alarming(
            rules,
            frontier,
            Names({}),
            alarms=(),
            units=(UnitRow(**unit.model_dump()) for unit in project.units),
            sensors=(SensorRow(**sensor.model_dump(), state_since=began) for sensor in project.sensors),
        )
        self._simulated = frozenset(sensor.sensor_id for sensor in world.posts.sensors)
        nodes = {sensor.node_id: sensor for sensor in world.posts.sensors}
        writer = Writer("b60a2b6c-6a34-4b55-a2ae-3a3a3c2d3e4f")
        self._sessions: dict[str, Session] = {}
        for node_id, sensor in nodes.items():
            session = Session(nodes=nodes, writer=writer, claim=lambda _: 1, asked=lambda _, __: False)
            at_s = world.start_s
            first = ulid(at_s, node_id, "first status")
            session.receive(messages.registration(sensor, at_s).SerializeToString(), at_s)
            status = messages.status(sensor, at_s, report_id=first, new=True, blind=None)
            session.receive(status.SerializeToString(), at_s)
            self._sessions[node_id] = session

    def second(self, second: Second) -> list[AlarmRaised]:
        """Take in one second and return the alarms it raised."""
        for node_id, frame in second.frames:
            for told in self._sessions[node_id].receive(frame, second.at_s + UNDER_WAY_S).told:
                if isinstance(told, Detection):
                    self.tracking.detected(told, frame)
        self.tracking.step(second.at_s + STEPPED_S)
        now = datetime.fromtimestamp(second.at_s + STEPPED_S, UTC)
        drafts = self.alarming.judge(self.tracking.situations(), (), {}, self._simulated, now)
        return [draft.body for draft in drafts if isinstance(draft.body, AlarmRaised)]


def not_tracked(detection: Detection) -> None:
    """Stop: figures of a night in which the tracker failed are worth nothing."""
    raise SystemExit(f"the tracker failed on {detection}")


def drawn(project: Project, elevation: Elevation, seed: int, quiet: bool) -> World:
    """Draw the night of a seed, as the demo does; on a quiet one nobody approaches, and herds go where they do."""
    dusk = project.scenario_start
    if dusk is None:
        raise SystemExit("the worked example says no scenario start; nothing can be stepped")
    sensors = [sensor for sensor in project.sensors if sensor.simulated]
    return World.drawn(
        project.frontier,
        elevation,
        sensors,
        project.units,
        seed=seed,
        start=dusk,
        end=dusk + NIGHT,
        approaching=not quiet,
    )


def sent(world: World, seen: Seen, hours: float) -> Iterator[Second]:
    """Give what the sensors send, second after second, and note what was behind it."""
    truly = performance.drawn(world.seed, world.posts.sensors)
    chainage_m = world.frontier.locate(world.posts.lon, world.posts.lat).chainage_m
    names = [sensor.sensor_id for sensor in world.posts.sensors]
    held = Held()
    for at_s in np.arange(world.start_s, world.start_s + hours * 3600.0).tolist():
        held, reports = look(world, truly, chainage_m, held, at_s)
        seen.shown.add(reports, names)
        frames = []
        for report in reports:
            seen.actor_of[report.report_id] = report.actor_id
            sensor = world.posts.sensors[report.sensor_index]
            frames.append((sensor.node_id, messages.detection(sensor, report, at_s).SerializeToString()))
        yield Second(at_s, tuple(frames))


def night(seed: int, hours: float, quiet: bool) -> tuple[Burden, list[Raised]]:
    """Step one night and count."""
    project = load("iraq-syria")
    if project.terrain_path is None:
        raise SystemExit("the worked example has no terrain")
    world = drawn(project, Elevation.read(project.terrain_path), seed, quiet)
    seen = Seen()
    alarms: list[tuple[float, AlarmRaised]] = []
    with tempfile.TemporaryDirectory() as folder, Observations.open(Path(folder)) as observations:
        watch = Watch(project, world, observations)
        for second in sent(world, seen, hours):
            alarms += [(second.at_s + STEPPED_S, alarm) for alarm in watch.second(second)]
    return counted(world, seen, alarms, hours)


def counted(
    world: World, seen: Seen, alarms: list[tuple[float, AlarmRaised]], hours: float
) -> tuple[Burden, list[Raised]]:
    """Compare a night's alarms with its truth."""
    # who crosses later in the night is no nuisance now, so the whole night is told
    told_all = truth.told(world, seen.shown, world.end_s)
    raised = [_raised(world, seen, told_all, at_s, alarm) for at_s, alarm in alarms if alarm.kind in MOVEMENT_KINDS]
    told = tell(told_all, [asdict(alarm) for alarm in raised])
    until_s = world.start_s + hours * 3600.0 - WITHIN_S
    crossings = [crossing for crossing in told.crossings if crossing.at_s <= until_s]
    approaches = Counter(alarm.actor_id for alarm in raised if alarm.actor_id and alarm.kind == "approach")
    opening = [alarm.after_s for alarm in raised if alarm.actor_id == OPENING]
    burden = Burden(
        seed=world.seed,
        opening_after_s=min(opening, default=None),
        alarms=len(raised),
        first_priority=sum(alarm.priority == 1 for alarm in raised),
        per_ten_minutes=len(raised) / (hours * 3600.0) * TEN_MINUTES_S,
        causes=dict(told.alarm_causes),
        most_of_one_actor=max(approaches.values(), default=0),
        repeated=sum(number - 1 for number in approaches.values()),
        crossed=len(crossings),
        reported=sum(crossing.reported for crossing in crossings),
        missed=tuple(crossing.actor_id for crossing in crossings if crossing.reported and not crossing.alarmed),
    )
    return burden, raised


def _raised(world: World, seen: Seen, told_all: dict[str, Any], at_s: float, alarm: AlarmRaised) -> Raised:
    behind = Counter(seen.actor_of[detection.report_id] for detection in alarm.evidence.detections)
    placed = {"raised_at": at_s, "lon": alarm.lon, "lat": alarm.lat, "kind": alarm.kind}
    causes = tell(told_all, [placed]).alarm_causes
    return Raised(
        seed=world.seed,
        after_s=round(at_s - world.start_s, 1),
        kind=alarm.kind,
        priority=alarm.priority,
        classification=alarm.classification,
        words=alarm.words,
        actor_id=behind.most_common(1)[0][0] if behind else None,
        cause=next(cause for cause in CAUSES if causes[cause]),
        lon=alarm.lon,
        lat=alarm.lat,
        raised_at=at_s,
    )


def summed(burdens: list[Burden], raised: list[Raised]) -> dict[str, Any]:
    """Return the figures of all nights together."""
    total = sum(burden.alarms for burden in burdens)
    causes = {cause: sum(burden.causes[cause] for burden in burdens) for cause in CAUSES}
    opening = [burden.opening_after_s for burden in burdens if burden.opening_after_s is not None]
    return {
        "nights": len(burdens),
        "alarms_per_ten_minutes": round(statistics.mean(burden.per_ten_minutes for burden in burdens), 2),
        "most_in_a_night_per_ten_minutes": round(max(burden.per_ten_minutes for burden in burdens), 2),
        "nuisance_share": round(sum(causes[cause] for cause in NUISANCE) / total, 2) if total else 0.0,
        "causes": causes,
        "priority_1_of_people_and_vehicles": sum(_of_comer(alarm) for alarm in raised if alarm.priority == 1),
        "priority_1": sum(burden.first_priority for burden in burdens),
        "opening_within_60_s": sum(after_s <= 60.0 for after_s in opening),
        "opening_median_s": round(statistics.median(opening), 1) if opening else None,
        "most_alarms_of_one_actor": max(burden.most_of_one_actor for burden in burdens),
        "repeated_alarms": sum(burden.repeated for burden in burdens),
        "crossings": sum(burden.crossed for burden in burdens),
        "crossings_reported": sum(burden.reported for burden in burdens),
        "crossings_missed": {burden.seed: burden.missed for burden in burdens if burden.missed},
    }


def _of_comer(alarm: Raised) -> bool:
    return alarm.cause in ("crossed", "came near")


def table(burdens: list[Burden]) -> str:
    """Return one line a night."""
    heads = ("seed", "opening s", "alarms", "per 10 min", "first", *CAUSES, "most/actor", "crossed", "seen", "missed")
    lines = ["  ".join(f"{head:>{_width(head)}}" for head in heads)]
    for one in burdens:
        opening = "none" if one.opening_after_s is None else f"{one.opening_after_s:.0f}"
        causes = [str(one.causes[cause]) for cause in CAUSES]
        cells = [
            str(one.seed),
            opening,
            str(one.alarms),
            f"{one.per_ten_minutes:.2f}",
            str(one.first_priority),
            *causes,
            str(one.most_of_one_actor),
            str(one.crossed),
            str(one.reported),
            ", ".join(one.missed) or "0",
        ]
        lines.append("  ".join(f"{cell:>{_width(head)}}" for head, cell in zip(heads, cells, strict=True)))
    return "\n".join(lines)


def _width(head: str) -> int:
    return max(len(head), 6)


def seeds_of(words: str) -> list[int]:
    """Read seeds as a person writes them: 5, 1-10 or 1,4,7-9.

    Examples
    --------
    >>> seeds_of("1,4,7-9")
    [1, 4, 7, 8, 9]
    """
    seeds: list[int] = []
    for part in words.split(","):
        first, _, last = part.partition("-")
        try:
            seeds += range(int(first), int(last or first) + 1)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{words!r}: expected seeds like 5, 1-10 or 1,4,7-9") from None
    if not seeds:
        raise argparse.ArgumentTypeError(f"{words!r} names no seed; expected seeds like 5, 1-10 or 1,4,7-9")
    return seeds


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-10"), help="such as 5, 1-10 or 1,4,7-9")
    parser.add_argument("--hours", type=float, default=1.0, help="of each night, from dusk")
    parser.add_argument("--processes", type=int, default=1, help="nights stepped at once")
    parser.add_argument("--quiet", action="store_true", help="nights on which nobody approaches: all is nuisance")
    parser.add_argument("--each", action="store_true", help="print every alarm too")
    asked = parser.parse_args()
    if asked.hours <= 0.0:
        parser.error("--hours must be above 0")
    with ProcessPoolExecutor(asked.processes) as pool:
        nights = list(pool.map(partial(night, hours=asked.hours, quiet=asked.quiet), asked.seeds))
    burdens = [burden for burden, _ in nights]
    raised = [alarm for _, alarms in nights for alarm in alarms]
    if asked.each:
        for alarm in raised:
            whose = alarm.actor_id or "nobody"
            print(f"{alarm.seed} {alarm.after_s:.0f} s {alarm.priority} {alarm.kind} {whose} ({alarm.cause})", end=" ")
            print(f"{alarm.classification}: {alarm.words}")
    print(table(burdens))
    print(json.dumps(summed(burdens, raised)))


if __name__ == "__main__":
    main()
