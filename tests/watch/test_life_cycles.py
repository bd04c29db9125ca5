"""Whatever order things are said in, alarms, tasks and incidents only ever take the steps they have."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from vallum.watch.alarm import TRANSITIONS as ALARM_STEPS
from vallum.watch.alarm import AlarmRow
from vallum.watch.records import RECORDS, VIEWS
from vallum.watch.task import TRANSITIONS as TASK_STEPS
from vallum.watch.task import TaskRow

START = datetime(2021, 3, 17, 15, tzinfo=UTC)
LATER = START + timedelta(hours=9)

BODIES: dict[str, dict[str, Any]] = {
    "alarm.raised": {"alarm_id": "A-1", "rule": "approach", "kind": "approach", "priority": 1},
    "alarm.acknowledged": {"alarm_id": "A-1"},
    "alarm.shelved": {"alarm_id": "A-1", "reason": "a herder known to us", "until": LATER},
    "alarm.unshelved": {"alarm_id": "A-1"},
    "alarm.closed": {"alarm_id": "A-1", "disposition": "benign", "cause": "herder"},
    "look.asked": {"alarm_id": "A-1", "task_id": "01F", "sensor_id": "T-01-thermal", "lon": 41.0, "lat": 36.0},
    "look.answered": {"alarm_id": "A-1", "task_id": "01F", "status": "completed"},
    "task.sent": {"task_id": "K-1", "unit_id": "U-1", "callsign": "EAGLE 2", "lon": 41.0, "lat": 36.0},
    **{step: {"task_id": "K-1"} for step in TASK_STEPS},
    "incident.opened": {"incident_id": "I-1", "kind": "crossing attempt"},
    "incident.updated": {"incident_id": "I-1", "note": "two people"},
    "incident.closed": {"incident_id": "I-1", "outcome": "turned back"},
    "radio.logged": {"line_id": "L-1", "callsign": "EAGLE 2", "text": "at the berm"},
    "report.quarantined": {"quarantine_id": "Q-1", "node_id": "n", "reason_code": "swapped", "reason": "swapped axes"},
    "alarm_rule.changed": {"rule": "crossed", "settings": {"priority": 1}},
    "weather.stated": {"weather": "dust", "valid_until": LATER},
}


def say(row: Any, record_type: str, minute: int, nature: str = "observed") -> Any:
    body, _, reduce = RECORDS[record_type]
    header = {
        "id": f"record-{minute}",
        "type": record_type,
        "actor": f"watch-{minute}",
        "nature": nature,
        "occurred": START + timedelta(minutes=minute),
        "recorded": START + timedelta(minutes=minute, seconds=1),
    }
    return reduce(row, body(**BODIES[record_type]), header)


def test_every_record_of_the_watch_is_told_of_here() -> None:
    assert set(BODIES) == set(RECORDS)


@pytest.mark.parametrize("record_type", sorted(RECORDS))
def test_every_record_touches_the_row_that_its_body_names(record_type: str) -> None:
    body, view, _ = RECORDS[record_type]
    assert view is not None
    assert issubclass(body, BaseModel)
    assert next(iter(VIEWS[view].model_fields)) in body.model_fields


@given(st.lists(st.sampled_from(["look.asked", "look.answered", *ALARM_STEPS]), max_size=12))
def test_a_look_is_asked_for_once_answered_once_and_moves_no_alarm(steps: list[str]) -> None:
    row = say(None, "alarm.raised", 0)
    told: list[str] = []
    for minute, step in enumerate(steps, start=1):
        expected = {"look.asked": not told, "look.answered": told == ["look.asked"]}
        try:
            after = say(row, step, minute)
        except ValueError:
            assert not expected.get(step, False), "a step of a look was refused"
            continue
        if step in expected:
            assert expected[step]
            told.append(step)
            assert (after.state, after.history[-1].type) == (row.state, step)
        row = after
    assert [look.status for look in row.looks] == ["completed" if len(told) == 2 else "asked"] * bool(told)
    assert all(look.asked_by.startswith("watch-") for look in row.looks)


@given(st.lists(st.sampled_from(["alarm.raised", *ALARM_STEPS]), max_size=12))
def test_an_alarm_takes_only_the_steps_of_its_life(steps: list[str]) -> None:
    row: AlarmRow | None = None
    for minute, step in enumerate(steps):
        if step == "alarm.raised":
            allowed, target = row is None, "unacknowledged"
        else:
            sources, target = ALARM_STEPS[step]
            allowed = row is not None and row.state in sources
        if not allowed:
            with pytest.raises(ValueError, match=r"alarm A-1"):
                say(row, step, minute)
            continue
        before, row = row, say(row, step, minute)
        assert row.state == target
        assert len(row.history) == (0 if before is None else len(before.history)) + 1
        assert row.history[-1].actor == f"watch-{minute}"
        assert (row.state == "closed") == (row.closed_by is not None)
        assert (row.shelved_until is not None) == (row.state == "shelved")
        if row.state == "unacknowledged":
            assert row.acknowledged_by is None


@given(st.lists(st.sampled_from(["task.sent", *TASK_STEPS]), max_size=12))
def test_a_task_takes_only_the_steps_of_its_life(steps: list[str]) -> None:
    row: TaskRow | None = None
    for minute, step in enumerate(steps):
        if step == "task.sent":
            allowed, target = row is None, "sent"
        else:
            sources, target = TASK_STEPS[step]
            allowed = row is not None and row.state in sources
        if not allowed:
            with pytest.raises(ValueError, match=r"task K-1"):
                say(row, step, minute)
            continue
        row = say(row, step, minute)
        assert (row.state, row.state_at) == (target, START + timedelta(minutes=minute))


@given(st.lists(st.sampled_from(["incident.opened", "incident.updated", "incident.closed"]), max_size=8))
def test_an_incident_is_opened_once_and_closed_once(steps: list[str]) -> None:
    row: Any = None
    for minute, step in enumerate(steps):
        allowed = row is None if step == "incident.opened" else row is not None and row.state == "open"
        if not allowed:
            with pytest.raises(ValueError, match=r"incident I-1"):
                say(row, step, minute)
            continue
        row = say(row, step, minute)
    assert row is None or (row.state == "closed") == (row.outcome is not None)


def test_an_alarm_is_closed_only_by_whom_it_belongs_to() -> None:
    row = say(None, "alarm.raised", 0)
    with pytest.raises(ValueError, match="only an alarm that is acknowledged can be closed"):
        say(row, "alarm.closed", 1)


def test_an_alarm_back_from_the_shelf_must_be_acknowledged_again() -> None:
    row: Any = None
    for minute, step in enumerate(["alarm.raised", "alarm.acknowledged", "alarm.shelved", "alarm.unshelved"]):
        row = say(row, step, minute)
    assert (row.state, row.acknowledged_by) == ("unacknowledged", None)


def test_an_alarm_is_not_shelved_until_a_time_that_has_passed() -> None:
    row = say(None, "alarm.raised", 0)
    with pytest.raises(ValueError, match="must lie after now"):
        say(row, "alarm.shelved", 10 * 60)


def test_the_picture_stays_in_the_record_and_not_in_the_view() -> None:
    body, _, reduce = RECORDS["alarm.raised"]
    evidence = {"still_png_base64": "aGVsbG8=", "still_sensor_id": "T-01-thermal"}
    header = {"id": "r", "type": "alarm.raised", "actor": "centre", "nature": "simulated", "occurred": START}
    assert reduce is not None
    row = reduce(None, body(**BODIES["alarm.raised"], evidence=evidence), header)
    assert row.evidence.still_png_base64 is None
    assert (row.evidence.still_sensor_id, row.simulated) == ("T-01-thermal", True)


def test_a_word_on_the_radio_is_written_once_and_a_report_is_set_aside() -> None:
    row = say(None, "radio.logged", 0)
    assert (row.at, row.entered_by) == (START, "watch-0")
    with pytest.raises(ValueError, match="correct it with a new line"):
        say(row, "radio.logged", 1)
    assert say(None, "report.quarantined", 0, nature="simulated").simulated is True


def test_a_step_entered_for_a_unit_says_so() -> None:
    body, _, reduce = RECORDS["task.accepted"]
    header = {"id": "r", "type": "task.accepted", "actor": "watch-1", "nature": "observed", "occurred": START}
    assert reduce is not None
    row = reduce(say(None, "task.sent", 0), body(task_id="K-1", by_radio=True, note="moving in two"), header)
    assert row.history[-1].note == "entered for unit EAGLE 2 by radio: moving in two"
