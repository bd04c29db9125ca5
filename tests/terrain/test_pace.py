from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.terrain.driving import by_bend, by_power, by_sight, driving, holds
from vallum.terrain.pace import KNOTS, STEEPEST, Pace
from vallum.terrain.walking import irmischer_clarke, langmuir, marquez_perez, tobler

KM_H = 3.6


def test_irmischer_and_clarke_s_published_test_values_to_ten_digits() -> None:
    def km_h(**how: bool) -> list[float]:
        return [float(speed) * KM_H for speed in irmischer_clarke([0.0, 0.1], **how)]

    assert km_h() == pytest.approx([3.9463456203, 3.5729888493], abs=5e-11)
    assert km_h(off_path=True) == pytest.approx([2.8026459511, 2.6225566275], abs=5e-11)
    assert km_h(female=True) == pytest.approx([3.7490283393, 3.3943394068], abs=5e-11)
    assert km_h(off_path=True, female=True) == pytest.approx([2.6625136536, 2.4914287961], abs=5e-11)


def test_tobler_is_fastest_slightly_downhill_and_the_paper_s_figures_hold() -> None:
    assert tobler(-0.05) * KM_H == pytest.approx(6.0)
    assert tobler(0.0) * KM_H == pytest.approx(5.037, abs=5e-4)
    assert tobler(0.2) < tobler(-0.2)


@given(st.floats(0.05, 1.0), st.floats(0.01, 0.5))
def test_steeper_is_slower_beyond_every_rule_s_best_slope(slope: float, more: float) -> None:
    for rule in (tobler, marquez_perez, irmischer_clarke):
        assert rule(slope + more) <= rule(slope)
        assert rule(-slope - 0.25 - more) <= rule(-slope - 0.25)
    assert langmuir(slope + more) < langmuir(slope)


def test_langmuir_s_rule_takes_what_r_walk_takes() -> None:
    assert 1000.0 / langmuir(0.0) == pytest.approx(720.0)
    assert 1000.0 / langmuir(0.1) == pytest.approx(720.0 + 600.0)
    assert 1000.0 / langmuir(-0.1) == pytest.approx(720.0 - 199.98)
    assert 1000.0 / langmuir(-0.3) == pytest.approx(720.0 + 599.94)


def test_a_vehicle_goes_as_fast_as_its_tightest_limit() -> None:
    assert holds([0.4, 0.3, -0.5], friction=0.45, rolling=0.1).tolist() == [False, True, False]
    assert by_power(0.0, watts_per_kg=9.81, rolling=0.1) == pytest.approx(10.0)
    assert by_bend(10.0, friction=0.4) == pytest.approx(np.sqrt(0.4 * 9.81 * 10.0))
    # who stops within sight has used up reaction and braking way exactly
    speed = by_sight(40.0, friction=0.5, reaction_s=1.5)
    assert speed * 1.5 + speed**2 / (2 * 0.5 * 9.81) == pytest.approx(40.0)
    how = {"friction": 0.5, "rolling": 0.05, "watts_per_kg": 15.0, "reaction_s": 1.5}
    assert driving(0.0, cap_m_s=8.0, visible_m=150.0, **how) == pytest.approx(8.0)
    assert driving(0.0, cap_m_s=40.0, visible_m=20.0, **how) == pytest.approx(by_sight(20.0, 0.5, 1.5))
    assert driving(0.46, cap_m_s=8.0, visible_m=150.0, **how) == 0.0


def test_a_pace_is_looked_up_between_its_knots() -> None:
    pace = Pace.of("somebody", ["a", "b"], [tobler, lambda slope: 0.5 * tobler(slope)])
    for slope in (-0.31, 0.0, 0.123):
        assert pace.at(0, slope) == pytest.approx(1.0 / tobler(slope), rel=1e-3)
        assert pace.at(1, slope) == pytest.approx(2.0 / tobler(slope), rel=1e-3)
    assert pace.at(0, STEEPEST * 1.01) == np.inf


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_a_metre_that_takes_no_time_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="every metre takes time"):
        Pace("nobody", ("a",), np.full((1, KNOTS), bad, np.float32))


def test_a_pace_is_infinite_wherever_a_knot_beside_it_is_and_never_no_number() -> None:
    pace = Pace.of("a vehicle", ["track"], [lambda slope: np.where(np.abs(slope) <= 0.4, 5.0, 0.0)])
    knot = 2.0 * STEEPEST / (KNOTS - 1)
    assert pace.at(0, 0.385) == pytest.approx(0.2)
    for slope in (0.4 + knot / 2, -0.4 - knot / 2, 0.553, STEEPEST, -STEEPEST, -1.1999, 2.0, -2.0):
        assert pace.at(0, slope) == np.inf
    assert pace.fastest_s_per_m == pytest.approx(0.2)
    assert pace.slowest_s_per_m == pytest.approx(0.2)


@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=5), st.floats(-STEEPEST, STEEPEST))
def test_a_constant_pace_is_the_same_on_every_slope(s_per_m: list[float], slope: float) -> None:
    pace = Pace.constant("a test", s_per_m)
    assert [pace.at(number, slope) for number in range(len(s_per_m))] == pytest.approx(s_per_m, rel=1e-6)
    assert pace.fastest_s_per_m == pytest.approx(min(s_per_m), rel=1e-6)
    assert pace.slowest_s_per_m == pytest.approx(max(s_per_m), rel=1e-6)


def test_a_table_that_does_not_fit_its_grounds_is_refused() -> None:
    for grounds, rows in ((("a", "b"), 1), ((), 0)):
        with pytest.raises(ValueError, match="a row for each ground"):
            Pace("nobody", grounds, np.ones((rows, KNOTS), np.float32))
    with pytest.raises(ValueError, match="zero-size"):
        _ = Pace("nobody", ("a",), np.full((1, KNOTS), np.inf, np.float32)).slowest_s_per_m
