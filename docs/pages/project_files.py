"""What does docs/project-files.md say: every setting of vallum.toml and every column of the tables, from the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docs.pages import figures, performance
from docs.pages.words import GENERATED, code, default, schema, summary, table, unit, what
from pydantic import BaseModel

from vallum.assets.obstacle import Obstacle
from vallum.assets.sensor import Sensor
from vallum.assets.tower import Tower
from vallum.assets.unit import Unit
from vallum.assets.walktest import WalkTest
from vallum.frontier.records import SectionAssigned
from vallum.plan.works.progress import WorksReported
from vallum.project.cell import day, end_or_number, flag, number, text
from vallum.project.folder import GROUND_FILES, OPTIONAL_TABLES, TABLES, TERRAIN
from vallum.project.grounds import FILES as GROUNDS
from vallum.project.grounds import GroundRaster
from vallum.project.settings import FILE, ProjectSettings
from vallum.project.table import Column
from vallum.project.terrain_file import FILE as TERRAIN_SOURCES
from vallum.project.terrain_file import TerrainSettings

INTRODUCTION = """\
# Project files

A project is a folder of files that a person can edit. `vallum new` writes one; `vallum serve` reads it when it starts
and writes every difference from what the journal knows into the journal. A wrong file is refused with file, row, field,
what was found and what is expected; all problems of all files are told at once. Unknown settings and columns are
refused.

