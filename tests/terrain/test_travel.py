from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.terrain.written_out import (
    PACE,
    SEEDS,
    Drawn,
    Grid,
    drawings,
    edges,
    escapes,
    solved,
    step_by_definition,
)

from vallum.terrain.barrier import NO_BARRIER, Barrier, Crossed
from vallum.terrain.pace import NO_WAY, Pace
from vallum.terrain.paths import least_cost
from vallum.terrain.stepping import mean_rate, step_time
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import Going, Reached, exposed, outrun, travel
from vallum.terrain.walking import tobler

# --- the same ---------------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(drawings(), st.booleans())
def test_travel_times_are_those_of_dijkstra_on_the_written_out_graph(drawn: Drawn, backward: bool) -> None:
    expected = solved(drawn, edges(drawn, backward=backward), drawn.offsets_s)
    found = travel(drawn.going, drawn.starts, drawn.offsets_s, backward=backward, part=drawn.part).cost
    np.testing.assert_allclose(found, expected, rtol=3e-6, atol=1e-4)


@settings(max_examples=150, deadline=None)
@given(drawings(), st.booleans())
def test_exposures_are_those_of_dijkstra_on_the_written_out_graph(drawn: Drawn, backward: bool) -> None:
    expected = solved(drawn, edges(drawn, exposure=True, backward=backward), np.zeros(len(drawn.starts)))
    found = exposed(drawn.going, drawn.starts, drawn.rate, backward=backward, part=drawn.part).cost
    np.testing.assert_allclose(found, expected, rtol=3e-6, atol=1e-6)


@settings(max_examples=150, deadline=None)
@given(drawings())
def test_the_latest_moments_of_alarm_are_those_of_their_definition(drawn: Drawn) -> None:
    expected = escapes(drawn, edges(drawn, backward=True))
    found = outrun(drawn.going, drawn.starts, drawn.response_s, part=drawn.part).cost
    np.testing.assert_allclose(found, expected, rtol=3e-6, atol=1e-3)


