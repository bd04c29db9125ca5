import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vallum.journal import Draft, Label, Link, Place, Record, Times
from vallum.journal.canonical import BIDI_CONTROLS, canonical_bytes, refuse_unwritable
from vallum.journal.identifiers import uuid7

INSTANT = datetime(2021, 3, 17, 18, 0, 0, 123456, tzinfo=timezone(timedelta(hours=3)))
# The list of architecture: schema 1 has all of them, used or not.
ENVELOPE = {
    "id", "type", "schema", "originator", "owner", "label", "grade", "nature", "times", "place", "impact", "purpose",
    "retention_until", "actor", "body", "tearline", "alt_labels", "links", "supersedes", "recalls", "proof",
}  # fmt: skip
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(min_codepoint=32, exclude_categories=["Cc", "Cs", "Cf"])),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text("abc", min_size=1), parts, max_size=3),
    max_leaves=8,
)  # fmt: skip


def record(**changes: Any) -> Record:
    fields: dict[str, Any] = {
        "id": uuid7(1.0),
        "seq": 1,
        "type": "tip.received",
        "originator": "guard",
        "owner": "guard",
        "actor": "watch.1",
        "times": Times(occurred=INSTANT, known=INSTANT, recorded=INSTANT),
        "body": {},
    }
    return Record(**{**fields, **changes})


def test_every_field_of_the_envelope_exists_from_schema_one() -> None:
    written = record().model_dump(mode="json")
    assert written.keys() >= ENVELOPE
    assert written["schema"] == 1


def test_without_a_label_nobody_outside_sees_a_record() -> None:
    draft = Draft(type="tip.received", actor="watch.1", body={})
    assert draft.label == Label()
    assert draft.label.releasable_to == ()
    assert not draft.label.shows_to("coalition")
    assert not draft.label.shows_to("")


def test_times_are_kept_in_utc_with_milliseconds() -> None:
    assert record().model_dump(mode="json")["times"]["occurred"] == "2021-03-17T15:00:00.123Z"


@given(st.dictionaries(st.text("abc", min_size=1), plain, max_size=4))
def test_a_record_reads_back_from_its_bytes_to_the_same_bytes(body: dict[str, Any]) -> None:
    written = record(body=body)
    assert Record.read(written.content()) == written
    assert Record.read(written.content()).content() == written.content()


def test_the_bytes_do_not_depend_on_the_order_of_keys_and_hold_no_proof() -> None:
    assert canonical_bytes({"b": 1, "a": 2}) == canonical_bytes({"a": 2, "b": 1})
    assert "proof" not in orjson.loads(record().content())


@pytest.mark.parametrize("control", sorted(BIDI_CONTROLS))
@pytest.mark.parametrize("field", ["type", "actor", "impact", "purpose", "tearline"])
def test_free_text_with_a_control_that_hides_its_meaning_is_refused(field: str, control: str) -> None:
    fields: dict[str, Any] = {"type": "tip.received", "actor": "watch.1", "body": {}, field: f"a{control}b"}
    with pytest.raises(ValidationError, match=f"U\\+{ord(control):04X}"):
        Draft(**fields)


def test_arabic_and_kurdish_text_with_its_invisible_marks_is_written() -> None:
    refuse_unwritable({"note": "رصد حركة\u200f قرب الوادي", "kurdish": "جووڵە لە نزیک\u200cدۆڵ\nدوو کەس"}, "body")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "bell\x07", "half \ud83d surrogate", "nul\x00"])
def test_broken_numbers_and_text_are_refused_with_their_place(value: object) -> None:
    with pytest.raises(ValueError, match=r"body\.list\[1\]\.depth_m"):
        refuse_unwritable({"list": [1, {"depth_m": value}]}, "body")


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ({"lon": 41.0}, "both lon and lat"),
        ({"lon": 36.0, "lat": 95.0}, "lat"),
        ({"chainage_m": 5.0}, "line_version"),
        ({"line_version": "1", "chainage_m": float("inf")}, "finite"),
    ],
)
def test_a_place_that_is_nowhere_is_refused(place: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Place(**place)


def test_a_misspelt_field_is_refused_rather_than_dropped() -> None:
    with pytest.raises(ValidationError, match="releasable"):
        Label(releasable=("coalition",))  # type: ignore[call-arg]  # the mistake is the test


def test_a_link_names_a_record_by_its_identifier() -> None:
    with pytest.raises(ValidationError, match="pattern"):
        Link(relation="evidence", record="alarm 7")


def test_identifiers_are_uuid_version_7_and_sort_by_time() -> None:
    names = [uuid7(1_616_000_000.0 + second) for second in range(5)]
    assert names == sorted(names)
    assert {uuid.UUID(name).version for name in names} == {7}
    assert {uuid.UUID(name).variant for name in names} == {uuid.RFC_4122}
    assert uuid.UUID(names[0]).int >> 80 == 1_616_000_000_000
    assert len({uuid7(1.0) for _ in range(1000)}) == 1000


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        record().seq = 2  # type: ignore[misc]  # the mistake is the test


def test_an_instant_without_a_timezone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Times(occurred=datetime(2021, 3, 17), known=INSTANT, recorded=datetime(2021, 3, 17, tzinfo=UTC))
