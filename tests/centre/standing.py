"""Alarms for tests of what people do about them: by a record that says so, or by somebody who walks to the line."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.gateways.sapient.frames import Node, frame, point, report
from tests.house import House

from vallum.assets.sensor import SensorRow
from vallum.centre.centre import Centre
from vallum.gateways.sapient.messages import AssociatedFile
from vallum.journal.envelope import Draft, Nature
from vallum.watch.alarm import AlarmKind, AlarmRaised, AlarmRow

CHAINAGE_M = 120_000.0


async def standing_alarm(
    centre: Centre,
    alarm_id: str = "A1000",
    *,
    nature: Nature = "simulated",
    kind: AlarmKind = "approach",
    **more: Any,
) -> AlarmRow:
    """Write that a rule raised an alarm 900 m before the line, and give its row."""
    lon, lat = centre.project.frontier.point_at(CHAINAGE_M, -900.0)
    body = AlarmRaised(
        alarm_id=alarm_id,
        rule=kind,
        kind=kind,
        priority=1,
        classification="person",
        lon=lon,
        lat=lat,
        chainage_m=CHAINAGE_M,
        offset_m=-900.0,
        **more,
    )
    await centre.journal.appended(Draft(type="alarm.raised", actor="centre", nature=nature, body=body))
    return next(alarm for alarm in centre.alarms() if alarm.alarm_id == alarm_id)


async def walked_in(house: House, sensor: SensorRow, node: Node, still: AssociatedFile | None = None) -> AlarmRow:
    """Report somebody who walks straight to the line, to two metres, until that raises an alarm; give its row."""
    frontier, clock = house.centre.project.frontier, house.centre.clock
    chainage_m = frontier.locate(sensor.lon, sensor.lat).chainage_m
    start_s = clock.now_s()
    for second in range(60):
        lon, lat = frontier.point_at(chainage_m, -900.0 + 1.4 * second)
        seen = report(
            location=point(lon, lat, x_error=2e-5, y_error=2e-5),
            classification=[{"type": "Human", "confidence": 0.9}],
            associated_file=[] if still is None else [still],
        )
        node.send(frame(start_s + second, node=sensor.node_id, detection_report=seen))
        await asyncio.sleep(1.0 / clock.speed)
        raised = [alarm for alarm in house.centre.alarms() if alarm.kind == "approach"]
        if raised:
            return raised[0]
    raise AssertionError("somebody walked to the line for a minute and no alarm was raised")
