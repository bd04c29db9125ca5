"""Nobody comes in without a link, twice on one link, or past their role; browsers are told what they may load."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import httpx
import pytest
import websockets
from tests.centre.standing import standing_alarm
from tests.house import House, house, until

from vallum.access import Entered
from vallum.access.records import SessionStarted
from vallum.journal.envelope import Draft
from vallum.server.doors import HEADERS

OPEN_TO_ALL = {"/api/enter", "/api/leave"}


async def test_every_route_but_the_door_refuses_who_is_not_signed_in(running: House) -> None:
    document = (await running.client.get("/api/openapi.json")).json()
    async with httpx.AsyncClient(base_url=running.address) as stranger:
        for path, methods in document["paths"].items():
            if path in OPEN_TO_ALL:
                continue
            for method in methods:
                filled = path.replace("{step}", "done").replace("{number}", "1")
                answer = await stranger.request(method, filled, json={} if method == "post" else None)
                assert answer.status_code == 401, (method, path, answer.status_code)


async def test_a_link_works_once(running: House) -> None:
    token = running.link()
    async with httpx.AsyncClient(base_url=running.address) as first, httpx.AsyncClient() as second:
        assert (await first.post("/api/enter", json={"token": token})).status_code == 200
        again = await second.post(f"{running.address}/api/enter", json={"token": token})
        assert again.status_code == 401
        assert "used before" in again.json()["detail"]


async def test_the_cookie_is_kept_from_scripts_and_other_sites(running: House) -> None:
    answer = await running.client.post("/api/enter", json={"token": running.link()})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{running.cookie}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


async def test_who_signs_out_is_out(running: House) -> None:
    async with running.signed_in("watch officer", "watch-2") as other:
        assert (await other.get("/api/me")).status_code == 200
        await other.post("/api/leave")
        assert (await other.get("/api/me")).status_code == 401
    kinds = [record.type for record in running.centre.journal.records(type="session.ended")]
    assert kinds == ["session.ended"]


async def test_an_auditor_reads_everything_and_changes_nothing(running: House) -> None:
    alarm = await standing_alarm(running.centre)
    async with running.signed_in("auditor", "audit-1") as auditor:
        assert (await auditor.get("/api/picture")).status_code == 200
        assert (await auditor.get("/api/journal")).status_code == 200
        refused = await auditor.post(f"/api/alarms/{alarm.alarm_id}/acknowledge")
        assert refused.status_code == 403
        assert "auditor may not acknowledge" in refused.json()["detail"]
    assert running.centre.alarms()[0].state == "unacknowledged"


async def test_a_watch_officer_does_not_read_the_journal(running: House) -> None:
    assert (await running.client.get("/api/journal")).status_code == 403


async def test_another_sites_page_can_change_nothing(running: House) -> None:
    answer = await running.client.post(
        "/api/radio", json={"callsign": "A", "text": "x"}, headers={"Origin": "http://elsewhere.example"}
    )
    assert answer.status_code == 403
    assert running.centre.journal.rows("radio") == []


async def test_another_host_name_is_refused(running: House) -> None:
    answer = await running.client.get("/api/me", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400


async def test_every_answer_tells_the_browser_what_it_may_load(running: House) -> None:
    for path in ("/", "/api/me", "/api/nothing"):
        answer = await running.client.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("cookie", "origin", "code"), [(False, None, 4401), (True, "http://elsewhere.example", 4403)])
async def test_the_live_socket_has_the_same_door(running: House, cookie: bool, origin: str | None, code: int) -> None:
    headers = {"Cookie": f"{running.cookie}={running.client.cookies[running.cookie]}"} if cookie else {}
    address = running.address.replace("http", "ws") + "/api/live"
    async with websockets.connect(address, additional_headers=headers, origin=origin) as socket:  # type: ignore[arg-type]
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        assert socket.close_code == code


async def test_two_centres_on_one_machine_do_not_sign_each_other_out(running: House, tmp_path: Path) -> None:
    async with house(tmp_path / "other") as other:
        # a browser keeps one jar for all ports of a host
        entered = await running.client.post(f"{other.address}/api/enter", json={"token": other.link()})
        assert entered.status_code == 200
        assert (await running.client.get("/api/me")).status_code == 200
        assert (await running.client.get(f"{other.address}/api/me")).status_code == 200


async def test_who_invited_stands_in_the_journal(running: House) -> None:
    token = running.centre.access.invite("audit-1", "auditor", 60.0, time.time(), invited_by="admin-1")
    assert (await running.client.post("/api/enter", json={"token": token})).status_code == 200
    actors = {record.body["name"]: record.actor for record in running.centre.journal.records(type="user.invited")}
    assert actors == {"watch-1": "command line", "audit-1": "admin-1"}


async def test_sessions_that_ran_out_end_in_the_journal_and_are_counted_no_more(running: House) -> None:
    access, journal = running.centre.access, running.centre.journal
    long_ago = time.time() - 30 * 86400.0
    entered = access.enter(access.invite("watch-9", "watch officer", 60.0, long_ago), long_ago)
    assert isinstance(entered, Entered)
    opened = SessionStarted(session_id=entered.session.session_id, name="watch-9", role="watch officer")
    await journal.appended(Draft(type="session.started", actor="watch-9", body=opened))
    assert running.centre.operators() == 1, "only watch-1 is here"
    await running.centre.tidy()
    await until(lambda: bool(journal.records(type="session.ended")))
    (ended,) = journal.records(type="session.ended")
    assert ended.body == {"session_id": entered.session.session_id, "why": "expired"}


async def test_what_cannot_be_cleared_now_does_not_end_the_watch(
    running: House, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite3.connect(running.folder / "access.db") as door:
        door.execute("ALTER TABLE sessions RENAME TO elsewhere")
    await running.centre.tidy()
    assert "next try" in caplog.text
    with sqlite3.connect(running.folder / "access.db") as door:
        door.execute("ALTER TABLE elsewhere RENAME TO sessions")
    door.close()
    await running.centre.tidy()
    assert (await running.client.get("/api/picture")).status_code == 200