Names say their units: `_m` metres, `_km` kilometres along the line, `_s` seconds, `_deg` degrees true, clockwise from
north. Positions are degrees WGS 84.
"""

TERRAIN_INTRODUCTION = """\
Sources of terrain for analysis. The finest is laid first and coarser ones fill its voids. Without this file, a
`terrain.tif` is one source whose error is assumed. What the figures mean, and commands that write this file, are in
[Terrain](terrain.md). The worked example is
[`terrain.toml` of iraq-syria](../src/vallum/examples/iraq_syria/terrain.toml).
"""

GROUND_INTRODUCTION = """\
A raster of classes of ground, if there is one. Polygons of `ground.geojson` lie on it, each with a property `class`.
The classes are those of [mobility.toml](#mobilitytoml), and `water`, over which no way leads; where nothing is said the
ground is `open`.
"""

TABLES_INTRODUCTION = """\
CSV in UTF-8 with commas and a header; columns in any order. A needed table that holds nothing yet still needs its
header. Numbers have a decimal point; Arabic-Indic and Persian digits are read as the digits they are. Days are written
`2021-03-17`.

- **Where something stands:** either `chainage_km` (with `offset_m`, positive on the home side), or `lon` and `lat`.
- **A stretch of the line:** either `from_km` and `to_km` on the map line, or `reported_from_km`, `reported_to_km` and
  the `calibration` of vallum.toml that places them on it. `to_km` may be the word `end`.
"""

# What each table says, and the model that its rows become; a section is its four columns.
ROWS: dict[str, tuple[str, type[BaseModel] | None]] = {
    "sections.csv": ("Stretches of the line with a name. They may leave holes but not overlap.", None),
    "responsibilities.csv": (
        "Which party answers for a section or a part of it, in which role, since when, according to whom. Stated "
        "without prejudice. Without `from_km` and `to_km` it is the whole section.",
        SectionAssigned,
    ),
    "towers.csv": ("What stands at the line and carries sensors.", Tower),
    "sensors.csv": (
        "Sensors that may connect. One that names a tower and no position stands on that tower.",
        Sensor,
    ),
    "units.csv": ("Who can be sent, and from where.", Unit),
    "obstacles.csv": ("Obstacle elements along the line, in their state.", Obstacle),
    "works.csv": ("What was reported built, by whom and when.", WorksReported),
    "walktests.csv": (
        "Walk tests of the sensors: how many passes through a band of distances were made, how many detected. How to "
        "do one: [sensors](sensors.md). This table may be missing.",
        WalkTest,
    ),
}

MEANINGS = {
    "as_of": "the day for which this holds",
    "assignment_id": "a name of this row, each once",
    "calibration": "which calibration of vallum.toml places the reported kilometres",
    "callsign": "its name on the radio, each once",
    "chainage_km": "kilometres along the map line",
    "depth_m": "depth",
    "element": "what it is",
    "from_km": "where the stretch begins on the map line",
    "height_m": "height above ground",
    "kind": "what kind it is",
    "lat": "latitude",
    "light": "in which light",
    "lon": "longitude",
    "name": "its name, as people there say it",
    "obstacle_id": "a name of this row, each once",
    "offset_m": "distance from the line, positive on the home side; 0 when empty",
    "party": "a party of vallum.toml",
    "placement": "how well it is known where it is",
    "range_min_m": "nearer than this it sees nothing",
    "range_person_m": "out to which a person on foot is expected to be detected",
    "range_vehicle_m": "out to which a vehicle is expected to be detected",
    "performance_source": "where the ranges come from; assumptions until a walk test",
    "report_id": "a name of this row, each once",
    "reported_by": "the party of vallum.toml that reported it",
    "reported_from_km": "where the stretch begins, as reported",
    "reported_length_m": "its length as reported; never mixed with a length on the map",
    "reported_to_km": "where the stretch ends, as reported",
    "role": "in which role it answers",
    "section_id": "a section of sections.csv",
    "sensor_id": "its name, each once",
    "simulated": "true for something invented: everything that derives from it says so",
    "since": "the first day on which it holds",
    "source": "who said so, or that it is invented",
    "state": "how far it is",
    "target": "what passed",
    "to_km": "where the stretch ends on the map line",
    "tower_id": "a tower of towers.csv",
    "unit_id": "its name, each once",
    "until": "the first day on which it no longer holds",
    "weather": "in which weather",
    "width_m": "width",
}
# The same word means something else in the table that it is the name of.
OWN_MEANINGS = {
    ("sections.csv", "section_id"): "its short name, each once",
    ("towers.csv", "tower_id"): "its name, each once",
    ("walktests.csv", "sensor_id"): "a sensor of sensors.csv",
    ("walktests.csv", "source"): "where the passes are written down",
    ("units.csv", "section_id"): "the section of sections.csv that it works on",
}

READ: dict[Callable[[str], object], str] = {
    text: "text",
    number: "number",
    end_or_number: "number, or `end`",
    day: "day",
    flag: "`true` or `false`",
}

OTHERS = {
    "crossings.geojson": "crossing points: points with `name`, `name_ar`, `name_ckb`, ..., at most 5 km from the line",
    "places.geojson": "towns: points with `name`, `name_ar`, `name_ckb`, ... and, if known, `country` and `type`",
    "lakes.geojson": "water that the map draws and over which no way leads: polygons",
    "neighbours.geojson": "other borders that the map draws: lines",
    "ground.geojson": "classes of ground: polygons with a property `class`",
    "ground.toml": "a raster of classes of ground, and what its numbers mean",
    "exits.geojson": "where somebody who came across is gone: polygons, on the home side",
    TERRAIN_SOURCES: "sources of terrain, and how far each can be trusted",
    TERRAIN: "heights in metres: GeoTIFF with one band, in degrees (EPSG:4326)",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: the table of the TOML file in which it stands, as it is written there, and what is known of it."""

    where: str
    where_is_needed: bool
    model: type[BaseModel]
    name: str
    field: Mapping[str, Any]
    needed: bool


def page() -> str:
    """Return the page."""
    parts = [GENERATED, INTRODUCTION, _files(), f"## {FILE}", _examples_note(), *_settings(settings())]
    parts += performance.section()
    parts += figures.sections()
    parts += ["## ground.toml", GROUND_INTRODUCTION, *_settings(_walk("", True, GroundRaster))]
    parts += [f"## {TERRAIN_SOURCES}", TERRAIN_INTRODUCTION, *_settings(terrain_settings())]
    parts += ["## Tables", TABLES_INTRODUCTION]
    for file, columns in (TABLES | OPTIONAL_TABLES).items():
        words, model = ROWS[file]
        parts += [f"### {file}", words, _columns(file, columns, model)]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def settings() -> Iterator[Setting]:
    """Yield every setting that vallum.toml may hold."""
    yield from _walk("", True, ProjectSettings)


def terrain_settings() -> Iterator[Setting]:
    """Yield every setting that terrain.toml may hold."""
    yield from _walk("", True, TerrainSettings)


def _files() -> str:
    rows = [
        [code(FILE), "settings of the project", "yes"],
        [code("line.geojson"), "the line; `line.file` names it", "yes"],
    ]
    rows += [[code(file), ROWS[file][0], "yes"] for file in TABLES]
    rows += [[code(file), ROWS[file][0], "no"] for file in OPTIONAL_TABLES]
    rows += [[code(performance.FILE), "figures of sensor performance that the project knows better", "no"]]
    rows += [[code(file), words, "no"] for file, words in figures.FILES.items()]
    rows += [[code(file), OTHERS[file], "no"] for file in (*GROUND_FILES, *GROUNDS, TERRAIN, TERRAIN_SOURCES)]
    return table(["file", "what", "needed"], rows)


def _examples_note() -> str:
    return (
        "Times carry their zone, as `2021-03-17T15:50:00Z`; lengths are numbers with a decimal point. A table in "
        "double brackets may stand several times. The worked example is "
        "[`vallum.toml` of iraq-syria](../src/vallum/examples/iraq_syria/vallum.toml)."
    )


def _settings(wanted: Iterable[Setting]) -> Iterator[str]:
    by_table: dict[str, list[Setting]] = {}
    for setting in wanted:
        by_table.setdefault(setting.where, []).append(setting)
    for where, inside in by_table.items():
        first = inside[0]
        yield f"### {code(where) if where else 'At the top'}"
        yield summary(first.model) + ("" if first.where_is_needed else " It may be left out.")
        rows = [
            [code(one.name), what(one.field), unit(one.name), default(one.field, one.needed), one.field["description"]]
            for one in inside
        ]
        yield table(["setting", "value", "unit", "default", "meaning"], rows)


def _walk(where: str, where_is_needed: bool, model: type[BaseModel]) -> Iterator[Setting]:
    described = schema(model)
    needed = frozenset(described.get("required", ()))
    inside: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        found = _model_in(field.annotation)
        if found is None:
            yield Setting(where, where_is_needed, model, name, described["properties"][name], name in needed)
        else:
            inside.append((name, found))
    for name, found in inside:
        path = f"{where.strip('[]')}.{name}".lstrip(".")
        several = described["properties"][name].get("type") == "array"
        yield from _walk(f"[[{path}]]" if several else f"[{path}]", name in needed, found)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model in an annotation (itself, optional, or in a list), or None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None


def _columns(file: str, columns: tuple[Column, ...], model: type[BaseModel] | None) -> str:
    fields: Mapping[str, Any] = schema(model)["properties"] if model is not None else {}
    rows = []
    for column in columns:
        field = fields.get(column.name, {})
        # Numbers and choices have their limits in the model; days and flags are read in a form of their own.
        plain = column.read in (text, number) and field
        said = OWN_MEANINGS.get((file, column.name)) or field.get("description") or MEANINGS[column.name]
        value = what(field).removesuffix(", or nothing") if plain else READ[column.read]
        rows.append([code(column.name), value, unit(column.name), "yes" if column.required else "no", said])
    return table(["column", "value", "unit", "needed", "meaning"], rows)
