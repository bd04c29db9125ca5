"""Who is at the door, and may they come in?

All times here are the machine's, in unix seconds, never the centre's: a demonstration that plays a night of years ago
must not bring its expired links back to life.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast

from vallum.access import token as tokens
from vallum.access.roles import ROLES, Role
from vallum.access.store import AccessStore, StoredInvitation, StoredSession

# A session ends after this long without use, and after `LONGEST_SESSION_S` in any case.
IDLE_S = 12 * 3600.0
LONGEST_SESSION_S = 7 * 24 * 3600.0
# The end is moved at most this often, so that reading does not write at every request.
_EXTEND_EVERY_S = 60.0
_NAME_LENGTH = 64
# Who invites at the machine itself, where nobody is signed in.
COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person in one role. `session_id` may be shown; the token that opens the session may not."""

    session_id: str
    name: str
    role: Role
    started_s: float
    expires_s: float


@dataclass(frozen=True, slots=True)
class Entered:
    """The door opened: the session, the token by which it is recognised from now on, and who had invited."""

    session: Session
    token: str
    invited_by: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The door stayed closed, and why, in words for the person before it."""

    reason: str


class Access:
    """The door of one centre: invitations and sessions in `access.db` of the centre's folder.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, Access.open(Path(folder)) as access:
    ...     link = access.invite("watch-1", "watch officer", valid_s=600.0, now_s=0.0)
    ...     first, second = access.enter(link, now_s=10.0), access.enter(link, now_s=11.0)
    >>> first.session.role
    'watch officer'
    >>> second.reason
    'this link was used before; ask an administrator for a new one'
    """

    def __init__(self, store: AccessStore) -> None:
        self._store = store

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the door of the centre in a folder that exists."""
        return cls(AccessStore(folder / "access.db"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def invite(self, name: str, role: Role, valid_s: float, now_s: float, *, invited_by: str = COMMAND_LINE) -> str:
        """Return a token that opens the door once.

        Parameters
        ----------
        name
            The name under which the person acts: 1 to 64 printable characters, none of which changes direction.
        role
            One of `roles.ROLES`.
        valid_s
            Seconds until the token expires, more than 0.
        now_s
            The machine's time, unix seconds.
        invited_by
            Who invites, as the journal will say.

        Raises
        ------
        ValueError
            When a name, role or duration is not as above.
        """
        if role not in ROLES:
            raise ValueError(f"there is no role {role!r}; choose one of: {', '.join(ROLES)}")
        if not valid_s > 0:
            raise ValueError(f"an invitation must be valid for more than 0 seconds, not {valid_s}")
        token = tokens.draw()
        invitation = StoredInvitation(_checked(name), role, now_s + valid_s, None, _checked(invited_by))
        self._store.add_invitation(token, invitation)
        return token

    def enter(self, token: str, now_s: float) -> Entered | Refused:
        """Trade an invitation for a session, once."""
        invitation = self._store.invitation(token)
        if invitation is None:
            return Refused("this link is not known here; ask an administrator for a new one")
        if invitation.used_s is not None:
            return Refused("this link was used before; ask an administrator for a new one")
        if now_s >= invitation.expires_s:
            return Refused("this link has expired; ask an administrator for a new one")
        if not self._store.use_invitation(token, now_s):
            return Refused("this link was used before; ask an administrator for a new one")
        opened = StoredSession(
            session_id=tokens.draw()[:16],
            name=invitation.name,
            role=invitation.role,
            started_s=now_s,
            expires_s=now_s + IDLE_S,
        )
        session_token = tokens.draw()
        self._store.add_session(session_token, opened)
        return Entered(session=_session(opened), token=session_token, invited_by=invitation.invited_by)

    def session(self, token: str, now_s: float) -> Session | None:
        """Return the session of a token if it still runs, and let it run on."""
        stored = self._store.session(token)
        if stored is None or now_s >= stored.expires_s:
            return None
        later_s = min(now_s + IDLE_S, stored.started_s + LONGEST_SESSION_S)
        if later_s - stored.expires_s >= _EXTEND_EVERY_S:
            self._store.extend_session(token, later_s)
        return _session(stored)

    def runs(self, token: str, now_s: float) -> bool:
        """Tell whether the session of a token still runs; asking is no use of it and does not let it run on."""
        stored = self._store.session(token)
        return stored is not None and now_s < stored.expires_s

    def present(self, role: Role, now_s: float) -> frozenset[str]:
        """Return the names of those who are signed in in a role."""
        return self._store.names_with_session(role, now_s)

    def end(self, token: str) -> Session | None:
        """Sign out; return the session that ended, for the journal."""
        stored = self._store.remove_session(token)
        return None if stored is None else _session(stored)

    def end_all(self, name: str, role: Role | None = None) -> tuple[Session, ...]:
        """End every session and open invitation of a person, in one role or in all; return the sessions."""
        return tuple(_session(stored) for stored in self._store.remove_person(name, role))

    def forget_expired(self, now_s: float) -> tuple[Session, ...]:
        """Remove what has expired; return the sessions that ended so, for the journal."""
        return tuple(_session(stored) for stored in self._store.remove_expired(now_s))


def _checked(name: str) -> str:
    if not 1 <= len(name) <= _NAME_LENGTH or name != name.strip():
        raise ValueError(f"a name has 1 to {_NAME_LENGTH} characters and no spaces at its ends")
    # category C: controls, formats (which include the marks that turn the direction of text), surrogates
    if any(unicodedata.category(character).startswith("C") for character in name):
        raise ValueError("a name must not hold invisible or direction-changing characters")
    return name


def _session(stored: StoredSession) -> Session:
    # only `invite` writes roles, and it knows them
    return Session(stored.session_id, stored.name, cast(Role, stored.role), stored.started_s, stored.expires_s)
