"""What a unit is asked to do, over HTTP: a whole life entered by radio, and the steps a task does not have."""

from __future__ import annotations

from typing import Any

import pytest
from tests.centre.standing import standing_alarm
from tests.house import House

STEPS = {"received": "received", "accepted": "accepted", "en_route": "en route", "on_scene": "on scene", "done": "done"}


async def sent(house: House, **more: Any) -> dict[str, Any]:
    unit = house.centre.units()[0]
    return dict(await house.post("/api/tasks", {"unit_id": unit.unit_id, "instruction": "go and look", **more}))


async def test_a_task_lives_its_whole_life_by_radio_and_every_step_says_so(running: House) -> None:
    alarm = await standing_alarm(running.centre)
    task = await sent(running, alarm_id=alarm.alarm_id)
    assert (task["state"], task["sent_by"], task["chainage_m"]) == ("sent", "watch-1", alarm.chainage_m)
    assert task["arrival_estimate"] > task["sent_at"]
    for step, state in STEPS.items():
        task = await running.post(f"/api/tasks/{task['task_id']}/{step}", {"by_radio": True, "note": "heard well"})
        assert task["state"] == state
    assert len(task["history"]) == 1 + len(STEPS)
    for line in task["history"][1:]:
        assert line["note"] == f"entered for unit {task['callsign']} by radio: heard well"
        assert line["actor"] == "watch-1"


@pytest.mark.parametrize("step", ["received", "accepted", "en_route", "on_scene", "done", "cancelled"])
async def test_a_task_that_was_refused_takes_no_more_steps(running: House, step: str) -> None:
    task = await sent(running, place="km 100")
    await running.post(f"/api/tasks/{task['task_id']}/refused", {"note": "no fuel"})
    answer = await running.post(f"/api/tasks/{task['task_id']}/{step}", {}, expect=409)
    assert f"task {task['task_id']} is refused; it cannot become {step.replace('_', ' ')}" in answer["detail"]


async def test_a_task_without_a_place_is_refused_with_what_is_needed(running: House) -> None:
    unit = running.centre.units()[0]
    answer = await running.post("/api/tasks", {"unit_id": unit.unit_id}, expect=422)
    assert "a task needs a place" in answer["detail"]
    answer = await running.post("/api/tasks", {"unit_id": "U-999", "place": "km 1"}, expect=404)
    assert answer["detail"] == "there is no unit U-999"
    answer = await running.post("/api/tasks/T9/done", {}, expect=404)
    assert answer["detail"] == "there is no task T9"
    assert running.centre.tasks() == ()


async def test_only_who_may_send_may_cancel_and_a_patrol_leader_may_answer(running: House) -> None:
    task = await sent(running, place="km 100")
    async with running.signed_in("patrol leader", "eagle-2") as leader:
        answer = await leader.post(f"/api/tasks/{task['task_id']}/accepted", json={"by_radio": False, "note": "going"})
        assert (answer.status_code, answer.json()["history"][-1]["note"]) == (200, "going")
        refused = await leader.post(f"/api/tasks/{task['task_id']}/cancelled", json={})
        assert refused.status_code == 403
        assert "patrol leader may not task" in refused.json()["detail"]
    assert (await running.post(f"/api/tasks/{task['task_id']}/cancelled", {}))["state"] == "cancelled"
