"""What does the journal keep of who may do what, and who was signed in?

Names, roles and moments; never a secret: tokens live in `access.db` as digests and expire there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from vallum.access.roles import Role

Name = Field(min_length=1, max_length=64)


class UserInvited(BaseModel, frozen=True, extra="forbid"):
    """Somebody was given a one-time link in a role."""

    name: str = Name
    role: Role


class UserDisabled(BaseModel, frozen=True, extra="forbid"):
    """Somebody may no longer enter."""

    name: str = Name
    reason: str = Field(min_length=3, max_length=300)


class RoleGranted(BaseModel, frozen=True, extra="forbid"):
    """Somebody was given one more role."""

    name: str = Name
    role: Role
    reason: str = Field(min_length=3, max_length=300)


class RoleRemoved(BaseModel, frozen=True, extra="forbid"):
    """Somebody lost a role."""

    name: str = Name
    role: Role
    reason: str = Field(min_length=3, max_length=300)


class SessionStarted(BaseModel, frozen=True, extra="forbid"):
    """Somebody signed in. The id is not the secret that opens the session."""

    session_id: str = Field(min_length=1, max_length=32)
    name: str = Name
    role: Role


class SessionEnded(BaseModel, frozen=True, extra="forbid"):
    """Somebody signed out, or was."""

    session_id: str = Field(min_length=1, max_length=32)
    why: Literal["signed out", "expired", "disabled", "role removed", "centre stopped"]


class UserRow(BaseModel, frozen=True, extra="forbid"):
    """A person as the centre knows them."""

    name: str
    roles: tuple[Role, ...]
    state: Literal["invited", "disabled"] = "invited"
    invited_at: datetime
    invited_by: str
    disabled_at: datetime | None = None
    disabled_reason: str | None = None


class SessionRow(SessionStarted, frozen=True):
    """A session as the centre remembers it."""

    started_at: datetime
    ended_at: datetime | None = None
    why: str | None = None


def invited(row: UserRow | None, body: UserInvited, header: Mapping[str, Any]) -> UserRow:
    """Take in a person, or take them back in, with exactly this role added."""
    roles = _with(() if row is None or row.state == "disabled" else row.roles, body.role)
    return UserRow(name=body.name, roles=roles, invited_at=header["occurred"], invited_by=header["actor"])


def disabled(row: UserRow | None, body: UserDisabled, header: Mapping[str, Any]) -> UserRow:
    """Shut the door; the name stays, for what it did stays."""
    update = {"state": "disabled", "disabled_at": header["occurred"], "disabled_reason": body.reason}
    return _known(row, body.name).model_copy(update=update)


def granted(row: UserRow | None, body: RoleGranted, header: Mapping[str, Any]) -> UserRow:
    """Add a role."""
    now = _known(row, body.name)
    return now.model_copy(update={"roles": _with(now.roles, body.role)})


def removed(row: UserRow | None, body: RoleRemoved, header: Mapping[str, Any]) -> UserRow:
    """Take a role away."""
    now = _known(row, body.name)
    if body.role not in now.roles:
        raise ValueError(f"{body.name} does not have the role {body.role}")
    return now.model_copy(update={"roles": tuple(role for role in now.roles if role != body.role)})


def started(row: SessionRow | None, body: SessionStarted, header: Mapping[str, Any]) -> SessionRow:
    """Note who came in."""
    if row is not None:
        raise ValueError(f"session {body.session_id} was started before")
    return SessionRow(**body.model_dump(), started_at=header["occurred"])


def ended(row: SessionRow | None, body: SessionEnded, header: Mapping[str, Any]) -> SessionRow:
    """Note who left."""
    if row is None:
        raise ValueError(f"there is no session {body.session_id}")
    if row.ended_at is not None:
        raise ValueError(f"session {body.session_id} ended before")
    return row.model_copy(update={"ended_at": header["occurred"], "why": body.why})


def _with(roles: tuple[Role, ...], role: Role) -> tuple[Role, ...]:
    return roles if role in roles else (*roles, role)


def _known(row: UserRow | None, name: str) -> UserRow:
    if row is None:
        raise ValueError(f"there is no user {name}; invite them first")
    if row.state == "disabled":
        raise ValueError(f"{name} is disabled; invite them again first")
    return row


VIEWS: dict[str, type[BaseModel]] = {"users": UserRow, "sessions": SessionRow}
RECORDS: dict[str, tuple[type[BaseModel], str | None, Any]] = {
    "user.invited": (UserInvited, "users", invited),
    "user.disabled": (UserDisabled, "users", disabled),
    "role.granted": (RoleGranted, "users", granted),
    "role.removed": (RoleRemoved, "users", removed),
    "session.started": (SessionStarted, "sessions", started),
    "session.ended": (SessionEnded, "sessions", ended),
}
