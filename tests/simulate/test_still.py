from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from vallum.simulate.still import HEIGHT_PX, WIDTH_PX, View, Warm, scene, still_png, written

AHEAD = View(mast_m=20.0, azimuth_deg=90.0, distance_m=900.0)
WALKERS = (Warm("person", 3, 90.0, 900.0),)


def pixels(png: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_a_still_is_a_small_grey_png() -> None:
    png = still_png(AHEAD, WALKERS, sensor_id="T-14", at_s=1_616_000_000.0)
    assert pixels(png).shape == (HEIGHT_PX, WIDTH_PX)
    assert len(png) < 30_000


def test_every_still_carries_simulated_in_its_pixels() -> None:
    bare = scene(AHEAD, WALKERS, seed=1)
    marked = written(bare, sensor_id="T-14", at_s=1_616_000_000.0)
    # Where the word stands, white letters on black cover the picture; they are the same whatever the picture.
    corner = (slice(1, 12), slice(1, 58))
    assert np.abs(marked[corner] - bare[corner]).mean() > 40.0
    assert marked[corner].max() > 200.0
    other = written(scene(View(15.0, 10.0, 2_000.0), (), seed=9), sensor_id="T-20", at_s=5.0)
    assert np.array_equal(marked[corner], other[corner])
    # The middle of the picture is left alone.
    middle = (slice(20, 100), slice(0, WIDTH_PX))
    assert np.abs(marked[middle] - bare[middle]).max() < 1.0


def test_the_word_is_simulated_and_no_other() -> None:
    with_word = written(np.zeros((HEIGHT_PX, WIDTH_PX)), sensor_id="", at_s=0.0)
    ink = (with_word[1:12, 1:60] > 120).sum()
    assert 90 < ink < 260
    assert (with_word[20:100] > 120).sum() == 0


@given(
    distance_m=st.floats(60.0, 9_000.0),
    mast_m=st.floats(0.0, 60.0),
    kind=st.sampled_from(["person", "vehicle", "animal", "herder", "patrol"]),
    count=st.integers(1, 70),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=25, deadline=None)
def test_any_view_makes_a_picture(distance_m: float, mast_m: float, kind: str, count: int, seed: int) -> None:
    picture = scene(View(mast_m, 0.0, distance_m), (Warm(kind, count, 0.2, distance_m),), seed=seed)
    assert picture.shape == (HEIGHT_PX, WIDTH_PX)
    assert float(picture.min()) >= 0.0
    assert float(picture.max()) <= 255.0


@pytest.mark.parametrize("kind", ["person", "vehicle", "animal"])
def test_what_is_warm_stands_out_where_it_is(kind: str) -> None:
    bare, peopled = (scene(AHEAD, warm, seed=3) for warm in ((), (Warm(kind, 1, 90.0, 900.0),)))
    rows, columns = np.nonzero(peopled - bare > 40.0)
    assert len(rows) > 2
    assert abs(float(columns.mean()) - WIDTH_PX / 2) < 8.0
    assert 80.0 < float(rows.mean()) < 100.0


def test_a_person_is_larger_when_the_zoom_is_for_further_away() -> None:
    near_zoom, far_zoom = View(2.0, 90.0, 400.0), View(2.0, 90.0, 1_200.0)
    sizes = [
        int((scene(view, (Warm("person", 1, 90.0, 900.0),), seed=3) - scene(view, (), seed=3) > 40.0).sum())
        for view in (near_zoom, far_zoom)
    ]
    assert sizes[1] > sizes[0] > 0


def test_what_is_outside_the_picture_is_not_drawn() -> None:
    assert np.array_equal(scene(AHEAD, (Warm("person", 1, 270.0, 900.0),), seed=3), scene(AHEAD, (), seed=3))


def test_the_sky_is_colder_than_the_ground() -> None:
    picture = scene(View(15.0, 0.0, 900.0), (), seed=4)
    assert float(picture[:12].mean()) < float(picture[60:].mean()) - 20.0


def test_the_same_instant_is_the_same_still() -> None:
    first, second, later = (still_png(AHEAD, WALKERS, sensor_id="T-14", at_s=at_s) for at_s in (5.0, 5.0, 6.0))
    assert first == second
    assert first != later
