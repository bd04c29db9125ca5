"""Where on the line does a row of a table lie?

A person may give a place by chainage and offset or by longitude and latitude, and a stretch by map or by reported
kilometres. Both become the same values here.
"""

from __future__ import annotations

import math

from vallum.frontier.line import Frontier
from vallum.project.cell import end_or_number, number
from vallum.project.problem import Problem, quoted
from vallum.project.table import Column, Row

# Degrees to seven decimals are a centimetre: what a survey could give, and the same on every machine.
_DECIMALS = 7
# Nothing that belongs to a line stands further from it; beyond, somebody wrote kilometres or swapped columns.
_OFFSET_LIMIT_M = 200_000.0

POSITION = (
    Column("chainage_km", number, required=False),
    Column("offset_m", number, required=False),
    Column("lon", number, required=False),
    Column("lat", number, required=False),
)
STRETCH = (
    Column("from_km", number, required=False),
    Column("to_km", end_or_number, required=False),
    Column("reported_from_km", number, required=False),
    Column("reported_to_km", number, required=False),
    Column("calibration", required=False),
)


def gives_position(row: Row) -> bool:
    """Tell whether a row says anything about where it lies.

    Examples
    --------
    >>> gives_position(Row(2, {"chainage_km": "", "lon": ""}, {}))
    False
    """
    return any(row.cells.get(column.name) for column in POSITION)


def position(file: str, row: Row, frontier: Frontier | None) -> tuple[tuple[float, float] | None, list[Problem]]:
    """Return longitude and latitude of a row given by `chainage_km` (and `offset_m`) or by `lon` and `lat`.

    Returns
    -------
    tuple
        The position, or None with the reasons (none where a cell has its problem already or there is no line).

    Examples
    --------
    >>> position("towers.csv", Row(2, {"lon": "42", "lat": "36"}, {"lon": 42.0, "lat": 36.0}), None)
    ((42.0, 36.0), [])
    """
    by_line = [name for name in ("chainage_km", "offset_m") if row.cells.get(name)]
    by_degrees = [name for name in ("lon", "lat") if row.cells.get(name)]
    if by_line and by_degrees:
        found = f"both {by_line[0]} and {by_degrees[0]}"
        return None, [Problem(file, row.number, by_line[0], found, "chainage_km and offset_m, or lon and lat")]
    if not by_line and not by_degrees:
        return None, [
            Problem(file, row.number, "chainage_km", "no position", "chainage_km and offset_m, or lon and lat")
        ]
    needed = "chainage_km" if by_line else "lat" if by_degrees == ["lon"] else "lon"
    if not row.cells.get(needed):
        return None, [Problem(file, row.number, needed, "nothing", f"a value beside {(by_line or by_degrees)[0]}")]
    if any(name not in row.values for name in by_line + by_degrees):
        return None, []
    if by_degrees:
        lon, lat = _float(row, "lon"), _float(row, "lat")
        if not -180 <= lon <= 180:
            return None, [Problem(file, row.number, "lon", quoted(row.cells["lon"]), "degrees from -180 to 180")]
        if not -90 <= lat <= 90:
            return None, [Problem(file, row.number, "lat", quoted(row.cells["lat"]), "degrees from -90 to 90")]
        return (lon, lat), []
    if frontier is None:
        return None, []
    chainage_m, offset_m = _float(row, "chainage_km") * 1000.0, _float(row, "offset_m")
    problems = on_line(file, row, "chainage_km", chainage_m, frontier)
    if abs(offset_m) > _OFFSET_LIMIT_M:
        expected = f"metres from the line, at most {_OFFSET_LIMIT_M:.0f}"
        problems.append(Problem(file, row.number, "offset_m", quoted(row.cells["offset_m"]), expected))
    if problems:
        return None, problems
    lon, lat = frontier.point_at(chainage_m, offset_m)
    return (round(float(lon), _DECIMALS), round(float(lat), _DECIMALS)), []


def stretch(file: str, row: Row, frontier: Frontier | None) -> tuple[tuple[float, float] | None, list[Problem]]:
    """Return the ends of a row's stretch in metres of map chainage.

    Either `from_km` and `to_km` (`end` for the end of the line) on the map line, or `reported_from_km` and
    `reported_to_km` with the name of the `calibration` that places them on it.

    Examples
    --------
    >>> stretch("works.csv", Row(2, {"from_km": "12"}, {"from_km": 12.0}), None)[1][0].expected
    'a value beside from_km'
    """
    on_map = [name for name in ("from_km", "to_km") if row.cells.get(name)]
    as_reported = [name for name in ("reported_from_km", "reported_to_km", "calibration") if row.cells.get(name)]
    if on_map and as_reported:
        found = f"both {on_map[0]} and {as_reported[0]}"
        return None, [Problem(file, row.number, on_map[0], found, "map kilometres or reported kilometres, not both")]
    if not on_map and not as_reported:
        expected = "from_km and to_km, or reported_from_km, reported_to_km and calibration"
        return None, [Problem(file, row.number, "from_km", "no stretch", expected)]
    names = ("from_km", "to_km") if on_map else ("reported_from_km", "reported_to_km", "calibration")
    given = on_map or as_reported
    missing = [name for name in names if name not in given]
    if missing:
        return None, [Problem(file, row.number, name, "nothing", f"a value beside {given[0]}") for name in missing]
    if frontier is None or any(name not in row.values for name in names):
        return None, []
    ends: list[float] = []
    problems: list[Problem] = []
    for name in names[:2]:
        value_km = _float(row, name)
        value_m = frontier.map_length_m if math.isinf(value_km) else value_km * 1000.0
        if as_reported:
            try:
                # A calibration's end may be rounded a little beyond the end of the line.
                value_m = min(frontier.reported_to_map_m(row.cells["calibration"], value_m), frontier.map_length_m)
            except ValueError as error:
                found = f"{quoted(row.cells[name])} ({str(error).rstrip('.')})"
                problems.append(Problem(file, row.number, name, found, "a kilometre that the calibration holds"))
                continue
        problems.extend(on_line(file, row, name, value_m, frontier))
        ends.append(value_m)
    if as_reported and _float(row, names[0]) < _float(row, names[1]):
        # A report may count against the line's direction; the stretch is the same.
        ends.sort()
    if not problems and ends[1] <= ends[0]:
        found = f"{quoted(row.cells[names[1]])}, not beyond {names[0]} {row.cells[names[0]]}"
        problems.append(Problem(file, row.number, names[1], found, "a stretch that runs along increasing chainage"))
    return (None, problems) if problems else ((ends[0], ends[1]), [])


def on_line(file: str, row: Row, column: str, chainage_m: float, frontier: Frontier) -> list[Problem]:
    """Return a problem if a chainage lies before the origin or beyond the end of the line.

    Examples
    --------
    >>> import numpy as np
    >>> fence = Frontier("a fence", "fence/1", "right", 50.0, np.array([[42.0, 36.0], [42.0, 36.1]]))
    >>> print(on_line("towers.csv", Row(2, {"chainage_km": "12"}, {}), "chainage_km", 12_000.0, fence)[0])
    towers.csv row 2, chainage_km: found '12', expected a chainage from 0 to 11.095 km, the end of the line
    """
    if 0.0 <= chainage_m <= frontier.map_length_m:
        return []
    end_km = math.floor(frontier.map_length_m) / 1000
    expected = f"a chainage from 0 to {end_km:g} km, the end of the line"
    return [Problem(file, row.number, column, quoted(row.cells[column]), expected)]


def _float(row: Row, name: str) -> float:
    value = row.values.get(name, 0.0)
    assert isinstance(value, float)
    return value
