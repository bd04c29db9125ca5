"""What terrain error does to sight, in numbers: on an open plain, on rugged ground, on the packaged example."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.terrain.relief import fractal, ground_of, source

from vallum.frontier.strip import Strip
from vallum.project import load
from vallum.terrain.ground import Ground
from vallum.terrain.montecarlo import Calibration, SamplePost, calibrated, calibrated_by_source, sample_posts
from vallum.terrain.mosaic import Mosaic
from vallum.terrain.viewshed import minimum_visible_height

MAST_M = 15.0
TARGET_M = 1.7
CELL_M = 30.0
REACH_M = 10_000.0
# Seed, spectrum and relief of the two grounds: 1 / frequency^3.5; the plain has a standard deviation of 40 m over 90 km
# and 1 m of roughness (mean slope 2 degrees), the mountains 1,000 m over 31 km (mean slope 38 degrees).
PLAIN = fractal(seed=1, side=1_000, relief_m=40.0, roughness_m=1.0, whole=3_000)
MOUNTAINS = fractal(seed=2, side=1_024, relief_m=1_000.0, roughness_m=0.0)


def found_on(ground: Ground) -> Calibration:
    # 180 m: noise smoothed by a Gaussian of three cells.
    return calibrated(ground, sample_posts(ground, 3, MAST_M), 3.0, 180.0, REACH_M, targets_m=(TARGET_M,), runs=20)


@pytest.fixture(scope="module")
def on_the_plain() -> Calibration:
    return found_on(ground_of(PLAIN))


@pytest.fixture(scope="module")
def in_the_mountains() -> Calibration:
    return found_on(ground_of(MOUNTAINS))


@pytest.fixture(scope="module")
def small() -> Ground:
    return ground_of(fractal(seed=3, side=160, relief_m=6.0, roughness_m=0.3))


# --- the numbers ---------------------------------------------------------------------------------------------------


def test_on_an_open_plain_a_yes_or_no_from_a_model_wrong_by_3_m_is_mostly_an_opinion(on_the_plain: Calibration) -> None:
    assert 0.35 < on_the_plain.opinion_share < 0.65
    assert 0.15 < on_the_plain.flip_share < 0.35
    assert on_the_plain.mean_seen_share < 0.85 * on_the_plain.seen_share


def test_on_rugged_ground_the_same_error_hardly_matters(in_the_mountains: Calibration) -> None:
    assert in_the_mountains.opinion_share < 0.02
    assert in_the_mountains.flip_share < 0.01
    assert in_the_mountains.mean_seen_share == pytest.approx(in_the_mountains.seen_share, rel=0.05)


def test_softness_foretells_posts_it_was_not_fitted_on_far_better_than_yes_or_no(
    on_the_plain: Calibration, in_the_mountains: Calibration
) -> None:
    assert on_the_plain.rmse_yes_no > 0.3
    assert on_the_plain.rmse_soft < 0.15
    assert on_the_plain.rmse_soft < on_the_plain.rmse_yes_no / 2.5
    assert in_the_mountains.rmse_soft < 0.85 * in_the_mountains.rmse_yes_no
    for found in (on_the_plain, in_the_mountains):
        assert found.rmse_soft > found.rmse_chance


def test_spread_is_of_the_size_of_the_error_and_small_beside_the_post(on_the_plain: Calibration) -> None:
    spreads_m, shifts_m = on_the_plain.softness.spreads_m, on_the_plain.softness.shifts_m
    assert 1.5 < spreads_m[-1] < 4.0
    assert spreads_m[0] < 0.7 * spreads_m[-1]
    assert shifts_m[-1] > 0.5  # errors hide more than they open


def test_bands_hold_what_they_say_on_a_post_that_was_not_used(on_the_plain: Calibration) -> None:
    ground, post, reach = ground_of(PLAIN), SamplePost(520, 430, MAST_M), 333
    looked = calibrated(ground, (post, post), 3.0, 180.0, REACH_M, targets_m=(TARGET_M,), runs=12, seed=9)
    minimum_m = minimum_visible_height(PLAIN, post.row, post.column, MAST_M, REACH_M, CELL_M)
    side_m = np.arange(-reach, reach + 1) * CELL_M
    seen = on_the_plain.softness.probability(minimum_m, TARGET_M, np.hypot(side_m[:, None], side_m))
    assert float(np.nanmean(seen)) == pytest.approx(looked.mean_seen_share, abs=0.04)


def test_on_the_packaged_example_it_decides_how_far_the_stated_error_is_alike() -> None:
    # The table of docs/sight.md: opinion, seen as given and on average, error of yes or no and of the share.
    told = {900.0: (0.81, 0.75, 0.41, 0.48, 0.12), 5_500.0: (0.11, 0.75, 0.75, 0.10, 0.07)}
    project = load("iraq-syria")
    strip = Strip(project.frontier, 15_000.0, 100.0)
    laid = Mosaic(project.terrain_sources).onto(strip)
    rows, columns = strip.cells(
        np.array([sensor.lon for sensor in project.sensors]), np.array([sensor.lat for sensor in project.sensors])
    )
    posts = [
        SamplePost(int(row), int(column), sensor.mast_m)
        for row, column, sensor in zip(rows, columns, project.sensors, strict=True)
    ]
    for length_m, wanted in told.items():
        sources = tuple(replace(each, error_sd_m=18.0, error_length_m=length_m) for each in laid.sources)
        (found,) = calibrated_by_source(replace(laid, sources=sources), posts, 4_000.0, targets_m=(0.7, 1.0, 1.4))
        assert found is not None
        assert (found.posts, found.runs) == (10, 24)
        shares = found.opinion_share, found.seen_share, found.mean_seen_share, found.rmse_yes_no, found.rmse_soft
        assert shares == pytest.approx(wanted, abs=0.01)


# --- what must be so -----------------------------------------------------------------------------------------------


def test_an_error_common_to_the_whole_landscape_hides_nothing(small: Ground) -> None:
    # Eye, target and all between rise and fall together.
    found = calibrated(small, sample_posts(small, 3, 10.0), 20.0, 1e6, 1_500.0)
    assert found.flip_share < 0.002
    assert found.mean_seen_share == pytest.approx(found.seen_share, abs=0.002)


def test_a_larger_error_leaves_less_that_is_sure(small: Ground) -> None:
    posts = sample_posts(small, 3, 10.0)
    shares = [calibrated(small, posts, sd_m, 90.0, 1_500.0).flip_share for sd_m in (0.05, 0.5, 3.0)]
    assert shares == sorted(shares)
    assert shares[0] < 0.05 < shares[2]


def test_the_same_seed_gives_the_same_answer_and_another_seed_nearly(small: Ground) -> None:
    posts = sample_posts(small, 3, 10.0)
    first, again, other = (calibrated(small, posts, 1.0, 90.0, 1_500.0, seed=seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first.softness.spreads_m, again.softness.spreads_m)
    np.testing.assert_array_equal(first.softness.shifts_m, again.softness.shifts_m)
    assert first.rmse_soft == again.rmse_soft
    assert first.rmse_soft != other.rmse_soft
    assert first.opinion_share == pytest.approx(other.opinion_share, abs=0.05)


def test_posts_at_the_edge_and_beside_unknown_ground_are_calibrated_on_what_is_known() -> None:
    heights_m = fractal(seed=3, side=120, relief_m=6.0, roughness_m=0.3)
    heights_m[40:60, 70:90] = np.nan
    found = calibrated(
        ground_of(heights_m),
        [SamplePost(0, 0, 10.0), SamplePost(50, 68, 10.0), SamplePost(119, 60, 10.0)],
        1.0,
        90.0,
        900.0,
    )
    assert np.isfinite(found.softness.spreads_m).all()
    assert 0.0 < found.rmse_soft < 0.2


def test_each_source_is_calibrated_with_its_own_error_on_its_own_ground(small: Ground) -> None:
    source_of = np.zeros(small.shape, np.uint8)
    source_of[:, 80:] = 2
    sources = (source("fine", 0.5, 60.0), source("unused", 9.0, 60.0), source("coarse", 4.0, 300.0))
    mixed = ground_of(small.heights_m, CELL_M, sources, source_of)
    posts = [SamplePost(20, 10, 12.0), SamplePost(80, 40, 12.0), SamplePost(-1, -1, 12.0), SamplePost(20, 10, 9.0)]
    fine, unused, coarse = calibrated_by_source(mixed, posts, 1_200.0)
    assert unused is None
    assert fine is not None
    assert coarse is not None
    assert (fine.error_sd_m, coarse.error_sd_m) == (0.5, 4.0)
    assert fine.posts == coarse.posts == 5
    assert fine.softness.spreads_m[-1] < coarse.softness.spreads_m[-1]


def test_of_many_posts_a_few_that_lie_apart_are_used(small: Ground) -> None:
    (found,) = calibrated_by_source(small, [SamplePost(80, column, 10.0) for column in range(160)], 600.0, runs=4)
    assert found is not None
    assert found.posts == 10


def test_sample_posts_stand_on_ground_of_the_source_and_spread_along_the_grid() -> None:
    source_of = np.full((50, 400), 255, np.uint8)
    source_of[10:20] = 0
    source_of[30:32, 100:200] = 1
    heights_m = np.where(source_of < 255, 0.0, np.nan).astype(np.float32)
    ground = ground_of(heights_m, CELL_M, (source("one"), source("two")), source_of)
    for index in (0, 1):
        posts = sample_posts(ground, 9, 10.0, source=index)
        assert len(posts) == 9
        assert all(source_of[post.row, post.column] == index for post in posts)
    anywhere = sample_posts(ground, 8, 10.0)
    assert [post.column for post in anywhere] == sorted(post.column for post in anywhere)
    assert anywhere[-1].column - anywhere[0].column > 250
    with pytest.raises(ValueError, match="no ground of known height"):
        sample_posts(ground, 1, 10.0, source=7)


def test_progress_is_told_to_the_end_and_can_end_the_work(small: Ground) -> None:
    told: list[float] = []
    calibrated_by_source(small, sample_posts(small, 3, 10.0), 600.0, runs=5, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)

    def enough(share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrated_by_source(small, sample_posts(small, 3, 10.0), 600.0, runs=5, progress=enough)


@pytest.mark.parametrize(
    ("posts", "sd_m", "length_m", "words"),
    [
        ([SamplePost(5, 5, 10.0)], 1.0, 90.0, "at least two posts"),
        ([SamplePost(5, 5, 10.0)] * 2, 0.0, 90.0, "above 0 m"),
        ([SamplePost(5, 5, 10.0)] * 2, 1.0, float("nan"), "above 0 m"),
        ([SamplePost(5, 5, 10.0), SamplePost(500, 5, 10.0)], 1.0, 90.0, "row 500, column 5 stands off the terrain"),
        ([SamplePost(5, 5, 10.0), SamplePost(9, 9, 10.0)], 1.0, 90.0, "row 9, column 9 stands on a void"),
        ([SamplePost(5, 5, -2.0)] * 2, 1.0, 90.0, "0 m or more above the ground"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_in_words(
    posts: list[SamplePost], sd_m: float, length_m: float, words: str
) -> None:
    heights_m = np.zeros((40, 40), np.float32)
    heights_m[9, 9] = np.nan
    with pytest.raises(ValueError, match=words):
        calibrated(ground_of(heights_m), posts, sd_m, length_m, 600.0)


def test_posts_amid_unknown_ground_are_refused() -> None:
    heights_m = np.full((40, 40), np.nan, np.float32)
    heights_m[[5, 20], 5] = 0.0
    posts = [SamplePost(5, 5, 10.0), SamplePost(20, 5, 10.0)]
    with pytest.raises(ValueError, match="fewer than two of the posts"):
        calibrated(ground_of(heights_m), posts, 1.0, 90.0, 300.0)
    with pytest.raises(ValueError, match="needs a post"):
        calibrated_by_source(ground_of(heights_m), [], 300.0)