@settings(max_examples=80, deadline=None)
@given(drawings())
def test_a_step_alone_costs_what_the_definition_says(drawn: Drawn) -> None:
    going, (rows, columns) = drawn.going, drawn.going.heights_m.shape
    known = going.ground != NO_WAY
    for cell in np.argwhere(known):
        for move, (down, right) in enumerate(MOVES):
            row, column = (int(part) for part in cell)
            to = row + int(down), column + int(right)
            if not (0 <= to[0] < rows and 0 <= to[1] < columns and known[to]):
                continue
            plain = replace(drawn, going=replace(going, barrier=NO_BARRIER))
            seconds, exposure = step_by_definition(plain, (row, column), move)
            found = step_time(going.heights_m, going.ground, going.pace.s_per_m, row, column, move, going.cell_m, 1.0)
            assert found == pytest.approx(seconds, rel=1e-6)
            if seconds < np.inf:
                assert found * mean_rate(drawn.rate, row, column, move) == pytest.approx(exposure, rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(drawings())
def test_on_level_ground_ways_cost_what_the_ground_s_own_search_says(drawn: Drawn) -> None:
    rate = (1.0 / np.random.default_rng(1).choice([1.0, 2.0, 5.0], drawn.rate.shape)).astype(np.float32)
    everywhere = np.zeros(drawn.rate.shape, np.uint8)
    going = Going(np.zeros_like(rate), everywhere, Pace.constant("a", [1.0]), 50.0)
    times = travel(going, drawn.starts).cost
    np.testing.assert_allclose(times, least_cost(np.ones_like(rate), drawn.starts, 50.0).cost, rtol=1e-6)
    # A corner between two cells that are seen better is dearer there; a look through a gap is not a wall.
    assert (exposed(going, drawn.starts, rate).cost <= least_cost(rate, drawn.starts, 50.0).cost * 1.000001).all()


# --- ways -------------------------------------------------------------------------------------------------------------


def followed(drawn: Drawn, marked: NDArray[np.bool_]) -> list[tuple[Reached, bool]]:
    """Return searches whose ways were kept, and whether their costs are exposures, which know of marks."""
    going, starts, part, rate = drawn.going, drawn.starts, drawn.part, drawn.rate
    times = [travel(going, starts, backward=back, part=part, with_ways=True) for back in (False, True)]
    exposures = [
        exposed(going, starts, rate, backward=back, part=part, with_ways=True, marked=marked) for back in (False, True)
    ]
    return [(found, False) for found in times] + [(found, True) for found in exposures]


@settings(max_examples=60, deadline=None)
@given(drawings())
def test_a_way_leads_from_a_start_in_steps_that_cost_together_what_the_field_says(drawn: Drawn) -> None:
    starts = {(int(row), int(column)) for row, column in drawn.starts}
    marked = np.random.default_rng(3).random(drawn.rate.shape) < 0.5
    for found, of_exposure in followed(drawn, marked):
        costs = edges(drawn, exposure=of_exposure, backward=found.backward)
        for cell in map(tuple, np.argwhere(np.isfinite(found.cost))):
            row, column = (int(part) for part in cell)
            way = found.way(row, column)
            walked = way[::-1] if found.backward else way
            assert tuple(walked[0]) in starts
            assert tuple(walked[-1]) == (row, column)
            numbers = [int(number) for number in walked[:, 0] * drawn.columns + walked[:, 1]]
            cost = sum(costs[step] for step in pairwise(numbers))
            assert cost == pytest.approx(float(found.cost[row, column]), rel=3e-6, abs=1e-6)
            if of_exposure:
                assert found.is_doubtful(row, column) == marked[tuple(walked[0])]


@settings(max_examples=60, deadline=None)
@given(drawings())
def test_the_latest_moment_of_alarm_is_what_is_left_of_the_response_somewhere_on_the_way_out(drawn: Drawn) -> None:
    found = outrun(drawn.going, drawn.starts, drawn.response_s, part=drawn.part, with_ways=True)
    costs = edges(drawn, backward=True)
    for row, column in np.argwhere(np.isfinite(found.cost)):
        way = found.way(int(row), int(column))
        assert tuple(way[0]) == (row, column)
        assert (way[-1] == drawn.starts).all(axis=1).any()
        clock_s, latest = 0.0, float(drawn.response_s[row, column])
        for before, after in pairwise(way):
            clock_s += costs[int(after @ [drawn.columns, 1]), int(before @ [drawn.columns, 1])]
            latest = min(latest, float(drawn.response_s[tuple(after)]) - clock_s)
        assert latest == pytest.approx(float(found.cost[row, column]), rel=3e-6, abs=1e-3)


def test_no_way_is_told_where_none_leads_or_none_was_kept() -> None:
    going = Going(np.array([[0.0, np.nan, 0.0]], np.float32), np.zeros((1, 3), np.uint8), PACE, 10.0)
    with pytest.raises(ValueError, match="No way leads"):
        travel(going, np.array([[0, 0]]), with_ways=True).way(0, 2)
    with pytest.raises(ValueError, match="with_ways"):
        travel(going, np.array([[0, 0]])).way(0, 0)
    with pytest.raises(ValueError, match="with_ways"):
        travel(going, np.array([[0, 0]])).is_doubtful(0, 0)


def test_ground_that_nobody_climbs_does_not_make_the_cell_beside_it_free() -> None:
    """Where a pace is infinite at both knots beside a slope, their difference is no number, and comparisons fail."""
    pace = Pace.of("a", ["anything", "level only"], [np.ones_like, lambda slope: np.where(slope < 0.1, 1.0, 0.0)])
    assert pace.at(1, 0.553) == np.inf
    heights_m = np.array([[0.0, 0.0], [0.0, 10.0]], np.float32)
    for classes in ([[0, 1], [0, 0]], [[0, 0], [1, 0]]):
        ground = np.array(classes, np.uint8)
        assert step_time(heights_m, ground, pace.s_per_m, 0, 0, 4, 10.0, 1.0) == pytest.approx(10.0 * np.sqrt(2.0))
    both = np.array([[0, 1], [1, 0]], np.uint8)
    assert step_time(heights_m, both, pace.s_per_m, 0, 0, 4, 10.0, 1.0) == np.inf


# --- what must hold ---------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(drawings(), SEEDS)
def test_more_sensors_slower_ground_or_longer_delays_never_lower_a_cost(drawn: Drawn, seed: int) -> None:
    going, rng = drawn.going, np.random.default_rng(seed)
    slower = Pace("slower", PACE.grounds, PACE.s_per_m * np.array([[1.0], [1.5], [1.1]], np.float32))
    lines = going.barrier
    stronger = Barrier(lines.index, lines.delay_s * np.float32(1.7), lines.exposure + np.float32(0.1))
    seen = drawn.rate + (rng.random(drawn.rate.shape) * rng.choice([0.0, 0.02], drawn.rate.shape)).astype(np.float32)
    part = drawn.part

    def costs(going: Going, rate: Grid, response_s: Grid) -> list[Grid]:
        return [
            travel(going, drawn.starts, part=part).cost,
            exposed(going, drawn.starts, rate, part=part).cost,
            exposed(going, drawn.starts, rate, backward=True, part=part).cost,
            -outrun(going, drawn.starts, response_s, part=part).cost,
        ]

    before = costs(going, drawn.rate, drawn.response_s)
    for changed in (
        costs(going, seen, drawn.response_s),
        costs(replace(going, pace=slower), drawn.rate, drawn.response_s),
        costs(replace(going, barrier=stronger), drawn.rate, drawn.response_s),
        costs(going, drawn.rate, drawn.response_s * np.float32(0.8)),
    ):
        for then, now in zip(before, changed, strict=True):
            assert (now >= then - 1e-3).all()


@settings(max_examples=60, deadline=None)
@given(drawings(), st.floats(1.0, 3.0))
def test_with_what_somebody_quicker_found_the_least_of_both_is_found(drawn: Drawn, times: float) -> None:
    quick = travel(drawn.going, drawn.starts[:1]).cost
    slow = replace(drawn.going, pace=Pace("slower", PACE.grounds, np.asarray(PACE.s_per_m * times, np.float32)))
    alone = np.minimum(quick, travel(slow, drawn.starts, drawn.offsets_s).cost)
    kept = quick.copy()
    found = travel(slow, drawn.starts, drawn.offsets_s, known=quick).cost
    np.testing.assert_allclose(found, alone, rtol=1e-6)
    np.testing.assert_array_equal(quick, kept)


# --- how it is called -------------------------------------------------------------------------------------------------


def test_progress_never_falls_ends_at_one_and_what_it_raises_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vallum.terrain.travel._CELLS_AT_ONCE", 50)
    rng = np.random.default_rng(2)
    heights_m = rng.normal(0.0, 5.0, (40, 40)).astype(np.float32)
    going = Going(heights_m, np.zeros((40, 40), np.uint8), Pace.of("a", ["b"], [tobler]), 30.0)
    rate = (rng.random((40, 40)) * (rng.random((40, 40)) < 0.3) / 60.0).astype(np.float32)
    start, response_s = np.array([[3, 4]]), np.full((40, 40), 60.0, np.float32)
    works: list[Callable[[Callable[[float], object]], Reached]] = [
        lambda progress: travel(going, start, progress=progress),
        lambda progress: exposed(going, start, rate, progress=progress),
        lambda progress: outrun(going, start, response_s, progress=progress),
    ]
    for work in works:
        shares: list[float] = []
        chunked = work(shares.append)
        assert len(shares) >= 1600 / 50
        assert shares == sorted(shares)
        assert shares[0] > 0.0
        assert shares[-1] == 1.0

        calls: list[float] = []

        def stop(share: float, calls: list[float] = calls) -> None:
            calls.append(share)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            work(stop)
        assert len(calls) == 1
        with monkeypatch.context() as at_once:
            at_once.setattr("vallum.terrain.travel._CELLS_AT_ONCE", 10**9)
            np.testing.assert_array_equal(chunked.cost, work(lambda share: None).cost)


FLAT, OPEN_GROUND, ANYBODY = np.zeros((3, 3), np.float32), np.zeros((3, 3), np.uint8), Pace.constant("a", [1.0])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"ground": np.ones((3, 3), np.uint8)}, "Ground of class 1"),
        ({"ground": np.zeros((3, 4), np.uint8)}, "one shape"),
        ({"heights_m": np.zeros((0, 3), np.float32), "ground": np.zeros((0, 3), np.uint8)}, "one shape"),
        ({"cell_m": 0.0}, "above 0"),
        ({"cell_m": np.nan}, "above 0"),
        ({"neighbours": 5}, "4, 8 or 16"),
        ({"barrier": Barrier.of((2, 2), [Crossed(*np.array([[0.0, 1], [0, 1]]), *np.zeros((2, 1)))])}, "laid over"),
    ],
)
def test_ground_that_does_not_fit_is_refused(how: dict[str, object], words: str) -> None:
    given_ = {"heights_m": FLAT, "ground": OPEN_GROUND, "pace": ANYBODY, "cell_m": 10.0, **how}
    with pytest.raises(ValueError, match=words):
        Going(**given_)  # type: ignore[arg-type]


