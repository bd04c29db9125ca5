"""Is this file a raster of heights that stands where it says it stands?

Only the head of the file is read. What is refused here would otherwise come out as ground in the wrong place: heights
without a coordinate system, degrees called metres, feet called metres, a picture instead of heights.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError

FloatArray = NDArray[np.float64]

METRES = frozenset({"", "m", "metre", "meter", "metres", "meters"})
# A cell of more degrees is no terrain model; a grid whose corners are all small enough for degrees, with such a cell,
# lies in metres on a postage stamp.
_WIDEST_CELL_DEG = 1.0
# A block is read as a whole.
_LARGEST_BLOCK_BYTES = 256 * 2**20
_GEOD = Geod(ellps="WGS84")


class TerrainError(ValueError):
    """A terrain file cannot be used.

    Attributes
    ----------
    file
        Which one.
    found
        What is wrong with it.
    remedy
        What to do, a sentence.

    Examples
    --------
    >>> print(TerrainError("n35.tif", "it has no coordinate system", "Give it one with gdal_edit.py -a_srs."))
    n35.tif: it has no coordinate system. Give it one with gdal_edit.py -a_srs.
    """

    def __init__(self, file: str | Path, found: str, remedy: str) -> None:
        self.file = str(file)
        self.found = found
        self.remedy = remedy
        super().__init__(f"{file}: {found}. {remedy}")

    def __reduce__(self) -> tuple[type[TerrainError], tuple[str, str, str]]:
        return type(self), (self.file, self.found, self.remedy)


@dataclass(frozen=True, slots=True)
class Header:
    """What the head of one file says.

    Attributes
    ----------
    path
        The file.
    crs
        The plane or the degrees it lies on, without heights: as EPSG:code where it has one, otherwise as WKT.
    transform
        From (column, row) to (x, y) of a cell's corner.
    shape
        Rows and columns.
    cell_m
        Longer side of the cell in the middle of the file, measured on the ground, metres.
    vertical
        Name of the vertical reference that the file itself declares, or None.
    scale, offset
        A height is stored value x scale + offset, metres.
    """

    path: Path
    crs: str
    transform: Affine
    shape: tuple[int, int]
    cell_m: float
    vertical: str | None
    scale: float
    offset: float

    @classmethod
    def read(cls, path: Path) -> Header:
        """Read and check the head of a file.

        Parameters
        ----------
        path
            A raster file that GDAL opens: GeoTIFF, DTED, SRTM .hgt, VRT and others.

        Raises
        ------
        TerrainError
            If it cannot be opened or cannot be heights in a known place.

        Examples
        --------
        >>> from vallum import examples
        >>> header = Header.read(examples.path("iraq-syria") / "terrain.tif")
        >>> header.crs, header.shape, round(header.cell_m)
        ('EPSG:4326', (660, 720), 925)
        """
        with opened(path) as dataset:
            _refuse_what_is_no_heights(path, dataset)
            crs, vertical = _references(path, dataset)
            transform, shape = dataset.transform, (dataset.height, dataset.width)
            _refuse_wrong_units(path, crs, transform, shape)
            scale, offset = float(dataset.scales[0]), float(dataset.offsets[0])
        return cls(path, _short(crs), transform, shape, _cell_m(path, crs, transform, shape), vertical, scale, offset)

    def contains(self, lon: FloatArray, lat: FloatArray) -> NDArray[np.bool_]:
        """Tell which positions, degrees WGS 84, lie on the file's grid."""
        x, y = from_lonlat(self.crs).transform(lon, lat)
        columns, rows = placed(~self.transform, np.asarray(x), np.asarray(y))
        return np.asarray((rows >= 0) & (rows <= self.shape[0]) & (columns >= 0) & (columns <= self.shape[1]))


@contextmanager
def opened(path: Path) -> Generator[Any, None, None]:
    """Open a raster file for reading; what GDAL complains of becomes a `TerrainError`."""
    try:
        # A GeoTIFF tells its vertical reference only when asked.
        with rasterio.Env(GTIFF_REPORT_COMPD_CS=True, REPORT_COMPD_CS=True), rasterio.open(path) as dataset:
            yield dataset
            return
    except (RasterioError, FileNotFoundError) as error:
        reason = str(error).replace(f"'{path}' ", "").replace(f"{path}: ", "").rstrip(".") or type(error).__name__
    # Out here, without GDAL's own error behind it: that one cannot be sent from one process to another.
    remedy = "Give a GeoTIFF, DTED, SRTM .hgt or VRT file, or fetch it again if it is damaged."
    raise TerrainError(path, f"it cannot be read as a raster ({reason})", remedy)


@lru_cache(maxsize=64)
def from_lonlat(crs: str) -> Transformer:
    """Return the way from longitude and latitude, degrees WGS 84, to the x and y of a reference system."""
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


