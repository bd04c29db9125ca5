"""How is a raster on the strip's grid written so that others read just what they need of it: as a COG?

A cloud-optimised GeoTIFF holds tiles and overviews in an order that lets a reader take one window at one scale. Values
are written window by window, so that nobody has to hold the whole raster; the file appears under its name when it is
complete, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.shutil import copy
from rasterio.windows import Window

BLOCK = 256

Put = Callable[[NDArray[Any], int, int], None]
"""Writes an array of shape (bands, rows, columns) at a row and a column."""


@contextmanager
def cog(
    path: Path,
    shape: tuple[int, int],
    transform: Affine,
    projection: str,
    dtype: str,
    bands: Sequence[str],
    *,
    nodata: float | None = None,
    units: Sequence[str] = (),
    overviews: str = "NEAREST",
    tags: Mapping[str, str] | None = None,
) -> Generator[Put, None, None]:
    """Write a COG; what was never put is nodata, or 0 without one.

    Parameters
    ----------
    path
        The file; it is replaced when everything is written, and left alone when something fails.
    shape
        Rows and columns.
    transform, projection
        The grid, as a strip or a ground has them.
    dtype
        Of the values. 64-bit integers lose bits on the way through GDAL's warper; write them as halves.
    bands
        What each band holds, in words.
    nodata
        Value of cells about which nothing is known.
    units
        In what each band counts, where that is worth saying.
    overviews
        How coarser views are made: NEAREST, AVERAGE, ...
    tags
        What is said of the whole file; read when everything is written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "seen.tif"
    ...     with cog(file, (3, 4), Affine(30, 0, 0, 0, -30, 0), "EPSG:32637", "uint8", ["posts"]) as put:
    ...         put(np.ones((1, 2, 2), np.uint8), 1, 2)
    ...     with rasterio.open(file) as raster:
    ...         raster.read(1).tolist(), raster.descriptions
    ([[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]], ('posts',))
    """
    rough, whole = path.with_name(f"{path.name}.rough.tmp"), path.with_name(f"{path.name}.tmp")
    try:
        with rasterio.open(
            rough,
            "w",
            driver="GTiff",
            width=shape[1],
            height=shape[0],
            count=len(bands),
            dtype=dtype,
            crs=projection,
            transform=transform,
            nodata=nodata,
            tiled=True,
            blockxsize=BLOCK,
            blockysize=BLOCK,
            interleave="band",
            SPARSE_OK="TRUE",
            BIGTIFF="IF_SAFER",
        ) as raster:
            for number, words in enumerate(bands, start=1):
                raster.set_band_description(number, words)
            if units:
                raster.units = tuple(units)

            def put(values: NDArray[Any], row: int, column: int) -> None:
                raster.write(values, window=Window(column, row, values.shape[2], values.shape[1]))

            yield put
            raster.update_tags(**(tags or {}))
        copy(
            rough,
            whole,
            driver="COG",
            COMPRESS="DEFLATE",
            LEVEL="6",
            BLOCKSIZE=str(BLOCK),
            OVERVIEW_RESAMPLING=overviews,
            BIGTIFF="IF_SAFER",
            NUM_THREADS="1",
        )
        whole.replace(path)
    finally:
        for left in (rough, whole):
            with suppress(OSError):
                left.unlink()


def halves(words: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return sets of 64-bit words, shape (..., words), as halves of 32 bits, shape (..., 2 words), the lower one first.

    Examples
    --------
    >>> halves(np.array([2**32 + 5], np.uint64))
    array([5, 1], dtype=uint32)
    """
    return np.ascontiguousarray(words, "<u8").view("<u4").astype(np.uint32, copy=False)


def whole_words(parts: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return what `halves` took apart.

    Examples
    --------
    >>> whole_words(halves(np.array([7, 2**63], np.uint64)))
    array([                  7, 9223372036854775808], dtype=uint64)
    """
    return np.ascontiguousarray(parts, "<u4").view("<u8").astype(np.uint64, copy=False)
