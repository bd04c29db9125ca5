"""Which tiles of the Copernicus DEM does a strip need, and what are they called?

Tiles are a degree by a degree, named by their south-west corner, under public names that have not changed since 2021:
Copernicus_DSM_COG_10_N35_00_E042_00_DEM/Copernicus_DSM_COG_10_N35_00_E042_00_DEM.tif; 10 stands for one second of arc,
30 for three. Where there is only sea there is no tile. It is a surface model: roofs and treetops count as ground.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vallum.frontier.strip import Strip


@dataclass(frozen=True, slots=True)
class Product:
    """One grid spacing of the model.

    Attributes
    ----------
    name
        As a person types it.
    title
        What it is called.
    code
        Its number in the names of tiles.
    base_url
        Where anybody may fetch it.
    vertical_reference, error_sd_m, error_length_m, error_source, origin
        As of a terrain source.
    """

    name: str
    title: str
    code: str
    base_url: str
    error_length_m: float
    vertical_reference: str = "EGM2008"
    # 4 m / 1.645: of errors of a normal law nine in ten lie within 1.645 standard deviations.
    error_sd_m: float = 2.4

    @property
    def error_source(self) -> str:
        """Say where the figures of error come from."""
        return (
            "Copernicus DEM specification: below 4 m linear error at 90 %, standard deviation 2.4 m; length assumed, "
            "three cells"
        )

    @property
    def origin(self) -> str:
        """Say where the heights come from."""
        return (
            f"{self.title}, surface model of TanDEM-X radar 2011-2015; © DLR e.V. 2010-2014 and © Airbus Defence and "
            "Space GmbH 2014-2018, provided under COPERNICUS by the European Union and ESA; all rights reserved"
        )


PRODUCTS = {
    product.name: product
    for product in (
        Product("glo30", "Copernicus DEM GLO-30", "10", "https://copernicus-dem-30m.s3.amazonaws.com", 90.0),
        Product("glo90", "Copernicus DEM GLO-90", "30", "https://copernicus-dem-90m.s3.amazonaws.com", 270.0),
    )
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: a degree by a degree.

    Attributes
    ----------
    product
        Which grid spacing.
    south, west
        Its south-west corner, whole degrees.

    Examples
    --------
    >>> Tile(PRODUCTS["glo30"], 35, 42).path
    'Copernicus_DSM_COG_10_N35_00_E042_00_DEM/Copernicus_DSM_COG_10_N35_00_E042_00_DEM.tif'
    >>> Tile(PRODUCTS["glo90"], -1, -179).name
    'Copernicus_DSM_COG_30_S01_00_W179_00_DEM'
    """

    product: Product
    south: int
    west: int

    @property
    def name(self) -> str:
        """The tile's name."""
        north_south, east_west = "NS"[self.south < 0], "EW"[self.west < 0]
        corner = f"{north_south}{abs(self.south):02d}_00_{east_west}{abs(self.west):03d}_00"
        return f"Copernicus_DSM_COG_{self.product.code}_{corner}_DEM"

    @property
    def path(self) -> str:
        """Where it lies below the address of the product."""
        return f"{self.name}/{self.name}.tif"


def tiles_of(product: Product, strips: Iterable[Strip]) -> tuple[Tile, ...]:
    """Return the tiles that hold the ground of some strips, from south-west to north-east.

    Parameters
    ----------
    product
        Which grid spacing.
    strips
        The strips of a line. A tile is named if it comes within a cell of the band, so wide cells (500 m) will do.

    Examples
    --------
    >>> from vallum.frontier.line import Frontier
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.8, 35.9], [43.2, 35.9]]))
    >>> [tile.name[-18:-4] for tile in tiles_of(PRODUCTS["glo30"], [Strip(line, 5_000.0, 500.0)])]
    ['N35_00_E042_00', 'N35_00_E043_00']
    """
    corners: set[tuple[int, int]] = set()
    for strip in strips:
        rows, columns = np.nonzero(~strip.mask())
        for down in (-1, 2):
            for across in (-1, 2):
                x_m = strip.transform.c + (columns + across) * strip.cell_m
                y_m = strip.transform.f - (rows + down) * strip.cell_m
                lon, lat = strip.to_lonlat(np.asarray(x_m, np.float64), np.asarray(y_m, np.float64))
                south = np.floor(lat).astype(int).tolist()
                west = (np.floor(lon + 180.0).astype(int) % 360 - 180).tolist()
                corners.update(zip(south, west, strict=True))
    return tuple(Tile(product, south, west) for south, west in sorted(corners))
