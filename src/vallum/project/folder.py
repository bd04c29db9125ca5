"""Can this folder be used as a project, and if not, what has to be mended in it?

Everything is read before anything is refused: whoever mends the folder sees all problems of all files at once.
"""

from __future__ import annotations

import hashlib
from datetime import UTC
from itertools import chain
from pathlib import Path

from vallum import examples
from vallum.frontier.calibration import Calibration
from vallum.frontier.line import Frontier
from vallum.project import ground, standing, stretches, walked
from vallum.project.declared import cells
from vallum.project.figures import FILES as FIGURES
from vallum.project.figures import read_delays, read_holding, read_mobility, read_performance
from vallum.project.grounds import FILES as GROUNDS
from vallum.project.grounds import read_grounds
from vallum.project.problem import Problem, ProjectError, quoted
from vallum.project.project import Project
from vallum.project.relief import terrain_problems
from vallum.project.settings import FILE as SETTINGS
from vallum.project.settings import LineSettings, party_ids, read_settings
from vallum.project.table import Column, Table, read_table
from vallum.project.terrain_file import FILE as TERRAIN_SOURCES
from vallum.project.terrain_file import read_terrain

TABLES: dict[str, tuple[Column, ...]] = {
    "sections.csv": stretches.SECTIONS,
    "responsibilities.csv": stretches.RESPONSIBILITIES,
    "towers.csv": standing.TOWERS,
    "sensors.csv": standing.SENSORS,
    "units.csv": standing.UNITS,
    "obstacles.csv": stretches.OBSTACLES,
    "works.csv": stretches.WORKS,
}
# A table that may be missing: without it, every sensor's performance is an assumption.
OPTIONAL_TABLES: dict[str, tuple[Column, ...]] = {"walktests.csv": walked.WALK_TESTS}
# These may be missing: a project without them has an emptier map.
GROUND_FILES = ("crossings.geojson", "places.geojson", "lakes.geojson", "neighbours.geojson")
TERRAIN = "terrain.tif"

# An end of a calibration may be rounded beyond the end of the line by this much.
_CALIBRATION_SLACK_M = 1.0


