from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.assets.johnson import (
    PERSON_SIZE_M,
    PIXELS,
    VEHICLE_SIZE_M,
    Task,
    johnson_range_m,
    share_of_range,
    transfer_probability,
)

# Hikvision DS-2TD8166 guide, uncooled detector of 17 um, "fine weather", 50 %: metres.
PUBLISHED: dict[float, dict[float, tuple[int, int, int]]] = {
    75.0: {PERSON_SIZE_M: (2206, 551, 276), VEHICLE_SIZE_M: (6765, 1691, 846)},
    100.0: {PERSON_SIZE_M: (2941, 735, 368), VEHICLE_SIZE_M: (9020, 2255, 1127)},
    150.0: {PERSON_SIZE_M: (4412, 1103, 551), VEHICLE_SIZE_M: (13529, 3382, 1691)},
}
TASKS: tuple[Task, ...] = ("detect", "recognise", "identify")


@pytest.mark.parametrize("focal_mm", sorted(PUBLISHED))
@pytest.mark.parametrize("size_m", [PERSON_SIZE_M, VEHICLE_SIZE_M])
@pytest.mark.parametrize("task", TASKS)
def test_every_published_range_is_nothing_but_johnsons_arithmetic(focal_mm: float, size_m: float, task: Task) -> None:
    published_m = PUBLISHED[focal_mm][size_m][TASKS.index(task)]
    assert round(johnson_range_m(size_m, focal_mm, 17.0, PIXELS[task])) == published_m


def test_the_older_detector_of_25_um_follows_the_same_arithmetic() -> None:
    found = [johnson_range_m(size_m, 75.0, 25.0, PIXELS[task]) for size_m in (0.75, 2.3) for task in TASKS]
    assert found == pytest.approx([1500, 375, 187.5, 4600, 1150, 575])


@pytest.mark.parametrize(("ratio", "probability"), [(0.5, 0.11), (1.0, 0.5), (1.5, 0.82), (2.0, 0.95)])
def test_the_target_transfer_function_has_its_known_values(ratio: float, probability: float) -> None:
    assert float(transfer_probability(ratio)) == pytest.approx(probability, abs=0.006)


def test_half_to_two_thirds_of_a_data_sheet_is_its_95_to_82_percent_range() -> None:
    assert share_of_range(0.95) == pytest.approx(0.5, abs=0.015)
    assert share_of_range(0.82) == pytest.approx(2 / 3, abs=0.015)


@given(st.floats(0.001, 0.999))
def test_the_share_of_a_range_is_where_the_curve_has_that_probability(probability: float) -> None:
    assert float(transfer_probability(1.0 / share_of_range(probability))) == pytest.approx(probability, rel=1e-6)


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_pixels_on_target_never_make_it_harder(one: float, other: float) -> None:
    fewer, more = transfer_probability(sorted([one, other]))
    assert 0.0 <= fewer <= more <= 1.0


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan, math.inf])
def test_a_lens_of_no_length_is_refused_with_its_name(wrong: float) -> None:
    with pytest.raises(ValueError, match="focal_mm"):
        johnson_range_m(0.75, wrong, 17.0, 1.5)


@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.1, math.nan])
def test_certainty_has_no_range(wrong: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        share_of_range(wrong)
