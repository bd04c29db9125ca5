"""Which places, crossing points, lakes and neighbouring borders do the GeoJSON files hold?"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from vallum.frontier.line import Frontier
from vallum.project.cell import CellError, text
from vallum.project.problem import Problem, quoted
from vallum.project.project import CrossingPoint, GeoJson, Place

EMPTY: GeoJson = {"type": "FeatureCollection", "features": []}

# How many lists lie around the positions of each kind of geometry (RFC 7946 section 3.1).
_DEPTH = {"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}

# Further than this from the line a crossing point is a mistake, whatever the line's uncertainty.
_CROSSING_WITHIN_M = 5_000.0


def read_geojson(file: str, content: bytes) -> tuple[Mapping[str, Any] | None, list[Problem]]:
    """Read a GeoJSON object; say which line of the file is not JSON.

    Examples
    --------
    >>> read_geojson("lakes.geojson", b"{")[1][0].found
    'something that is not JSON (expecting property name enclosed in double quotes)'
    """
    try:
        tree = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return None, [Problem(file, None, None, f"byte {content[error.start]:#04x}", "text in UTF-8")]
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        found = f"something that is not JSON ({reason})" if content.strip() else "nothing"
        return None, [Problem(file, error.lineno, None, found, "a GeoJSON FeatureCollection")]
    except RecursionError:
        return None, [Problem(file, None, None, "JSON nested too deeply", "a GeoJSON FeatureCollection")]
    if not isinstance(tree, dict):
        return None, [Problem(file, None, None, f"a {type(tree).__name__}", "a GeoJSON FeatureCollection")]
    return tree, []


def read_shapes(file: str, content: bytes, kinds: tuple[str, ...]) -> tuple[GeoJson, list[Problem]]:
    """Read a FeatureCollection that the map draws as it is: every geometry one of `kinds`, every position on the earth.

    Examples
    --------
    >>> point = b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point"}}]}'
    >>> print(read_shapes("lakes.geojson", point, ("Polygon",))[1][0])
    lakes.geojson, feature 1: found 'Point', expected Polygon
    """
    tree, problems = read_geojson(file, content)
    if tree is None:
        return EMPTY, problems
    features = tree.get("features")
    if tree.get("type") != "FeatureCollection" or not isinstance(features, list):
        found = quoted(tree.get("type"))
        return EMPTY, [Problem(file, None, "type", found, "a FeatureCollection with a list of features")]
    for number, feature in enumerate(features, start=1):
        where = f"feature {number}"
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(geometry, dict) or geometry.get("type") not in kinds:
            found = quoted(geometry.get("type")) if isinstance(geometry, dict) else "no geometry"
            problems.append(Problem(file, None, where, found, " or ".join(kinds)))
            continue
        wrong = list(_bad_positions(geometry.get("coordinates"), _DEPTH[geometry["type"]]))
        if wrong:
            expected = "longitude and latitude in degrees, longitude first"
            problems.append(Problem(file, None, f"{where}, coordinates", quoted(wrong[0]), expected))
    return (tree if not problems else EMPTY), problems


def read_places(file: str, content: bytes, local_language: str) -> tuple[tuple[Place, ...], list[Problem]]:
    """Read named places: points with `name` (English), `name_ar`, `name_ckb`, ... and optionally `country` and `type`.

    Examples
    --------
    >>> town = (b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "North"},'
    ...         b'"geometry": {"type": "Point", "coordinates": [42.0, 36.0]}}]}')
    >>> read_places("places.geojson", town, "ar")[0][0].name_local
    'North'
    """
    points, problems = _named_points(file, content)
    places = tuple(
        Place(
            name=names["en"],
            name_local=names.get(local_language, names["en"]),
            lon=lon,
            lat=lat,
            kind=_word(properties, "type", "place"),
            country=_word(properties, "country", ""),
            names=names,
        )
        for _, names, lon, lat, properties in points
    )
    return places, problems


def read_crossing_points(
    file: str, content: bytes, local_language: str, frontier: Frontier | None
) -> tuple[tuple[CrossingPoint, ...], list[Problem]]:
    """Read crossing points as `read_places` does; each must lie on the line or near it. Its chainage is computed here.

    Examples
    --------
    >>> read_crossing_points("crossings.geojson", b'{"type": "FeatureCollection", "features": []}', "ar", None)
    ((), [])
    """
    points, problems = _named_points(file, content)
    crossings: list[CrossingPoint] = []
    for number, names, lon, lat, _ in points:
        if frontier is None:
            continue
        where = frontier.locate(lon, lat)
        if not abs(where.offset_m) <= _CROSSING_WITHIN_M:
            found = f"{quoted(names['en'])} {abs(where.offset_m) / 1000:.1f} km from the line"
            problems.append(Problem(file, None, f"feature {number}", found, "a point on the line"))
            continue
        local = names.get(local_language, names["en"])
        crossings.append(CrossingPoint(names["en"], local, lon, lat, where.chainage_m, names))
    return tuple(crossings), problems


def _named_points(
    file: str, content: bytes
) -> tuple[list[tuple[int, dict[str, str], float, float, Mapping[str, Any]]], list[Problem]]:
    tree, problems = read_shapes(file, content, ("Point",))
    points: list[tuple[int, dict[str, str], float, float, Mapping[str, Any]]] = []
    for number, feature in enumerate(tree["features"], start=1):
        given = feature.get("properties")
        properties = given if isinstance(given, dict) else {}
        names: dict[str, str] = {
            "en" if key == "name" else key.removeprefix("name_"): value
            for key, value in properties.items()
            if (key == "name" or key.startswith("name_")) and isinstance(value, str) and value.strip()
        }
        where = f"feature {number}, name"
        if "en" not in names:
            problems.append(Problem(file, None, where, quoted(properties.get("name")), "the name of the place"))
            continue
        try:
            names = {language: text(name.strip()) for language, name in names.items()}
        except CellError as expected:
            problems.append(Problem(file, None, where, quoted(names["en"]), str(expected)))
            continue
        lon, lat = (float(part) for part in feature["geometry"]["coordinates"][:2])
        points.append((number, names, lon, lat, properties))
    return points, problems


def _word(properties: Mapping[str, Any], key: str, default: str) -> str:
    value = properties.get(key)
    return value if isinstance(value, str) and value else default


def _bad_positions(coordinates: object, depth: int) -> Iterator[object]:
    """Yield what is no position in coordinates that should hold positions `depth` lists deep."""
    if not isinstance(coordinates, list) or not coordinates:
        yield coordinates
    elif depth:
        for inner in coordinates:
            yield from _bad_positions(inner, depth - 1)
    else:
        pair = coordinates[:2]
        if len(pair) != 2 or not all(_is_number(part) for part in pair) or abs(pair[0]) > 180 or abs(pair[1]) > 90:
            yield coordinates


def _is_number(part: object) -> bool:
    return isinstance(part, int | float) and not isinstance(part, bool) and math.isfinite(part)
