"""Error fields have the size, the reach and the independence that a terrain source states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.terrain.errorfield import correlation, error_fields


def drawn(
    cell_m: float, sd_m: float, length_m: float, count: int = 40, shape: tuple[int, int] = (90, 120)
) -> np.ndarray:
    return np.array(list(error_fields(shape, cell_m, sd_m, length_m, count, np.random.default_rng(5))))


@pytest.mark.parametrize(("cell_m", "length_m"), [(30.0, 180.0), (100.0, 900.0), (250.0, 900.0), (30.0, 45.0)])
def test_fields_have_the_stated_size_and_are_alike_as_far_as_stated(cell_m: float, length_m: float) -> None:
    fields = drawn(cell_m, 4.0, length_m)
    assert fields.std() == pytest.approx(4.0, rel=0.05)
    assert abs(fields.mean()) < 0.5
    for cells in (1, 2, 5, 10):
        wanted = float(correlation(np.array(cells * cell_m), length_m))
        across = (fields[:, :, cells:] * fields[:, :, :-cells]).mean() / 16.0
        down = (fields[:, cells:] * fields[:, :-cells]).mean() / 16.0
        assert across == pytest.approx(wanted, abs=0.06)
        assert down == pytest.approx(wanted, abs=0.06)


def test_opposite_edges_of_a_field_know_nothing_of_each_other() -> None:
    fields = drawn(30.0, 1.0, 300.0, count=200)
    assert abs((fields[:, :, 0] * fields[:, :, -1]).mean()) < 0.1
    assert abs((fields[:, 0] * fields[:, -1]).mean()) < 0.1


def test_the_two_fields_of_one_transform_have_nothing_to_do_with_each_other() -> None:
    fields = drawn(30.0, 1.0, 90.0, count=60)
    assert abs((fields[0::2] * fields[1::2]).mean()) < 0.02


def test_an_error_that_reaches_much_further_than_the_window_is_one_offset() -> None:
    fields = drawn(30.0, 5.0, 1e6, count=60, shape=(40, 40))
    assert fields.std(axis=(1, 2)).max() < 0.05
    assert fields[:, 0, 0].std() == pytest.approx(5.0, rel=0.3)


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(1, 40), columns=st.integers(1, 40), count=st.integers(0, 5), seed=st.integers(0, 2**32 - 1))
def test_as_many_fields_of_the_shape_asked_for_the_same_for_the_same_seed(
    rows: int, columns: int, count: int, seed: int
) -> None:
    first, again = (
        list(error_fields((rows, columns), 30.0, 3.0, 90.0, count, np.random.default_rng(seed))) for _ in range(2)
    )
    assert len(first) == count
    for one, other in zip(first, again, strict=True):
        assert one.shape == (rows, columns)
        assert one.dtype == np.float32
        assert one.flags.c_contiguous
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("cell_m", "sd_m", "length_m"),
    [(0.0, 3.0, 90.0), (30.0, -1.0, 90.0), (30.0, 3.0, 0.0), (30.0, float("inf"), 90.0), (float("nan"), 3.0, 90.0)],
)
def test_impossible_errors_are_refused(cell_m: float, sd_m: float, length_m: float) -> None:
    with pytest.raises(ValueError, match="above 0 m"):
        next(error_fields((10, 10), cell_m, sd_m, length_m, 1, np.random.default_rng(1)))


def test_no_error_is_no_error() -> None:
    (field,) = error_fields((5, 5), 30.0, 0.0, 90.0, 1, np.random.default_rng(1))
    assert not field.any()
