"""How do changes reach the pages that are open: each page has a bounded line of messages and a set of moved tracks.

Things people handle are never dropped: a page that cannot keep up is cut off and starts again from a whole picture.
Track positions are the latest only: a slow page sees fewer of them, never old ones.
"""

from __future__ import annotations

import asyncio
from collections import deque

LONGEST_LINE = 4_000


class Subscription:
    """One open page."""

    def __init__(self) -> None:
        self.messages: deque[bytes] = deque()
        self.moved_tracks: set[int] = set()
        self.overflowed = False
        self._wake = asyncio.Event()

    def put(self, message: bytes) -> None:
        """Queue a message; mark the page as lost when its line is full."""
        if len(self.messages) >= LONGEST_LINE:
            self.overflowed = True
            self.messages.clear()
        if not self.overflowed:
            self.messages.append(message)
        self._wake.set()

    def move(self, tracks: set[int]) -> None:
        """Remember which tracks moved since the page was last told."""
        self.moved_tracks |= tracks
        self._wake.set()

    async def wait(self) -> None:
        """Sleep until there is something to send."""
        await self._wake.wait()
        self._wake.clear()


class Bus:
    """All open pages of one centre. Used on the event loop only.

    Examples
    --------
    >>> bus = Bus()
    >>> page = bus.subscribe()
    >>> bus.publish(b"{}")
    >>> page.messages.popleft()
    b'{}'
    """

    def __init__(self) -> None:
        self._pages: set[Subscription] = set()

    def subscribe(self) -> Subscription:
        """Open a line to a page."""
        page = Subscription()
        self._pages.add(page)
        return page

    def unsubscribe(self, page: Subscription) -> None:
        """Close it."""
        self._pages.discard(page)

    def publish(self, message: bytes) -> None:
        """Send a message to every page; it is encoded once."""
        for page in self._pages:
            page.put(message)

    def move(self, tracks: set[int]) -> None:
        """Tell every page which tracks moved."""
        for page in self._pages:
            page.move(tracks)

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return len(self._pages)
