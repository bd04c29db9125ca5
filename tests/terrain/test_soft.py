"""How surely is ground seen: softness behaves as a probability must, and bands are thresholds of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from vallum.terrain.soft import PERHAPS, SURE, Softness, opinion_share

SOFT = Softness(np.array([0.0, 500.0, 8_000.0]), np.array([0.5, 1.0, 3.0]), np.array([-0.2, 0.0, 2.0]))
HEIGHTS = st.floats(-60.0, 60.0)
TARGETS = st.floats(0.0, 5.0)
DISTANCES = st.floats(0.0, 20_000.0)


@given(first_m=HEIGHTS, second_m=HEIGHTS, target_m=TARGETS, distance_m=DISTANCES)
def test_what_is_seen_from_a_lower_height_is_never_less_probable(
    first_m: float, second_m: float, target_m: float, distance_m: float
) -> None:
    low, high = sorted((first_m, second_m))
    assert SOFT.probability(low, target_m, distance_m) >= SOFT.probability(high, target_m, distance_m)


@given(height_m=HEIGHTS, short_m=TARGETS, tall_m=TARGETS, distance_m=DISTANCES)
def test_a_taller_target_is_never_less_probable(
    height_m: float, short_m: float, tall_m: float, distance_m: float
) -> None:
    short_m, tall_m = sorted((short_m, tall_m))
    assert SOFT.probability(height_m, tall_m, distance_m) >= SOFT.probability(height_m, short_m, distance_m)


@given(height_m=HEIGHTS, target_m=TARGETS, distance_m=DISTANCES, asked=st.sampled_from([SURE, 0.5, PERHAPS, 0.01]))
def test_a_band_is_a_threshold_on_the_minimum_visible_height(
    height_m: float, target_m: float, distance_m: float, asked: float
) -> None:
    limit_m = SOFT.limits(target_m, distance_m, asked)
    assert SOFT.probability(limit_m, target_m, distance_m) == pytest.approx(asked, abs=1e-9)
    if height_m < limit_m - 1e-6:
        assert SOFT.probability(height_m, target_m, distance_m) > asked
    if height_m > limit_m + 1e-6:
        assert SOFT.probability(height_m, target_m, distance_m) < asked


@given(target_m=TARGETS, distance_m=DISTANCES)
def test_the_low_band_lies_within_the_high_one(target_m: float, distance_m: float) -> None:
    assert SOFT.limits(target_m, distance_m, SURE) < SOFT.limits(target_m, distance_m, PERHAPS)


def test_arrays_give_what_the_formula_gives_and_broadcast() -> None:
    random = np.random.default_rng(3)
    heights_m, distance_m = random.normal(0.0, 6.0, (40, 50)), random.uniform(0.0, 12_000.0, (40, 50))
    spread_m = np.interp(distance_m, SOFT.knots_m, SOFT.spreads_m)
    shift_m = np.interp(distance_m, SOFT.knots_m, SOFT.shifts_m)
    np.testing.assert_allclose(
        SOFT.probability(heights_m, 1.4, distance_m), ndtr((1.4 - heights_m - shift_m) / spread_m), atol=1e-12
    )
    np.testing.assert_allclose(SOFT.spread_m(distance_m), spread_m)
    np.testing.assert_allclose(SOFT.shift_m(distance_m), shift_m)
    by_target = SOFT.probability(heights_m, np.array([0.7, 1.4])[:, None, None], distance_m)
    assert by_target.shape == (2, 40, 50)
    np.testing.assert_array_equal(by_target[1], SOFT.probability(heights_m, 1.4, distance_m))
    one = SOFT.probability(float(heights_m[3, 4]), 1.4, float(distance_m[3, 4]))
    assert isinstance(one, float)
    assert one == by_target[1, 3, 4]
    assert SOFT.probability(np.empty((0, 7)), 1.0, 500.0).shape == (0, 7)


def test_single_precision_as_the_kernel_gives_it_is_taken() -> None:
    heights_m = np.array([[-1e30, -2.0, 3.0]], np.float32)
    seen = SOFT.probability(heights_m, 1.0, np.array([[30.0, 900.0, 900.0]], np.float32))
    assert seen.dtype == np.float64
    assert seen[0, 0] == 1.0
    assert 0.9 < seen[0, 1] < 1.0
    assert 0.0 < seen[0, 2] < 0.1


def test_nothing_is_seen_behind_unknown_ground_and_nothing_is_said_of_it() -> None:
    seen = SOFT.probability(np.array([np.inf, np.nan, 0.0]), 1.0, np.array([500.0, 500.0, np.nan]))
    assert seen[0] == 0.0
    assert np.isnan(seen[1:]).all()


def test_ground_without_error_gives_yes_or_no() -> None:
    seen = Softness.none().probability(np.array([-5.0, 0.999, 1.001, 80.0]), 1.0, 9_000.0)
    np.testing.assert_array_equal(seen, [1.0, 1.0, 0.0, 0.0])


def test_cells_seen_in_a_tenth_to_nine_tenths_of_all_cases_are_opinion() -> None:
    assert opinion_share(np.array([[0.0, 0.1, 0.11], [0.89, 0.9, 1.0]])) == pytest.approx(2 / 6)
    assert math.isnan(opinion_share(np.array([np.nan])))


def test_values_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        SOFT.spreads_m[0] = 9.0


@pytest.mark.parametrize(
    ("knots", "spreads", "shifts", "words"),
    [
        ([], [], [], "one of each"),
        ([0.0, 1.0], [1.0], [0.0, 0.0], "one of each"),
        ([0.0, 0.0], [1.0, 1.0], [0.0, 0.0], "must rise"),
        ([0.0, 9.0], [1.0, 0.0], [0.0, 0.0], "spread of 0.0 m"),
        ([0.0], [np.nan], [0.0], "spread of nan m"),
        ([0.0], [1.0], [np.nan], "finite"),
    ],
)
def test_impossible_softness_is_refused(
    knots: list[float], spreads: list[float], shifts: list[float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Softness(np.array(knots), np.array(spreads), np.array(shifts))


@pytest.mark.parametrize("certain", [0.0, 1.0, -0.1, float("nan")])
def test_no_height_is_certain(certain: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        SOFT.limits(1.0, 500.0, certain)