def placed(transform: Affine, column: FloatArray, row: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return x and y of columns and rows; with the inverse of a transform, columns and rows of x and y.

    Examples
    --------
    >>> placed(Affine(30, 0, 100, 0, -30, 500), np.array([2.0]), np.array([1.0]))
    (array([160.]), array([470.]))
    """
    return (
        transform.a * column + transform.b * row + transform.c,
        transform.d * column + transform.e * row + transform.f,
    )


def _refuse_what_is_no_heights(path: Path, dataset: Any) -> None:
    if dataset.count != 1:
        raise TerrainError(
            path,
            f"it has {dataset.count} bands",
            "Heights are one band; take the right one out: gdal_translate -b 1 IN OUT.",
        )
    if dataset.colorinterp[0] is ColorInterp.palette or np.dtype(dataset.dtypes[0]).kind == "c":
        raise TerrainError(path, "it is a picture, not heights", "Give the terrain model that the picture was made of.")
    unit = (dataset.units[0] or "").strip()
    if unit.lower() not in METRES:
        raise TerrainError(path, f"its heights are in {unit}", _IN_METRES)
    rows, columns = dataset.block_shapes[0]
    if rows * columns * np.dtype(dataset.dtypes[0]).itemsize > _LARGEST_BLOCK_BYTES:
        size_gb = rows * columns * np.dtype(dataset.dtypes[0]).itemsize / 1e9
        raise TerrainError(
            path,
            f"it is stored in pieces of {rows:,} x {columns:,} cells, {size_gb:.1f} GB each, which would have to be "
            "read as a whole",
            "Store it in small tiles: gdal_translate -of COG IN OUT.",
        )


def _references(path: Path, dataset: Any) -> tuple[CRS, str | None]:
    if dataset.crs is None:
        raise TerrainError(
            path,
            "it has no coordinate system",
            "Ask its maker which one it lies on and write it in, for degrees: gdal_edit.py -a_srs EPSG:4326 FILE.",
        )
    if dataset.transform.is_identity:
        raise TerrainError(
            path, "it does not say where on the earth it lies", "Give a file with a position (gdal_edit.py -a_ullr)."
        )
    try:
        crs = CRS.from_wkt(dataset.crs.to_wkt())
    except CRSError as error:
        raise TerrainError(path, f"its coordinate system is unknown ({error})", _WARP) from error
    vertical = None
    if crs.is_compound:
        crs, above = crs.sub_crs_list[:2]
        vertical = above.name
        if any(axis.unit_conversion_factor != 1.0 for axis in above.axis_info):
            raise TerrainError(path, f"its heights are in {above.axis_info[0].unit_name} ({vertical})", _IN_METRES)
    crs = crs.to_2d()
    if not (crs.is_geographic or crs.is_projected):
        raise TerrainError(path, f"its coordinate system {crs.name} has no place on the earth", _WARP)
    return crs, vertical


def _refuse_wrong_units(path: Path, crs: CRS, transform: Affine, shape: tuple[int, int]) -> None:
    rows, columns = shape
    corners = np.column_stack(
        placed(transform, np.array([0.0, columns, 0.0, columns]), np.array([0.0, 0.0, rows, rows]))
    )
    x, y = np.abs(corners).max(axis=0)
    cell = max(np.hypot(transform.a, transform.d), np.hypot(transform.b, transform.e))
    if not (np.isfinite(corners).all() and cell > 0.0):
        raise TerrainError(path, "its position is not a number", "Fetch or make the file again.")
    extent = f"x to {x:,.6g} and y to {y:,.6g} in cells of {cell:.6g}"
    if crs.is_geographic and (x > 360.0 + cell or y > 90.0 + cell or cell > _WIDEST_CELL_DEG):
        raise TerrainError(
            path,
            f"it says its unit is degrees ({crs.name}), but {extent} can only be metres",
            "Write the plane it was made on into it: gdal_edit.py -a_srs EPSG:code FILE.",
        )
    if crs.is_projected and x <= 360.0 and y <= 90.0 and cell <= _WIDEST_CELL_DEG:
        raise TerrainError(
            path,
            f"it says its unit is metres ({crs.name}), but {extent} can only be degrees",
            "If they are longitude and latitude, write that into it: gdal_edit.py -a_srs EPSG:4326 FILE.",
        )


def _cell_m(path: Path, crs: CRS, transform: Affine, shape: tuple[int, int]) -> float:
    rows, columns = shape
    middle = np.array([columns / 2, rows / 2])
    around = middle + 0.5 * np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]])
    x, y = placed(transform, around[:, 0], around[:, 1])
    lon, lat = from_lonlat(_short(crs)).transform(x, y, direction="INVERSE")
    _, _, sides_m = _GEOD.inv(lon[::2], lat[::2], lon[1::2], lat[1::2])
    if not np.isfinite(sides_m).all():
        raise TerrainError(path, f"its middle is nowhere on the earth in {crs.name}", _WARP)
    return float(max(sides_m))


def _short(crs: CRS) -> str:
    code = crs.to_epsg(min_confidence=20)
    # Some formats write longitude before latitude, which changes nothing here.
    if code is None or not crs.equals(CRS.from_epsg(code), ignore_axis_order=True):
        return crs.to_wkt()
    return f"EPSG:{code}"


_IN_METRES = 'Write them in metres; for feet: gdal_calc.py -A IN --calc="A*0.3048" --outfile=OUT.'
_WARP = "Warp it to longitude and latitude: gdalwarp -t_srs EPSG:4326 IN OUT."
