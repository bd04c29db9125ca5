"""A centre that stops writes down what it was told last."""

from __future__ import annotations

from pathlib import Path

from tests.gateways.sapient.frames import frame, point, report
from tests.house import house, until

from vallum.centre.registry import registry
from vallum.journal import JournalReader


async def test_what_was_set_aside_before_the_stop_is_all_in_the_journal(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    async with house(folder) as found:
        sensor = found.sensor()
        node = await found.connect(sensor)
        for _ in range(50):
            now_s = found.centre.clock.now_s()
            node.send(frame(now_s, node=sensor.node_id, detection_report=report(location=point(sensor.lon, 95.0))))
        await until(lambda: found.centre.sapient_counters().quarantined == 50)
        node.hang_up()
    with JournalReader.open_to_read(folder, registry()) as journal:
        assert sum(row.repeats for row in journal.rows("quarantine")) == 50
