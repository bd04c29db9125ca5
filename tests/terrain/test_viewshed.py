"""How high must something stand to be seen: against the exact answer, against what everybody knows of sight."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.terrain.relief import fractal

from vallum.terrain.exact import exact_minimum_visible_height
from vallum.terrain.viewshed import minimum_visible_height

CELL_M = 30.0
SIDE = 61
MIDDLE = SIDE // 2
RADIUS_M = MIDDLE * CELL_M
# Heights are float32 some hundred metres from the eye's level.
ROUNDING_M = 2e-3


def ground(seed: int, relief_m: float, smooth: int = 4) -> NDArray[np.float32]:
    """Hills of a given relief, from a seed: coarse noise, made smooth between its knots."""
    chance = np.random.default_rng(seed)
    knots = chance.normal(0.0, relief_m, (SIDE // smooth + 2, SIDE // smooth + 2))
    at = np.arange(SIDE) / smooth
    low, share = at.astype(int), at % 1.0
    rows = knots[low] * (1 - share)[:, None] + knots[low + 1] * share[:, None]
    return np.asarray(rows[:, low] * (1 - share) + rows[:, low + 1] * share, dtype=np.float32)


SEEDS = st.integers(0, 2**32 - 1)
RELIEFS = st.sampled_from([0.0, 0.5, 5.0, 60.0])
MASTS = st.floats(0.0, 60.0)


def look(ground_m: NDArray[np.float32], mast_m: float, **told: float) -> NDArray[np.float32]:
    return minimum_visible_height(ground_m, MIDDLE, MIDDLE, mast_m, RADIUS_M, CELL_M, **told)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, relief_m=RELIEFS, lower_m=MASTS, higher_m=MASTS)
def test_a_higher_mast_never_hides_ground_that_was_seen(
    seed: int, relief_m: float, lower_m: float, higher_m: float
) -> None:
    lower_m, higher_m = sorted((lower_m, higher_m))
    ground_m = ground(seed, relief_m)
    low, high = look(ground_m, lower_m), look(ground_m, higher_m)
    known = np.isfinite(low)
    assert (high[known] <= low[known] + ROUNDING_M).all()


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, relief_m=RELIEFS, mast_m=MASTS, first_m=st.floats(0, 5), second_m=st.floats(0, 5))
def test_a_taller_target_is_never_hidden_where_a_shorter_one_is_seen(
    seed: int, relief_m: float, mast_m: float, first_m: float, second_m: float
) -> None:
    short_m, tall_m = sorted((first_m, second_m))
    seen_at_m = look(ground(seed, relief_m), mast_m)
    assert not ((seen_at_m <= short_m) & ~(seen_at_m <= tall_m)).any()


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, relief_m=RELIEFS, mast_m=st.floats(1.0, 60.0))
def test_rays_agree_with_the_exact_answer_but_for_a_few_cells(seed: int, relief_m: float, mast_m: float) -> None:
    ground_m = ground(seed, relief_m)
    fast = look(ground_m, mast_m)
    exact = exact_minimum_visible_height(ground_m, MIDDLE, MIDDLE, mast_m, RADIUS_M, CELL_M)
    assert (np.isnan(fast) == np.isnan(exact)).all()
    known = np.isfinite(exact)
    differ = ((fast <= 1.7) != (exact <= 1.7))[known].sum()
    assert differ <= max(6, 0.02 * (exact[known] <= 1.7).sum())


def test_on_a_plain_of_hundreds_of_cells_clearances_are_right_to_half_a_metre() -> None:
    plain_m = fractal(1, 669, 40.0, 1.0, whole=3000)
    fast, exact = (
        look(plain_m, 334, 334, 15.0, 10_000.0, CELL_M)
        for look in (minimum_visible_height, exact_minimum_visible_height)
    )
    known = np.isfinite(exact)
    assert np.percentile(np.abs(fast[known] - exact[known]), 99) < 0.5
    truth = exact[known] <= 1.7
    assert ((fast[known] <= 1.7) != truth).sum() <= 0.02 * truth.sum()


def test_along_rows_columns_and_diagonals_rays_are_exact() -> None:
    ground_m = ground(7, 20.0)
    fast = look(ground_m, 12.0)
    exact = exact_minimum_visible_height(ground_m, MIDDLE, MIDDLE, 12.0, RADIUS_M, CELL_M)
    away = np.arange(1, MIDDLE + 1)
    for down, across in ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)):
        at = MIDDLE + down * away, MIDDLE + across * away
        known = np.isfinite(exact[at])
        assert known.any()
        assert np.abs(fast[at][known] - exact[at][known]).max() < ROUNDING_M


def test_a_bare_plain_is_seen_to_the_horizon_and_no_further() -> None:
    plain = np.zeros((401, 401), np.float32)
    seen_at_m = minimum_visible_height(plain, 200, 200, 10.0, 20_000.0, 100.0, refraction_k=0.0)
    horizon_m = np.sqrt(2 * 6_371_000.0 * 10.0)
    east_m = np.arange(1, 201) * 100.0
    hidden = seen_at_m[200, 201:] > 0.0
    assert east_m[hidden].min() == pytest.approx(horizon_m, abs=250.0)
    # Past it, what is hidden grows as the square of the way beyond.
    expected_m = (east_m - horizon_m) ** 2 / (2 * 6_371_000.0)
    beyond = east_m > horizon_m + 500.0
    assert seen_at_m[200, 201:][beyond] == pytest.approx(expected_m[beyond], abs=0.03)


def test_refraction_lets_a_post_see_further_and_a_flat_earth_would_flatter() -> None:
    plain = np.zeros((401, 401), np.float32)
    seen = [
        (minimum_visible_height(plain, 200, 200, 10.0, 20_000.0, 100.0, refraction_k=k) <= 1.7).sum()
        for k in (0.0, 0.13, 0.999999)
    ]
    assert seen[0] < seen[1] < seen[2]


def test_a_wall_hides_what_stands_behind_it_up_to_the_line_over_its_top() -> None:
    ground_m = np.zeros((SIDE, SIDE), np.float32)
    ground_m[:, MIDDLE + 10] = 12.0
    seen_at_m = minimum_visible_height(ground_m, MIDDLE, MIDDLE, 10.0, RADIUS_M, CELL_M, refraction_k=0.999999)
    assert seen_at_m[MIDDLE, MIDDLE + 20] == pytest.approx(14.0, abs=1e-3)
    assert seen_at_m[MIDDLE, MIDDLE + 9] < 0.0
    assert seen_at_m[MIDDLE, MIDDLE + 10] < 0.0


def test_nobody_knows_what_is_seen_beyond_unknown_ground() -> None:
    ground_m = np.zeros((SIDE, SIDE), np.float32)
    ground_m[:, MIDDLE + 5] = np.nan
    seen_at_m = look(ground_m, 30.0)
    assert np.isnan(seen_at_m[MIDDLE, MIDDLE + 5])
    assert np.isinf(seen_at_m[MIDDLE, MIDDLE + 6 : MIDDLE + 20]).all()
    assert (seen_at_m[MIDDLE, :MIDDLE] < 0.0).all()


def test_at_the_edge_of_the_terrain_the_rest_is_not_answered() -> None:
    seen_at_m = minimum_visible_height(np.zeros((20, 20), np.float32), 0, 0, 10.0, 300.0, CELL_M)
    assert np.isnan(seen_at_m[:10]).all()
    assert np.isnan(seen_at_m[:, :10]).all()
    assert np.isfinite(seen_at_m[10:, 10:][0]).all()


def test_the_radius_is_a_circle() -> None:
    seen_at_m = look(np.zeros((SIDE, SIDE), np.float32), 10.0)
    down, across = np.mgrid[-MIDDLE : MIDDLE + 1, -MIDDLE : MIDDLE + 1]
    assert (np.isfinite(seen_at_m) == (np.hypot(down, across) * CELL_M <= RADIUS_M)).all()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"row": 99}, "off the terrain"),
        ({"row": 3, "column": 3}, "void of the terrain model"),
        ({"mast_m": -1.0}, "0 m or more above the ground"),
        ({"radius_m": 5.0}, "less than one cell"),
        ({"refraction_k": 1.0}, "below 1"),
    ],
)
def test_a_post_that_cannot_look_is_refused_in_words(told: dict[str, float], words: str) -> None:
    ground_m = np.zeros((SIDE, SIDE), np.float32)
    ground_m[3, 3] = np.nan
    asked = {"row": MIDDLE, "column": MIDDLE, "mast_m": 5.0, "radius_m": 300.0, "cell_m": CELL_M, **told}
    with pytest.raises(ValueError, match=words):
        minimum_visible_height(ground_m, **asked)  # type: ignore[arg-type]
