from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.plan.band import Band
from vallum.plan.barrier import strong_barrier
from vallum.plan.losses import Footprint, losses

CELL_M = 50.0
ROWS, COLUMNS = 8, 14


def band() -> Band:
    return Band.straight(ROWS, COLUMNS, CELL_M, 2 * CELL_M)


@st.composite
def deployments(draw: st.DrawFn) -> tuple[list[Footprint], np.ndarray]:
    """Sensors with ragged windows anywhere, rates that add up without rounding, and some blocked ground."""
    windows = []
    for _ in range(draw(st.integers(1, 5))):
        row, column = draw(st.integers(0, ROWS - 3)), draw(st.integers(0, COLUMNS - 4))
        height, width = draw(st.integers(1, min(5, ROWS - row))), draw(st.integers(2, min(8, COLUMNS - column)))
        seed = draw(st.integers(0, 1_000))
        rng = np.random.default_rng(seed)
        strength = rng.choice([2**-9, 2**-7, 2**-6], (height, width)) * (rng.random((height, width)) < 0.85)
        windows.append(Footprint(row, column, strength.astype(np.float32)))
    rng = np.random.default_rng(draw(st.integers(0, 1_000)))
    blocked = rng.random((ROWS, COLUMNS)) < draw(st.sampled_from([0.0, 0.1]))
    return windows, blocked


def summed(windows: list[Footprint], blocked: np.ndarray, lost: tuple[int, ...] = ()) -> np.ndarray:
    rate = np.zeros((ROWS, COLUMNS), dtype=np.float32)
    for sensor, window in enumerate(windows):
        if sensor not in lost:
            high, wide = window.rate.shape
            rate[window.row : window.row + high, window.column : window.column + wide] += window.rate
    return np.where(blocked, np.float32(np.nan), rate)


@settings(max_examples=60, deadline=None)
@given(deployment=deployments(), required=st.sampled_from([0.3, 0.6, 0.9]))
def test_single_and_double_losses_are_those_of_working_out_every_one_anew(
    deployment: tuple[list[Footprint], np.ndarray], required: float
) -> None:
    windows, blocked = deployment
    whole = strong_barrier(band(), summed(windows, blocked))
    before = whole.rate.copy(), whole.from_outer.cost.copy(), whole.from_home.cost.copy()
    found = losses(whole, len(windows), windows.__getitem__, required)
    for was, array in zip(before, (whole.rate, whole.from_outer.cost, whole.from_home.cost), strict=True):
        np.testing.assert_array_equal(was, array)

    limit = -np.log1p(-required)
    opened: dict[tuple[int, ...], np.ndarray] = {(): whole.exposure < limit}
    expected = {}
    for count in (1, 2):
        for lost in combinations(range(len(windows)), count):
            anew = strong_barrier(band(), summed(windows, blocked, lost))
            opened[lost] = anew.exposure < limit
            new = opened[lost] & ~opened[()]
            for one in lost if count == 2 else ():
                new &= ~opened[(one,)]
            if new.any():
                gaps = band().gaps(np.where(new, anew.probability, np.nan), required)
                expected[lost] = [(gap.from_m, gap.to_m, round(gap.probability, 5)) for gap in gaps]
    told = {
        one.sensors: [(gap.from_m, gap.to_m, round(gap.probability, 5)) for gap in one.gaps]
        for one in (*found.singles, *found.pairs)
    }
    assert told == expected
    assert found.already == whole.gaps(required)
    for opening in (*found.singles, *found.pairs):
        assert opening.way.probability == pytest.approx(min(gap.probability for gap in opening.gaps), abs=1e-5)


def test_pairs_far_from_each_other_are_not_worked_out() -> None:
    # Everywhere two sensors watch the same ground, either enough; so neighbours matter together, and nobody else.
    ground = Band.straight(12, 400, CELL_M, 500.0)
    windows = [Footprint(4, first, np.full((4, 40), 0.01, np.float32)) for first in range(0, 380, 20)]
    rate = np.zeros((12, 400), np.float32)
    for window in windows:
        rate[4:8, window.column : window.column + 40] += window.rate
    rate[:, :20], rate[:, 380:] = 1.0, 1.0
    found = losses(strong_barrier(ground, rate), 19, windows.__getitem__, 0.7)
    assert (found.already, found.singles) == ((), ())
    assert [one.sensors for one in found.pairs] == [(sensor, sensor + 1) for sensor in range(18)]
    assert found.pairs_tried < 19 * 2


