"""What do the project's files say that the journal does not know yet?

Project files are input, not truth: each difference becomes a record of nature declared, and from then on only the
journal is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from vallum.assets.obstacle import ObstaclePlanned
from vallum.assets.sensor import SensorInstalled, SensorRow, SensorTested
from vallum.assets.unit import UnitRegistered
from vallum.frontier.records import CalibrationBody, LineSurveyed
from vallum.journal.envelope import Draft
from vallum.journal.journal import Journal
from vallum.project import Project
from vallum.project.records import items
from vallum.watch import alarm_rule

ACTOR = "project files"


def declarations(project: Project, journal: Journal) -> tuple[Draft, ...]:
    """List what must be written so that the journal knows what the files say."""
    return tuple(_drafts(project, journal))


def _drafts(project: Project, journal: Journal) -> Iterator[Draft]:
    for record_type, file, bodies in _declared(project):
        registered = journal.registry.types[record_type]
        view = registered.view
        if view is None:
            raise ValueError(f"{record_type} has no view to compare with")
        key = journal.registry.views[view].key
        for body in bodies:
            known = journal.row(view, str(getattr(body, key)))
            if known is None or _differs(known, body):
                yield Draft(
                    type=record_type,
                    actor=ACTOR,
                    nature="simulated" if _is_simulated(project, body) else "declared",
                    # the same content is the same declaration, however often the centre starts
                    purpose=f"{file} sha256 {project.file_hashes.get(file, 'packaged')}",
                    body=body,
                )


def _is_simulated(project: Project, body: BaseModel) -> bool:
    tested = isinstance(body, SensorTested) and body.sensor_id in project.simulated_sensors
    return tested or bool(getattr(body, "simulated", False))


def _differs(row: BaseModel, body: BaseModel) -> bool:
    """Compare what the body says with what the row knows; a unit's place is the unit's own from its first report."""
    if isinstance(row, SensorRow) and isinstance(body, SensorTested):
        return row.lacks(body)
    # both as plain values: a model inside a row never equals the mapping that a dump makes of it
    said, known = body.model_dump(), row.model_dump()
    moved = known.get("positioned_at") is not None
    return any(known[name] != value for name, value in said.items() if not (moved and name in {"lon", "lat"}))


def _declared(project: Project) -> Iterable[tuple[str, str, Iterable[BaseModel]]]:
    yield "line.surveyed", "line.geojson", (_line(project),)
    yield "section.assigned", "responsibilities.csv", project.responsibilities
    yield "sensor.installed", "sensors.csv", (SensorInstalled(**s.model_dump()) for s in project.sensors)
    yield "sensor.tested", "walktests.csv", (SensorTested(**t.model_dump()) for t in project.walk_tests)
    yield "unit.registered", "units.csv", (UnitRegistered(**u.model_dump()) for u in project.units)
    yield "obstacle.planned", "obstacles.csv", (ObstaclePlanned(**o.model_dump()) for o in project.obstacles)
    yield "works.reported", "works.csv", project.works
    yield "alarm_rule.changed", "vallum.toml", alarm_rule.stated(project.alarm_rules)
    for item in items(project):
        yield "project.declared", item.file, (item,)


def _line(project: Project) -> LineSurveyed:
    frontier = project.frontier
    return LineSurveyed(
        line_version=frontier.version,
        name=frontier.name,
        origin=frontier.origin,
        home_side=frontier.home_side,
        map_length_m=frontier.map_length_m,
        reported_length_m=frontier.reported_length_m,
        lateral_uncertainty_m=frontier.lateral_uncertainty_m,
        vertices=tuple((float(lon), float(lat)) for lon, lat in frontier.vertices),
        calibrations=tuple(_calibration(piece) for piece in frontier.calibrations),
        source=project.line_source,
    )


def _calibration(piece: Any) -> CalibrationBody:
    return CalibrationBody(
        name=piece.name,
        reported_from_m=piece.reported_from_m,
        reported_to_m=piece.reported_to_m,
        map_from_m=piece.map_from_m,
        map_to_m=piece.map_to_m,
    )