def test_what_cannot_be_searched_is_refused_with_a_reason() -> None:
    going, corner = Going(FLAT, OPEN_GROUND, ANYBODY, 10.0), np.array([[0, 0]])
    for beyond in ([[3, 0]], [[0, -1]]):
        with pytest.raises(ValueError, match="not on the grid of 3 x 3"):
            travel(going, np.array(beyond))
        with pytest.raises(ValueError, match="not on the grid of 3 x 3"):
            outrun(going, np.array(beyond), FLAT)
    for offsets in ([-1.0], [np.nan], [1.0, 2.0]):
        with pytest.raises(ValueError, match="offset of 0 or more"):
            travel(going, corner, np.array(offsets))
    with pytest.raises(ValueError, match="part searched"):
        travel(going, corner, part=np.ones((2, 3), np.uint8))
    for response_s in (np.full((3, 3), np.inf, np.float32), np.zeros((2, 3), np.float32)):
        with pytest.raises(ValueError, match="finite number of seconds"):
            outrun(going, corner, response_s)
    for rate in (np.full((3, 3), -1.0), np.full((3, 3), np.nan), np.full((3, 3), np.inf), np.zeros((2, 3))):
        with pytest.raises(ValueError, match="rate of 0 or more"):
            exposed(going, corner, rate.astype(np.float32))


def test_nobody_starts_where_no_way_leads_or_at_a_moment_that_never_comes() -> None:
    heights_m = np.array([[np.nan, 0.0, 0.0]], np.float32)
    going = Going(heights_m, np.array([[0, 0, NO_WAY]], np.uint8), ANYBODY, 10.0)
    assert np.isinf(travel(going, np.array([[0, 0], [0, 2]])).cost).all()
    assert np.isinf(travel(going, np.array([[0, 1]]), np.array([np.inf])).cost).all()
    assert np.isinf(travel(going, np.zeros((0, 2), np.int64)).cost).all()
    assert travel(going, np.array([[0, 1]])).cost.tolist() == [[np.inf, 0.0, np.inf]]