def test_two_rows_of_sensors_are_opened_by_pairs_that_share_no_ground() -> None:
    ground = Band.straight(20, 40, CELL_M, 500.0)
    outer = [Footprint(3, first, np.full((4, 20), 0.01, np.float32)) for first in (0, 20)]
    inner = [Footprint(13, first, np.full((4, 20), 0.01, np.float32)) for first in (0, 20)]
    windows = outer + inner
    rate = np.zeros((20, 40), np.float32)
    for window in windows:
        rate[window.row : window.row + 4, window.column : window.column + 20] += window.rate
    found = losses(strong_barrier(ground, rate), 4, windows.__getitem__, 0.5)
    assert found.singles == ()
    # Through the one row and, between the rows for nothing, to the other: any of the one with any of the other.
    assert [two.sensors for two in found.pairs] == [(0, 2), (0, 3), (1, 2), (1, 3)]


def added(shape: tuple[int, int], windows: list[Footprint]) -> np.ndarray:
    rate = np.zeros(shape, np.float32)
    for window in windows:
        high, wide = window.rate.shape
        rate[window.row : window.row + high, window.column : window.column + wide] += window.rate
    return rate


@pytest.mark.parametrize("rows", [(2, 12), (12, 2)])
def test_two_rows_on_one_side_of_the_line_are_opened_by_the_two_in_front_of_each_other(rows: tuple[int, int]) -> None:
    ground = Band.straight(40, 40, CELL_M, 500.0)
    windows = [Footprint(row, first, np.full((4, 20), 0.01, np.float32)) for row in rows for first in (0, 20)]
    rate = added((40, 40), windows)
    rate[:, 18:22] += 0.05  # nobody gets from the one half to the other
    found = losses(strong_barrier(ground, rate), 4, windows.__getitem__, 0.8)
    assert found.singles == ()
    assert [two.sensors for two in found.pairs] == [(0, 2), (1, 3)]


def test_one_before_the_line_and_one_behind_it_may_open_what_neither_comes_near() -> None:
    ground = Band.straight(40, 40, CELL_M, 500.0)
    before, behind = (
        Footprint(5, 0, np.full((4, 40), 0.01, np.float32)),
        Footprint(30, 22, np.full((4, 18), 0.01, np.float32)),
    )
    rate = added((40, 40), [before, behind])
    rate[20:, 18:22] = 0.05  # behind the line nobody gets from the one half to the other
    rate[19:21] += 0.005  # who crosses and comes back to cross again is seen
    found = losses(strong_barrier(ground, rate), 2, [before, behind].__getitem__, 0.5)
    assert [(one.sensors, one.gaps[0].to_m) for one in found.singles] == [((0,), 1_000.0)]
    assert [(two.sensors, two.gaps[0].from_m) for two in found.pairs] == [((0, 1), 1_000.0)]


def test_pairs_are_left_out_when_not_asked_for_and_progress_ends_at_one() -> None:
    windows = [Footprint(2, 0, np.full((4, 14), 0.01, np.float32))] * 2
    rate = np.zeros((ROWS, COLUMNS), np.float32)
    rate[2:6] = 0.02
    shares: list[float] = []
    whole = strong_barrier(band(), rate)
    found = losses(whole, 2, windows.__getitem__, 0.9, pairs=False, progress=shares.append)
    assert (found.pairs, found.pairs_tried, shares) == ((), 0, [0.5, 1.0])
    assert len(found.singles) == 2
    shares.clear()
    losses(whole, 2, windows.__getitem__, 0.9, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_what_stops_the_work_leaves_the_barrier_as_it_was() -> None:
    rate = np.zeros((ROWS, COLUMNS), np.float32)
    rate[2:6] = 0.02
    whole = strong_barrier(band(), rate)
    before = whole.rate.copy(), whole.from_outer.cost.copy()
    asked = []

    def footprint(sensor: int) -> Footprint:
        asked.append(sensor)
        if len(asked) > 3:
            raise InterruptedError
        return Footprint(2, 0, np.full((4, 14), 0.01, np.float32))

    with pytest.raises(InterruptedError):
        losses(whole, 2, footprint, 0.9)
    np.testing.assert_array_equal(before[0], whole.rate)
    np.testing.assert_array_equal(before[1], whole.from_outer.cost)


@pytest.mark.parametrize(
    ("window", "required", "words"),
    [
        (Footprint(0, 0, np.zeros((2, 2), np.float32)), 1.0, "above 0 and below 1"),
        (Footprint(0, 0, np.zeros((2, 2), np.float32)), 0.0, "above 0 and below 1"),
        (Footprint(-1, 0, np.zeros((2, 2), np.float32)), 0.5, "leaves the grid"),
        (Footprint(0, 13, np.zeros((2, 2), np.float32)), 0.5, "leaves the grid"),
        (Footprint(0, 0, np.full((2, 2), np.nan, np.float32)), 0.5, "negative or not a number"),
        (Footprint(0, 0, np.full((2, 2), -1.0, np.float32)), 0.5, "negative or not a number"),
    ],
)
def test_what_is_no_loss_is_refused(window: Footprint, required: float, words: str) -> None:
    whole = strong_barrier(band(), np.zeros((ROWS, COLUMNS)))
    with pytest.raises(ValueError, match=words):
        losses(whole, 1, lambda sensor: window, required)
