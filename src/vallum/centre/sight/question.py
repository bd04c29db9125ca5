"""What has to be known to work out sight, and under which name is the answer kept?

Everything that the answer depends on goes into one digest: the line, the terrain, the sensors with their walk tests,
what is assumed of them, the rules, the code and the libraries. So an answer that is found under its name is the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import orjson

import vallum
from vallum.assets.parameters import Parameters
from vallum.assets.sensor import Sensor, SensorRow
from vallum.assets.walktest import WalkTest
from vallum.frontier.line import Frontier
from vallum.plan.case import STANDARD, Case
from vallum.plan.part import Fineness
from vallum.plan.scene import natural_cell_m, natural_fineness
from vallum.terrain.source import TerrainSource

# Raised when files are laid out otherwise than before.
LAYOUT = 1
# Larger terrain is known by its size and its time: reading it would take longer than the centre may take to start.
_READ_UP_TO_BYTES = 256 * 2**20
_CODE = ("frontier", "terrain", "assets", "plan", "centre/sight")
_LIBRARIES = ("vallum", "numpy", "numba", "scipy", "shapely", "rasterio", "pyproj")


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked.

    Attributes
    ----------
    frontier, sources
        The line and the terrain.
    sensors, tests
        As the journal knows them.
    parameters
        What is assumed of sensors.
    cell_m
        Side of a cell, metres.
    fineness
        The rules.
    """

    frontier: Frontier
    sources: tuple[TerrainSource, ...]
    sensors: tuple[Sensor, ...]
    tests: tuple[WalkTest, ...]
    parameters: Parameters
    cell_m: float
    fineness: Fineness

    @classmethod
    def of(
        cls,
        frontier: Frontier,
        sources: Sequence[TerrainSource],
        rows: Iterable[SensorRow],
        parameters: Parameters,
        cell_m: float | None = None,
    ) -> Question:
        """Put the question for sensors as the journal knows them.

        Parameters
        ----------
        frontier, sources, parameters
            As the project has them.
        rows
            The sensors; their states do not matter here.
        cell_m
            Side of a cell; as fine as the terrain without it.
        """
        ordered = sorted(rows, key=lambda row: row.sensor_id)
        declared = set(Sensor.model_fields)
        return cls(
            frontier=frontier,
            sources=tuple(sources),
            sensors=tuple(Sensor(**row.model_dump(include=declared)) for row in ordered),
            tests=tuple(test for row in ordered for test in row.walk_tests),
            parameters=parameters,
            cell_m=cell_m or natural_cell_m(sources),
            fineness=natural_fineness(frontier),
        )

    def digest(self) -> str:
        """Return the name of the answer; reads the terrain's files, so it may take a moment.

        Examples
        --------
        >>> from vallum.project import load
        >>> project = load("iraq-syria")
        >>> asked = Question.of(project.frontier, project.terrain_sources, (), project.performance)
        >>> len(asked.digest()), asked.digest() == asked.digest()
        (32, True)
        """
        told = {
            "layout": LAYOUT,
            "line": [self.frontier.version, self.frontier.home_side, self.frontier.lateral_uncertainty_m],
            "vertices": hashlib.sha256(self.frontier.vertices.tobytes()).hexdigest(),
            "terrain": [_source(source) for source in self.sources],
            "sensors": [sensor.model_dump(mode="json") for sensor in self.sensors],
            "tests": [test.model_dump(mode="json") for test in self.tests],
            "performance": repr(self.parameters),
            "cell_m": self.cell_m,
            "fineness": asdict(self.fineness),
            "code": _code(),
            "libraries": {name: version(name) for name in _LIBRARIES},
        }
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def cases_for(live: Case) -> tuple[Case, ...]:
    """Return the cases a centre works out, in this order: the one that holds now first.

    Examples
    --------
    >>> [case.name for case in cases_for(Case(light="day", weather="haze"))][:2]
    ['day-haze-person', 'night-person']
    """
    proven = Case(live.target, live.light, live.weather, proven_only=True)
    return tuple(dict.fromkeys((live, *STANDARD, proven)))


def _source(source: TerrainSource) -> list[object]:
    said = [source.name, source.crs, source.cell_m, source.vertical_reference]
    said += [source.error_sd_m, source.error_length_m]
    return [*said, *(told_of(path) for path in source.paths)]


def told_of(path: Path) -> list[object]:
    """Return by what a file is known: its content, or where that takes too long its size and its time."""
    found = path.stat()
    if found.st_size > _READ_UP_TO_BYTES:
        return [path.name, found.st_size, found.st_mtime_ns]
    with path.open("rb") as stream:
        return [path.name, hashlib.file_digest(stream, "sha256").hexdigest()]


@lru_cache(maxsize=1)
def _code() -> str:
    """Digest the code that works sight out: an answer of other code is another answer."""
    root = Path(vallum.__file__).parent
    digest = hashlib.sha256()
    for folder in _CODE:
        for file in sorted((root / folder).rglob("*.py")):
            digest.update(f"{file.relative_to(root)}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
