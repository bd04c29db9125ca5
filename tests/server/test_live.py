"""An open page gets a whole picture, then what changes: rows as text, tracks as binary frames."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import websockets
from tests.house import House, until
from websockets.asyncio.client import ClientConnection

from vallum.centre import bus
from vallum.server import live
from vallum.server.trackframe import HEADER, ROW


@asynccontextmanager
async def page(house: House) -> AsyncIterator[ClientConnection]:
    address = house.address.replace("http", "ws") + "/api/live"
    headers = {"Cookie": f"{house.cookie}={house.client.cookies[house.cookie]}"}
    async with websockets.connect(address, additional_headers=headers, max_size=2**24) as socket:
        yield socket


async def messages(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """Wait for the next text message of a kind."""
    async with asyncio.timeout(10):
        while True:
            message = await socket.recv()
            if isinstance(message, str) and json.loads(message)["kind"] == kind:
                return dict(json.loads(message))


async def test_the_first_message_is_the_whole_picture_and_equals_the_api(running: House) -> None:
    async with page(running) as socket:
        picture = (await messages(socket, "picture"))["picture"]
    assert len(picture["sensors"]) == len(running.centre.sensors())
    asked = await running.get("/api/picture")
    still = ("alarms", "obstacles", "works", "units", "sensors", "watched")
    assert {name: picture[name] for name in still} == {name: asked[name] for name in still}


async def test_a_decision_of_one_person_reaches_the_page_of_another(running: House) -> None:
    async with page(running) as socket:
        await messages(socket, "picture")
        await running.post("/api/radio", {"callsign": "EAGLE 2", "place": "km 100", "text": "all quiet"})
        changed = await messages(socket, "changed")
    assert changed["view"] == "radio"
    assert changed["row"]["text"] == "all quiet"
    assert changed["row"]["chainage_m"] == pytest.approx(100_000.0, abs=0.1)


async def test_the_pulse_beats_while_a_page_is_open(running: House) -> None:
    async with page(running) as socket:
        first = (await messages(socket, "pulse"))["pulse"]["now"]
        second = (await messages(socket, "pulse"))["pulse"]["now"]
    assert second > first


async def test_tracks_come_as_frames_that_say_where_and_when(running: House) -> None:
    sensor = running.sensor()
    node = await running.connect(sensor)
    async with page(running) as socket:
        walking = asyncio.create_task(running.walk_in(node, sensor))
        found = None
        async with asyncio.timeout(10):
            while found is None:
                message = await socket.recv()
                if isinstance(message, bytes) and len(message) > HEADER.size:
                    found = message
        await walking
    version, kind, _, count, now_s = HEADER.unpack_from(found)
    rows = np.frombuffer(found, dtype=ROW, offset=HEADER.size)
    assert (version, kind, len(rows)) == (1, 1, count)
    assert abs(now_s - running.centre.clock.now_s()) < 60
    chainage_m = running.centre.project.frontier.locate(sensor.lon, sensor.lat).chainage_m
    assert abs(float(rows["chainage_m"][0]) - chainage_m) < 200
    assert -1000 < float(rows["offset_m"][0]) < -700
    assert int(rows["flags"][0]) & 1, "a track made of simulated detections carries the mark"
    node.hang_up()


async def test_a_silent_sensor_reaches_the_page_as_ground_that_is_lost(running: House) -> None:
    sensor = running.sensor()
    node = await running.connect(sensor)
    async with page(running) as socket:
        await messages(socket, "picture")
        node.hang_up()
        async with asyncio.timeout(10):
            while True:
                watched = (await messages(socket, "watched"))["watched"]
                lost = [stretch for stretch in watched if sensor.sensor_id in stretch["sensors"]]
                if lost and lost[0]["state"] == "lost":
                    break


async def test_a_page_that_cannot_keep_up_is_cut_off_rather_than_told_half(running: House) -> None:
    subscription = running.centre.bus.subscribe()
    for _ in range(bus.LONGEST_LINE + 1):
        running.centre.bus.publish(b"{}")
    assert subscription.overflowed
    assert not subscription.messages


async def test_a_page_that_goes_away_is_forgotten(running: House) -> None:
    async with page(running) as socket:
        await messages(socket, "picture")
        assert running.centre.bus.pages == 1
    await until(lambda: running.centre.bus.pages == 0)


async def closed_with(socket: ClientConnection) -> int | None:
    """Wait until the server closes the socket; give its reason."""
    async with asyncio.timeout(10):
        await socket.wait_closed()
    return socket.close_code


async def test_who_signs_out_sees_no_more_on_the_pages_of_that_session(running: House) -> None:
    async with page(running) as first, page(running) as second, running.signed_in("auditor", "audit-1") as other:
        await messages(first, "picture")
        await messages(second, "picture")
        await other.post("/api/leave")
        assert running.centre.bus.pages == 2
        await running.post("/api/leave")
        assert await closed_with(first) == live.SIGN_IN_AGAIN
        assert await closed_with(second) == live.SIGN_IN_AGAIN
    await until(lambda: running.centre.bus.pages == 0)


async def test_a_page_closes_when_its_session_is_taken_away(running: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CHECK_AGAIN_S", 0.05)
    async with page(running) as socket:
        await messages(socket, "picture")
        running.centre.access.end_all("watch-1")
        assert await closed_with(socket) == live.SIGN_IN_AGAIN
