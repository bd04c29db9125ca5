from typing import Any

import pytest
from pydantic import BaseModel
from tests.journal.alarms import RECORDS, VIEWS, AlarmRow, Raised, Tip, registry

from vallum.journal import RefusedDraftError, Registry


class Empty(BaseModel):
    pass


def same(row: Any, body: Any, header: Any) -> Any:
    return row


def test_two_packages_cannot_own_the_same_type_or_view() -> None:
    with pytest.raises(ValueError, match=r"'alarm\.raised' is named by two packages"):
        Registry(records=[RECORDS, {"alarm.raised": (Raised, None, None)}], views=[VIEWS])
    with pytest.raises(ValueError, match="view 'alarms' is named by two packages"):
        Registry(views=[VIEWS, VIEWS])


def test_a_reducer_without_its_view_is_refused() -> None:
    with pytest.raises(ValueError, match="acts on view 'alarms', which no package names"):
        Registry(records=[RECORDS])
    with pytest.raises(ValueError, match="a view or a reducer, but not both"):
        Registry(records=[{"tip.received": (Tip, "alarms", None)}], views=[VIEWS])


def test_a_body_without_the_key_of_its_view_is_refused() -> None:
    with pytest.raises(ValueError, match="its body has no field 'alarm'"):
        Registry(records=[{"tip.received": (Tip, "alarms", same)}], views=[VIEWS])


def test_a_row_without_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="has no fields"):
        Registry(views=[{"empty": Empty}])


def test_a_wrong_body_is_refused_with_each_field_and_what_was_given() -> None:
    with pytest.raises(RefusedDraftError, match=r"alarm\.raised: alarm: .* not 7; level: .* not 'high'"):
        registry().body("alarm.raised", {"alarm": 7, "level": "high"})


def test_the_body_of_another_type_is_refused() -> None:
    with pytest.raises(RefusedDraftError, match="the body is a Tip, expected Raised"):
        registry().body("alarm.raised", Tip(text="lights"))


def test_an_unknown_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RefusedDraftError, match=r"known types: alarm\.closed, alarm\.raised, tip\.received"):
        registry().body("alarm.rised", {})


def test_deceptive_text_in_a_body_is_refused() -> None:
    with pytest.raises(RefusedDraftError, match=r"tip\.received: body\.text: holds U\+202E"):
        registry().plain_body("tip.received", Tip(text="\u202egnp.exe"))


def test_the_first_field_of_a_row_is_its_key() -> None:
    assert registry().views["alarms"].key == next(iter(AlarmRow.model_fields))
