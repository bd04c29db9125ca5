"""Which towers, sensors and units does a project declare, and where do they stand?"""

from __future__ import annotations

import uuid

from vallum.assets.sensor import Sensor
from vallum.assets.tower import Tower
from vallum.assets.unit import Unit
from vallum.frontier.line import Frontier
from vallum.project.cell import flag, number
from vallum.project.declared import built, repeated, unknown
from vallum.project.problem import Problem, quoted
from vallum.project.table import Column, Row, Table
from vallum.project.where import POSITION, gives_position, position

TOWERS = (
    Column("tower_id"),
    Column("name"),
    *POSITION,
    Column("height_m", number),
    Column("party"),
    Column("placement"),
    Column("source"),
)
SENSORS = (
    Column("sensor_id"),
    Column("kind"),
    Column("tower_id", required=False),
    Column("node_id"),
    *POSITION,
    Column("mast_m", number),
    Column("bearing_deg", number),
    Column("sector_deg", number),
    Column("range_person_m", number),
    Column("range_vehicle_m", number),
    Column("range_min_m", number, required=False),
    Column("party"),
    Column("simulated", flag, required=False),
    Column("performance_source"),
    Column("range_probability", number, required=False),
)
UNITS = (
    Column("unit_id"),
    Column("callsign"),
    Column("kind"),
    Column("party"),
    Column("section_id"),
    *POSITION,
    Column("readiness_s", number),
    Column("speed_m_s", number),
    Column("sidc"),
    Column("simulated", flag, required=False),
    Column("source"),
)

_PARTY = "a party of vallum.toml"


def towers(
    table: Table, frontier: Frontier | None, party_ids: frozenset[str]
) -> tuple[tuple[Tower, ...], list[Problem]]:
    """Read the towers.

    Examples
    --------
    >>> towers(Table("towers.csv", (), ()), None, frozenset())
    ((), [])
    """
    problems = repeated(table, "tower_id") + unknown(table, "party", party_ids, _PARTY)
    found: list[Tower] = []
    for row in table.rows:
        where, wrong = position(table.file, row, frontier)
        problems.extend(wrong)
        tower, wrong = built(Tower, table.file, row, _at(row, where))
        problems.extend(wrong)
        if tower is not None and where is not None:
            found.append(tower)
    return tuple(found), problems


def sensors(
    table: Table,
    frontier: Frontier | None,
    standing: tuple[Tower, ...],
    tower_ids: frozenset[str],
    party_ids: frozenset[str],
) -> tuple[tuple[Sensor, ...], list[Problem]]:
    """Read the sensors; one that names a tower and no position stands on that tower.

    Parameters
    ----------
    table
        Rows of sensors.csv.
    frontier
        The line, if it could be read.
    standing
        The towers that could be read.
    tower_ids, party_ids
        All that are named in the project, sound or not.

    Examples
    --------
    >>> sensors(Table("sensors.csv", (), ()), None, (), frozenset(), frozenset())
    ((), [])
    """
    problems = repeated(table, "sensor_id") + repeated(table, "node_id")
    problems += unknown(table, "tower_id", tower_ids, "a tower of towers.csv")
    problems += unknown(table, "party", party_ids, _PARTY)
    by_id = {tower.tower_id: tower for tower in standing}
    found: list[Sensor] = []
    for row in table.rows:
        tower = by_id.get(row.cells.get("tower_id", ""))
        where: tuple[float, float] | None
        wrong: list[Problem]
        if row.cells.get("tower_id") and not gives_position(row):
            where, wrong = (None if tower is None else (tower.lon, tower.lat)), []
        else:
            where, wrong = position(table.file, row, frontier)
        problems.extend(wrong)
        problems.extend(_node_problems(table.file, row))
        sensor, wrong = built(Sensor, table.file, row, _at(row, where))
        problems.extend(wrong)
        if sensor is None or where is None:
            continue
        if tower is not None and sensor.mast_m > tower.height_m:
            words = f"{quoted(row.cells['mast_m'])} on a tower of {tower.height_m:g} m"
            problems.append(Problem(table.file, row.number, "mast_m", words, "a height on the tower"))
        found.append(sensor)
    return tuple(found), problems


def units(
    table: Table, frontier: Frontier | None, section_ids: frozenset[str], party_ids: frozenset[str]
) -> tuple[tuple[Unit, ...], list[Problem]]:
    """Read the units.

    Examples
    --------
    >>> units(Table("units.csv", (), ()), None, frozenset(), frozenset())
    ((), [])
    """
    problems = repeated(table, "unit_id") + repeated(table, "callsign")
    problems += unknown(table, "section_id", section_ids, "a section of sections.csv")
    problems += unknown(table, "party", party_ids, _PARTY)
    found: list[Unit] = []
    for row in table.rows:
        where, wrong = position(table.file, row, frontier)
        problems.extend(wrong)
        unit, wrong = built(Unit, table.file, row, _at(row, where))
        problems.extend(wrong)
        if unit is not None and where is not None:
            found.append(unit)
    return tuple(found), problems


def _at(row: Row, where: tuple[float, float] | None) -> dict[str, object]:
    # Where the position has its own problem, the rest of the row is still looked at with one that holds.
    lon, lat = where or (0.0, 0.0)
    names = {column.name for column in POSITION}
    return {**{name: value for name, value in row.values.items() if name not in names}, "lon": lon, "lat": lat}


def _node_problems(file: str, row: Row) -> list[Problem]:
    cell = row.cells.get("node_id", "")
    if not cell:
        return []
    try:
        node = uuid.UUID(cell)
    except ValueError:
        node = None
    if node is not None and str(node) == cell and node.version == 4:
        return []
    expected = "a UUID of version 4 in lower case, as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"
    return [Problem(file, row.number, "node_id", quoted(cell), expected)]
