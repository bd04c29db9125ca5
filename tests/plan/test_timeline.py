from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.plan.timeline import timeline

# The published exercise: a warehouse with six tasks, detected when the third is done, assessed in 20 s.
WAREHOUSE = (20.0, 40.0, 150.0, 60.0, 200.0, 240.0)


def test_the_warehouse_s_published_times_are_found_again() -> None:
    found = timeline(WAREHOUSE, 3, 300.0, assess_s=20.0)
    assert (found.total_s, found.before_s, found.after_s, found.margin_s) == (710.0, 230.0, 480.0, 180.0)
    assert found.verdict == "in time"
    assert timeline(WAREHOUSE, 3, 1800.0, assess_s=20.0).margin_s == -1320.0


def test_being_in_time_without_the_margin_that_was_asked_counts_as_failed() -> None:
    # Assessed at 350 s of 710, a response of 300 s leaves 60 s where 120 s are asked for.
    found = timeline(WAREHOUSE, 3, 300.0, assess_s=140.0, margin_s=120.0)
    assert (found.margin_s, found.verdict, found.holds) == (60.0, "marginal", False)
    assert timeline(WAREHOUSE, 3, 300.0, assess_s=140.0, margin_s=60.0).holds


@pytest.mark.parametrize(("response_s", "latest_s"), [(300.0, 350.0), (500.0, 150.0), (1800.0, -1150.0)])
def test_the_warehouse_s_published_latest_detections_are_found_again(response_s: float, latest_s: float) -> None:
    assert timeline(WAREHOUSE, 3, response_s, assess_s=20.0, margin_s=60.0).latest_s == latest_s


@pytest.mark.parametrize(
    ("response_s", "margin_s", "short_s"), [(300.0, 60.0, 0.0), (500.0, 60.0, 80.0), (1800.0, 0.0, 1320.0)]
)
def test_the_warehouse_s_published_deficits_are_found_again(response_s: float, margin_s: float, short_s: float) -> None:
    assert timeline(WAREHOUSE, 3, response_s, assess_s=20.0, margin_s=margin_s).short_s == short_s


def test_where_even_a_detection_at_once_is_too_late_no_sensor_is_said_to_help() -> None:
    assert timeline(WAREHOUSE, 3, 1800.0, assess_s=20.0, margin_s=60.0).verdict == "not achievable by detection"
    assert timeline(WAREHOUSE, 0, 700.0, assess_s=20.0).verdict == "not achievable by detection"
    assert timeline(WAREHOUSE, 0, 690.0, assess_s=20.0).verdict == "in time"
    assert timeline(WAREHOUSE, 3, 690.0, assess_s=20.0).verdict == "too late"


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=6),
    st.integers(0, 6),
    st.integers(0, 2000),
    st.integers(0, 100),
    st.integers(0, 300),
)
def test_it_holds_just_when_it_is_assessed_no_later_than_the_latest_moment(
    delays_s: list[int], after: int, response_s: int, assess_s: int, margin_s: int
) -> None:
    found = timeline(delays_s, min(after, len(delays_s)), response_s, assess_s=assess_s, margin_s=margin_s)
    assert found.holds == (found.before_s <= found.latest_s) == (found.short_s == 0.0)
    if found.verdict == "not achievable by detection":
        assert not any(
            timeline(delays_s, earlier, response_s, assess_s=assess_s, margin_s=margin_s).holds
            for earlier in range(len(delays_s) + 1)
        )


@pytest.mark.parametrize(
    ("delays_s", "after", "response_s", "said"),
    [
        ((), 0, 1.0, "no tasks"),
        ((1.0, -1.0), 1, 1.0, "Task 2 takes -1.0 s"),
        ((1.0,), 2, 1.0, "a number from 0 to 1"),
        ((1.0,), -1, 1.0, "a number from 0 to 1"),
        ((1.0,), 1, math.nan, "The response takes nan s"),
    ],
)
def test_an_impossible_timeline_is_refused(
    delays_s: tuple[float, ...], after: int, response_s: float, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        timeline(delays_s, after, response_s)
