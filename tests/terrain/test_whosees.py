"""One set of bits to a cell: who sees it, and what is left when one of them fails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.terrain.viewshed import minimum_visible_height
from vallum.terrain.whosees import Posts, mark, seen_by, seen_by_at_least

SHAPE = (24, 90)
CELL_M = 30.0


def hills(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 6.0, SHAPE).cumsum(axis=1).astype(np.float32) / 3


def sets_of(ground_m: np.ndarray, posts: Posts, left_out: int | None = None) -> np.ndarray:
    sets = posts.empty(SHAPE)
    for post in range(len(posts.rows)):
        if post != left_out:
            row, column = int(posts.rows[post]), int(posts.columns[post])
            seen_at_m = minimum_visible_height(ground_m, row, column, 10.0, posts.reach_cells[post] * CELL_M, CELL_M)
            bit = post % posts.bits
            mark(sets, bit // 64, bit % 64, seen_at_m, row, column, 1.0)
    return sets


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), gone=st.integers(0, 5))
def test_removing_a_post_equals_clearing_its_bit(seed: int, gone: int) -> None:
    chance = np.random.default_rng(seed)
    columns = np.sort(chance.integers(0, SHAPE[1], 6))
    posts = Posts.of(chance.integers(0, SHAPE[0], 6), columns, np.full(6, 20.0))
    ground_m = hills(seed)
    assert (posts.without(sets_of(ground_m, posts), gone) == sets_of(ground_m, posts, left_out=gone)).all()


def test_the_number_of_bits_is_the_number_of_posts_that_see_and_each_is_named() -> None:
    posts = Posts.of(np.full(8, 12), np.arange(8) * 11, np.full(8, 15.0))
    ground_m = hills(3)
    sets = sets_of(ground_m, posts)
    counted = np.zeros(SHAPE, int)
    for post in range(8):
        alone = posts.empty(SHAPE)
        at = minimum_visible_height(ground_m, 12, int(posts.columns[post]), 10.0, 15 * CELL_M, CELL_M)
        mark(alone, 0, post, at, 12, int(posts.columns[post]), 1.0)
        counted += alone[..., 0] > 0
    assert (seen_by(sets) == counted).all()
    assert (seen_by_at_least(sets, 2) == (counted >= 2)).all()
    row, column = np.unravel_index(counted.argmax(), SHAPE)
    assert len(posts.who(sets, int(row), int(column))) == counted.max()


def test_two_posts_of_one_bit_never_reach_the_same_cell() -> None:
    # 65 posts on one spot: post 64 would share the bit of post 0
    crowd = Posts.of(np.zeros(65), np.zeros(65), np.full(65, 10.0))
    assert crowd.words == 2
    with pytest.raises(ValueError, match="share a bit of 64"):
        Posts(crowd.rows, crowd.columns, crowd.reach_cells, 1)
    spread = Posts.of(np.zeros(65), np.arange(65) * 10, np.full(65, 100.0))
    assert spread.words == 1


def test_a_bit_that_two_far_posts_share_is_given_to_the_near_one() -> None:
    posts = Posts.of(np.zeros(65), np.arange(65) * 10, np.full(65, 100.0))
    sets = posts.empty((1, 700))
    sets[0, 640, 0] = 1
    assert posts.who(sets, 0, 640) == (64,)
    sets[0, 5, 0] = 1
    assert posts.who(sets, 0, 5) == (0,)


def test_more_than_a_thousand_posts_in_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="in order along the line"):
        Posts.of(np.zeros(1100), np.zeros(1100), np.full(1100, 5.0))


def test_a_post_beside_the_grid_marks_only_what_lies_on_it() -> None:
    sets = np.zeros((4, 4, 1), np.uint64)
    mark(sets, 0, 5, np.zeros((7, 7), np.float32), 1, -2, 1.0)
    assert (sets[:, :2, 0] == 32).all()
    assert (sets[:, 2:, 0] == 0).all()
