"""An answer is found under the name of its question: whatever it depends on changes the name, and nothing else does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.house import question

from vallum.assets.sensor import SensorRow
from vallum.assets.walktest import WalkTest
from vallum.centre.folder import prepare
from vallum.centre.sight.question import Question, cases_for
from vallum.plan.case import STANDARD, Case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare(tmp_path / "centre", "iraq-syria")
    return tmp_path / "centre"


@pytest.fixture
def asked(folder: Path) -> Question:
    return question(folder)


def walked(asked: Question) -> Question:
    first = asked.sensors[0]
    test = WalkTest(
        sensor_id=first.sensor_id,
        target="person",
        light="night",
        weather="clear",
        from_m=0.0,
        to_m=800.0,
        walked=50,
        detected=49,
        on=date(2021, 3, 10),
        by="engineer",
        source="a test",
    )
    return replace(asked, tests=(test,))


CHANGES: dict[str, Callable[[Question], Question]] = {
    "a sensor is taken down": lambda asked: replace(asked, sensors=asked.sensors[1:]),
    "a mast is raised": lambda asked: replace(
        asked, sensors=(asked.sensors[0].model_copy(update={"mast_m": 31.0}), *asked.sensors[1:])
    ),
    "a sensor is walked": walked,
    "cells are finer": lambda asked: replace(asked, cell_m=400.0),
    "the rules change": lambda asked: replace(asked, fineness=replace(asked.fineness, watched_at=0.6)),
    "the terrain is said to be better": lambda asked: replace(
        asked, sources=(replace(asked.sources[0], error_sd_m=3.0),)
    ),
    "performance is assumed otherwise": lambda asked: replace(
        asked,
        parameters=asked.parameters.model_copy(
            update={"least_share": asked.parameters.least_share.model_copy(update={"value": 0.31})}
        ),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_answer_depends_on_changes_its_name(asked: Question, change: str) -> None:
    assert CHANGES[change](asked).digest() != asked.digest()


def test_other_heights_in_the_terrain_change_the_name(folder: Path, asked: Question) -> None:
    before = asked.digest()
    terrain = asked.sources[0].paths[0]
    content = bytearray(terrain.read_bytes())
    content[len(content) // 2] ^= 1
    terrain.write_bytes(content)
    assert asked.digest() != before


def test_a_folder_that_was_copied_keeps_its_answers(folder: Path, asked: Question, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(folder, copied)
    for file in copied.iterdir():
        os.utime(file, (0, 0))
    assert question(copied).digest() == asked.digest()


def test_the_state_of_a_sensor_and_the_order_of_rows_do_not_matter(folder: Path, asked: Question) -> None:
    now = datetime(2021, 3, 18, tzinfo=UTC)
    rows = [SensorRow(**sensor.model_dump(), state="live", state_since=now) for sensor in reversed(asked.sensors)]
    again = Question.of(asked.frontier, asked.sources, rows, asked.parameters, asked.cell_m)
    assert again.digest() == asked.digest()


def test_the_case_that_holds_now_comes_first_and_every_standard_case_comes() -> None:
    for live in (Case(), Case(light="day", weather="haze"), Case(weather="dust")):
        found = cases_for(live)
        assert found[0] == live
        assert set(STANDARD) <= set(found)
        assert replace(live, proven_only=True) in found
        assert len(set(found)) == len(found)
