"""How is an open page told what changes: one socket, text for things people handle, binary frames for tracks."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Generator
from typing import cast

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.requests import HTTPConnection

from vallum.centre.bus import Subscription
from vallum.centre.centre import Centre
from vallum.server.doors import centre_of, comes_from_here, person_at, session_token
from vallum.server.models import PictureMessage, PulseMessage, WatchedMessage
from vallum.server.shapes import picture_shape, pulse_shape, watched_shape
from vallum.server.trackframe import track_frame
from vallum.server.veil import get_ready

router = APIRouter()

# At most this often are moved tracks sent to one page.
TRACK_PAUSE_S = 0.2
# So often an open page's session is looked at again.
CHECK_AGAIN_S = 30.0
SIGN_IN_AGAIN, FOREIGN, TRY_AGAIN = 4401, 4403, 1013


class OpenPages:
    """The sessions on which pages are open, so that a page closes when its person signs out.

    Examples
    --------
    >>> pages = OpenPages()
    >>> with pages.on("token") as ended:
    ...     pages.end("token")
    ...     ended.is_set()
    True
    """

    def __init__(self) -> None:
        self._ends: dict[str, set[asyncio.Event]] = defaultdict(set)

    @contextlib.contextmanager
    def on(self, token: str) -> Generator[asyncio.Event, None, None]:
        """Give an event that is set when the session of a token is ended."""
        ended = asyncio.Event()
        self._ends[token].add(ended)
        try:
            yield ended
        finally:
            self._ends[token].discard(ended)
            if not self._ends[token]:
                del self._ends[token]

    def end(self, token: str) -> None:
        """Let every page that is open on a session know that it is over."""
        for ended in self._ends.get(token, ()):
            ended.set()


def open_pages_of(connection: HTTPConnection) -> OpenPages:
    """Give the open pages of this server."""
    return cast(OpenPages, connection.app.state.open_pages)


def speak_for(centre: Centre) -> None:
    """Give a centre the words in which its pulse and its watched ground are told to open pages."""

    def pulse() -> None:
        if centre.bus.pages:
            centre.bus.publish(PulseMessage(pulse=pulse_shape(centre)).model_dump_json().encode())

    def watched() -> None:
        told = WatchedMessage(watched=watched_shape(centre), version=centre.sight.standing.version)
        centre.bus.publish(told.model_dump_json().encode())

    centre.on_pulse, centre.on_watched, centre.get_ready_to_draw = pulse, watched, get_ready


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """Send a whole picture, then what changes, until the page goes away."""
    await socket.accept()
    if not comes_from_here(socket):
        await socket.close(FOREIGN)
        return
    person = person_at(socket)
    if person is None:
        await socket.close(SIGN_IN_AGAIN)
        return
    centre, token = centre_of(socket), session_token(socket)
    page = centre.bus.subscribe()
    with open_pages_of(socket).on(token) as ended:
        listening = asyncio.create_task(_listen(socket))
        sending = asyncio.create_task(_send(socket, centre, page))
        signed_out = asyncio.create_task(_until_over(centre, token, ended))
        try:
            await asyncio.wait({listening, sending, signed_out}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            centre.bus.unsubscribe(page)
            over = signed_out.done()
            for task in (listening, sending, signed_out):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                    await task
    if over:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(SIGN_IN_AGAIN)


async def _until_over(centre: Centre, token: str, ended: asyncio.Event) -> None:
    """Wait until the session is over: ended by its person, expired, or taken away. An open page is no use of it."""
    while not ended.is_set() and centre.access.runs(token, time.time()):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), CHECK_AGAIN_S)


async def _listen(socket: WebSocket) -> None:
    """Wait until the page is gone; it has nothing to say here."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return


async def _send(socket: WebSocket, centre: Centre, page: Subscription) -> None:
    # subscribed first, pictured second: what happens between is sent twice rather than never
    await socket.send_text(PictureMessage(picture=await picture_shape(centre)).model_dump_json())
    await socket.send_bytes(track_frame(centre.live.tracks(), centre.clock.now_s(), full=True))
    loop = asyncio.get_running_loop()
    tracks_sent = loop.time()
    while True:
        pause = max(0.0, tracks_sent + TRACK_PAUSE_S - loop.time()) if page.moved_tracks else None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(page.wait(), pause)
        if page.overflowed:
            await socket.close(TRY_AGAIN)
            return
        while page.messages:
            await socket.send_text(page.messages.popleft().decode())
        if page.moved_tracks and loop.time() - tracks_sent >= TRACK_PAUSE_S:
            moved, page.moved_tracks = page.moved_tracks, set()
            tracks_sent = loop.time()
            await socket.send_bytes(track_frame(centre.live.some_tracks(moved), centre.clock.now_s(), full=False))
