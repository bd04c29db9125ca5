from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vallum.assets.delay import DEFAULT, HOLDING_UP, Triangular, delays_with
from vallum.assets.mobility import Mover, mobility_with, pace_of
from vallum.assets.obstacle import ELEMENT_STATES, Element, ElementState, Obstacle
from vallum.frontier import Frontier
from vallum.frontier.strip import Strip
from vallum.plan.obstruction import crossed, stretches

LENGTH_M = 9_016.0
elements = st.sampled_from([*HOLDING_UP, "lighting", "patrol_road"])
states = st.sampled_from(ELEMENT_STATES)
movers = st.sampled_from(["foot", "vehicle"])


def obstacle(element: Element, state: ElementState, from_m: float, to_m: float, name: str = "o") -> Obstacle:
    return Obstacle(
        obstacle_id=name, element=element, from_m=from_m, to_m=to_m, state=state, party="guard",
        as_of=date(2021, 3, 17), placement="invented", source="a test",
    )  # fmt: skip


rows = st.lists(
    st.builds(
        lambda element, state, from_m, length_m: obstacle(element, state, from_m, min(from_m + length_m, LENGTH_M)),
        elements,
        states,
        st.floats(0.0, 9_000.0),
        st.floats(1.0, 5_000.0),
    ),
    max_size=8,
)


@given(rows, movers)
def test_every_metre_lies_in_exactly_one_stretch(found: list[Obstacle], mover: Mover) -> None:
    cut = stretches(found, LENGTH_M, mover)
    assert cut[0].from_m == 0.0
    assert cut[-1].to_m == LENGTH_M
    assert all(one.to_m == other.from_m for one, other in pairwise(cut))


def least_at(found: list[Obstacle], mover: Mover, at_m: float) -> float:
    return next(one.delay.least_s for one in stretches(found, LENGTH_M, mover) if one.from_m <= at_m < one.to_m)


@given(rows, elements, states, movers, st.floats(0.0, 9_000.0))
def test_one_more_element_never_lessens_a_delay(
    found: list[Obstacle], element: Element, state: ElementState, mover: Mover, at_m: float
) -> None:
    more = [*found, obstacle(element, state, 1_000.0, 8_000.0)]
    assert least_at(more, mover, at_m) >= least_at(found, mover, at_m) - 1e-9
    assert least_at(more[::-1], mover, at_m) == pytest.approx(least_at(more, mover, at_m))


def test_different_elements_add_up_and_the_same_one_counts_once() -> None:
    trench, berm = (obstacle(what, "accepted", 0.0, 5_000.0) for what in ("trench", "berm"))
    alone = DEFAULT.of("trench", "accepted", "vehicle").least_s
    assert least_at([trench, berm], "vehicle", 100.0) == alone + DEFAULT.of("berm", "accepted", "vehicle").least_s
    assert least_at([trench, trench], "vehicle", 100.0) == alone
    better = obstacle("trench", "excavated", 0.0, 5_000.0)
    assert least_at([better, trench], "vehicle", 100.0) == alone


@pytest.mark.parametrize("element", HOLDING_UP)
@pytest.mark.parametrize("mover", ["foot", "vehicle"])
def test_what_is_not_complete_counts_for_less(element: Element, mover: Mover) -> None:
    whole = DEFAULT.of(element, "accepted", mover).mean_s
    assert DEFAULT.of(element, "not started", mover).mean_s == 0.0
    for state in ("cleared", "excavated", "shaped", "wired", "inspected", "degraded"):
        assert DEFAULT.of(element, state, mover).mean_s < whole


def test_contradictory_delays_are_refused() -> None:
    with pytest.raises(ValueError, match="put the three in order"):
        Triangular(10.0, 5.0, 20.0)
    figure = {"value": 900.0, "unit": "s", "basis": "assumption", "source": "a test"}
    with pytest.raises(ValidationError, match="contradicts itself"):
        delays_with({"trench": {"foot": {"least_s": figure}}})
    share = {"value": 1.0, "unit": "share", "basis": "assumption", "source": "a test"}
    less = {"value": 0.9, "unit": "share", "basis": "assumption", "source": "a test"}
    with pytest.raises(ValidationError, match="no more than what is accepted"):
        delays_with({"counts": {"degraded": share, "accepted": less}})


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100), st.integers(0, 2**31))
def test_quantiles_are_those_of_the_distribution(a: float, b: float, c: float, seed: int) -> None:
    least, usual, most = sorted((a, b, c))
    found = Triangular(least, usual, most)
    p = np.linspace(0.0, 1.0, 11)
    quantiles = found.quantile(p)
    assert (np.diff(quantiles) >= -1e-9).all()
    assert quantiles[0] == pytest.approx(least)
    assert quantiles[-1] == pytest.approx(most)
    if most > least + 1.0:
        drawn = np.random.default_rng(seed).triangular(least, usual, most, 20_000)
        np.testing.assert_allclose(np.quantile(drawn, p[1:-1]), quantiles[1:-1], atol=0.04 * (most - least))


def test_stretches_lie_on_the_line_without_a_hole_between_them() -> None:
    line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.1, 36.0]]))
    strip = Strip(line, 3_000.0, 100.0)
    cut = stretches([obstacle("trench", "accepted", 2_000.0, 4_000.0)], line.map_length_m, "vehicle")
    (laid,) = crossed(strip, cut)
    assert len(laid.row) == len(laid.delay_s) + 1
    held_m = sum(
        np.hypot(laid.row[at + 1] - laid.row[at], laid.column[at + 1] - laid.column[at]) * 100.0
        for at in np.flatnonzero(laid.delay_s)
    )
    assert held_m == pytest.approx(2_000.0, rel=1e-3)
    assert set(laid.delay_s) == {0.0, DEFAULT.of("trench", "accepted", "vehicle").least_s}
    assert crossed(strip, stretches([], line.map_length_m, "foot")) == ()


def test_night_and_soft_ground_slow_and_unknown_ground_is_refused() -> None:
    day, night = (pace_of("foot", light, ("open", "road", "dunes")) for light in ("day", "night"))
    for number in range(3):
        assert night.at(number, 0.0) > day.at(number, 0.0)
    assert day.at(2, 0.0) > day.at(0, 0.0) > day.at(1, 0.0)
    # the published factors, as they are
    assert day.at(1, 0.0) / night.at(1, 0.0) == pytest.approx(0.8, rel=1e-6)
    assert day.at(0, 0.0) / night.at(0, 0.0) == pytest.approx(0.63, rel=1e-6)
    car = pace_of("vehicle", "day", ("open", "dunes"))
    assert car.at(1, 0.0) > car.at(0, 0.0)
    assert np.isinf(car.at(0, 0.5))
    with pytest.raises(ValueError, match="no ground of class 'lava'"):
        pace_of("foot", "day", ("lava",))
    with pytest.raises(ValidationError):
        mobility_with({"ground": {"lava": {"on_track": True}}})
