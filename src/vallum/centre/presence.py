"""Who is at their desk now, and whose session has run out?"""

from __future__ import annotations

import math

from vallum.access.access import Access
from vallum.access.records import SessionEnded
from vallum.journal.envelope import Draft

# The figure goes out with every pulse; the door's file is asked this seldom.
COUNT_EVERY_S = 5.0
ACTOR = "centre"


class Presence:
    """The people of one centre, as its door knows them. Times are the machine's, in unix seconds.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, Access.open(Path(folder)) as access:
    ...     presence = Presence(access)
    ...     entered = access.enter(access.invite("watch-1", "watch officer", 600.0, 0.0), 0.0)
    ...     presence.operators(0.0), len(presence.expired(30 * 86400.0)), presence.operators(30 * 86400.0)
    (1, 1, 0)
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._counted_s = -math.inf
        self._operators = 0

    def operators(self, now_s: float) -> int:
        """Count the watch officers whose sessions run."""
        if not 0.0 <= now_s - self._counted_s < COUNT_EVERY_S:
            self._counted_s = now_s
            self._operators = len(self._access.present("watch officer", now_s))
        return self._operators

    def expired(self, now_s: float) -> tuple[Draft, ...]:
        """Forget what has expired; return what the journal is to keep of it."""
        return tuple(
            Draft(type="session.ended", actor=ACTOR, body=SessionEnded(session_id=session.session_id, why="expired"))
            for session in self._access.forget_expired(now_s)
        )
