from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from vallum.assets.sensor import Sensor
from vallum.plan.barrier import strong_barrier
from vallum.plan.case import Case
from vallum.plan.corridor import Corridor, Window, cut, gathered
from vallum.plan.failing import Footprints
from vallum.plan.mapping import CancelledError
from vallum.plan.outlook import watchers
from vallum.plan.part import Fineness
from vallum.plan.scene import Scene
from vallum.plan.sight import Sight
from vallum.plan.strong import Strong, strong
from vallum.plan.sweep import NOMINAL

CASES = (Case(), Case(target="vehicle"))


def seen(scene: Scene) -> Sight:
    return Sight.of(scene, scene.look(CASES, with_rate=True))


@pytest.fixture(scope="module")
def sight(scene: Callable[..., Scene], posts: tuple[Sensor, ...]) -> Sight:
    return seen(scene(posts))


@pytest.fixture(scope="module")
def whole(sight: Sight) -> dict[Case, Strong]:
    return strong(sight, windows=1)


def test_whoever_may_choose_the_way_is_never_better_detected_than_who_walks_straight(
    sight: Sight, whole: dict[Case, Strong]
) -> None:
    for case, found in whole.items():
        assert (found.detected <= sight.coverage.of(case).detected()).all()
        assert (found.detected >= 0.0).all()
        assert (np.diff(found.detected, axis=0) >= -1e-9).all()
    # On these hills some way round is really better: the strong figure says something of its own.
    assert (whole[Case()].detected[NOMINAL] < sight.coverage.of(Case()).detected()[NOMINAL] - 0.05).any()


@pytest.mark.parametrize(("windows", "halo_m"), [(3, 10_000.0), (3, 500.0), (7, 0.0)])
def test_however_the_line_is_cut_the_figures_are_the_same(
    sight: Sight, whole: dict[Case, Strong], windows: int, halo_m: float
) -> None:
    for case, found in strong(sight, windows=windows, halo_m=halo_m).items():
        assert np.abs(found.detected - whole[case].detected).max() <= 1e-6
        assert np.array_equal(found.entered, whole[case].entered)
        assert np.array_equal(found.at_once, whole[case].at_once)
        assert [one.gap.from_m for one in found.gaps] == [one.gap.from_m for one in whole[case].gaps]
        assert found.least.probability == pytest.approx(whole[case].least.probability, abs=1e-6)
        # Who must not fail is found in every cut; how far what it opens reaches is looked for as far as the halo.
        assert {one.sensors for one in found.singles} == {one.sensors for one in whole[case].singles}


def test_a_halo_that_is_too_short_would_be_wrong_without_the_proof(sight: Sight, whole: dict[Case, Strong]) -> None:
    """The test above proves something only if cutting hard really hides ways."""
    corridor = Corridor.along(sight.strip, 1_500.0)
    edges_m = sight.coverage.crossings.edges_m
    rate = gathered(corridor, sight.coverage.seen, 2)[0].rate[NOMINAL]
    hard = [
        strong_barrier(window.band, window.laid_out(rate)).probability
        for window in (Window.of(corridor, edges_m, steps, 500.0, 0.0) for steps in cut(edges_m, 7))
    ]
    assert np.nanmax(np.concatenate(hard) - whole[Case()].detected[NOMINAL]) > 1e-3


def test_the_hole_in_the_watch_is_the_gap_and_the_least_detected_way_leads_through_it(
    whole: dict[Case, Strong],
) -> None:
    found = whole[Case()]
    hole = [one for one in found.gaps if one.gap.from_m <= 13_000.0 <= one.gap.to_m]
    assert len(hole) == 1
    assert hole[0].gap.probability == pytest.approx(hole[0].way.probability, abs=1e-6)
    way = hole[0].way
    assert way.offset_m[0] < 0.0 < way.offset_m[-1]
    assert way.time_s[0] == 0.0
    assert way.duration_s == pytest.approx(way.length_m / 1.3, rel=0.5)
    assert (np.diff(way.detected) >= 0.0).all()
    assert hole[0].gap.from_m - 500.0 <= way.crosses_at_m <= hole[0].gap.to_m + 500.0
    assert found.least.probability <= hole[0].gap.probability + 1e-6


