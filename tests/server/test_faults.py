"""What goes wrong is told as what it is: a wrong value, a step that cannot be, a disk that refuses, a fault of ours."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import pytest
from tests.centre.standing import standing_alarm
from tests.house import House

from vallum.server.doors import FAULT, HEADERS

LINE = {"callsign": "EAGLE 2", "text": "all quiet"}


@contextlib.contextmanager
def disk_that_refuses(house: House) -> Iterator[None]:
    """Let the journal's database refuse every new record."""
    engine = house.centre.journal._engine
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'no space left'); END"
        )
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER full")


async def test_a_place_that_is_none_is_a_wrong_value(running: House) -> None:
    told = await running.post("/api/radio", {**LINE, "place": "near the tree"}, expect=422)
    assert "near the tree" in told["detail"]
    unit = running.centre.units()[0].unit_id
    assert "a task needs a place" in (await running.post("/api/tasks", {"unit_id": unit}, expect=422))["detail"]


async def test_a_step_that_a_life_cycle_does_not_have_is_a_conflict(running: House) -> None:
    alarm = await standing_alarm(running.centre)
    body = {"disposition": "benign", "cause": "a herd"}
    told = await running.post(f"/api/alarms/{alarm.alarm_id}/close", body, expect=409)
    assert "is unacknowledged" in told["detail"]


async def test_a_disk_that_refuses_is_told_with_what_to_do_instead(running: House) -> None:
    with disk_that_refuses(running):
        told = await running.post("/api/radio", LINE, expect=503)
    assert told["detail"].startswith("not written: ")
    assert "no space left" in told["detail"]
    assert told["detail"].endswith("say it by radio and try again")
    assert "INSERT" not in told["detail"]
    assert (await running.post("/api/radio", LINE))["text"] == "all quiet"


async def test_a_closed_journal_is_told_with_what_to_do_instead(running: House) -> None:
    await asyncio.to_thread(running.centre.journal.close)
    told = await running.post("/api/radio", LINE, expect=503)
    assert told["detail"].startswith("not written: the journal is closed")


async def test_a_fault_of_ours_is_no_wrong_value_and_the_log_names_who_asked_for_what(
    running: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: str) -> None:
        raise ValueError("a secret of the house")

    monkeypatch.setattr(running.centre, "still", fail)
    answer = await running.client.get("/api/stills/any.png")
    assert answer.status_code == 500
    assert answer.json() == {"detail": FAULT}
    assert answer.headers.items() >= {(name.lower(), value) for name, value in HEADERS.items()}
    assert "GET /api/stills/any.png, asked by watch-1, failed" in caplog.text
    assert "a secret of the house" in caplog.text
