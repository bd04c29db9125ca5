"""Which class of ground is each cell of the strip, and where does no way lead?

Whoever plans brings polygons or a raster of classes; where neither says anything the ground is open. No way leads over
water.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.features import rasterize
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from vallum.assets.mobility import OPEN
from vallum.frontier.strip import Strip
from vallum.terrain.pace import NO_WAY

FloatArray = NDArray[np.float64]

WATER = "water"
"""The class that nobody crosses."""


@dataclass(frozen=True, slots=True, eq=False)
class Grounds:
    """Classes of ground as they are brought.

    Attributes
    ----------
    polygons
        Polygons on longitude and latitude with their class; later ones lie on earlier ones and on the raster.
    raster, names
        A raster of numbers, and the class that each stands for; None without one.
    exits
        Polygons on longitude and latitude: whoever came across and is there is gone.
    """

    polygons: tuple[tuple[shapely.Geometry, str], ...] = ()
    raster: Path | None = None
    names: Mapping[int, str] | None = None
    exits: tuple[shapely.Geometry, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that occur, open ground first, water apart."""
        said = {name for _, name in self.polygons} | set((self.names or {}).values())
        return (OPEN, *sorted(said - {OPEN, WATER}))

    def onto(self, strip: Strip, water: Sequence[shapely.Geometry] = ()) -> NDArray[np.uint8]:
        """Lay the classes over a strip.

        Parameters
        ----------
        strip
            The grid.
        water
            Polygons on longitude and latitude, over everything else.

        Returns
        -------
        numpy.ndarray
            uint8, shape of the grid: places in `classes`, or `NO_WAY`.

        Raises
        ------
        ValueError
            If the raster holds a number that nobody named, or none of it lies on the strip.

        Examples
        --------
        >>> from vallum.frontier import Frontier
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.1, 36.0]]))
        >>> strip = Strip(line, 3_000.0, 200.0)
        >>> field = shapely.box(42.0, 36.0, 42.05, 36.01)
        >>> np.unique(Grounds(((field, "field"),)).onto(strip, [shapely.box(42.05, 36.0, 42.06, 36.01)]))
        array([  0,   1, 255], dtype=uint8)
        """
        found = np.zeros(strip.shape, np.uint8)
        number = self._numbers()
        if self.raster is not None:
            self._lay_raster(found, strip, number)
        shapes = [(shape, number[name]) for shape, name in self.polygons] + [(shape, NO_WAY) for shape in water]
        on_plane = [(_projected(shape, strip), value) for shape, value in shapes]
        if on_plane:
            rasterize(on_plane, out=found, transform=strip.transform)
        return found

    def at(self, lon: FloatArray, lat: FloatArray, water: Sequence[shapely.Geometry] = ()) -> NDArray[np.uint8]:
        """Return the class at places, as `onto` lays it, but to the point.

        Parameters
        ----------
        lon, lat
            Degrees WGS 84, shape (places,).
        water
            Polygons on longitude and latitude, over everything else.

        Returns
        -------
        numpy.ndarray
            uint8, shape (places,): places in `classes`, or `NO_WAY`. Open ground beyond a raster.

        Raises
        ------
        ValueError
            If the raster holds a number there that nobody named.

        Examples
        --------
        >>> field = shapely.box(42.0, 36.0, 42.05, 36.01)
        >>> Grounds(((field, "field"),)).at(np.array([42.01, 42.06]), np.array([36.005, 36.005]))
        array([1, 0], dtype=uint8)
        """
        found = np.zeros(len(lon), np.uint8)
        number = self._numbers()
        if self.raster is not None:
            self._raster_at(found, lon, lat, number)
        for shape, value in [*((shape, number[name]) for shape, name in self.polygons), *((s, NO_WAY) for s in water)]:
            shapely.prepare(shape)
            found[shapely.contains_xy(shape, lon, lat)] = value
        return found

    def _numbers(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.classes)} | {WATER: NO_WAY}

    def _lay_raster(self, found: NDArray[np.uint8], strip: Strip, number: Mapping[str, int]) -> None:
        assert self.raster is not None
        rows, columns = strip.shape
        with (
            rasterio.open(self.raster) as source,
            WarpedVRT(
                source,
                crs=strip.projection,
                transform=strip.transform,
                width=columns,
                height=rows,
                resampling=Resampling.nearest,
            ) as warped,
        ):
            values = warped.read(1, masked=True)
        here = ~np.ma.getmaskarray(values)
        if not here.any():
            raise ValueError(
                f"{self.raster.name}: none of it lies within {strip.half_width_m / 1000:g} km of "
                f"{strip.frontier.name}; bring classes of this ground, or leave the file out."
            )
        found[here] = self._named(values.data[here], number)

    def _raster_at(self, found: NDArray[np.uint8], lon: FloatArray, lat: FloatArray, number: Mapping[str, int]) -> None:
        assert self.raster is not None
        with rasterio.open(self.raster) as source:
            to_source = Transformer.from_crs("EPSG:4326", source.crs, always_xy=True)
            column, row = ~source.transform * np.stack(to_source.transform(lon, lat))
            inside = (row >= 0) & (row < source.height) & (column >= 0) & (column < source.width)
            if not inside.any():
                return
            rows, columns = row[inside].astype(np.int64), column[inside].astype(np.int64)
            top, left = int(rows.min()), int(columns.min())
            window = Window(left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1)
            values = source.read(1, window=window, masked=True)[rows - top, columns - left]
        known = ~np.ma.getmaskarray(values)
        found[np.flatnonzero(inside)[known]] = self._named(values.data[known], number)

    def _named(self, values: NDArray[np.generic], number: Mapping[str, int]) -> NDArray[np.uint8]:
        assert self.raster is not None
        names = self.names or {}
        unknown = sorted({int(value) for value in np.unique(values)} - set(names))
        if unknown:
            raise ValueError(
                f"{self.raster.name}: nobody says which ground the number {unknown[0]} stands for; add it to classes "
                "in ground.toml."
            )
        table = np.zeros(1 + max(names, default=0), np.uint8)
        for value, name in names.items():
            table[value] = number[name]
        return table[values.astype(np.int64)]


def _projected(shape: shapely.Geometry, strip: Strip) -> shapely.Geometry:
    return shapely.transform(shape, lambda lonlat: np.column_stack(strip.to_plane(lonlat[:, 0], lonlat[:, 1])))
