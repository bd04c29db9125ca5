from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from vallum.access.records import RECORDS, VIEWS, UserRow

NOW = datetime(2021, 3, 17, 15, tzinfo=UTC)


def apply(row: Any, record_type: str, **fields: Any) -> Any:
    body, view, reduce = RECORDS[record_type]
    assert view in VIEWS
    header = {"type": record_type, "occurred": NOW, "actor": "administrator-1", "nature": "declared", "id": "r"}
    return reduce(row, body(**fields), header)


def invited(role: str = "watch officer") -> UserRow:
    row = apply(None, "user.invited", name="watch-1", role=role)
    assert isinstance(row, UserRow)
    return row


def test_roles_are_added_once_and_taken_away() -> None:
    row = apply(invited(), "role.granted", name="watch-1", role="planner", reason="covers for a colleague")
    assert row.roles == ("watch officer", "planner")
    assert apply(row, "role.granted", name="watch-1", role="planner", reason="said again").roles == row.roles
    assert apply(row, "role.removed", name="watch-1", role="planner", reason="colleague is back").roles == (
        "watch officer",
    )


def test_a_role_nobody_has_cannot_be_taken() -> None:
    with pytest.raises(ValueError, match="does not have the role planner"):
        apply(invited(), "role.removed", name="watch-1", role="planner", reason="a mistake")


def test_a_disabled_person_gets_no_role_until_invited_again() -> None:
    row = apply(invited(), "user.disabled", name="watch-1", reason="left the centre")
    with pytest.raises(ValueError, match="disabled; invite them again"):
        apply(row, "role.granted", name="watch-1", role="planner", reason="a mistake")
    again = apply(row, "user.invited", name="watch-1", role="auditor")
    assert (again.state, again.roles) == ("invited", ("auditor",))


def test_a_session_starts_once_and_ends_once() -> None:
    row = apply(None, "session.started", session_id="s", name="watch-1", role="watch officer")
    with pytest.raises(ValueError, match="started before"):
        apply(row, "session.started", session_id="s", name="watch-1", role="watch officer")
    row = apply(row, "session.ended", session_id="s", why="signed out")
    assert row.ended_at == NOW
    with pytest.raises(ValueError, match="ended before"):
        apply(row, "session.ended", session_id="s", why="signed out")


@pytest.mark.parametrize("record_type", ["user.disabled", "role.granted", "role.removed"])
def test_nothing_is_said_of_an_unknown_person(record_type: str) -> None:
    role = {} if record_type == "user.disabled" else {"role": "planner"}
    with pytest.raises(ValueError, match="there is no user ghost"):
        apply(None, record_type, name="ghost", reason="a mistake", **role)


def test_no_body_of_access_can_hold_a_secret() -> None:
    names = {name for body, _, _ in RECORDS.values() for name in body.model_fields}
    assert not {name for name in names if "token" in name or "sha" in name or "secret" in name}
    assert all(
        issubclass(body, BaseModel) and body.model_config["extra"] == "forbid" for body, _, _ in RECORDS.values()
    )
