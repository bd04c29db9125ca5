from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.journal import Clock

DUSK = datetime(2021, 3, 17, 15, 30, tzinfo=UTC)


@given(st.floats(0, 1e6), st.floats(0.01, 1000))
def test_scenario_time_runs_straight_at_the_stated_speed(elapsed_s: float, speed: float) -> None:
    clock = Clock(start=DUSK, anchor_s=500.0, speed=speed)
    assert clock.at_s(500.0 + elapsed_s) == pytest.approx(DUSK.timestamp() + elapsed_s * speed)


def test_a_resumed_clock_is_later_than_the_last_record() -> None:
    clock = Clock.resume(DUSK, speed=5.0)
    assert DUSK < clock.now() < DUSK + timedelta(seconds=60)


def test_a_clock_without_a_timezone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        Clock(start=datetime(2021, 3, 17), anchor_s=0.0)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_a_clock_that_stands_still_or_runs_backwards_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Clock(start=DUSK, anchor_s=0.0, speed=speed)
