"""Project files are input: what they say that the journal does not know becomes a record, once."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

from vallum.assets.unit import UnitPositioned
from vallum.centre.centre import Centre
from vallum.centre.folder import open_project
from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft, Record


def opened(folder: Path) -> Centre:
    return Centre.open(folder, open_project(folder), clock=Clock.machine(), sight=False)


async def records_of(folder: Path, after: int = 0) -> list[Record]:
    centre = opened(folder)
    found = centre.journal.records(after_seq=after)
    await centre.stop()
    return found


def edit(file: Path, change: Callable[[list[dict[str, str]]], None]) -> None:
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    change(rows)
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


async def test_a_first_start_declares_everything_by_the_project_files(folder: Path) -> None:
    found = await records_of(folder)
    assert {record.actor for record in found} == {"project files"}
    types = {record.type for record in found}
    assert {"line.surveyed", "sensor.installed", "unit.registered", "obstacle.planned", "works.reported"} <= types
    said = {record.body["item"] for record in found if record.type == "project.declared"}
    assert {"tower T-01", "section A", "party national_guard", "programme", "project", "file terrain.tif"} <= said
    assert {record.nature for record in found if record.type == "sensor.installed"} == {"simulated"}


async def test_a_project_that_did_not_change_declares_nothing_again(folder: Path) -> None:
    first = await records_of(folder)
    assert await records_of(folder, after=len(first)) == []


async def test_a_changed_cell_becomes_exactly_one_record_that_names_the_file_by_its_hash(folder: Path) -> None:
    first = await records_of(folder)
    sensors = folder / "sensors.csv"

    def turn(rows: list[dict[str, str]]) -> None:
        rows[0]["bearing_deg"] = str(float(rows[0]["bearing_deg"]) + 1.0)

    edit(sensors, turn)
    (record,) = await records_of(folder, after=len(first))
    before = next(known for known in first if known.type == "sensor.installed")
    assert record.type == "sensor.installed"
    assert record.body == {**before.body, "bearing_deg": before.body["bearing_deg"] + 1.0}
    assert record.purpose == f"sensors.csv sha256 {hashlib.sha256(sensors.read_bytes()).hexdigest()}"


async def test_a_changed_alarm_threshold_leaves_a_trace_and_the_watch_goes_by_it(folder: Path) -> None:
    first = await records_of(folder)
    settings = folder / "vallum.toml"
    text = settings.read_text(encoding="utf-8")
    assert "within_m = 3000.0" in text
    settings.write_text(text.replace("within_m = 3000.0", "within_m = 2000.0  # nearer"), encoding="utf-8")
    (record,) = await records_of(folder, after=len(first))
    assert (record.type, record.nature, record.body["rule"]) == ("alarm_rule.changed", "declared", "approach")
    assert record.body["settings"]["within_m"] == 2000.0
    assert record.purpose == f"vallum.toml sha256 {hashlib.sha256(settings.read_bytes()).hexdigest()}"
    centre = opened(folder)
    assert centre.live.rules == centre.project.alarm_rules
    assert centre.live.rules.approach.within_m == 2000.0
    await centre.stop()


async def test_whatever_else_changes_in_the_files_leaves_one_record_each_and_a_comment_leaves_none(
    folder: Path,
) -> None:
    first = await records_of(folder)
    settings = folder / "vallum.toml"
    settings.write_text("# only a comment\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    assert await records_of(folder, after=len(first)) == []

    def heighten(rows: list[dict[str, str]]) -> None:
        rows[0]["height_m"] = str(float(rows[0]["height_m"]) + 1.0)

    edit(folder / "towers.csv", heighten)
    places = folder / "places.geojson"
    places.write_text(places.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    tower, file = await records_of(folder, after=len(first))
    before = next(known for known in first if known.body.get("item") == tower.body["item"])
    assert tower.body["values"]["height_m"] == before.body["values"]["height_m"] + 1.0
    assert file.body["item"] == "file places.geojson"
    assert file.body["values"]["sha256"] == hashlib.sha256(places.read_bytes()).hexdigest()


async def test_a_unit_that_has_moved_stays_where_it_was_heard_when_the_files_say_otherwise(folder: Path) -> None:
    centre = opened(folder)
    unit = centre.units()[0]
    position = UnitPositioned(unit_id=unit.unit_id, lon=unit.lon + 0.1, lat=unit.lat, by_radio=True)
    centre.journal.append(Draft(type="unit.positioned", actor="watch-1", body=position))
    last = centre.journal.last()
    assert last is not None
    assert last.seq is not None
    await centre.stop()
    assert await records_of(folder, after=last.seq) == []

    def rename(rows: list[dict[str, str]]) -> None:
        rows[0]["callsign"] = "HERON 1"

    edit(folder / "units.csv", rename)
    (record,) = await records_of(folder, after=last.seq)
    assert record.type == "unit.registered"
    centre = opened(folder)
    moved = next(known for known in centre.units() if known.unit_id == unit.unit_id)
    assert (moved.callsign, moved.lon) == ("HERON 1", unit.lon + 0.1)
    await centre.stop()


WALKED = (
    "sensor_id,target,light,weather,from_m,to_m,walked,detected,on,by,source\n"
    "T-01-thermal,person,night,clear,0,1500,50,49,2021-03-10,section engineer,sheet 7\n"
)


async def test_a_walk_test_in_the_files_is_declared_once_and_stands_with_its_sensor(folder: Path) -> None:
    (folder / "walktests.csv").write_text(WALKED, encoding="utf-8")
    first = await records_of(folder)
    (record,) = [record for record in first if record.type == "sensor.tested"]
    assert record.nature == "simulated"
    assert record.purpose is not None
    assert record.purpose.startswith("walktests.csv sha256 ")
    assert await records_of(folder, after=len(first)) == []
    centre = opened(folder)
    rows = {row.sensor_id: len(row.walk_tests) for row in centre.sensors()}
    await centre.stop()
    assert rows.pop("T-01-thermal") == 1
    assert not any(rows.values())


async def test_a_sensor_that_the_files_turn_loses_its_walk_test_and_does_not_get_it_back(folder: Path) -> None:
    (folder / "walktests.csv").write_text(WALKED, encoding="utf-8")
    first = await records_of(folder)

    def turn(rows: list[dict[str, str]]) -> None:
        rows[0]["bearing_deg"] = "250"

    edit(folder / "sensors.csv", turn)
    second = await records_of(folder, after=len(first))
    assert [record.type for record in second] == ["sensor.installed"]
    assert await records_of(folder, after=len(first) + len(second)) == []
    centre = opened(folder)
    assert all(not row.walk_tests for row in centre.sensors())
    await centre.stop()
