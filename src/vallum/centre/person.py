"""Who decides: a named person in a role, and what that role may do here."""

from __future__ import annotations

from dataclasses import dataclass

from vallum.access.roles import Action, Role, may


class NotAllowedError(PermissionError):
    """The person's role does not allow this kind of action."""


class UnknownPartyError(ValueError):
    """A centre was to be run for a party that the project does not name."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the centre's own staff, in the role they signed in with.

    Examples
    --------
    >>> Person("watch-1", "watch officer", "national guard").require("acknowledge")
    >>> Person("audit-1", "auditor", "national guard").require("acknowledge")
    Traceback (most recent call last):
    ...
    vallum.centre.person.NotAllowedError: the role auditor may not acknowledge; ask a person whose role may
    """

    name: str
    role: Role
    party: str

    def require(self, action: Action) -> None:
        """Raise `NotAllowedError` unless the role allows the action."""
        if not may(self.role, action):
            words = action.replace("_", " ")
            raise NotAllowedError(f"the role {self.role} may not {words}; ask a person whose role may")
