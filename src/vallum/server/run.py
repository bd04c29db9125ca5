"""How does a centre run until it is told to stop: its parts and its HTTP server on one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Generator

import uvicorn

from vallum.centre.centre import STOPS_WITHIN_S as CENTRE_STOPS_WITHIN_S
from vallum.centre.centre import Centre
from vallum.server.app import LOOPBACK, create_app

# From the word to stop to the end of everything; what is left of it after the pages is the centre's.
STOPS_WITHIN_S = 2.8
# Open pages get this long to hear that the server goes; then their sockets are closed.
GRACE_S = 1


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handling: the centre must close after it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """Bind the HTTP port; 0 takes a free one.

    Raises
    ------
    OSError
        With words that name the port, when it is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named TCP, or asyncio leaves Nagle's algorithm on, which holds every answer back for 40 ms
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise OSError(f"port {port} on {host} cannot be used ({error.strerror}); choose another with --port") from error
    bound.listen()
    return bound


async def run(
    centre: Centre,
    bound: socket.socket,
    started: Callable[[], Awaitable[None]],
    stop: asyncio.Event | None = None,
    closing: Callable[[float], None] = lambda by_s: None,
) -> None:
    """Run a centre with its server until a signal, or until `stop` is set.

    Parameters
    ----------
    centre : Centre
        Opened; it is started here and closed here.
    bound : socket.socket
        The port the page is served on.
    started : callable
        Awaited once everything answers.
    stop : asyncio.Event, optional
        Set it to stop.
    closing : callable, optional
        Called when the pages are closed and before the centre is, with the instant by which all must be over
        (`time.monotonic`): what runs beside the centre ends with it.
    """
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    host = bound.getsockname()[0]
    config = uvicorn.Config(
        create_app(centre, hosts=(*LOOPBACK, host)),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        ws_ping_interval=20.0,
        server_header=False,
    )
    server = _Server(config)
    serving: asyncio.Task[None] | None = None
    try:
        await centre.start()
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        # the socket listens already: who connects before the server is up waits for it
        await started()
        ends = {serving, asyncio.create_task(_set(stop)), asyncio.create_task(centre.failure())}
        done, waiting = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting - {serving}:
            task.cancel()
        for task in done:
            task.result()
    finally:
        by_s = time.monotonic() + STOPS_WITHIN_S
        # whatever fails on the way out, the journal is closed
        try:
            server.should_exit = True
            if serving is None:
                bound.close()
            else:
                await serving
        finally:
            try:
                closing(by_s)
                await centre.stop(min(CENTRE_STOPS_WITHIN_S, max(by_s - time.monotonic(), 0.0)))
            finally:
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(number)


async def _set(event: asyncio.Event) -> None:
    await event.wait()
