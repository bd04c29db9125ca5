"""Which ground is of which class, and where is somebody who came across gone: what do a project's files say?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rasterio
import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rasterio.errors import RasterioIOError
from shapely.geometry import shape as shape_of

from vallum.assets.mobility import Mobility
from vallum.plan.grounds import WATER, Grounds
from vallum.project.ground import read_shapes
from vallum.project.invalid import problems_of
from vallum.project.problem import Problem, quoted
from vallum.project.toml import read_toml

POLYGONS, RASTER, EXITS = "ground.geojson", "ground.toml", "exits.geojson"
FILES = (POLYGONS, RASTER, EXITS)
_KINDS = ("Polygon", "MultiPolygon")


class GroundRaster(BaseModel):
    """Everything ground.toml may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    file: str = Field(
        pattern=r"^[^/\\.][^/\\]*$", description="GeoTIFF in the same folder: whole numbers from 0 to 254"
    )
    source: str = Field(min_length=1, description="whose classes they are")
    classes: dict[str, str] = Field(
        description="the class of ground that each number stands for, as 2 = sand; or water"
    )


def read_grounds(
    folder: Path, contents: Mapping[str, bytes], mobility: Mobility | None
) -> tuple[Grounds, list[Problem]]:
    r"""Read classes of ground and exits.

    Parameters
    ----------
    folder
        Where a raster lies.
    contents
        The bytes of the project's files by name.
    mobility
        Knows the classes; None where it could not be read, and classes are taken as they are.

    Examples
    --------
    >>> dunes = (b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"class": "snow"},'
    ...          b'"geometry": {"type": "Polygon", "coordinates": [[[42, 36], [43, 36], [43, 37], [42, 36]]]}}]}')
    >>> from vallum.assets.mobility import DEFAULT
    >>> print(read_grounds(Path(), {"ground.geojson": dunes}, DEFAULT)[1][0].expected)
    one of dunes, field, open, road, rock, sand, town, track, water
    """
    problems: list[Problem] = []
    known = None if mobility is None else {*mobility.ground, WATER}
    polygons = []
    for number, shape, properties in _shapes(POLYGONS, contents, problems):
        name = properties.get("class")
        if not isinstance(name, str) or (known is not None and name not in known):
            problems.append(Problem(POLYGONS, None, f"feature {number}, class", quoted(name), _one_of(known)))
            continue
        polygons.append((shape, name))
    exits = tuple(shape for _, shape, _ in _shapes(EXITS, contents, problems))
    raster, names, wrong = _raster(folder, contents, known)
    return Grounds(tuple(polygons), raster, names, exits), problems + wrong


def _shapes(
    file: str, contents: Mapping[str, bytes], problems: list[Problem]
) -> list[tuple[int, shapely.Geometry, Mapping[str, Any]]]:
    if file not in contents:
        return []
    tree, wrong = read_shapes(file, contents[file], _KINDS)
    problems += wrong
    found: list[tuple[int, shapely.Geometry, Mapping[str, Any]]] = []
    for number, feature in enumerate(tree["features"], start=1):
        try:
            shape = shape_of(feature["geometry"])
        except (ValueError, TypeError, shapely.errors.ShapelyError) as error:
            problems.append(Problem(file, None, f"feature {number}", str(error), "rings of four positions or more"))
            continue
        if not shape.is_valid:
            why = shapely.is_valid_reason(shape)
            problems.append(
                Problem(file, None, f"feature {number}", quoted(why), "a polygon that does not cross itself")
            )
            continue
        given = feature.get("properties")
        found.append((number, shape, given if isinstance(given, dict) else {}))
    return found


def _raster(
    folder: Path, contents: Mapping[str, bytes], known: set[str] | None
) -> tuple[Path | None, Mapping[int, str] | None, list[Problem]]:
    if RASTER not in contents:
        return None, None, []
    tree, problems = read_toml(RASTER, contents[RASTER])
    if tree is None:
        return None, None, problems
    try:
        said = GroundRaster.model_validate(tree)
    except ValidationError as error:
        return None, None, problems_of(error, RASTER, GroundRaster)
    names: dict[int, str] = {}
    for value, name in said.classes.items():
        if not (value.isdigit() and int(value) < 255):
            problems.append(Problem(RASTER, None, f"classes.{value}", quoted(value), "a whole number from 0 to 254"))
        elif known is not None and name not in known:
            problems.append(Problem(RASTER, None, f"classes.{value}", quoted(name), _one_of(known)))
        else:
            names[int(value)] = name
    path = folder / said.file
    try:
        with rasterio.open(path) as source:
            if source.crs is None:
                problems.append(
                    Problem(said.file, None, None, "no reference system", "a GeoTIFF that says where it lies")
                )
            if source.dtypes[0] not in {"uint8", "int16", "uint16", "int32"}:
                problems.append(Problem(said.file, None, None, f"numbers of kind {source.dtypes[0]}", "whole numbers"))
    except RasterioIOError:
        problems.append(Problem(RASTER, None, "file", quoted(said.file), "a GeoTIFF in the project's folder"))
    return path, names, problems


def _one_of(known: set[str] | None) -> str:
    return "a class of ground" if known is None else "one of " + ", ".join(sorted(known))
