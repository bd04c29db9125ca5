"""What does a project folder hold, once it has been read and found sound?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape as shape_of

from vallum.assets.delay import Delays
from vallum.assets.mobility import Mobility
from vallum.assets.obstacle import Obstacle
from vallum.assets.parameters import Parameters
from vallum.assets.sensor import Sensor
from vallum.assets.tower import Tower
from vallum.assets.unit import Unit
from vallum.assets.walktest import WalkTest
from vallum.frontier.line import Frontier
from vallum.frontier.records import SectionAssigned
from vallum.frontier.section import Section
from vallum.plan.assumptions import Assumptions
from vallum.plan.grounds import Grounds
from vallum.plan.works.progress import WorksReported
from vallum.project.settings import Attribution, Country, Party, Programme
from vallum.terrain.source import TerrainSource
from vallum.watch.rules import AlarmRules

# A GeoJSON FeatureCollection (RFC 7946) as the page takes it.
GeoJson = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A town or another named place.

    `names` by language (en, ar, ckb, ...); `name` is the English one, `name_local` the one of the project's local
    language, or English where there is none.
    """

    name: str
    name_local: str
    lon: float
    lat: float
    kind: str
    country: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CrossingPoint:
    """A gate or bridge on the line; names as for a place, chainage in metres on the project's line version."""

    name: str
    name_local: str
    lon: float
    lat: float
    chainage_m: float
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """A frontier and everything declared about it: plain frozen values, ready to be recorded or analysed.

    Attributes
    ----------
    name, title, notice
        Identifier; title and standing notice ("not a legal boundary") by language.
    folder
        Where it was read from.
    frontier, line_source, lateral_uncertainty_source, reported_length_source
        The line, and who says what about it.
    home, that
        The country on either side.
    sections, responsibilities
        Stretches of the line, and who answers for which stretch since when; a responsibility may cover less than its
        section.
    towers, sensors, units, obstacles, works
        What stands, who moves, what is planned and what was reported built.
    walk_tests, performance
        Walk tests of sensors, and the figures that stand behind a sensor that was not walked.
    mobility, delays, holding
        How fast who gets across which ground, how long obstacles hold somebody up, what the holding analysis assumes.
    grounds
        Which ground is of which class, and where somebody who came across is gone.
    places, crossing_points, lakes, neighbours
        The ground around; lakes and neighbouring borders as GeoJSON for the map.
    parties, programme, alarm_rules, attribution
        As in vallum.toml.
    languages
        Languages in which names are given, English first.
    terrain_path
        A terrain file on longitude and latitude for the map, or None.
    terrain_sources
        The sources of terrain for analysis: those of terrain.toml, otherwise the terrain file.
    local_zone
        IANA name of the zone in which people there tell the time.
    scenario_start, scenario_note
        When the simulated night of this project begins (UTC) and what is invented, or None.
    file_hashes
        SHA-256 in hexadecimal by file name, of every file that was read.
    """

    name: str
    title: Mapping[str, str]
    notice: Mapping[str, str]
    folder: Path
    frontier: Frontier
    line_source: str
    lateral_uncertainty_source: str
    reported_length_source: str | None
    home: Country
    that: Country
    sections: tuple[Section, ...]
    responsibilities: tuple[SectionAssigned, ...]
    towers: tuple[Tower, ...]
    sensors: tuple[Sensor, ...]
    walk_tests: tuple[WalkTest, ...]
    performance: Parameters
    mobility: Mobility
    delays: Delays
    holding: Assumptions
    grounds: Grounds
    units: tuple[Unit, ...]
    obstacles: tuple[Obstacle, ...]
    works: tuple[WorksReported, ...]
    places: tuple[Place, ...]
    crossing_points: tuple[CrossingPoint, ...]
    lakes: GeoJson
    neighbours: GeoJson
    parties: tuple[Party, ...]
    programme: Programme | None
    alarm_rules: AlarmRules
    attribution: tuple[Attribution, ...]
    languages: tuple[str, ...]
    terrain_path: Path | None
    terrain_sources: tuple[TerrainSource, ...]
    local_zone: str
    scenario_start: datetime | None
    scenario_note: str | None
    file_hashes: Mapping[str, str]

    @property
    def water(self) -> list[shapely.Geometry]:
        """The lakes, on longitude and latitude: nobody walks or drives there.

        Examples
        --------
        >>> from vallum.project import load
        >>> all(lake.is_valid for lake in load("iraq-syria").water)
        True
        """
        return [shape_of(feature["geometry"]) for feature in self.lakes["features"]]

    @property
    def simulated_sensors(self) -> frozenset[str]:
        """Identifiers of the sensors that are simulated; everything derived from them carries the mark.

        Examples
        --------
        >>> from vallum.project import load
        >>> project = load("iraq-syria")
        >>> len(project.simulated_sensors) == len(project.sensors)
        True
        """
        return frozenset(sensor.sensor_id for sensor in self.sensors if sensor.simulated)
