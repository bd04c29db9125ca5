"""One group, one number: what is lost and found again goes on; somebody else does not."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.watch.detection import Detection
from vallum.watch.tracker import Track, Tracker, TrackerSettings, TrackerState
from vallum.watch.tracker.resume import resumed

START_S = 1_615_993_200.0
LOST_S = 60
Walk = Callable[..., list[Detection]]


@pytest.fixture(scope="module")
def tracker(strip: Strip) -> Tracker:
    return Tracker(strip)


@pytest.fixture(scope="module")
def walk(fence: Frontier, stand: Callable[..., Any]) -> Walk:
    """What one radar sees between two seconds of somebody who was at an offset at the start and walks."""
    radar = stand("T-01-radar", 20_000.0, 500.0)

    def walked(
        from_s: int, until_s: int, *, offset_m: float, speed_m_s: float = 1.2, chainage_m: float = 20_000.0, **told: Any
    ) -> list[Detection]:
        draw = np.random.default_rng(from_s)
        seen = []
        for second in range(from_s, until_s):
            lon, lat = fence.point_at(chainage_m, offset_m + speed_m_s * second)
            errors = 0.3 * draw.standard_normal(), 12.0 * draw.standard_normal()
            name = f"{chainage_m} {offset_m} {from_s}"
            seen.append(radar.polar(lon, lat, START_S + second, errors=errors, object_id=name, **told))
        return seen

    return walked


def numbers(tracker: Tracker, detections: list[Detection]) -> list[int]:
    """Step through all and return the numbers of the tracks in the order in which they began or went on."""
    state, begun = TrackerState(), []
    last = max(detection.event_s for detection in detections)
    for second in range(int(last - START_S) + 1):
        now = [seen for seen in detections if seen.event_s == START_S + second]
        step = tracker.step(state, now, START_S + second + 0.5)
        state = step.state
        begun += [track.number for track in step.started]
        assert len({track.number for track in state.tracks if track.live}) == sum(t.live for t in state.tracks)
    return begun


@pytest.mark.parametrize("gap_s", [30, 70, 120])
def test_who_is_lost_and_found_on_the_way_goes_on_under_the_same_number(
    tracker: Tracker, walk: Walk, gap_s: int
) -> None:
    found_s = LOST_S + gap_s
    seen = walk(0, LOST_S, offset_m=-1000.0, classes=(("person", 0.9),))
    again = walk(found_s, found_s + 20, offset_m=-1000.0, classes=(("person", 0.9),))
    assert numbers(tracker, seen + again) in ([1], [1, 1])


def test_who_rested_while_unseen_goes_on_under_the_same_number(tracker: Tracker, walk: Walk) -> None:
    seen = walk(0, LOST_S, offset_m=-1000.0, classes=(("person", 0.9),))
    rested_s = 80
    again = walk(150, 170, offset_m=-1000.0 - 1.2 * rested_s, classes=(("person", 0.9),))
    assert numbers(tracker, seen + again) == [1, 1]


def test_a_second_group_behind_a_lost_one_is_another(tracker: Tracker, walk: Walk) -> None:
    seen = walk(0, LOST_S, offset_m=-1000.0)
    behind = walk(150, 190, offset_m=-1400.0)
    assert numbers(tracker, seen + behind) == [1, 2]


def test_a_second_group_beside_a_lost_one_is_another(tracker: Tracker, walk: Walk) -> None:
    seen = walk(0, LOST_S, offset_m=-1000.0)
    beside = walk(150, 190, offset_m=-1000.0, chainage_m=20_500.0)
    assert numbers(tracker, seen + beside) == [1, 2]


def test_a_second_group_that_was_seen_beside_the_first_is_another(tracker: Tracker, walk: Walk) -> None:
    seen = walk(0, LOST_S, offset_m=-1000.0)
    beside = walk(40, 200, offset_m=-1000.0, chainage_m=20_120.0)
    assert numbers(tracker, seen + beside) == [1, 2]


def test_who_surely_goes_the_other_way_is_another() -> None:
    sharp = (100.0, 0.0, 0.0, 0.0), (0.0, 100.0, 0.0, 0.0), (0.0, 0.0, 0.1, 0.0), (0.0, 0.0, 0.0, 0.1)
    lost = Track(1, "terminated", 0.0, 60.0, (0.0, 0.0, 1.2, 0.0), sharp, 0.0, classification="person")
    goes_on = Track(2, "maintaining", 110.0, 120.0, (72.0, 0.0, 1.2, 0.0), sharp, 0.0)
    goes_back = dataclasses.replace(goes_on, mean=(72.0, 0.0, -1.2, 0.0))
    assert resumed(goes_on, [lost], TrackerSettings()) is lost
    assert resumed(goes_back, [lost], TrackerSettings()) is None


def test_a_vehicle_is_not_the_person_that_was_lost(tracker: Tracker, walk: Walk) -> None:
    seen = walk(0, LOST_S, offset_m=-1000.0, classes=(("person", 0.95),))
    other = walk(130, 150, offset_m=-1000.0, classes=(("vehicle", 0.95),))
    assert numbers(tracker, seen + other) == [1, 2]


def test_after_five_minutes_it_may_be_anybody(tracker: Tracker, walk: Walk) -> None:
    seen = walk(0, LOST_S, offset_m=-1000.0)
    late = walk(400, 420, offset_m=-1000.0)
    assert numbers(tracker, seen + late) == [1, 2]


def test_one_name_of_a_sensor_is_one_thing_although_it_was_placed_wildly_for_a_while(
    tracker: Tracker, fence: Frontier, stand: Callable[..., Any]
) -> None:
    radar = stand("T-01-radar", 20_000.0, 500.0)
    seen = []
    for second in range(60):
        # for some seconds every second look is 80 m off: enough to begin a second track
        off_m = 80.0 if 30 <= second < 42 and second % 2 else 0.0
        lon, lat = fence.point_at(20_000.0 + off_m, -1000.0 + 1.2 * second)
        seen.append(radar.polar(lon, lat, START_S + second, object_id="one name"))
    state, most = TrackerState(), 0
    for second in range(60):
        state = tracker.step(state, [seen[second]], START_S + second + 0.5).state
        most = max(most, sum(track.live for track in state.tracks))
    live: list[Track] = [track for track in state.tracks if track.live]
    assert (most, [track.number for track in live]) == (1, [1])


def test_two_that_a_sensor_sees_at_once_stay_two_although_it_mixes_up_their_names(
    tracker: Tracker, fence: Frontier, stand: Callable[..., Any]
) -> None:
    radar = stand("T-01-radar", 20_000.0, 500.0)
    state = TrackerState()
    for second in range(60):
        names = ("a", "b") if second % 20 < 10 else ("b", "a")
        looks = [
            radar.polar(*fence.point_at(chainage_m, -900.0), START_S + second, object_id=name)
            for name, chainage_m in zip(names, (20_000.0, 20_150.0), strict=True)
        ]
        state = tracker.step(state, looks, START_S + second + 0.5).state
    assert [track.number for track in state.tracks if track.live] == [1, 2]