def test_a_window_is_never_asked_about_steps_shorter_than_its_cells(
    scene: Callable[..., Scene], posts: Sequence[Sensor]
) -> None:
    with pytest.raises(ValueError, match="shorter than a cell"):
        strong(seen(scene(posts, fineness=Fineness(step_m=100.0, half_depth_m=1_500.0))))


def test_without_cells_the_words_say_what_is_missing(scene: Callable[..., Scene], posts: Sequence[Sensor]) -> None:
    laid = scene(posts)
    with pytest.raises(ValueError, match="with_sets and with_rate"):
        strong(Sight.of(laid, laid.look(CASES, with_sets=False, with_rate=False)))


def test_who_asks_to_stop_gets_nothing(sight: Sight) -> None:
    with pytest.raises(CancelledError):
        strong(sight, cancelled=lambda: True)


def test_the_sensors_footprints_add_up_to_what_is_seen_of_the_corridor(sight: Sight) -> None:
    found = sight.coverage
    placed, _ = watchers(
        sight.strip, sight.sensors, found.cases, sight.tests, sight.parameters, sight.trial().softness_of
    )
    corridor = Corridor.along(sight.strip, 1_500.0)
    for number, shown in enumerate(gathered(corridor, found.seen, 2)):
        for steps in cut(found.crossings.edges_m, 2):
            window = Window.of(corridor, found.crossings.edges_m, steps, 500.0, 2_000.0)
            feet = Footprints.near(window, placed, number, sight.trial(), found.seconds_per_m[number])
            total = np.zeros(window.band.offset_m.shape)
            for one in range(len(feet.watchers)):
                foot = feet.of(one)
                rows, columns = foot.rate.shape
                total[foot.row : foot.row + rows, foot.column : foot.column + columns] += foot.rate
            total[~window.band.inside] = 0.0
            assert total == pytest.approx(window.laid_out(shown.rate[NOMINAL]), rel=1e-5, abs=1e-9)


def test_a_single_failure_is_what_a_line_without_that_sensor_shows(
    scene: Callable[..., Scene], posts: Sequence[Sensor], whole: dict[Case, Strong]
) -> None:
    found = whole[Case()]
    assert found.singles
    worst = found.singles[0]
    without = [sensor for sensor in posts if sensor.sensor_id not in worst.sensors]
    alone = strong(seen(scene(without)), [Case()], windows=1, pairs=False)[Case()]
    steps = found.edges_m[:-1]
    opened = np.zeros(len(steps), dtype=np.bool_)
    for gap in worst.gaps:
        opened |= (steps >= gap.from_m - 1e-6) & (steps < gap.to_m - 1e-6)
    was, now = found.detected[NOMINAL] >= 0.5, alone.detected[NOMINAL] >= 0.5
    assert np.array_equal(opened, was & ~now)


def test_thickness_and_resilience_name_who_stands_in_the_way(whole: dict[Case, Strong]) -> None:
    found = whole[Case()]
    for band, bound in enumerate(found.thinnest):
        assert bound.thickness == found.entered[band].min()
        assert bound.at_least == found.at_once[band].min()
        assert bound.at_least <= bound.at_most <= bound.thickness
        assert len(bound.sensors) == bound.at_most
    assert (np.diff(found.entered, axis=0) >= 0).all()


def test_the_corridor_is_what_locating_every_cell_of_the_strip_finds(sight: Sight) -> None:
    strip, corridor = sight.strip, Corridor.along(sight.strip, 1_500.0)
    row, column = np.indices(strip.shape, dtype=np.float64)
    x_m = strip.transform.c + (column + 0.5) * strip.cell_m
    y_m = strip.transform.f - (row + 0.5) * strip.cell_m
    there = strip.frontier.locate(*strip.to_lonlat(x_m, y_m))
    inside = np.abs(there.offset_m) <= 1_500.0
    inside &= (there.chainage_m > 0.0) & (there.chainage_m < strip.frontier.map_length_m)
    found = np.zeros(strip.shape, dtype=np.bool_)
    found[corridor.row, corridor.column] = True
    assert np.array_equal(found, inside)
