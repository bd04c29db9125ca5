"""The profile of one line of sight: exact where the exact answer asks, the same from both ends, honest about error."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.terrain.relief import fractal, ground_of, source

from vallum.terrain.errorfield import error_fields
from vallum.terrain.exact import exact_minimum_visible_height
from vallum.terrain.ground import Ground
from vallum.terrain.profile import Profile, Standpoint, profile
from vallum.terrain.soft import Softness

CELL_M = 30.0
SIDE = 61
MIDDLE = SIDE // 2
HILLS = ground_of(fractal(seed=6, side=SIDE, relief_m=8.0, roughness_m=0.5), CELL_M)
EXACT_M = exact_minimum_visible_height(HILLS.heights_m, MIDDLE, MIDDLE, 9.0, MIDDLE * CELL_M, CELL_M)
# Places well inside the grid, on and between middles of cells.
PLACES = st.floats(CELL_M, (SIDE - 1) * CELL_M) | st.integers(1, SIDE - 2).map(lambda cell: (cell + 0.5) * CELL_M)
HEIGHTS = st.floats(0.0, 40.0)


def at_middle(ground: Ground, row: int, column: int, height_m: float) -> Standpoint:
    return Standpoint(*ground.middle_of(row, column), height_m)


def level(side: int = 400, cell_m: float = 100.0) -> Ground:
    return ground_of(np.zeros((5, side), np.float32), cell_m)


@settings(max_examples=200, deadline=None)
@given(row=st.integers(0, SIDE - 1), column=st.integers(0, SIDE - 1), above_m=st.floats(0.001, 20.0))
def test_between_middles_of_cells_it_is_the_exact_answer(row: int, column: int, above_m: float) -> None:
    exact_m = EXACT_M[row, column]
    if (row, column) == (MIDDLE, MIDDLE) or math.isnan(exact_m):
        return
    eye = at_middle(HILLS, MIDDLE, MIDDLE, 9.0)
    found = profile(HILLS, eye, at_middle(HILLS, row, column, max(exact_m, 0.0) + above_m))
    if math.isinf(exact_m):
        assert found.minimum_visible_height_m == exact_m
    else:
        assert found.minimum_visible_height_m == pytest.approx(exact_m, abs=1e-6)
    assert found.visible
    if exact_m > above_m:
        assert not profile(HILLS, eye, at_middle(HILLS, row, column, exact_m - above_m)).visible


@settings(max_examples=100, deadline=None)
@given(x_1=PLACES, y_1=PLACES, height_1=HEIGHTS, x_2=PLACES, y_2=PLACES, height_2=HEIGHTS)
def test_whoever_sees_is_seen_by_as_much(
    x_1: float, y_1: float, height_1: float, x_2: float, y_2: float, height_2: float
) -> None:
    one, other = Standpoint(x_1, -y_1, height_1), Standpoint(x_2, -y_2, height_2)
    there, back = profile(HILLS, one, other), profile(HILLS, other, one)
    assert there.clearance_m == pytest.approx(back.clearance_m, abs=1e-6)
    assert there.visible == back.visible
    np.testing.assert_allclose(there.apparent_ground_m, back.apparent_ground_m[::-1], atol=1e-6)


@settings(max_examples=100, deadline=None)
@given(x_1=PLACES, y_1=PLACES, height_1=HEIGHTS, x_2=PLACES, y_2=PLACES, height_2=HEIGHTS)
def test_what_is_drawn_hangs_together(
    x_1: float, y_1: float, height_1: float, x_2: float, y_2: float, height_2: float
) -> None:
    eye, target = Standpoint(x_1, -y_1, height_1), Standpoint(x_2, -y_2, height_2)
    found = profile(HILLS, eye, target)
    assert found.distance_m[0] == 0.0
    assert found.distance_m[-1] == pytest.approx(math.hypot(x_2 - x_1, y_2 - y_1))
    assert (np.diff(found.distance_m) >= 0.0).all()
    # Straight line, ends on the true ground, clearance where it is said to be.
    assert found.apparent_ground_m[[0, -1]] == pytest.approx(found.ground_m[[0, -1]])
    assert found.line_m[0] - found.ground_m[0] == pytest.approx(height_1)
    assert found.line_m[-1] - found.ground_m[-1] == pytest.approx(height_2)
    clear_m = found.line_m - found.apparent_ground_m
    assert found.clearance_m == clear_m.min() <= min(height_1, height_2) + 1e-9
    assert found.at_m == found.distance_m[clear_m.argmin()]
    assert found.visible == (found.minimum_visible_height_m <= height_2 + 1e-6) or abs(found.clearance_m) < 1e-6
    # The ground is that of the grid, everywhere along the line.
    share = found.distance_m / found.distance_m[-1] if found.distance_m[-1] else found.distance_m
    ground_m = HILLS.height_at(x_1 + share * (x_2 - x_1), -y_1 - share * (y_2 - y_1))
    np.testing.assert_allclose(found.ground_m, ground_m, atol=1e-6)


def test_the_earth_bulges_by_the_product_of_both_distances() -> None:
    found = profile(level(), Standpoint(50.0, -250.0, 30.0), Standpoint(20_050.0, -250.0, 0.0))
    middle = int(np.abs(found.distance_m - 10_000.0).argmin())
    assert found.apparent_ground_m[middle] == pytest.approx(10_000.0**2 * 0.87 / (2 * 6_371_000.0))
    flat = profile(
        level(),
        Standpoint(50.0, -250.0, 30.0),
        Standpoint(20_050.0, -250.0, 0.0),
        refraction_k=0.0,
        earth_radius_m=1e12,
    )
    assert flat.apparent_ground_m == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(("eye_m", "target_m"), [(15.0, 0.0), (30.0, 1.4), (2.0, 5.0)])
def test_over_a_plain_sight_ends_at_the_horizon_of_the_closed_form(eye_m: float, target_m: float) -> None:
    radius_m = 6_371_000.0 / 0.87
    horizon_m = math.sqrt(2 * radius_m * eye_m) + math.sqrt(2 * radius_m * target_m)
    for share, visible in ((0.99, True), (1.02, False)):
        ends = Standpoint(50.0, -250.0, eye_m), Standpoint(50.0 + share * horizon_m, -250.0, target_m)
        assert profile(level(), *ends).visible is visible


def test_on_a_diagonal_every_corner_is_met_once() -> None:
    found = profile(HILLS, at_middle(HILLS, 5, 5, 2.0), at_middle(HILLS, 25, 25, 2.0))
    np.testing.assert_allclose(found.distance_m, np.arange(21) * CELL_M * math.sqrt(2.0))
    np.testing.assert_allclose(found.ground_m, HILLS.heights_m[np.arange(5, 26), np.arange(5, 26)], rtol=1e-6)


def test_one_sees_the_ground_one_stands_on() -> None:
    here = Standpoint(500.0, -500.0, 3.0)
    found = profile(HILLS, here, Standpoint(500.0, -500.0, 0.0), Softness.none())
    assert found.visible
    assert found.distance_m.tolist() == [0.0, 0.0]
    assert (found.clearance_m, found.probability_visible) == (0.0, 1.0)


def test_unknown_ground_is_never_seen_through_and_is_said_where() -> None:
    heights_m = np.zeros((5, 50), np.float32)
    heights_m[:, 20:23] = np.nan
    found = profile(
        ground_of(heights_m, 100.0),
        Standpoint(50.0, -250.0, 500.0),
        Standpoint(4_050.0, -250.0, 500.0),
        Softness.none(),
    )
    assert not found.visible
    assert math.isnan(found.clearance_m)
    assert found.at_m == 2_000.0
    assert found.minimum_visible_height_m == math.inf
    assert found.probability_visible == 0.0
    assert np.isnan(found.sd_m[20])
    assert np.isfinite(found.sd_m[[0, -1]]).all()


# --- how sure ------------------------------------------------------------------------------------------------------


def test_the_probability_is_that_of_the_softness() -> None:
    soft = Softness(np.array([0.0, 1_000.0]), np.array([0.5, 2.0]), np.array([0.0, 0.3]))
    ends = at_middle(HILLS, 3, 4, 5.0), at_middle(HILLS, 50, 44, 1.4)
    found = profile(HILLS, *ends, soft)
    assert found.probability_visible == soft.probability(
        found.minimum_visible_height_m, 1.4, float(found.distance_m[-1])
    )
    assert profile(HILLS, *ends).probability_visible is None


def test_the_band_of_error_is_what_many_spoilt_grounds_show() -> None:
    ends = at_middle(HILLS, 5, 8, 5.0), at_middle(HILLS, 52, 44, 1.4)
    told = profile(HILLS, *ends)
    seen = []
    for error_m in error_fields(HILLS.shape, CELL_M, 3.0, 180.0, 400, np.random.default_rng(2)):
        spoilt: Profile = profile(ground_of(HILLS.heights_m + error_m, CELL_M), *ends)
        seen.append(spoilt.line_m - spoilt.apparent_ground_m)
    np.testing.assert_allclose(told.sd_m, np.std(seen, axis=0), atol=0.45)
    assert told.sd_m[0] == told.sd_m[-1] == 0.0
    assert told.sd_m.max() > 3.0


def test_each_source_has_its_own_band_and_errors_of_two_sources_are_strangers() -> None:
    source_of = np.zeros((5, 100), np.uint8)
    source_of[:, 50:] = 1
    sources = (source("fine", 1.0, 300.0), source("coarse", 8.0, 900.0))
    ground = ground_of(np.zeros((5, 100), np.float32), 100.0, sources, source_of)
    found = profile(ground, Standpoint(50.0, -250.0, 10.0), Standpoint(9_850.0, -250.0, 1.0))
    assert [each.name for each in found.sources] == ["fine", "coarse"]
    # In the middle of the fine half: its own error, and a quarter of the far end's.
    assert found.sd_m[25] == pytest.approx(math.sqrt(1.0 + (0.745 * 1.0) ** 2 + (0.255 * 8.0) ** 2), rel=0.01)
    assert found.sd_m[75] > 8.0
    assert [each.name for each in profile(ground, *_short(ground)).sources] == ["coarse"]


def _short(ground: Ground) -> tuple[Standpoint, Standpoint]:
    return at_middle(ground, 1, 60, 2.0), at_middle(ground, 3, 90, 2.0)


# --- refused in words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("eye", "target", "words"),
    [
        (Standpoint(-500.0, -100.0, 2.0), Standpoint(500.0, -500.0, 2.0), "first end .* off the terrain"),
        (Standpoint(500.0, -500.0, 2.0), Standpoint(500.0, 9_000.0, 2.0), "second end .* off the terrain"),
        (Standpoint(500.0, -500.0, 2.0), Standpoint(math.nan, -500.0, 2.0), "second end .* off the terrain"),
        (Standpoint(500.0, -500.0, -0.1), Standpoint(900.0, -500.0, 2.0), "first end .* 0 m or more"),
        (Standpoint(500.0, -500.0, 2.0), Standpoint(900.0, -500.0, math.nan), "second end .* 0 m or more"),
    ],
)
def test_an_end_off_the_terrain_or_below_it_is_refused(eye: Standpoint, target: Standpoint, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        profile(HILLS, eye, target)


def test_an_end_on_a_void_is_refused() -> None:
    heights_m = np.zeros((20, 20), np.float32)
    heights_m[4, 4] = np.nan
    with pytest.raises(ValueError, match=r"second end .* void of the terrain"):
        profile(ground_of(heights_m), Standpoint(500.0, -500.0, 2.0), Standpoint(140.0, -140.0, 2.0))


def test_impossible_refraction_is_refused() -> None:
    with pytest.raises(ValueError, match="below 1"):
        profile(HILLS, Standpoint(500.0, -500.0, 2.0), Standpoint(900.0, -500.0, 2.0), refraction_k=1.0)
