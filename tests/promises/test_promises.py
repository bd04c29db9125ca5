"""What must always be true, through the whole stack: one test for each promise, with the promise as its name."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.centre.standing import standing_alarm, walked_in
from tests.gateways.sapient.frames import Node, frame, point, registration, report
from tests.house import House, house, until
from tests.journal.test_crash import missing

from vallum.centre.registry import registry
from vallum.gateways.sapient.messages import Registration
from vallum.journal import JournalReader, rebuild, verify
from vallum.share.release import Agreement, release

ROOT = Path(__file__).parents[2]
PARTIES = ("coalition", "neighbour_a", "neighbour_b")
DERIVED = ("alarm.raised", "sensor.returned", "incident.opened", "task.sent", "alarm.acknowledged")


def test_an_acknowledged_record_survives_kill_9_at_any_instant(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.journal.appender"]
    acknowledged: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as appender:
        assert appender.stdin is not None
        assert appender.stdout is not None
        for enough in (5, 20, 50):
            appender.stdin.write(f"{tmp_path} 2 honest 100000\n")
            appender.stdin.flush()
            pid, heard = 0, 0
            while (line := appender.stdout.readline().split()) != ["dead"]:
                if line[0] == "pid":
                    pid = int(line[1])
                    continue
                acknowledged.append(line[0])
                heard += 1
                if heard == enough:
                    os.kill(pid, signal.SIGKILL)
        appender.stdin.close()
    assert len(acknowledged) >= 75
    assert missing(tmp_path, acknowledged) == []


async def test_a_record_without_a_label_is_seen_by_nobody_outside_whatever_anybodys_role(running: House) -> None:
    await standing_alarm(running.centre)
    for role, name in (("watch officer", "w-1"), ("liaison officer", "l-1"), ("administrator", "a-1")):
        async with running.signed_in(role, name) as client:  # type: ignore[arg-type]
            released = (await client.get("/api/alarms/A1000")).json()["released"]
        assert released == {"to": [], "words": "released to nobody: the record has no label that names a party"}
    assert all(record.label.releasable_to == () for record in running.centre.journal.records())


@given(
    named=st.sets(st.sampled_from(PARTIES)),
    agreed=st.lists(st.builds(Agreement, st.sampled_from(PARTIES), st.just(frozenset({"alarm.raised"}))), max_size=4),
    fewer=st.sets(st.sampled_from(PARTIES)),
)
def test_adding_a_restriction_never_widens_what_anyone_sees(
    named: set[str], agreed: list[Agreement], fewer: set[str]
) -> None:
    before = set(release(sorted(named), agreed).to)
    assert before <= named
    assert set(release(sorted(named - fewer), agreed).to) <= before
    assert set(release(sorted(named), [one for one in agreed if one.party not in fewer]).to) <= before
    assert release(sorted(named)).to == ()


async def test_no_detections_is_never_shown_as_clear_where_no_sensor_is_healthy(running: House) -> None:
    picture = await running.get("/api/picture")
    assert {stretch["state"] for stretch in picture["watched"]} == {"lost", "unwatched"}
    sensor = running.sensor()
    node = await running.connect(sensor)
    await until(lambda: any(stretch.state == "watched" for stretch in running.centre.live.watched()))
    node.hang_up()
    await until(lambda: all(stretch.state != "watched" for stretch in running.centre.live.watched()), 30)
    picture = await running.get("/api/picture")
    lost = [stretch for stretch in picture["watched"] if sensor.sensor_id in stretch["sensors"]]
    assert {stretch["state"] for stretch in lost} == {"lost"}
    unwatched_m = sum(stretch["to_m"] - stretch["from_m"] for stretch in picture["watched"])
    (figure,) = [figure for figure in picture["pulse"]["figures"] if figure["key"] == "not_watched"]
    assert figure["value"] == pytest.approx(unwatched_m / 1000.0)


async def test_the_same_journal_gives_the_same_views_bit_for_bit(tmp_path: Path) -> None:
    async with house(tmp_path / "centre") as running:
        await standing_alarm(running.centre)
        await running.post("/api/alarms/A1000/acknowledge")
        await running.post("/api/incidents", {"kind": "tunnel", "place": "km 100"})
    made = [rebuild(tmp_path / "centre", registry()) for _ in range(2)]
    assert all(one.identical for one in made)
    assert made[0].digest_after == made[1].digest_after
    assert verify(tmp_path / "centre", registry()).ok


async def test_a_bad_message_from_a_sensor_is_quarantined_with_a_reason_and_stops_nothing_else(running: House) -> None:
    bad, good = running.sensor("ground_radar", 0), running.sensor("ground_radar", 1)
    nodes = [await running.connect(bad), await running.connect(good)]
    now_s = running.centre.clock.now_s()
    for lon, lat in ((float("nan"), 36.0), (41.0, 95.0), (bad.lat, bad.lon), (0.0, 0.0)):
        wrong = report(location=point(lon, lat, x_error=1e-5, y_error=1e-5))
        nodes[0].send(frame(now_s, node=bad.node_id, detection_report=wrong))
    nodes[0].send(b"this is no message")
    await walked_in(running, good, nodes[1])
    rows = (await running.get("/api/picture"))["quarantine"]
    assert len(rows) >= 4
    for row in rows:
        assert row["sensor_id"] == bad.sensor_id
        assert len(row["reason"]) > 15, row
        assert row["simulated"]
    assert any(alarm.kind == "approach" for alarm in running.centre.alarms())
    for node in nodes:
        node.hang_up()


async def test_every_number_on_the_page_can_say_where_it_comes_from(running: House) -> None:
    await standing_alarm(running.centre)
    picture = await running.get("/api/picture")
    for figure in picture["pulse"]["figures"]:
        assert figure["source"], figure
        assert figure["as_of"] or figure["key"] == "planned", figure
    for offer in (await running.get("/api/alarms/A1000"))["units"]:
        assert "km/h" in offer["assumption"]
    for sensor in picture["sensors"]:
        assert sensor["performance_source"]
    # drawing the ground the first time takes a while on a busy machine
    frontier = await running.client.get("/api/frontier", timeout=60.0)
    assert frontier.json()["terrain"]["source"]


async def test_an_effector_is_refused_with_a_reason(running: House) -> None:
    sensor = running.sensor()
    node = Node(*await asyncio.open_connection("127.0.0.1", running.centre.sapient_port))
    effector = Registration.NodeType.NODE_TYPE_KINETIC
    node.send(frame(running.centre.clock.now_s(), node=sensor.node_id, registration=registration(effector)))
    answer = (await node.receive()).registration_ack
    assert not answer.acceptance
    assert "effector" in " ".join(answer.ack_response_reason)
    await until(lambda: bool(running.centre.journal.rows("quarantine")))
    assert "effector" in (await running.get("/api/picture"))["quarantine"][0]["reason"]
    assert running.centre.live.sensing.states()[sensor.sensor_id] == "dead"
    node.hang_up()


async def test_nothing_simulated_loses_its_mark(tmp_path: Path) -> None:
    async with house(tmp_path / "centre") as running:
        sensor = running.sensor()
        assert sensor.simulated
        node = await running.connect(sensor)
        alarm = (await walked_in(running, sensor, node)).alarm_id
        await running.post(f"/api/alarms/{alarm}/acknowledge")
        incident = await running.post("/api/incidents", {"kind": "crossing attempt", "alarm_id": alarm})
        unit = running.centre.units()[0].unit_id
        task = await running.post("/api/tasks", {"unit_id": unit, "incident_id": incident["incident_id"]})
        picture = await running.get("/api/picture")
        card = await running.get(f"/api/alarms/{alarm}")
        assert picture["pulse"]["simulated"]
        assert card["alarm"]["simulated"]
        assert card["track"]["simulated"]
        assert (incident["simulated"], task["simulated"]) == (True, True)
        for view in ("tracks", "alarms", "incidents", "tasks", "sensors"):
            assert all(row["simulated"] for row in picture[view]), view
        stored = running.centre.observations.between(0.0, running.centre.clock.now_s() + 60)
        assert stored
        assert all(row.simulated for row in stored)
        node.hang_up()
    with JournalReader.open_to_read(tmp_path / "centre", registry()) as journal:
        natures = {record.type: record.nature for record in journal.records()}
    assert {natures[record_type] for record_type in DERIVED} == {"simulated"}
