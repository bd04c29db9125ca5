"""A picture is found by whose it is: what another sensor calls by the same name is another picture."""

from __future__ import annotations

import base64

from tests.centre.standing import standing_alarm

from vallum.centre.cards import alarm_card
from vallum.centre.centre import Centre
from vallum.journal import DetectionRow
from vallum.watch.alarm import Evidence

REPORT = "01F10CXN73W692Y47DE58KJF4S"


async def test_two_alarms_whose_sensors_use_one_report_id_show_each_its_own_picture(centre: Centre) -> None:
    for alarm_id, sensor_id, png in (("A1000", "T-01-thermal", b"first"), ("A1001", "T-02-thermal", b"second")):
        evidence = Evidence(
            still_report_id=REPORT, still_sensor_id=sensor_id, still_png_base64=base64.b64encode(png).decode()
        )
        await standing_alarm(centre, alarm_id, evidence=evidence)
    # a third sensor says the same name later, and the store has its picture
    centre.observations.detection(DetectionRow("node", "1", REPORT, "C-3", 1.0, 1.1, 1.0, "point", still=b"third"))
    centre.observations.flush()
    names = [alarm_card(centre, alarm_id).stills[0].name for alarm_id in ("A1000", "A1001")]
    assert [centre.still(name) for name in (*names, f"node.{REPORT}")] == [b"first", b"second", b"third"]
    assert [centre.still(name) for name in (REPORT, "A1000.other", f"A9.{REPORT}", "")] == [None] * 4
