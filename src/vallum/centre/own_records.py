"""How does what the centre itself finds reach the journal: in order, and tried again until it is durable.

An alarm that a rule has raised must not be lost because the disk was slow for a moment; when the disk stays away, the
centre stops rather than look alive over a journal that takes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from vallum.journal.envelope import Draft
from vallum.journal.journal import Journal, JournalWriteError

AGAIN_AFTER_S = 0.5
GIVE_UP_AFTER_S = 10.0

_log = logging.getLogger(__name__)


class OwnRecords:
    """The drafts of a centre that wait to be written. Used on the event loop only."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: asyncio.Queue[Draft] = asyncio.Queue()

    def put(self, drafts: Iterable[Draft]) -> None:
        """Hand drafts in; returns at once."""
        for draft in drafts:
            self._waiting.put_nowait(draft)

    async def write(self) -> None:
        """Write what comes until cancelled.

        Raises
        ------
        JournalWriteError
            When the disk has refused a draft for `GIVE_UP_AFTER_S`.
        """
        while True:
            drafts = [await self._waiting.get()]
            while not self._waiting.empty():
                drafts.append(self._waiting.get_nowait())
            await self._written(drafts)
            for _ in drafts:
                self._waiting.task_done()

    async def drained(self, within_s: float) -> None:
        """Wait until everything handed in is written, at most so long; what is left then is told to the log."""
        try:
            async with asyncio.timeout(within_s):
                await self._waiting.join()
        except TimeoutError:
            _log.error("%d records of the centre were not written before it stopped", self._waiting.qsize())

    async def _written(self, drafts: list[Draft]) -> None:
        loop = asyncio.get_running_loop()
        give_up = loop.time() + GIVE_UP_AFTER_S
        while drafts:
            # each for itself, all in one commit
            futures = [asyncio.wrap_future(self._journal.submit([draft])) for draft in drafts]
            answers = await asyncio.gather(*futures, return_exceptions=True)
            again = []
            for draft, answer in zip(drafts, answers, strict=True):
                if isinstance(answer, JournalWriteError):
                    again.append(draft)
                    if loop.time() > give_up:
                        raise answer
                elif isinstance(answer, BaseException):
                    _log.error("a %s was not written: %s", draft.type, answer)
            drafts = again
            if drafts:
                await asyncio.sleep(AGAIN_AFTER_S)
