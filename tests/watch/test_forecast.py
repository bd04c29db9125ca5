from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.frontier.line import Frontier
from vallum.watch.forecast import GIVES_UP_AFTER_S, forecast
from vallum.watch.tracker import Track
from vallum.watch.tracker.motion import WANDER

START_S = 1_615_993_200.0
MakeTrack = Callable[..., Track]
SURE = tuple(tuple(1e-4 if row == column else 0.0 for column in range(4)) for row in range(4))


def seconds(instant: datetime) -> float:
    return instant.timestamp() - START_S


def test_a_walker_is_expected_where_and_when_the_walk_leads(fence: Frontier, make_track: MakeTrack) -> None:
    expected = forecast(make_track(offset_m=-600.0, along_m_s=0.5, across_m_s=1.2), fence, START_S)
    assert expected is not None
    assert expected.chainage_m == pytest.approx(20_000.0 + 0.5 * 500.0, abs=40.0)
    assert seconds(expected.at) == pytest.approx(500.0, rel=0.15)
    assert expected.earliest < expected.at < expected.latest
    assert expected.at.tzinfo is UTC
    assert 0.8 < expected.probability < 1.0


def test_what_is_to_come_is_told_from_now_and_not_from_the_last_detection(
    fence: Frontier, make_track: MakeTrack
) -> None:
    track = make_track(offset_m=-600.0)
    first, later = forecast(track, fence, START_S), forecast(track, fence, START_S + 60.0)
    assert first is not None
    assert later is not None
    assert abs((first.at - later.at).total_seconds()) < 15.0


@pytest.mark.parametrize("across_m_s", [-1.2, 0.0, 0.1])
def test_who_does_not_surely_come_nearer_is_not_expected(
    fence: Frontier, make_track: MakeTrack, across_m_s: float
) -> None:
    assert forecast(make_track(across_m_s=across_m_s, along_m_s=1.0), fence, START_S) is None


def test_going_back_is_expected_like_coming(fence: Frontier, make_track: MakeTrack) -> None:
    coming = forecast(make_track(offset_m=-600.0, across_m_s=1.2), fence, START_S)
    going = forecast(make_track(offset_m=600.0, across_m_s=-1.2), fence, START_S)
    assert coming is not None
    assert going is not None
    assert going.probability == pytest.approx(coming.probability, rel=0.02)


def test_who_is_too_far_to_arrive_in_time_is_not_expected(fence: Frontier, make_track: MakeTrack) -> None:
    assert forecast(make_track(offset_m=-8000.0), fence, START_S) is None


def test_a_stopped_track_is_hardly_expected(fence: Frontier, make_track: MakeTrack) -> None:
    moving = forecast(make_track(across_m_s=0.5), fence, START_S)
    stopped = forecast(make_track(across_m_s=0.5, status="stopped"), fence, START_S)
    assert moving is not None
    assert stopped is not None
    assert stopped.probability < 0.2 * moving.probability


@given(
    st.floats(-3000.0, -20.0),
    st.floats(0.3, 3.0),
    st.floats(-2.0, 2.0),
    st.sampled_from(["person", "vehicle", "unknown", "animal"]),
    st.floats(60.0, 3600.0),
)
def test_a_forecast_is_always_sound(
    fence: Frontier,
    make_track: MakeTrack,
    offset_m: float,
    across_m_s: float,
    along_m_s: float,
    classification: str,
    horizon_s: float,
) -> None:
    track = make_track(offset_m=offset_m, across_m_s=across_m_s, along_m_s=along_m_s, classification=classification)
    expected = forecast(track, fence, START_S, horizon_s)
    longer = forecast(track, fence, START_S, 2.0 * horizon_s)
    if expected is not None:
        assert 0.0 <= seconds(expected.earliest) <= seconds(expected.at) <= seconds(expected.latest) <= horizon_s + 1e-3
        assert expected.chainage_sd_m > 0.0
        assert longer is not None
        assert longer.probability >= expected.probability - 0.02


def test_the_closed_form_agrees_with_many_drawn_walks(fence: Frontier, make_track: MakeTrack) -> None:
    # The same assumptions drawn step by step: velocity wanders and is remembered, whoever gives up does not arrive.
    track = make_track(offset_m=-900.0, across_m_s=0.9)
    expected = forecast(track, fence, START_S, 1500.0)
    draw, walks, step_s = np.random.default_rng(1), 4000, 5.0
    wander = WANDER["person"]
    kept = np.exp(-step_s / wander.memory_s)
    drift = np.zeros(walks)
    offset = -900.0 + 10.0 * draw.standard_normal(walks)
    speed = 0.9 + 0.2 * draw.standard_normal(walks)
    gives_up_s = draw.exponential(GIVES_UP_AFTER_S, walks)
    arrived_s = np.full(walks, np.inf)
    for moment in range(300):
        drift = kept * drift + wander.sd_m_s * np.sqrt(1.0 - kept**2) * draw.standard_normal(walks)
        offset += (speed + drift) * step_s
        now_s = (moment + 1) * step_s
        arrived_s = np.where((offset > 0.0) & (arrived_s == np.inf) & (gives_up_s > now_s), now_s, arrived_s)
    came = arrived_s[np.isfinite(arrived_s)]
    assert expected is not None
    assert expected.probability == pytest.approx(came.size / walks, abs=0.06)
    assert seconds(expected.at) == pytest.approx(float(came.mean()), rel=0.08)
    assert seconds(expected.earliest) == pytest.approx(float(np.quantile(came, 0.05)), rel=0.15)
    assert seconds(expected.latest) == pytest.approx(float(np.quantile(came, 0.95)), rel=0.1)


def test_a_bend_of_the_line_is_met_where_the_path_meets_it(make_track: MakeTrack) -> None:
    # the line turns square to the left and comes to meet whoever walks along it
    corner = Frontier("a corner", "corner/1", "left", 100.0, np.array([[42.0, 36.0], [42.02, 36.0], [42.02, 36.03]]))
    lon, lat = corner.point_at(600.0, 800.0)
    east = (0.0, 0.0, 1.2, -0.3)
    track = make_track(lon=lon, lat=lat, mean=east, covariance=SURE, speed_m_s=1.24, course_deg=104.0)
    expected = forecast(track, corner, START_S)
    assert expected is not None
    assert expected.chainage_m > corner.locate(42.02, 36.0).chainage_m
    assert seconds(expected.at) == pytest.approx((corner.locate(42.02, 36.0).chainage_m - 600.0) / 1.2, rel=0.12)


def test_who_walks_round_the_end_of_the_line_does_not_cross_it(fence: Frontier, make_track: MakeTrack) -> None:
    lon, lat = fence.point_at(50.0, -400.0)
    track = make_track(chainage_m=50.0, offset_m=-400.0, along_m_s=-1.3, across_m_s=0.6, covariance=SURE)
    assert (track.lon, track.lat) == pytest.approx((lon, lat))
    expected = forecast(track, fence, START_S)
    assert expected is None or expected.probability < 0.1


def test_the_same_track_has_the_same_forecast(fence: Frontier, make_track: MakeTrack) -> None:
    track: Any = make_track()
    assert forecast(track, fence, START_S) == forecast(track, fence, START_S)
