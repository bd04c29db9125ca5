"""The veil tells cell by cell what the lane tells of the line: watched, uncertain, lost; also where bits are shared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.house import question

from vallum.centre.sight.kept import KeptCase, kept_case, kept_scene, place
from vallum.plan.case import Case
from vallum.plan.scene import Scene
from vallum.server.veil import LOST_GROUND, NOTHING, TILE_PX, UNCERTAIN_GROUND, WATCHED_GROUND, ground_states
from vallum.terrain.cog import halves
from vallum.terrain.whosees import Posts

A, B = 1, 2


@pytest.fixture
def found(seeing_folder: Path) -> tuple[Scene, KeptCase]:
    asked = question(seeing_folder)
    at = place(seeing_folder, asked.digest())
    scene, kept = kept_scene(at, asked), kept_case(at, Case())
    assert scene is not None
    assert kept is not None
    return scene, kept


def parts(low: NDArray[np.uint64], high: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Lay sets out as a raster has them, shape (bands, rows, columns); nominal is as high."""
    sets = np.stack([low, high, high])[..., None]
    return np.moveaxis(halves(sets), 3, 1).reshape(-1, *low.shape)


def of_cell(low: int, high: int, silent: frozenset[str]) -> int:
    """Tell what a cell is that these of two sensors, A and B, see."""
    posts = Posts.of([0, 0], [0, 1], [50.0, 50.0])
    raster = parts(np.full((2, 2), low, np.uint64), np.full((2, 2), high, np.uint64))
    scene: Scene = None  # type: ignore[assignment]  # asked only where bits are shared
    return int(ground_states(scene, posts, ("A", "B"), silent, raster, (0, 0, 0))[0, 0])


@pytest.mark.parametrize(
    ("low", "high", "silent", "expected"),
    [
        (0, 0, set(), NOTHING),
        (A, A, set(), WATCHED_GROUND),
        (0, A, set(), UNCERTAIN_GROUND),
        (A, A, {"A"}, LOST_GROUND),
        (0, A, {"A"}, LOST_GROUND),
        (A | B, A | B, {"A"}, WATCHED_GROUND),
        (A, A | B, {"A"}, LOST_GROUND),
        (0, A | B, {"A"}, UNCERTAIN_GROUND),
        (A, A, {"B"}, WATCHED_GROUND),
    ],
)
def test_a_cell_is_as_good_as_what_is_left_without_the_silent(
    low: int, high: int, silent: set[str], expected: int
) -> None:
    assert of_cell(low, high, frozenset(silent)) == expected


@given(st.integers(0, 3), st.integers(0, 3), st.sets(st.sampled_from("AB")), st.sampled_from("AB"))
def test_one_more_silent_sensor_never_makes_ground_better(low: int, high: int, silent: set[str], more: str) -> None:
    worth = {NOTHING: 0, LOST_GROUND: 0, UNCERTAIN_GROUND: 1, WATCHED_GROUND: 2}
    before = of_cell(low & high, high, frozenset(silent))
    after = of_cell(low & high, high, frozenset(silent | {more}))
    assert worth[after] <= worth[before]
    assert (before == NOTHING) is (after == NOTHING), "silence is never drawn as ground where nobody looks"


def test_sensors_far_apart_share_a_bit_and_each_loses_only_its_own_ground(found: tuple[Scene, KeptCase]) -> None:
    scene, kept = found
    posts, names = kept.posts, kept.exposures.sensor_ids
    first, last = 0, posts.bits
    assert len(names) > last, "the packaged frontier has more sensors than bits"
    # a tile so coarse that it holds the whole line: both ends are in it
    tile = (6, 39, 25)
    raster = np.zeros((6, TILE_PX, TILE_PX), np.uint32)
    raster[[0, 2, 4]] = 1
    for silent in (first, last):
        states = ground_states(scene, posts, names, frozenset({names[silent]}), raster, tile)
        assert {WATCHED_GROUND, LOST_GROUND} == set(np.unique(states))
        other = ground_states(scene, posts, names, frozenset({names[first], names[last]}), raster, tile)
        assert set(np.unique(other)) == {LOST_GROUND}
    one, two = (
        ground_states(scene, posts, names, frozenset({names[silent]}), raster, tile) == LOST_GROUND
        for silent in (first, last)
    )
    assert np.array_equal(one, ~two), "every pixel belongs to one of them"
