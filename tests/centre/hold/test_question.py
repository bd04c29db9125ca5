"""The answer about holding has another name when anything that it stands on is another, and only then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.house import hold_question

from vallum.centre.folder import prepare
from vallum.centre.hold.question import HoldQuestion, cell_for
from vallum.plan.assumptions import assumptions_with
from vallum.plan.field import HALF_WIDTH_M


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> HoldQuestion:
    folder: Path = tmp_path_factory.mktemp("asked") / "centre"
    prepare(folder, "iraq-syria")
    return hold_question(folder)


def test_the_same_question_has_the_same_name(asked: HoldQuestion) -> None:
    assert replace(asked).digest() == asked.digest()


@pytest.mark.parametrize("what", ["unit", "obstacle", "figure", "sensor", "cell"])
def test_whatever_is_another_gives_the_answer_another_name(asked: HoldQuestion, what: str) -> None:
    project, sight = asked.project, asked.sight
    other = {
        "unit": lambda: replace(asked, project=replace(project, units=project.units[1:])),
        "obstacle": lambda: replace(asked, project=replace(project, obstacles=project.obstacles[1:])),
        "figure": lambda: replace(asked, project=replace(project, holding=assumptions_with({"required": figure(0.7)}))),
        "sensor": lambda: replace(asked, sight=replace(sight, sensors=sight.sensors[1:])),
        "cell": lambda: replace(asked, sight=replace(sight, cell_m=300.0)),
    }[what]()
    assert other.digest() != asked.digest()


def figure(value: float) -> dict[str, object]:
    return {"value": value, "unit": "probability", "basis": "assumption", "source": "a test"}


@given(st.floats(1_000.0, 1e7), st.floats(10.0, 2_000.0))
def test_cells_are_never_finer_than_the_terrain_and_a_band_of_any_length_stays_small(
    length_m: float, finest_m: float
) -> None:
    cell_m = cell_for(length_m, finest_m)
    assert cell_m >= finest_m
    assert length_m * 2.0 * HALF_WIDTH_M / cell_m**2 <= 400_000