def load(path_or_name: str | Path) -> Project:
    """Read a project.

    Parameters
    ----------
    path_or_name
        The name of a packaged frontier (`vallum.examples.names()`), or a folder. A folder of your own that has the
        same name as a packaged frontier is reached as `./name`.

    Returns
    -------
    Project
        Everything the folder declares, as frozen values.

    Raises
    ------
    ProjectError
        If anything in any file has to be mended; its `problems` name file, row, field, what was found and what is
        expected.

    Examples
    --------
    >>> project = load("iraq-syria")
    >>> round(project.frontier.map_length_m / 1000, 1), project.frontier.reported_length_m
    (598.9, 610000.0)
    """
    folder = _folder(path_or_name)
    contents, problems = _contents(folder)
    settings, wrong = read_settings(contents[SETTINGS]) if SETTINGS in contents else (None, [])
    problems += wrong
    frontier = None
    if settings is not None:
        frontier, wrong = _frontier(folder, settings.line, settings.title["en"], contents)
        problems += wrong
    language = "en" if settings is None else settings.local_language
    tables = {name: _table(name, columns, contents) for name, columns in (TABLES | OPTIONAL_TABLES).items()}
    problems += chain.from_iterable(table.problems for table in tables.values())

    # A vallum.toml with a mistake elsewhere still names its parties. Where they cannot be read nobody knows them, and
    # complaining of every row would bury the reason.
    known = party_ids(contents.get(SETTINGS, b""))
    if not known:
        known = frozenset().union(
            *(cells(table, name) for table in tables.values() for name in ("party", "reported_by"))
        )
    section_ids = cells(tables["sections.csv"], "section_id")
    tower_ids = cells(tables["towers.csv"], "tower_id")
    sensor_ids = cells(tables["sensors.csv"], "sensor_id")
    sections, wrong_sections = stretches.sections(tables["sections.csv"], frontier)
    assigned, wrong_assigned = stretches.responsibilities(tables["responsibilities.csv"], sections, section_ids, known)
    towers, wrong_towers = standing.towers(tables["towers.csv"], frontier, known)
    sensors, wrong_sensors = standing.sensors(tables["sensors.csv"], frontier, towers, tower_ids, known)
    units, wrong_units = standing.units(tables["units.csv"], frontier, section_ids, known)
    obstacles, wrong_obstacles = stretches.obstacles(tables["obstacles.csv"], frontier, known)
    works, wrong_works = stretches.works(tables["works.csv"], frontier, known)
    walk_tests, wrong_tests = walked.walk_tests(tables["walktests.csv"], sensor_ids)
    problems += chain(
        wrong_sections, wrong_assigned, wrong_towers, wrong_sensors, wrong_units, wrong_obstacles, wrong_works,
        wrong_tests,
    )  # fmt: skip
    parameters, wrong_performance = read_performance(contents)
    mobility, wrong_mobility = read_mobility(contents)
    delays, wrong_delays = read_delays(contents)
    holding, wrong_holding = read_holding(contents)
    grounds, wrong_grounds = read_grounds(folder, contents, mobility)
    problems += chain(wrong_performance, wrong_mobility, wrong_delays, wrong_holding, wrong_grounds)

    empty = b'{"type": "FeatureCollection", "features": []}'
    given = {name: contents.get(name, empty) for name in GROUND_FILES}
    crossings, wrong_crossings = ground.read_crossing_points(
        "crossings.geojson", given["crossings.geojson"], language, frontier
    )
    places, wrong_places = ground.read_places("places.geojson", given["places.geojson"], language)
    lakes, wrong_lakes = ground.read_shapes("lakes.geojson", given["lakes.geojson"], ("Polygon", "MultiPolygon"))
    neighbours, wrong_neighbours = ground.read_shapes(
        "neighbours.geojson", given["neighbours.geojson"], ("LineString", "MultiLineString")
    )
    terrain_path = folder / TERRAIN if (folder / TERRAIN).exists() else None
    wrong_terrain = [] if terrain_path is None else terrain_problems(terrain_path)
    # A terrain file that is no good as such is not refused a second time as a source.
    terrain_sources, wrong_sources = (
        ((), []) if wrong_terrain else read_terrain(folder, contents.get(TERRAIN_SOURCES), terrain_path)
    )
    problems += chain(wrong_crossings, wrong_places, wrong_lakes, wrong_neighbours, wrong_terrain, wrong_sources)
    unread = parameters is None or mobility is None or delays is None or holding is None
    if problems or settings is None or frontier is None or unread:
        raise ProjectError(_in_reading_order(problems))

    assert parameters is not None
    assert mobility is not None
    assert delays is not None
    assert holding is not None
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    if terrain_path is not None:
        with terrain_path.open("rb") as stream:
            hashes[TERRAIN] = hashlib.file_digest(stream, "sha256").hexdigest()
    scenario = settings.scenario
    return Project(
        name=settings.name,
        title=settings.title,
        notice=settings.notice,
        folder=folder,
        frontier=frontier,
        line_source=settings.line.source,
        lateral_uncertainty_source=settings.line.lateral_uncertainty_source,
        reported_length_source=settings.line.reported_length_source,
        home=settings.home,
        that=settings.that,
        sections=sections,
        responsibilities=assigned,
        towers=towers,
        sensors=sensors,
        walk_tests=walk_tests,
        performance=parameters,
        mobility=mobility,
        delays=delays,
        holding=holding,
        grounds=grounds,
        units=units,
        obstacles=obstacles,
        works=works,
        places=places,
        crossing_points=crossings,
        lakes=lakes,
        neighbours=neighbours,
        parties=tuple(settings.party),
        programme=settings.programme,
        alarm_rules=settings.alarms,
        attribution=tuple(settings.attribution),
        languages=tuple(settings.title),
        terrain_path=terrain_path,
        terrain_sources=terrain_sources,
        local_zone=settings.local_zone,
        scenario_start=None if scenario is None else scenario.start.astimezone(UTC),
        scenario_note=None if scenario is None else scenario.note,
        file_hashes=hashes,
    )


