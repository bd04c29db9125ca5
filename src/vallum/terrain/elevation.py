"""How high is the ground here, and how far can that be trusted?

A terrain model is heights in cells of a grid of longitude and latitude. Between the middles of cells the ground is
bilinear. On cells of about 1 km half of the coverage computed in rugged ground is not there, so a model says its grade.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from os import PathLike
from typing import Literal, overload

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioIOError

from vallum.terrain.bilinear import bilinear

FloatArray = NDArray[np.float64]
Grade = Literal["usable", "indicative"]

COARSEST_USABLE_M = 100.0
_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True, eq=False)
class Elevation:
    """Heights of the ground on a north-up grid of longitude and latitude.

    Attributes
    ----------
    heights_m
        Shape (rows, columns), float32: metres above mean sea level as the source has them, northernmost row first; NaN
        where the source has none.
    transform
        From (column, row) to (longitude, latitude) of a cell's upper left corner, degrees WGS 84.
    source
        Where the heights come from.

    Raises
    ------
    ValueError
        If the heights are not a grid or the grid is not north-up.

    Examples
    --------
    >>> ramp = Elevation(np.array([[0.0, 10.0], [0.0, 10.0]]), Affine(0.001, 0, 42.0, 0, -0.001, 36.0), "invented")
    >>> round(ramp.height_at(42.001, 35.999), 3), round(ramp.cell_m), ramp.grade
    (5.0, 111, 'indicative')
    """

    heights_m: NDArray[np.float32]
    transform: Affine
    source: str

    def __post_init__(self) -> None:
        heights_m = np.array(self.heights_m, dtype=np.float32)
        if heights_m.ndim != 2 or heights_m.size == 0:
            raise ValueError(
                f"Terrain from {self.source}: heights have shape {heights_m.shape}, expected (rows, columns)."
            )
        if self.transform.b != 0.0 or self.transform.d != 0.0 or self.transform.a <= 0.0 or self.transform.e >= 0.0:
            raise ValueError(f"Terrain from {self.source}: the grid is turned or upside down; warp it north-up first.")
        heights_m.setflags(write=False)
        object.__setattr__(self, "heights_m", heights_m)

    @classmethod
    def read(cls, path: str | PathLike[str], *, source: str | None = None) -> Elevation:
        """Read heights from a raster file: GeoTIFF, DTED, HGT, whatever GDAL opens.

        Parameters
        ----------
        path
            A raster of heights in metres on WGS 84 longitude and latitude (EPSG:4326); its first band is read.
        source
            Where the heights come from; the file's own SOURCE tag, or its name, unless told otherwise.

        Raises
        ------
        ValueError
            If the file cannot be opened or is on another reference system; says what to do.

        Examples
        --------
        >>> from importlib.resources import as_file, files
        >>> with as_file(files("vallum") / "examples" / "iraq_syria" / "terrain.tif") as path:
        ...     terrain = Elevation.read(path)
        >>> terrain.grade, round(terrain.height_at(41.846, 36.388))
        ('indicative', 1406)
        """
        try:
            with rasterio.open(path) as dataset:
                if dataset.crs is None or dataset.crs.to_epsg() != 4326:
                    raise ValueError(
                        f"{path}: terrain must be on longitude and latitude, WGS 84 (EPSG:4326), not "
                        f"{dataset.crs or 'on no stated system'}. Warp it: gdalwarp -t_srs EPSG:4326 IN OUT."
                    )
                heights = dataset.read(1, masked=True).astype(np.float32).filled(np.nan)
                return cls(heights, dataset.transform, source or dataset.tags().get("SOURCE") or dataset.name)
        except RasterioIOError as error:
            raise ValueError(f"{path}: not a raster of heights that can be read ({error}).") from error

    @property
    def cell_m(self) -> float:
        """Longer side of a cell in the middle of the model, metres."""
        rows = self.heights_m.shape[0]
        middle_lat = self.transform.f + self.transform.e * rows / 2
        return _METRES_PER_DEGREE * max(-self.transform.e, self.transform.a * cos(radians(middle_lat)))

    @property
    def grade(self) -> Grade:
        """What may be built on it: "usable" on cells of up to 100 m, "indicative" above."""
        return "usable" if self.cell_m <= COARSEST_USABLE_M else "indicative"

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north edges, degrees."""
        rows, columns = self.heights_m.shape
        west, north = self.transform.c, self.transform.f
        return west, north + rows * self.transform.e, west + columns * self.transform.a, north

    @overload
    def height_at(self, lon: float, lat: float) -> float: ...
    @overload
    def height_at(self, lon: FloatArray, lat: FloatArray) -> FloatArray: ...
    def height_at(self, lon: float | FloatArray, lat: float | FloatArray) -> float | FloatArray:
        """Return the height of the ground, bilinear between the middles of cells.

        Parameters
        ----------
        lon, lat
            Degrees WGS 84: two numbers, or two arrays that broadcast.

        Returns
        -------
        float or numpy.ndarray
            Metres; NaN outside the model and beside a void. In the outer half of an edge cell the height is the edge's.

        Examples
        --------
        >>> ramp = Elevation(np.array([[0.0, 10.0], [0.0, 10.0]]), Affine(0.001, 0, 42.0, 0, -0.001, 36.0), "invented")
        >>> ramp.height_at(np.array([42.0005, 42.00125, 43.0]), np.array([35.9995, 35.9995, 35.9995])).round(3)
        array([0. , 7.5, nan])
        """
        longitudes, latitudes = np.broadcast_arrays(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        heights_m = self.sampled(*self.middles(longitudes, latitudes))
        return float(heights_m) if heights_m.ndim == 0 else heights_m

    def middles(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return fractional rows and columns that are whole at the middles of cells.

        Parameters
        ----------
        lon, lat
            Degrees WGS 84, of one shape.

        Examples
        --------
        >>> ramp = Elevation(np.zeros((2, 2)), Affine(0.001, 0, 42.0, 0, -0.001, 36.0), "invented")
        >>> row, column = ramp.middles(np.array([42.0015]), np.array([35.9995]))
        >>> row.round(6), column.round(6)
        (array([0.]), array([1.]))
        """
        return (
            np.asarray((lat - self.transform.f) / self.transform.e - 0.5),
            np.asarray((lon - self.transform.c) / self.transform.a - 0.5),
        )

    def sampled(self, row: FloatArray, column: FloatArray) -> FloatArray:
        """Return heights at fractional rows and columns, as `middles` gives them.

        Parameters
        ----------
        row, column
            Of one shape.

        Returns
        -------
        numpy.ndarray
            Metres; NaN outside the model and beside a void.

        Examples
        --------
        >>> ramp = Elevation(np.array([[0.0, 10.0], [0.0, 10.0]]), Affine(0.001, 0, 42.0, 0, -0.001, 36.0), "invented")
        >>> ramp.sampled(np.array([0.0, 5.0]), np.array([0.25, 0.25]))
        array([2.5, nan])
        """
        return bilinear(self.heights_m, row, column)
