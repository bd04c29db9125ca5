"""How far a node's clock is off."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.gateways.sapient.clock_offset import CORRECTED_UP_TO_S, WINDOW, ClockOffset
from vallum.gateways.sapient.reports import ClockEstimate


def estimated(*delays_s: float) -> ClockEstimate:
    offset = ClockOffset()
    for number, delay_s in enumerate(delays_s):
        offset.sample(sent_s=1e9 + number, received_s=1e9 + number + delay_s)
    return offset.estimate()


def test_a_normal_delay_is_not_taken_for_a_wrong_clock() -> None:
    estimate = estimated(0.2, 0.4, 0.3)
    assert (estimate.offset_s, estimate.trusted) == (0.0, True)
    assert estimate.sd_s == pytest.approx(0.3)


@given(skew_s=st.floats(2.0, 100.0), sign=st.sampled_from([-1.0, 1.0]), delays=st.lists(st.floats(0, 0.5), min_size=5))
def test_a_skew_is_found_within_the_delay(skew_s: float, sign: float, delays: list[float]) -> None:
    estimate = estimated(*(sign * skew_s + delay for delay in delays))
    assert estimate.trusted
    assert estimate.offset_s == pytest.approx(sign * skew_s + 0.25, abs=0.2501)


def test_a_few_wild_samples_do_not_move_the_estimate() -> None:
    assert estimated(*[-20.0] * 9, 500.0, -9000.0, 30.0).offset_s == -20.0


def test_beyond_the_limit_nothing_is_corrected() -> None:
    assert estimated(CORRECTED_UP_TO_S).trusted
    assert not estimated(CORRECTED_UP_TO_S + 1.0).trusted


def test_a_clock_that_is_set_right_is_believed_after_half_a_window() -> None:
    assert estimated(*[-20.0] * WINDOW, *[0.1] * (WINDOW // 2 + 1)).offset_s == 0.0


def test_a_time_that_is_no_number_is_not_a_sample() -> None:
    assert estimated(5.0, math.nan, math.inf) == estimated(5.0)