def _folder(path_or_name: str | Path) -> Path:
    if isinstance(path_or_name, str) and path_or_name in examples.names():
        return examples.path(path_or_name)
    folder = Path(path_or_name)
    if not folder.is_dir():
        found = "a file" if folder.exists() else "no such folder"
        expected = f"a project folder, or a packaged frontier: {', '.join(examples.names())}"
        raise ProjectError([Problem(str(path_or_name), None, None, found, expected)])
    return folder


def _contents(folder: Path) -> tuple[dict[str, bytes], list[Problem]]:
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    optional = (*OPTIONAL_TABLES, *FIGURES, TERRAIN_SOURCES, *GROUND_FILES, *GROUNDS)
    for name in (SETTINGS, *TABLES, *optional):
        try:
            contents[name] = (folder / name).read_bytes()
        except FileNotFoundError:
            if name not in optional:
                what = "the settings of the project" if name == SETTINGS else "a table; a header alone is enough"
                problems.append(Problem(name, None, None, "no such file", what))
        except OSError as error:
            problems.append(Problem(name, None, None, f"a file that cannot be read ({error.strerror})", "a file"))
    return contents, problems


def _table(name: str, columns: tuple[Column, ...], contents: dict[str, bytes]) -> Table:
    if name not in contents:
        return Table(name, (), ())
    return read_table(name, contents[name], columns)


def _frontier(
    folder: Path, line: LineSettings, name: str, contents: dict[str, bytes]
) -> tuple[Frontier | None, list[Problem]]:
    try:
        contents[line.file] = (folder / line.file).read_bytes()
    except OSError as error:
        found = f"{quoted(line.file)} ({(error.strerror or 'not readable').lower()})"
        return None, [Problem(SETTINGS, None, "line.file", found, "a GeoJSON file in the same folder")]
    tree, problems = ground.read_geojson(line.file, contents[line.file])
    if tree is None:
        return None, problems
    try:
        calibrations = tuple(Calibration(**piece.model_dump()) for piece in line.calibration)
    except ValueError as error:
        return None, [
            Problem(SETTINGS, None, "line.calibration", f"one that does not hold ({_inside(error)})", "a stretch")
        ]
    try:
        frontier = Frontier.from_geojson(
            tree,
            name=name,
            version=line.version,
            home_side=line.home_side,
            lateral_uncertainty_m=line.lateral_uncertainty_m,
            reported_length_m=line.reported_length_m,
            calibrations=calibrations,
            origin=line.origin,
        )
    except ValueError as error:
        return None, [Problem(line.file, None, None, f"no usable line ({_inside(error)})", "one line, longitude first")]
    for piece in calibrations:
        if max(piece.map_from_m, piece.map_to_m) > frontier.map_length_m + _CALIBRATION_SLACK_M:
            found = f"{quoted(piece.name)} up to map km {max(piece.map_from_m, piece.map_to_m) / 1000:g}"
            expected = f"map chainages up to {frontier.map_length_m / 1000:.3f} km, the end of the line"
            problems.append(Problem(SETTINGS, None, "line.calibration", found, expected))
    return (None if problems else frontier), problems


def _inside(error: ValueError) -> str:
    return str(error).rstrip(".")


def _in_reading_order(problems: list[Problem]) -> list[Problem]:
    files = (SETTINGS, *TABLES, *OPTIONAL_TABLES, *FIGURES, *GROUND_FILES, *GROUNDS, TERRAIN, TERRAIN_SOURCES)
    order = {name: index for index, name in enumerate(files)}
    return sorted(dict.fromkeys(problems), key=lambda problem: (order.get(problem.file, 0), problem.row or 0))
