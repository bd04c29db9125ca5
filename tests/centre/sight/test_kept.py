"""What was worked out is kept, found again as it was, and not believed when it is damaged."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from tests.house import question

from vallum.centre.sight.kept import DamagedError, clear_others, kept_case, kept_scene, place
from vallum.plan.case import Case
from vallum.plan.scene import lay_out


def answer(folder: Path) -> Path:
    """Return where the answer lies."""
    return place(folder, question(folder).digest())


def test_a_scene_is_found_as_it_was_laid_out(seeing_folder: Path) -> None:
    asked = question(seeing_folder)
    found = kept_scene(answer(seeing_folder), asked)
    assert found is not None
    laid = lay_out(asked.frontier, asked.sources, asked.sensors, cell_m=asked.cell_m)
    assert np.array_equal(found.ground.heights_m, laid.ground.heights_m, equal_nan=True)
    assert np.array_equal(found.ground.source_of, laid.ground.source_of)
    assert (found.ground.cover, found.ground.notes) == (laid.ground.cover, laid.ground.notes)
    assert found.strip == laid.strip
    assert found.fineness == laid.fineness
    assert found.opinion_share == laid.opinion_share
    for kept, made in zip(found.calibrations, laid.calibrations, strict=True):
        assert kept is not None
        assert made is not None
        assert np.array_equal(kept.softness.spreads_m, made.softness.spreads_m)


def test_what_was_never_worked_out_is_not_there(tmp_path: Path, seeing_folder: Path) -> None:
    assert kept_scene(tmp_path / "nowhere", question(seeing_folder)) is None
    assert kept_case(answer(seeing_folder), Case(target="animal", weather="rain")) is None


@pytest.mark.parametrize("name", ["scene.json", "ground.npy", "source_of.npy"])
@pytest.mark.parametrize("damage", ["a byte", "the end", "all"])
def test_a_damaged_scene_is_not_believed(seeing_folder: Path, name: str, damage: str) -> None:
    at = answer(seeing_folder)
    harm(at / name, damage)
    with pytest.raises(DamagedError, match=name.partition(".")[0]):
        kept_scene(at, question(seeing_folder))


@pytest.mark.parametrize("name", ["night-person.json", "night-person.npy", "night-person.tif"])
@pytest.mark.parametrize("damage", ["a byte", "the end", "all"])
def test_a_damaged_case_is_not_believed(seeing_folder: Path, name: str, damage: str) -> None:
    at = answer(seeing_folder)
    harm(at / name, damage)
    with pytest.raises(DamagedError, match="night-person"):
        kept_case(at, Case())
    assert kept_case(at, Case(light="day")) is not None, "what is whole is believed"


def test_a_file_that_is_missing_is_damage(seeing_folder: Path) -> None:
    (answer(seeing_folder) / "night-person.tif").unlink()
    with pytest.raises(DamagedError, match="is missing"):
        kept_case(answer(seeing_folder), Case())


def test_older_answers_are_forgotten_this_one_stays_and_the_one_it_replaced(seeing_folder: Path) -> None:
    at = answer(seeing_folder)
    for age, name in enumerate(("replaced", "older")):
        (at.parent / name / "towers").mkdir(parents=True)
        os.utime(at.parent / name, (1e9 - age, 1e9 - age))
    (at / "day-person.tif.rough.tmp").touch()
    (at / "towers").mkdir(exist_ok=True)
    (at / "towers" / "being-written.tif.rough.tmp").touch()
    clear_others(at)
    assert {left.name for left in at.parent.iterdir()} == {at.name, "replaced"}
    assert kept_case(at, Case()) is not None
    assert [left.name for left in at.rglob("*.tmp")] == ["being-written.tif.rough.tmp"]


def harm(path: Path, damage: str) -> None:
    """Damage a file."""
    content = bytearray(path.read_bytes())
    if damage == "a byte":
        content[len(content) // 2] ^= 0xFF
    elif damage == "the end":
        del content[-10:]
    else:
        content = bytearray(b"\0" * 100)
    path.write_bytes(content)
