"""Each decision is a record by who took it; a step that a life does not have is refused and written nowhere."""

from __future__ import annotations

import asyncio

import pytest
from tests.centre.standing import CHAINAGE_M, standing_alarm

from vallum.centre.centre import Centre
from vallum.centre.decisions import Decisions, UnknownThingError
from vallum.centre.names import Names
from vallum.centre.person import NotAllowedError, Person
from vallum.journal.registry import RefusedDraftError


async def test_each_decision_is_a_record_by_its_actor_linked_to_the_alarm(centre: Centre, officer: Person) -> None:
    alarm = await standing_alarm(centre)
    unit = centre.units()[0]
    decide = centre.decisions
    await decide.acknowledge(officer, "A1000")
    await decide.shelve(officer, "A1000", "herd of the village", 10)
    await decide.unshelve(officer, "A1000")
    await decide.acknowledge(officer, "A1000")
    incident = await decide.open_incident(officer, "crossing attempt", "A1000", None, "")
    await decide.update_incident(officer, incident.incident_id, None, "two persons")
    task = await decide.send(officer, unit.unit_id, "A1000", incident.incident_id, None, "go and look")
    await decide.move_task(officer, task.task_id, "accepted", True, "")
    await decide.close_incident(officer, incident.incident_id, "turned back")
    await decide.close(officer, "A1000", "confirmed", "two persons")
    await decide.log_radio(officer, "EAGLE 2", "km 100", "all quiet", None)
    taken = [record for record in centre.journal.records() if record.actor == "watch-1"]
    assert [record.type for record in taken] == [
        "alarm.acknowledged",
        "alarm.shelved",
        "alarm.unshelved",
        "alarm.acknowledged",
        "incident.opened",
        "incident.updated",
        "task.sent",
        "task.accepted",
        "incident.closed",
        "alarm.closed",
        "radio.logged",
    ]
    # every sensor of the worked example is simulated: the whole watch is an exercise, the radio included
    assert {record.nature for record in taken} == {"simulated"}
    for record in (taken[0], taken[4], taken[6], taken[9]):
        assert [(link.relation, link.record) for link in record.links] == [("about", alarm.record_id)]
    sent = taken[6]
    assert sent.place is not None
    assert (sent.place.lon, sent.place.lat, sent.place.chainage_m) == (alarm.lon, alarm.lat, CHAINAGE_M)


def of_a_real_watch(centre: Centre) -> Decisions:
    """Give decisions that are no exercise: the worked example itself is one, as all its sensors are simulated."""
    return Decisions(centre.journal, centre.project.frontier, centre.clock, Names.after(centre.journal))


async def test_a_task_about_something_real_and_something_simulated_carries_the_mark(
    centre: Centre, officer: Person
) -> None:
    decisions = of_a_real_watch(centre)
    await standing_alarm(centre, nature="simulated")
    incident = await decisions.open_incident(officer, "tunnel", None, "km 100", "")
    assert not incident.simulated
    task = await decisions.send(officer, centre.units()[0].unit_id, "A1000", incident.incident_id, None, "go and look")
    assert task.simulated
    moved = await decisions.move_task(officer, task.task_id, "accepted", True, "")
    assert moved.simulated


async def test_a_decision_about_something_real_is_real(centre: Centre, officer: Person) -> None:
    await standing_alarm(centre, nature="estimated")
    await of_a_real_watch(centre).acknowledge(officer, "A1000")
    record = centre.journal.last()
    assert record is not None
    assert record.nature == "declared"
    assert not next(alarm for alarm in centre.alarms() if alarm.alarm_id == "A1000").simulated


async def test_a_step_that_a_life_does_not_have_says_why_and_is_written_nowhere(
    centre: Centre, officer: Person
) -> None:
    await standing_alarm(centre)
    before = centre.journal.last()
    with pytest.raises(RefusedDraftError, match="alarm A1000 is unacknowledged; only an alarm that is acknowledged"):
        await centre.decisions.close(officer, "A1000", "benign", "a herd")
    with pytest.raises(UnknownThingError, match="there is no incident I7"):
        await centre.decisions.close_incident(officer, "I7", "nothing")
    assert centre.journal.last() == before


async def test_of_two_people_who_acknowledge_at_once_one_has_the_alarm_and_the_other_is_told(
    centre: Centre, officer: Person
) -> None:
    await standing_alarm(centre)
    other = Person("watch-2", "watch officer", officer.party)
    answers = await asyncio.gather(
        centre.decisions.acknowledge(officer, "A1000"),
        centre.decisions.acknowledge(other, "A1000"),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, RefusedDraftError)]
    assert len(refused) == 1
    assert "is acknowledged" in str(refused[0])


async def test_who_may_not_decide_writes_nothing(centre: Centre) -> None:
    await standing_alarm(centre)
    before = centre.journal.last()
    auditor = Person("audit-1", "auditor", "national_guard")
    decide = centre.decisions
    for attempt in (
        decide.acknowledge(auditor, "A1000"),
        decide.shelve(auditor, "A1000", "a reason", 5),
        decide.close(auditor, "A1000", "benign", "a herd"),
        decide.open_incident(auditor, "tunnel", None, None, ""),
        decide.send(auditor, "U-01", None, None, "km 1", ""),
        decide.log_radio(auditor, "EAGLE 2", "", "x", None),
        centre.look_again(auditor, "A1000", "T-01-thermal"),
    ):
        with pytest.raises(NotAllowedError):
            await attempt
    assert centre.journal.last() == before


async def test_names_never_collide_under_fifty_decisions_at_once(centre: Centre, officer: Person) -> None:
    await standing_alarm(centre)
    unit = centre.units()[0].unit_id
    opened = [centre.decisions.open_incident(officer, "tunnel", None, "km 1", "") for _ in range(25)]
    sent = [centre.decisions.send(officer, unit, None, None, "km 1", "") for _ in range(25)]
    rows = await asyncio.gather(*opened, *sent)
    assert (
        len({row.model_dump()[key] for row, key in zip(rows, ["incident_id"] * 25 + ["task_id"] * 25, strict=True)})
        == 50
    )
