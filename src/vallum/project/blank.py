"""How does a new frontier begin, from nothing but somebody's line?"""

from __future__ import annotations

import json
import re
from pathlib import Path

from vallum.frontier.line import Frontier
from vallum.project.folder import TABLES
from vallum.project.line_file import read_line
from vallum.project.problem import Problem, ProjectError, quoted

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)

_SETTINGS = """\
# The settings of this frontier. A wrong one is refused with what is expected.

name = "{name}"
local_zone = "UTC"                 # IANA name of the zone in which people there tell the time, as "Asia/Baghdad"
local_language = "en"              # language of the second name of places: name_ar in places.geojson for "ar"

[title]
en = "{name}"
# ar = "..."
# ckb = "..."

# Stands at the foot of every map.
[notice]
en = "Not a legal boundary."

[line]
file = "line.geojson"
version = "{name}/1"               # change it whenever the line is drawn anew: every chainage is on a version
source = "{source}"
home_side = "left"                 # CHECK: your side as seen along increasing chainage, "left" or "right"
origin = "first point of the line" # chainage 0 in words
# CHECK: which side a position is on is not known nearer than this. Compare the line with another drawing of it.
lateral_uncertainty_m = 100.0
lateral_uncertainty_source = "not measured yet"
# The length officials give, if they do. It is never mixed with the length on the map, {length_km:.3f} km.
# reported_length_m = 610000.0
# reported_length_source = "who said so, when"

# How a reported kilometre is found on this line; several pieces of one name follow each other.
# [[line.calibration]]
# name = "reported"
# reported_from_m = 0.0
# reported_to_m = 610000.0
# map_from_m = 0.0
# map_to_m = {length_floor_m:.1f}

# The country on either side, by its two-letter code.
[home]
code = "XA"
name = {{ en = "home side" }}

[that]
code = "XB"
name = {{ en = "that side" }}

# Parties by role, never by the name of a person. The tables name them by id. side: "home", "that" or "other".
[[party]]
id = "home_guard"
side = "home"
role = {{ en = "home guard" }}

# A programme of works as it was stated; its length is reported.
# [programme]
# element = "trench"
# planned_reported_length_m = 220000.0
# source = "who said so, when"

# When the watch calls a human; everything has a default.
# [alarms.approach]
# within_m = 3000.0
# probability_at_least = 0.3

# Whose work is used, under which terms.
# [[attribution]]
# what = "line"
# text = "..."
# licence = "..."
"""


def new(name: str, line_file: Path, folder: Path) -> Path:
    """Write a project folder that loads, with a line, one section and nothing on it yet.

    Parameters
    ----------
    name
        Name of the frontier: lower-case letters, digits and hyphens.
    line_file
        GeoJSON, GeoPackage or shapefile with exactly one line, in any coordinate system.
    folder
        Where to write; made if it is not there, refused if it holds anything.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ProjectError
        If the name, the line or the folder cannot be used; nothing has been written then.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from vallum import examples
    >>> from vallum.project.folder import load
    >>> with TemporaryDirectory() as place:
    ...     folder = new("my-line", examples.path("iraq-syria") / "line.geojson", Path(place) / "my-line")
    ...     load(folder).sections[0].name
    'whole line'
    """
    problems: list[Problem] = []
    if not _NAME.fullmatch(name):
        expected = 'a name of lower-case letters, digits and hyphens, as "north-line"'
        problems.append(Problem("NAME", None, None, quoted(name), expected))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problems.append(Problem(str(folder), None, None, "something already there", "a new or an empty folder"))
    if not line_file.exists():
        problems.append(Problem(str(line_file), None, None, "no such file", "a file with the line"))
    if problems:
        raise ProjectError(problems)
    geometry = {"type": "LineString", "coordinates": [list(point) for point in read_line(line_file).coords]}
    try:
        line = Frontier.from_geojson(
            geometry, name=name, version=f"{name}/1", home_side="left", lateral_uncertainty_m=0.0
        )
    except ValueError as error:
        raise ProjectError(
            [Problem(line_file.name, None, None, f"no usable line ({error})", "a line on the earth")]
        ) from None
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"name": name}, "geometry": geometry}],
    }
    settings = _SETTINGS.format(
        name=name,
        source=re.sub(r'["\\\x00-\x1f\x7f]', "_", line_file.name),
        length_km=line.map_length_m / 1000,
        length_floor_m=int(line.map_length_m * 10) / 10,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "line.geojson").write_text(json.dumps(collection), encoding="utf-8")
    for file, columns in TABLES.items():
        header = ",".join(column.name for column in columns)
        rows = "A,whole line,0,end\n" if file == "sections.csv" else ""
        (folder / file).write_text(f"{header}\n{rows}", encoding="utf-8")
    # Last: a folder without it is not taken for a project if writing was cut short.
    (folder / "vallum.toml").write_text(settings, encoding="utf-8")
    return folder
