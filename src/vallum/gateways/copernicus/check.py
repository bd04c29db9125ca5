"""Is this the tile that was asked for, whole, and does every block of it decode?"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from vallum.gateways.copernicus.blocks import broken_block
from vallum.gateways.copernicus.tile import Tile
from vallum.terrain.header import Header, TerrainError
from vallum.terrain.layer import HIGHEST_M, LOWEST_M

_MD5 = re.compile(r'"([0-9a-f]{32})"')


def why_not(path: Path, tile: Tile, etag: str | None) -> str | None:
    """Say why a file cannot be accepted as a tile, or None if it can.

    Parameters
    ----------
    path
        The file.
    tile
        What it should be.
    etag
        What the server called it; where that is an MD5 sum, it has to be the file's.
    """
    sum_of_server = _MD5.fullmatch(etag or "")
    if sum_of_server is not None and (found := digest(path, "md5")) != sum_of_server[1]:
        return f"its MD5 sum is {found}, the server's is {sum_of_server[1]}"
    try:
        header = Header.read(path)
    except TerrainError as error:
        return error.found
    rows, columns = header.shape
    west, north = header.transform.c, header.transform.f
    east, south = west + columns * header.transform.a, north + rows * header.transform.e
    # Cells of this model have their middles on whole seconds, so a tile is half a cell off its degree.
    off = max(abs(west - tile.west), abs(south - tile.south), abs(east - tile.west - 1), abs(north - tile.south - 1))
    if header.crs != "EPSG:4326" or off > 1.5 * max(header.transform.a, -header.transform.e):
        place = f"{south:.3f} to {north:.3f} N, {west:.3f} to {east:.3f} E ({header.crs})"
        return f"it lies at {place}, not where its name says"
    return broken_block(path) or _why_not_decoded(path)


def digest(path: Path, algorithm: str = "sha256") -> str:
    """Return the check sum of a file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def _why_not_decoded(path: Path) -> str | None:
    try:
        with rasterio.open(path) as raster:
            for _, window in raster.block_windows(1):
                heights_m = raster.read(1, window=window, masked=True).compressed()
                if heights_m.size and not (
                    np.isfinite(heights_m).all() and heights_m.min() > LOWEST_M and heights_m.max() < HIGHEST_M
                ):
                    return "it holds heights that no ground on earth has"
    except RasterioError as error:
        return f"a block of it cannot be decoded ({str(error.__cause__ or error).rstrip('.')})"
    return None
