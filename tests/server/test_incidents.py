"""What people found something to be, and what was said on the radio, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.centre.standing import standing_alarm
from tests.house import House

from vallum.journal.envelope import to_millisecond
from vallum.watch.incident import INCIDENT_KINDS

LINE = {"callsign": "EAGLE 2", "text": "we are at the berm"}


async def test_an_incident_on_an_alarm_has_the_alarms_place_and_is_closed_with_an_outcome(running: House) -> None:
    alarm = await standing_alarm(running.centre)
    opened = await running.post("/api/incidents", {"kind": "crossing attempt", "alarm_id": alarm.alarm_id})
    assert (opened["state"], opened["opened_by"], opened["simulated"]) == ("open", "watch-1", True)
    assert (opened["lon"], opened["lat"]) == (alarm.lon, alarm.lat)
    path = f"/api/incidents/{opened['incident_id']}"
    found = await running.post(f"{path}/update", {"kind": "smuggling", "note": "sacks on the berm"})
    assert (found["kind"], found["history"][-1]["note"]) == ("smuggling", "sacks on the berm")
    closed = await running.post(f"{path}/close", {"outcome": "goods taken, nobody found"})
    assert (closed["state"], closed["outcome"]) == ("closed", "goods taken, nobody found")
    for step, body in (("update", {"note": "more"}), ("close", {"outcome": "again"})):
        answer = await running.post(f"{path}/{step}", body, expect=409)
        assert "is closed; open a new one that refers to it" in answer["detail"]


async def test_every_kind_of_incident_can_be_opened_at_a_place_or_at_none(running: House) -> None:
    for kind in INCIDENT_KINDS:
        nowhere = await running.post("/api/incidents", {"kind": kind})
        assert (nowhere["lon"], nowhere["chainage_m"], nowhere["simulated"]) == (None, None, True)
    there = await running.post("/api/incidents", {"kind": "tunnel", "place": "km 210.5", "note": "by the wadi"})
    assert there["chainage_m"] == pytest.approx(210_500.0, abs=0.1)
    names = [row.incident_id for row in running.centre.journal.rows("incidents")]
    assert len(set(names)) == len(INCIDENT_KINDS) + 1


async def test_a_place_that_cannot_be_read_is_refused_with_the_forms_that_can(running: House) -> None:
    for path, body in (
        ("/api/incidents", {"kind": "tunnel", "place": "near the tree"}),
        ("/api/radio", {"callsign": "EAGLE 2", "text": "x", "place": "km 9999"}),
    ):
        answer = await running.post(path, body, expect=422)
        assert "km" in answer["detail"]
    assert running.centre.journal.rows("incidents") == []
    assert running.centre.journal.rows("radio") == []


async def test_an_incident_that_does_not_exist_is_said_so(running: House) -> None:
    answer = await running.post("/api/incidents/I9/update", {"note": "more"}, expect=404)
    assert answer["detail"] == "there is no incident I9"
    answer = await running.post("/api/incidents", {"kind": "tunnel", "alarm_id": "A9"}, expect=404)
    assert answer["detail"] == "there is no alarm A9"


async def test_a_line_of_the_radio_log_keeps_its_words_and_for_whom_it_was_entered(running: House) -> None:
    line = await running.post(
        "/api/radio",
        {"callsign": "نسر ٢", "place": "km 100", "text": "وصلنا الى الساتر", "entered_for_unit": "U-02"},
    )
    assert (line["callsign"], line["text"], line["place_words"]) == ("نسر ٢", "وصلنا الى الساتر", "km 100")
    assert (line["entered_by"], line["entered_for_unit"]) == ("watch-1", "U-02")
    nowhere = await running.post("/api/radio", {"callsign": "EAGLE 2", "text": "radio check"})
    assert (nowhere["lon"], nowhere["chainage_m"]) == (None, None)
    assert nowhere["written_at"] >= nowhere["at"]
    (record, *_) = running.centre.journal.records(type="radio.logged")
    assert record.body["said_at"] == line["at"]


async def test_a_line_that_is_written_down_later_says_when_it_was_said(running: House) -> None:
    now = running.centre.clock.now()
    said = now - timedelta(minutes=40)
    line = await running.post("/api/radio", {**LINE, "said_at": said.isoformat()})
    assert datetime.fromisoformat(line["at"]) == to_millisecond(said)
    assert datetime.fromisoformat(line["written_at"]) >= now
    (record,) = running.centre.journal.records(type="radio.logged")
    assert (record.times.occurred, record.times.recorded >= now) == (to_millisecond(said), True)
    refused = {
        timedelta(hours=5): "has not come yet",
        timedelta(hours=-25): "is more than 24 hours ago",
        timedelta(days=-365 * 900): "is more than 24 hours ago",
    }
    for later, words in refused.items():
        told = await running.post("/api/radio", {**LINE, "said_at": (now + later).isoformat()}, expect=422)
        assert words in told["detail"]
    for wrong in ("2021-03-17T18:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.9999-14:00"):
        await running.post("/api/radio", {**LINE, "said_at": wrong}, expect=422)
    assert len(running.centre.journal.records(type="radio.logged")) == 1
