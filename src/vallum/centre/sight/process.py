"""How does a centre have sight worked out in another process, hear how far it is, and end it?"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import orjson

from vallum.centre.sight.worker import Job

# One line tells little; more than this is no line.
_LONGEST_LINE = 2**20
_LAST_WORDS = 4_000
_log = logging.getLogger(__name__)


class FailedError(RuntimeError):
    """Sight cannot be worked out; the words say why and what to do."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the other process said.

    Attributes
    ----------
    what, progress
        What it does, and how far it is; None when it said something else.
    case
        The name of a case that is there now.
    """

    what: str | None = None
    progress: float | None = None
    case: str | None = None


class Working:
    """The other process. Leave the context and it is gone, finished or not."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._process: asyncio.subprocess.Process | None = None
        self._errors: asyncio.Task[bytes] | None = None

    async def __aenter__(self) -> Self:
        """Start it; its job goes through a pipe."""
        # a session of its own: Ctrl-C at the terminal is for the centre
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "vallum.centre.sight.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        assert process.stdin is not None
        assert process.stderr is not None
        self._process = process
        self._errors = asyncio.create_task(last_words(process.stderr))
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(await asyncio.to_thread(pickle.dumps, self._job))
                await process.stdin.drain()
                process.stdin.close()
        except BaseException:
            # nobody leaves a context that was never entered
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        await self._end()

    async def _end(self) -> None:
        """End it; who is told to stop meanwhile stops when it is gone, not before."""
        ending = asyncio.create_task(self._ended_for_good())
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise

    async def _ended_for_good(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        assert self._errors is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        # to their ends, so that both pipes are closed before anybody closes the loop
        await self._process.stdout.read()
        await self._errors

    async def said(self, stop: asyncio.Event) -> Said | None:
        """Wait for what it says next; None when it has finished, or when the event came first.

        Raises
        ------
        FailedError
            When it says that it cannot, or is gone without having finished.
        """
        assert self._process is not None
        assert self._process.stdout is not None
        line = asyncio.create_task(self._process.stdout.readline())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({line, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (line, stopped):
                if not task.done():
                    task.cancel()
            await asyncio.gather(line, stopped, return_exceptions=True)
        if line.cancelled():
            return None
        if not line.result():
            await self._ended()
            return None
        told = orjson.loads(line.result())
        if "failed" in told:
            raise FailedError(str(told["failed"]))
        return Said(told.get("what"), told.get("progress"), told.get("case"))

    async def _ended(self) -> None:
        assert self._process is not None
        assert self._errors is not None
        code = await self._process.wait()
        if code != 0:
            _log.error("the process that works out sight ended with %d: %s", code, (await self._errors).decode())
            why = "killed, as when memory is short" if code < 0 else "a fault of this software"
            raise FailedError(f"the process that works out sight ended before it was done ({why}); see the log")


async def last_words(stream: asyncio.StreamReader) -> bytes:
    """Read a stream to its end, and return the last of it."""
    kept = b""
    while said := await stream.read(2**16):
        kept = (kept + said)[-_LAST_WORDS:]
    return kept
