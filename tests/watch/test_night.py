"""The watch from detections to alarms: fast enough for who comes, silent for what does not."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from pyproj import Geod

from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.watch import alarm
from vallum.watch.alarm import AlarmRow
from vallum.watch.detection import Classification, Detection
from vallum.watch.forecast import forecast
from vallum.watch.judge import OwnUnit, Surroundings, judge
from vallum.watch.passage import Passage, follow
from vallum.watch.rules import AlarmRules
from vallum.watch.situation import situate
from vallum.watch.tracker import Tracker, TrackerState

START_S = 1_615_993_200.0
WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Mover:
    """Something whose chainage and offset at each second are known."""

    classification: Classification
    at: Callable[[int], tuple[float, float]]


def walker(second: int) -> tuple[float, float]:
    return 20_100.0 + 0.2 * second, -1500.0 + 1.2 * second


def herd(second: int) -> tuple[float, float]:
    return 19_500.0 + 0.4 * second + 50.0 * math.sin(second / 90.0), -900.0 + 150.0 * math.sin(second / 300.0)


def patrol(second: int) -> tuple[float, float]:
    # out from a post to the line, along it, and back: straight at the line more than once
    return 18_000.0 + 2.0 * second, 500.0 - 700.0 * abs(math.sin(second / 600.0))


@pytest.fixture(scope="module")
def alarms(strip: Strip, fence: Frontier, stand: Callable[..., Any]) -> Callable[..., list[AlarmRow]]:
    """Let so many seconds of a seeded night pass and give its alarms."""
    radars = [stand(f"T-0{n}-radar", chainage_m, 600.0) for n, chainage_m in ((1, 19_200.0), (2, 20_800.0))]

    def looks(draw: np.random.Generator, second: int, movers: tuple[Mover, ...]) -> Iterator[Detection]:
        for radar in radars:
            for mover in movers:
                if draw.random() < 0.5:
                    errors = 0.4 * draw.standard_normal(), 15.0 * draw.standard_normal()
                    yield radar.polar(
                        *fence.point_at(*mover.at(second)),
                        START_S + second,
                        object_id=mover.classification,
                        azimuth_sd_deg=0.4,
                        errors=errors,
                        classes=((mover.classification, 0.7),),
                    )
            if draw.random() < 1.0 / 60.0:
                lon, lat, _ = WGS84.fwd(radar.lon, radar.lat, draw.uniform(0.0, 360.0), draw.uniform(300.0, 4000.0))
                yield radar.polar(lon, lat, START_S + second, object_id="clutter", classes=(("person", 0.5),))

    def night(
        seed: int, seconds: int, *movers: Mover, own: Mover | None = None, judged_every_s: int = 1
    ) -> list[AlarmRow]:
        draw, tracker, state = np.random.default_rng(seed), Tracker(strip), TrackerState()
        passages: dict[int, Passage] = {}
        raised: list[AlarmRow] = []
        for second in range(seconds):
            now_s = START_S + second + 0.2
            everybody = movers if own is None else (*movers, own)
            state = tracker.step(state, list(looks(draw, second, everybody)), now_s).state
            if second % judged_every_s:
                continue
            situations = []
            for track in state.tracks:
                if track.live:
                    here = situate(track, fence, forecast(track, fence, now_s), Passage())
                    passages[track.number] = follow(passages.get(track.number, Passage()), here.side)
                    situations.append(situate(track, fence, here.forecast, passages[track.number]))
            units = () if own is None else (OwnUnit("EAGLE 2", *fence.point_at(*own.at(second))),)
            now = datetime.fromtimestamp(now_s, UTC)
            header = {"type": "alarm.raised", "occurred": now, "nature": "observed", "id": "r", "actor": "centre"}
            found = judge(situations, [], AlarmRules(), raised, Surroundings(own_units=units), now)
            raised += [alarm.raised(None, one, header) for one in found]
        return raised

    return night


@pytest.mark.parametrize("seed", range(1, 21))
def test_who_walks_to_the_line_has_an_alarm_within_a_minute(alarms: Callable[..., list[AlarmRow]], seed: int) -> None:
    found = alarms(seed, 60, Mover("person", walker))
    assert [(one.kind, one.classification, one.priority) for one in found] == [("approach", "person", 1)]


def test_who_walks_through_has_one_approach_and_one_crossing(alarms: Callable[..., list[AlarmRow]]) -> None:
    found = alarms(3, 1900, Mover("person", walker), judged_every_s=5)
    assert [one.kind for one in found] == ["approach", "crossed"]
    assert found[1].words.endswith("towards this side.")


@pytest.mark.parametrize("seed", [1, 2])
def test_false_detections_alone_raise_nothing_in_an_hour(alarms: Callable[..., list[AlarmRow]], seed: int) -> None:
    assert alarms(seed, 3600, judged_every_s=5) == []


def test_animals_near_the_line_raise_nothing_in_an_hour(alarms: Callable[..., list[AlarmRow]]) -> None:
    assert alarms(4, 3600, Mover("animal", herd), judged_every_s=5) == []


def test_our_own_patrol_raises_nothing_in_an_hour(alarms: Callable[..., list[AlarmRow]]) -> None:
    assert alarms(5, 3600, own=Mover("vehicle", patrol), judged_every_s=5) == []


def test_the_same_drive_by_strangers_raises_an_alarm(alarms: Callable[..., list[AlarmRow]]) -> None:
    assert alarms(5, 1200, Mover("vehicle", patrol), judged_every_s=5) != []
