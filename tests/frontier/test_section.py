from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from vallum.frontier.section import Responsibility, Section, responsible, section_at

SECTIONS = (Section("A", "river", 0.0, 45_000.0), Section("B", "plain", 45_000.0, 120_000.0))
STATED = (
    Responsibility("A", "watcher", "national guard", date(2020, 1, 1), date(2021, 1, 1), "source one"),
    Responsibility("A", "watcher", "regional guard", date(2021, 1, 1), None, "source one"),
    Responsibility("A", "first_line", "national guard", date(2020, 6, 1), None, "source two"),
    Responsibility("B", "builder", "coalition", date(2020, 1, 1), None, "source two"),
)


def test_the_holder_changes_on_the_day_stated_and_never_overlaps() -> None:
    watchers = [
        [held.party for held in responsible(SECTIONS, STATED, 1_000.0, day) if held.role == "watcher"]
        for day in (date(2019, 12, 31), date(2020, 12, 31), date(2021, 1, 1))
    ]
    assert watchers == [[], ["national guard"], ["regional guard"]]


def test_several_parties_answer_for_one_stretch_in_different_roles() -> None:
    held = responsible(SECTIONS, STATED, 1_000.0, date(2021, 3, 17))
    assert {(one.role, one.party) for one in held} == {("watcher", "regional guard"), ("first_line", "national guard")}


def test_a_boundary_belongs_to_the_section_that_starts_there_and_the_end_to_the_last() -> None:
    assert [section.id for section in section_at(SECTIONS, 45_000.0)] == ["B"]
    assert [section.id for section in section_at(SECTIONS, 120_000.0)] == ["B"]
    assert section_at(SECTIONS, 120_001.0) == ()


@pytest.mark.parametrize(("from_m", "to_m"), [(1.0, 1.0), (2.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0)])
def test_a_section_that_is_no_stretch_is_refused(from_m: float, to_m: float) -> None:
    with pytest.raises(ValueError, match="Section A"):
        Section("A", "river", from_m, to_m)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [("role", "owner", "first_line, second_line, builder, watcher"), ("until", date(2020, 1, 1), "is not after since")],
)
def test_a_wrong_responsibility_is_refused(field: str, value: Any, says: str) -> None:
    given: dict[str, Any] = {"role": "watcher", "until": None, field: value}
    with pytest.raises(ValueError, match=says):
        Responsibility(section_id="A", party="x", since=date(2020, 1, 1), source="invented", **given)
