from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from vallum.plan.band import Band
from vallum.plan.breach import maximal_breach

CELL_M = 50.0


@st.composite
def levels(draw: st.DrawFn) -> np.ndarray:
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    level = rng.random((6, 9)) if draw(st.booleans()) else rng.choice([0.0, 0.3, 0.5, 0.8], (6, 9))
    return np.where(rng.random((6, 9)) < draw(st.sampled_from([0.0, 0.2, 0.45])), np.nan, level)


LEVELS = levels()


def band() -> Band:
    return Band.straight(6, 9, CELL_M, 150.0)


def crosses(open_: np.ndarray) -> bool:
    label, _ = ndimage.label(open_)
    return bool((set(label[0][label[0] > 0].tolist())) & set(label[5].tolist()))


@settings(max_examples=150, deadline=None)
@given(level=LEVELS)
def test_the_bottleneck_is_the_lowest_level_below_which_no_way_stays(level: np.ndarray) -> None:
    found = maximal_breach(band(), level)
    if found is None:
        assert not crosses(~np.isnan(level))
        return
    assert crosses(level <= found.level)
    assert not crosses(level < found.level)
    assert level[found.at] == found.level
    under = level[found.cells[:, 0], found.cells[:, 1]]
    assert under.max() <= found.level
    assert found.cells[0, 0] == 0
    assert found.cells[-1, 0] == 5
    assert np.abs(np.diff(found.cells, axis=0)).max() <= 2


@settings(max_examples=60, deadline=None)
@given(level=LEVELS, more=LEVELS.map(lambda level: np.nan_to_num(level)))
def test_a_sensor_more_never_lowers_the_bottleneck_and_backwards_it_is_the_same(
    level: np.ndarray, more: np.ndarray
) -> None:
    before, after = maximal_breach(band(), level), maximal_breach(band(), level + more)
    backwards = maximal_breach(band(), level[:, ::-1])
    assert (before is None) == (after is None) == (backwards is None)
    if before is not None and after is not None and backwards is not None:
        assert after.level >= before.level
        assert backwards.level == before.level


def test_the_place_of_the_bottleneck_is_told_along_the_line() -> None:
    level = np.full((6, 9), 0.9)
    level[:, 7] = 0.1
    level[4, 7] = 0.6
    found = maximal_breach(band(), level)
    assert found is not None
    assert (found.level, found.at, found.chainage_m, found.offset_m) == (0.6, (4, 7), 375.0, 75.0)
    assert found.cells.tolist() == [[row, 7] for row in range(6)]


def test_two_low_cells_that_touch_by_a_corner_are_no_way() -> None:
    level = np.full((6, 9), 0.9)
    level[:3, 4], level[3:, 5] = 0.0, 0.0
    level[2, 5] = 0.3
    found = maximal_breach(band(), level)
    assert found is not None
    assert found.level == 0.3


def test_levels_of_another_grid_are_refused() -> None:
    with pytest.raises(ValueError, match="band's grid"):
        maximal_breach(band(), np.zeros((2, 2)))
