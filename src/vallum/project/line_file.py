"""Which line does this GeoJSON, GeoPackage or shapefile hold?"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from vallum.project.problem import Problem, ProjectError, quoted

# A straight piece on a projected map is no geodesic; pieces of a kilometre keep the two within a few centimetres.
_PIECE_M = 1_000.0
# Seven decimals are a centimetre.
_DECIMALS = 7


def read_line(path: Path) -> LineString:
    """Return the only line of a vector file, in longitude and latitude (WGS 84).

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, shapefile or another vector file that GDAL reads, in any coordinate system. Pieces of one
        line are joined where their ends meet.

    Raises
    ------
    ProjectError
        If it cannot be read or does not hold exactly one line; says what it holds.

    Examples
    --------
    >>> from vallum import examples
    >>> len(read_line(examples.path("iraq-syria") / "line.geojson").coords)
    75
    """
    # only whoever makes a project needs it, and where pandas is installed it takes seconds to load
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    lines: list[tuple[str, BaseGeometry]] = []
    others: list[str] = []
    try:
        for layer, _ in pyogrio.list_layers(path):
            meta, _, geometries, _ = pyogrio.raw.read(path, layer=str(layer), columns=[], force_2d=True)
            if geometries is None:
                continue
            for number, geometry in enumerate(shapely.from_wkb(geometries), start=1):
                where = f"{layer} feature {number}"
                if isinstance(geometry, LineString | MultiLineString) and not geometry.is_empty:
                    lines.append((where, _in_degrees(path, geometry, meta["crs"])))
                else:
                    others.append(f"{where} {'nothing' if geometry is None else geometry.geom_type}")
    except (DataSourceError, DataLayerError) as error:
        # GDAL may add how to name a driver; the first sentence is what a person needs.
        reason = str(error).split(";")[0]
        raise _refused(path, f"a file that cannot be read ({reason})", "GeoJSON, GeoPackage or shapefile") from None
    if len(lines) != 1:
        what = [where for where, _ in lines] or others
        listed = ", ".join(what[:5]) + (", ..." if len(what) > 5 else "")
        found = f"{len(lines)} lines" if lines else "no line"
        raise _refused(
            path, f"{found}{f' ({listed})' if listed else ''}", "exactly one line; put it in a file of its own"
        )
    joined = shapely.line_merge(lines[0][1])
    if not isinstance(joined, LineString):
        pieces = len(shapely.get_parts(joined))
        raise _refused(path, f"a line in {pieces} pieces whose ends do not meet", "pieces that make one line")
    return joined


def _in_degrees(path: Path, line: LineString | MultiLineString, crs_words: str | None) -> BaseGeometry:
    if crs_words is None:
        raise _refused(path, "no coordinate system", "a file that names its own (a shapefile needs its .prj)")
    try:
        crs = CRS.from_user_input(crs_words)
    except CRSError:
        raise _refused(path, f"the coordinate system {quoted(crs_words)}", "one that PROJ knows") from None
    to_degrees = Transformer.from_crs(crs, CRS.from_epsg(4326), always_xy=True)
    if crs.is_projected:
        unit_m = crs.axis_info[0].unit_conversion_factor
        line = shapely.segmentize(line, _PIECE_M / unit_m)

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_degrees.transform(points[:, 0], points[:, 1]))

    turned = shapely.transform(line, moved)
    if not all(math.isfinite(part) for part in turned.bounds):
        raise _refused(path, f"positions outside {crs.name}", "coordinates in the system the file names")
    rounded: BaseGeometry = shapely.set_precision(turned, 10.0**-_DECIMALS, mode="pointwise")
    return rounded


def _refused(path: Path, found: str, expected: str) -> ProjectError:
    return ProjectError([Problem(path.name, None, None, found, expected)])
