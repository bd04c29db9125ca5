import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.watch.detection import Detection, PointMeasurement
from vallum.watch.tracker import Step, Track, Tracker, TrackerSettings, TrackerState

START_S = 1_615_993_200.0


@pytest.fixture(scope="module")
def tracker(strip: Strip) -> Tracker:
    return Tracker(strip)


@pytest.fixture(scope="module")
def walk(fence: Frontier, stand: Callable[..., Any]) -> Callable[..., list[Detection]]:
    """What one radar sees, once a second, of somebody who walks to the line."""
    radar = stand("T-01-radar", 20_000.0, 500.0)

    def walked(
        seconds: int, *, seed: int = 1, speed_m_s: float = 1.2, chainage_m: float = 20_000.0, **told: Any
    ) -> list[Detection]:
        draw = np.random.default_rng(seed)
        seen = []
        for second in range(seconds):
            lon, lat = fence.point_at(chainage_m, -1000.0 + speed_m_s * second)
            errors = 0.3 * draw.standard_normal(), 15.0 * draw.standard_normal()
            seen.append(radar.polar(lon, lat, START_S + second, errors=errors, **told))
        return seen

    return walked


def run(tracker: Tracker, detections: list[Detection], state: TrackerState | None = None) -> list[Step]:
    """Step once a second through all detections."""
    state = state or TrackerState()
    steps = []
    first, last = min(d.event_s for d in detections), max(d.event_s for d in detections)
    for second in range(math.floor(last - first) + 1):
        from_s = first + second
        now = [d for d in detections if from_s <= d.event_s < from_s + 1.0]
        steps.append(tracker.step(state, now, from_s + 1.0))
        state = steps[-1].state
    return steps


def only(state: TrackerState) -> Track:
    (track,) = state.tracks
    return track


def test_a_walker_becomes_one_track_that_knows_where_how_fast_and_whereto(
    tracker: Tracker, fence: Frontier, walk: Callable[..., list[Detection]]
) -> None:
    steps = run(tracker, walk(60, classes=(("person", 0.8),)))
    assert [track.number for step in steps for track in step.started] == [1]
    track = only(steps[-1].state)
    place = fence.locate(track.lon, track.lat)
    assert place.offset_m == pytest.approx(-1000.0 + 1.2 * 59, abs=15.0)
    assert place.chainage_m == pytest.approx(20_000.0, abs=15.0)
    assert track.speed_m_s == pytest.approx(1.2, abs=0.5)
    assert abs((track.course_deg - fence.bearing_at(20_000.0) + 90.0 + 180.0) % 360.0 - 180.0) < 25.0
    east_m_s, north_m_s = track.velocity_m_s
    assert math.hypot(east_m_s, north_m_s) == pytest.approx(track.speed_m_s)
    assert (track.classification, track.status, track.sensors) == ("person", "maintaining", ("T-01-radar",))
    assert len(track.detections) == TrackerSettings().kept_detections
    assert 0.5 < track.quality <= 1.0


