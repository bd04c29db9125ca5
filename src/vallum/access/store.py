"""Where do invitations and sessions live?

In `access.db` beside the journal, never in it: what is here expires and is forgotten, and what the journal holds is
kept and may be shown. Tokens are stored as digests only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sql

from vallum.access.token import agrees, digest

_METADATA = sql.MetaData()
_INVITATIONS = sql.Table(
    "invitations",
    _METADATA,
    sql.Column("token_sha256", sql.String(64), primary_key=True),
    sql.Column("name", sql.String(64), nullable=False),
    sql.Column("role", sql.String(32), nullable=False),
    sql.Column("expires_s", sql.Float, nullable=False),
    sql.Column("used_s", sql.Float),
    sql.Column("invited_by", sql.String(64), nullable=False),
)
_SESSIONS = sql.Table(
    "sessions",
    _METADATA,
    sql.Column("token_sha256", sql.String(64), primary_key=True),
    sql.Column("session_id", sql.String(32), nullable=False, unique=True),
    sql.Column("name", sql.String(64), nullable=False),
    sql.Column("role", sql.String(32), nullable=False),
    sql.Column("started_s", sql.Float, nullable=False),
    sql.Column("expires_s", sql.Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class StoredInvitation:
    """An invitation as it was stored; times in unix seconds of the machine."""

    name: str
    role: str
    expires_s: float
    used_s: float | None
    invited_by: str


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it was stored; times in unix seconds of the machine."""

    session_id: str
    name: str
    role: str
    started_s: float
    expires_s: float


class AccessStore:
    """The two tables, readable by the user of the centre only.

    Parameters
    ----------
    path
        The database file; made when it does not exist.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     store = AccessStore(Path(folder) / "access.db")
    ...     store.add_invitation("secret", StoredInvitation("watch-1", "watch officer", 100.0, None, "admin-1"))
    ...     once = store.use_invitation("secret", 50.0), store.use_invitation("secret", 51.0)
    ...     store.close()
    >>> once
    (True, False)
    """

    def __init__(self, path: Path) -> None:
        # made before the database opens it, so that it is at no moment readable by others
        path.touch(mode=0o600)
        path.chmod(0o600)
        self._engine = sql.create_engine(f"sqlite:///{path}")
        _METADATA.create_all(self._engine)
        self._bring_up_to_date()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def add_invitation(self, token: str, invitation: StoredInvitation) -> None:
        """Store an invitation under its token's digest."""
        with self._engine.begin() as connection:
            connection.execute(
                _INVITATIONS.insert().values(
                    token_sha256=digest(token),
                    name=invitation.name,
                    role=invitation.role,
                    expires_s=invitation.expires_s,
                    used_s=invitation.used_s,
                    invited_by=invitation.invited_by,
                )
            )

    def invitation(self, token: str) -> StoredInvitation | None:
        """Return the invitation of a token, used or not."""
        row = self._row(_INVITATIONS, token)
        if row is None:
            return None
        return StoredInvitation(
            name=row.name,
            role=row.role,
            expires_s=row.expires_s,
            used_s=row.used_s,
            invited_by=row.invited_by,
        )

    def use_invitation(self, token: str, now_s: float) -> bool:
        """Mark an invitation as used; false when somebody was faster."""
        unused = _INVITATIONS.update().where(
            _INVITATIONS.c.token_sha256 == digest(token), _INVITATIONS.c.used_s.is_(None)
        )
        with self._engine.begin() as connection:
            return connection.execute(unused.values(used_s=now_s)).rowcount == 1

    def add_session(self, token: str, session: StoredSession) -> None:
        """Store a session under its token's digest."""
        with self._engine.begin() as connection:
            connection.execute(
                _SESSIONS.insert().values(
                    token_sha256=digest(token),
                    session_id=session.session_id,
                    name=session.name,
                    role=session.role,
                    started_s=session.started_s,
                    expires_s=session.expires_s,
                )
            )

    def session(self, token: str) -> StoredSession | None:
        """Return the session of a token, expired or not."""
        row = self._row(_SESSIONS, token)
        return None if row is None else _stored_session(row)

    def names_with_session(self, role: str, now_s: float) -> frozenset[str]:
        """Return who has a session in a role that has not expired."""
        open_ones = sql.select(_SESSIONS.c.name).where(_SESSIONS.c.role == role, _SESSIONS.c.expires_s > now_s)
        with self._engine.connect() as connection:
            return frozenset(connection.execute(open_ones).scalars())

    def extend_session(self, token: str, expires_s: float) -> None:
        """Move the end of a session."""
        with self._engine.begin() as connection:
            connection.execute(
                _SESSIONS.update().where(_SESSIONS.c.token_sha256 == digest(token)).values(expires_s=expires_s)
            )

    def remove_session(self, token: str) -> StoredSession | None:
        """Forget a session; return what was forgotten."""
        with self._engine.begin() as connection:
            row = connection.execute(
                _SESSIONS.delete().where(_SESSIONS.c.token_sha256 == digest(token)).returning(*_SESSIONS.c)
            ).first()
        return None if row is None else _stored_session(row)

    def remove_person(self, name: str, role: str | None = None) -> tuple[StoredSession, ...]:
        """Forget all sessions and open invitations of a person, in one role or in all; return the sessions."""
        with self._engine.begin() as connection:
            sessions = _SESSIONS.delete().where(_SESSIONS.c.name == name)
            invitations = _INVITATIONS.delete().where(_INVITATIONS.c.name == name)
            if role is not None:
                sessions = sessions.where(_SESSIONS.c.role == role)
                invitations = invitations.where(_INVITATIONS.c.role == role)
            connection.execute(invitations)
            rows = connection.execute(sessions.returning(*_SESSIONS.c)).all()
        return tuple(_stored_session(row) for row in rows)

    def remove_expired(self, now_s: float) -> tuple[StoredSession, ...]:
        """Forget what has expired; return the sessions among it."""
        with self._engine.begin() as connection:
            connection.execute(_INVITATIONS.delete().where(_INVITATIONS.c.expires_s <= now_s))
            rows = connection.execute(
                _SESSIONS.delete().where(_SESSIONS.c.expires_s <= now_s).returning(*_SESSIONS.c)
            ).all()
        return tuple(_stored_session(row) for row in rows)

    def _bring_up_to_date(self) -> None:
        """Add what files of earlier versions lack; then only the command line could invite."""
        known = {column["name"] for column in sql.inspect(self._engine).get_columns(_INVITATIONS.name)}
        if "invited_by" not in known:
            with self._engine.begin() as connection:
                added = "ALTER TABLE invitations ADD COLUMN invited_by VARCHAR(64) NOT NULL DEFAULT 'command line'"
                connection.execute(sql.text(added))

    def _row(self, table: sql.Table, token: str) -> sql.Row[Any] | None:
        with self._engine.connect() as connection:
            row = connection.execute(sql.select(table).where(table.c.token_sha256 == digest(token))).first()
        return row if row is not None and agrees(token, row.token_sha256) else None


def _stored_session(row: sql.Row[Any]) -> StoredSession:
    return StoredSession(
        session_id=row.session_id,
        name=row.name,
        role=row.role,
        started_s=row.started_s,
        expires_s=row.expires_s,
    )
