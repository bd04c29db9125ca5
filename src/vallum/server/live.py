"""How is an open page told what changes: one socket, text for things people handle, binary frames for tracks."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from vallum.centre.bus import Subscription
from vallum.centre.centre import Centre
from vallum.server.doors import centre_of, comes_from_here, person_at
from vallum.server.models import PictureMessage, PulseMessage, WatchedMessage
from vallum.server.shapes import picture_shape, pulse_shape, watched_shape
from vallum.server.trackframe import track_frame

router = APIRouter()

# At most this often are moved tracks sent to one page.
TRACK_PAUSE_S = 0.2
SIGN_IN_AGAIN, FOREIGN, TRY_AGAIN = 4401, 4403, 1013


def speak_for(centre: Centre) -> None:
    """Give a centre the words in which its pulse and its watched ground are told to open pages."""

    def pulse() -> None:
        if centre.bus.pages:
            centre.bus.publish(PulseMessage(pulse=pulse_shape(centre)).model_dump_json().encode())

    def watched() -> None:
        centre.bus.publish(WatchedMessage(watched=watched_shape(centre)).model_dump_json().encode())

    centre.on_pulse, centre.on_watched = pulse, watched


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
    centre = centre_of(socket)
    page = centre.bus.subscribe()
    listening = asyncio.create_task(_listen(socket))
    sending = asyncio.create_task(_send(socket, centre, page))
    try:
        await asyncio.wait({listening, sending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        centre.bus.unsubscribe(page)
        for task in (listening, sending):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await task


async def _listen(socket: WebSocket) -> None:
    """Wait until the page is gone; it has nothing to say here."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return


async def _send(socket: WebSocket, centre: Centre, page: Subscription) -> None:
    # subscribed first, pictured second: what happens between is sent twice rather than never
    await socket.send_text(PictureMessage(picture=picture_shape(centre)).model_dump_json())
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
