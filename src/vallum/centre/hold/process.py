"""How does a centre have holding worked out in another process, ask it what would be, and end it?"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import pickle
import sys
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from vallum.centre.hold.question import HoldJob
from vallum.centre.sight.process import FailedError, last_words

# An answer holds thousands of steps.
_LONGEST_LINE = 2**26
_log = logging.getLogger(__name__)


class RefusedError(ValueError):
    """What was to be tried cannot be; the words say why and what to do."""


class Analyst:
    """The other process."""

    def __init__(self, job: HoldJob) -> None:
        self._job = job
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = itertools.count()

    async def run(self, told: Callable[[Mapping[str, Any]], None]) -> None:
        """Start it, hand on what it says that answers no trial, and end it when this is cancelled.

        Parameters
        ----------
        told
            Called on the event loop with each thing it says.

        Raises
        ------
        FailedError
            When it says that it cannot, or is gone without having been asked to go.
        """
        # a session of its own: Ctrl-C at the terminal is for the centre
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "vallum.centre.hold.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True, limit=_LONGEST_LINE,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        errors = asyncio.create_task(last_words(process.stderr))
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(await asyncio.to_thread(pickle.dumps, self._job))
                await process.stdin.drain()
            while line := await process.stdout.readline():
                said = orjson.loads(line)
                if "id" in said:
                    self._answered(said)
                elif "failed" in said:
                    raise FailedError(str(said["failed"]))
                else:
                    told(said)
            code = await process.wait()
            _log.error("the process that works out holding ended with %d: %s", code, (await errors).decode())
            why = "killed, as when memory is short" if code < 0 else "a fault of this software"
            raise FailedError(f"the process that works out holding ended ({why}); see the log")
        finally:
            ending = asyncio.create_task(self._ended_for_good(process, errors))
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:
                # who is told to stop meanwhile stops when it is gone, not before
                await ending
                raise

    async def ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Ask what would be, as `worker.work` takes it.

        Raises
        ------
        RefusedError
            When it cannot be tried.
        FailedError
            When the process is gone.
        """
        if self._process is None or self._process.stdin is None or self._process.returncode is not None:
            raise FailedError("holding is not being worked out now; ask again in a few seconds")
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._process.stdin.write(orjson.dumps({**asked, "id": number}) + b"\n")
            await self._process.stdin.drain()
            said = await waiting
        except (BrokenPipeError, ConnectionResetError) as gone:
            raise FailedError("the process that works out holding is gone; ask again in a few seconds") from gone
        finally:
            self._waiting.pop(number, None)
        if "refused" in said:
            raise RefusedError(str(said["refused"]))
        tried: dict[str, Any] = said["tried"]
        return tried

    def _answered(self, said: dict[str, Any]) -> None:
        waiting = self._waiting.get(said["id"])
        if waiting is not None and not waiting.done():
            waiting.set_result(said)

    async def _ended_for_good(self, process: asyncio.subprocess.Process, errors: asyncio.Task[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(FailedError("the process that works out holding was ended; ask again"))
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        # to their ends, so that the pipes are closed before anybody closes the loop
        while await process.stdout.read(2**20):
            pass
        await errors