def test_the_covariance_along_east_and_north_is_that_of_the_plane_turned(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    track = only(run(tracker, walk(30))[-1].state)
    plane, ground = np.array(track.covariance), np.array(track.east_north_covariance)
    np.testing.assert_allclose(np.linalg.eigvalsh(ground[:2, :2]), np.linalg.eigvalsh(plane[:2, :2]))
    # the radar stands across the line from the walker, and there its range is sharper than its bearing or not: either
    # way the sharp direction is the same on the ground as in the plane
    values, axes = np.linalg.eigh(plane[:2, :2])
    sharp_bearing = math.atan2(axes[0, 0], axes[1, 0]) - math.radians(track.north_bearing_deg)
    sharp = np.array([math.sin(sharp_bearing), math.cos(sharp_bearing)])
    assert float(sharp @ ground[:2, :2] @ sharp) == pytest.approx(float(values[0]))


def test_two_hits_are_not_yet_a_track_and_the_third_is(tracker: Tracker, walk: Callable[..., list[Detection]]) -> None:
    steps = run(tracker, walk(3))
    assert [len(step.started) for step in steps] == [0, 0, 1]
    assert only(steps[1].state).status == "initiating"


def test_a_beginning_that_nothing_follows_ends_unseen(tracker: Tracker, walk: Callable[..., list[Detection]]) -> None:
    state = run(tracker, walk(2))[-1].state
    step = tracker.step(state, [], START_S + 17.0)
    assert (step.state.tracks, step.ended, step.updated) == ((), (), ())


def test_a_track_without_detections_is_dropping_then_terminated(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    state = run(tracker, walk(30))[-1].state
    dropping = tracker.step(state, [], START_S + 55.0)
    assert [track.status for track in dropping.updated] == ["dropping"]
    ended = tracker.step(dropping.state, [], START_S + 95.0)
    assert [track.status for track in ended.ended] == ["terminated"]
    assert ended.state.tracks == ()


def test_a_track_that_stopped_is_kept_longer_because_who_lies_still_matters_most(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    state = run(tracker, walk(90, speed_m_s=0.0, classes=(("person", 0.8),)))[-1].state
    assert only(state).status == "stopped"
    assert only(tracker.step(state, [], START_S + 89.0 + 120.0).state).status == "stopped"
    assert tracker.step(state, [], START_S + 89.0 + 200.0).state.tracks == ()


def test_a_dropping_track_that_is_seen_again_keeps_its_number(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    seen = walk(60)
    gap = [d for d in seen if not START_S + 25.0 <= d.event_s < START_S + 50.0]
    steps = run(tracker, gap)
    assert "dropping" in {track.status for step in steps for track in step.updated}
    assert (only(steps[-1].state).number, only(steps[-1].state).status) == (1, "maintaining")


def test_numbers_only_increase(tracker: Tracker, walk: Callable[..., list[Detection]]) -> None:
    state = run(tracker, walk(30))[-1].state
    state = tracker.step(state, [], START_S + 200.0).state
    later = [dataclasses.replace(d, event_s=d.event_s + 300.0, report_id=f"l{d.report_id}") for d in walk(5)]
    steps = run(tracker, later, state)
    assert [track.number for step in steps for track in step.started] == [2]


def test_what_comes_late_starts_and_changes_nothing_live(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    seen = [dataclasses.replace(d, late=True) for d in walk(20)]
    steps = run(tracker, seen)
    assert steps[-1].state.tracks == ()
    assert sum(len(step.set_aside) for step in steps) == 20


def test_what_is_older_than_the_buffer_or_from_the_future_is_set_aside(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    seen = walk(30)
    state = run(tracker, seen)[-1].state
    old, future = seen[20], dataclasses.replace(seen[0], event_s=START_S + 60.0)
    step = tracker.step(state, [old, future], START_S + 30.0)
    assert step.set_aside == (old, future)
    assert step.state.tracks == state.tracks


def test_within_the_buffer_the_order_of_arrival_hardly_matters(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    seen = walk(40)
    in_order = only(run(tracker, seen)[-1].state)
    swapped = list(seen)
    state = TrackerState()
    for index in range(0, 40, 2):
        for late in (swapped[index + 1], swapped[index]):
            state = tracker.step(state, [late], START_S + index + 1.5).state
    apart = np.array(only(state).mean) - np.array(in_order.mean)
    assert np.hypot(apart[0], apart[1]) < 3.0
    assert np.hypot(apart[2], apart[3]) < 0.2


def test_anything_simulated_makes_a_track_simulated_for_good(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    seen = walk(40)
    seen[3] = dataclasses.replace(seen[3], simulated=True)
    steps = run(tracker, seen)
    assert only(steps[2].state).simulated is False
    assert only(steps[-1].state).simulated is True


def test_the_newest_picture_stays_with_the_track_and_the_others_go(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    seen = walk(40)
    seen[0] = dataclasses.replace(seen[0], still_png=b"first")
    seen[10] = dataclasses.replace(seen[10], still_png=b"second")
    track = only(run(tracker, seen)[-1].state)
    assert track.still == seen[10]
    assert all(detection.still_png is None for detection in track.detections)


def test_counts_are_a_range(tracker: Tracker, walk: Callable[..., list[Detection]]) -> None:
    seen = walk(10)
    assert only(run(tracker, seen)[-1].state).count_low is None
    seen[8] = dataclasses.replace(seen[8], count_low=2, count_high=4)
    seen[9] = dataclasses.replace(seen[9], count_low=3, count_high=6)
    track = only(run(tracker, seen)[-1].state)
    assert (track.count_low, track.count_high) == (3, 6)


def test_a_bearing_alone_never_starts_a_track(tracker: Tracker, walk: Callable[..., list[Detection]]) -> None:
    assert run(tracker, walk(60, range_sd_m=None))[-1].state.tracks == ()


def test_bearings_of_two_sensors_start_a_track_where_they_cross(
    tracker: Tracker, fence: Frontier, stand: Callable[..., Any]
) -> None:
    cameras = [stand("T-01-thermal", 18_500.0, 500.0), stand("T-02-thermal", 21_500.0, 500.0)]
    seen = [
        camera.polar(*fence.point_at(20_000.0, -1000.0 + 1.2 * second), START_S + second, range_sd_m=None)
        for second in range(40)
        for camera in cameras
    ]
    track = only(run(tracker, seen)[-1].state)
    assert track.number == 1
    assert set(track.sensors) == {"T-01-thermal", "T-02-thermal"}
    assert fence.locate(track.lon, track.lat).offset_m == pytest.approx(-1000.0 + 1.2 * 39, abs=20.0)


def test_a_bearing_sharpens_a_track_that_another_sensor_started(
    tracker: Tracker, fence: Frontier, stand: Callable[..., Any], walk: Callable[..., list[Detection]]
) -> None:
    camera = stand("T-02-thermal", 23_000.0, 500.0)
    seen = walk(30)
    bearings = [
        camera.polar(
            *fence.point_at(20_000.0, -1000.0 + 1.2 * second),
            START_S + second + 0.5,
            range_sd_m=None,
            azimuth_sd_deg=0.05,
        )
        for second in range(30)
    ]
    alone, together = only(run(tracker, seen)[-1].state), only(run(tracker, seen + bearings)[-1].state)
    assert np.linalg.det(np.array(together.covariance)[:2, :2]) < np.linalg.det(np.array(alone.covariance)[:2, :2]) / 2


def test_two_people_apart_are_two_tracks_and_keep_their_numbers(
    tracker: Tracker, walk: Callable[..., list[Detection]]
) -> None:
    steps = run(tracker, walk(60, object_id="1") + walk(60, seed=2, chainage_m=20_400.0, object_id="2"))
    assert [len(step.state.tracks) for step in steps[3:]] == [2] * 57
    assert [track.number for step in steps for track in step.started] == [1, 2]


def test_two_sensors_that_place_one_person_differently_do_not_make_two_for_long(
    tracker: Tracker, fence: Frontier, stand: Callable[..., Any], walk: Callable[..., list[Detection]]
) -> None:
    # the second radar is 0.6 degrees off, twice what it says of itself
    crooked = stand("T-02-radar", 21_000.0, 500.0)
    seen = walk(90)
    for second in range(90):
        place = fence.point_at(20_000.0, -1000.0 + 1.2 * second)
        seen.append(crooked.polar(*place, START_S + second + 0.4, errors=(0.6, 0.0)))
    steps = run(tracker, seen)
    assert len(steps[-1].state.tracks) == 1


@given(st.permutations(range(12)), st.integers(0, 5))
@settings(max_examples=25)
def test_the_order_of_detections_in_a_step_does_not_matter(
    tracker: Tracker, walk: Callable[..., list[Detection]], order: list[int], seed: int
) -> None:
    seen = [d for number in range(4) for d in walk(3, seed=seed + number, chainage_m=19_000.0 + 80.0 * number)]
    seen = [dataclasses.replace(d, report_id=str(index)) for index, d in enumerate(seen)]
    now_s = START_S + 3.0
    straight = tracker.step(TrackerState(), seen, now_s)
    assert tracker.step(TrackerState(), [seen[index] for index in order], now_s) == straight


class Shifted:
    """The same plane with another origin."""

    def __init__(self, plane: Strip, x_m: float, y_m: float) -> None:
        self._plane, self._shift = plane, (x_m, y_m)

    def to_plane(self, lon: Any, lat: Any, /) -> Any:
        x_m, y_m = self._plane.to_plane(lon, lat)
        return x_m + self._shift[0], y_m + self._shift[1]

    def to_lonlat(self, x_m: Any, y_m: Any, /) -> Any:
        return self._plane.to_lonlat(x_m - self._shift[0], y_m - self._shift[1])


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
@settings(max_examples=10)
def test_where_the_plane_has_its_origin_does_not_matter(
    strip: Strip, tracker: Tracker, walk: Callable[..., list[Detection]], x_m: float, y_m: float
) -> None:
    seen = walk(20)
    here = only(run(tracker, seen)[-1].state)
    there = only(run(Tracker(Shifted(strip, x_m, y_m)), seen)[-1].state)
    assert (there.lon, there.lat) == pytest.approx((here.lon, here.lat), abs=1e-9)
    np.testing.assert_allclose(there.covariance, here.covariance, rtol=1e-5, atol=1e-6)


@given(
    st.lists(
        st.tuples(
            st.floats(15_000.0, 25_000.0),
            st.floats(-3000.0, 3000.0),
            st.floats(0.0, 60.0),
            st.sampled_from([None, 1.0, 15.0, 900.0]),
            st.sampled_from(["a", "b", "c"]),
        ),
        max_size=60,
    )
)
@settings(max_examples=40, deadline=None)
def test_whatever_is_seen_every_track_stays_sound(
    tracker: Tracker,
    fence: Frontier,
    stand: Callable[..., Any],
    looks: list[tuple[float, float, float, float | None, str]],
) -> None:
    sensors = {name: stand(name, chainage_m, 500.0) for name, chainage_m in zip("abc", (16e3, 20e3, 24e3), strict=True)}
    seen = [
        sensors[name].polar(
            *fence.point_at(chainage_m, offset_m), START_S + at_s, report_id=str(n), range_sd_m=range_sd_m
        )
        for n, (chainage_m, offset_m, at_s, range_sd_m, name) in enumerate(looks)
    ]
    state, numbers = TrackerState(), [0]
    for second in range(62):
        step = tracker.step(
            state, [d for d in seen if second <= d.event_s - START_S < second + 1], START_S + second + 1
        )
        state = step.state
        for track in state.tracks:
            covariance = np.array(track.covariance)
            assert np.linalg.eigvalsh(covariance).min() > 0.0
            assert (covariance == covariance.T).all()
            assert 0.0 <= track.quality <= 1.0
            assert track.status != "terminated"
            assert (track.number > 0) == track.live
        numbers += [track.number for track in step.started]
        assert all(track.status == "terminated" and track.number in numbers for track in step.ended)
    assert numbers == sorted(set(numbers))


def test_a_position_that_is_no_place_stops_nothing(tracker: Tracker, walk: Callable[..., list[Detection]]) -> None:
    broken = dataclasses.replace(walk(1)[0], measurement=PointMeasurement(math.nan, 35.9, 10.0, 10.0))
    seen = walk(3)
    step = tracker.step(TrackerState(), [*seen, broken], START_S + 3.0)
    assert step.set_aside == (broken,)
    assert len(step.started) == 1


def test_a_step_is_pure(tracker: Tracker, walk: Callable[..., list[Detection]]) -> None:
    state = run(tracker, walk(10))[-1].state
    before = hash(state.tracks)
    more = walk(12)[10:]
    assert tracker.step(state, more, START_S + 12.0) == tracker.step(state, more, START_S + 12.0)
    assert hash(state.tracks) == before
