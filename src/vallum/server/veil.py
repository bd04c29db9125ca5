"""How is ground that is seen drawn on the map: as a veil of who sees it, and as the least height that one tower sees?

Pictures of 256 pixels in the map's own projection, read by rio-tiler from the rasters that the centre keeps; nearest
cell, never a mixture. Who is silent is decided here, when the picture is asked for: the bits of silent sensors are
cleared. What is surely seen is a calm veil, what the terrain's error decides is hatched, what silence lost is hatched
in the colour of what is lost, the other way; nothing is drawn where nobody looks.
"""

from __future__ import annotations

import io
import threading
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vallum.centre.sight.found import NOT_SEEN_M
from vallum.centre.sight.kept import KeptCase
from vallum.plan.scene import Scene
from vallum.terrain.cog import whole_words
from vallum.terrain.whosees import Posts

TILE_PX = 256
# Hatching goes on from tile to tile: the period divides a tile.
_HATCH_PX, _LINE_PX = 8, 3

# The page's own colours (web/src/drawing/palette.ts): watched, lost, and the five of heights.
WATCHED, LOST = (0x7F, 0xB8, 0x8A), (0xFF, 0xB0, 0x00)
HEIGHTS = ((0xA6, 0xE3, 0xB4), (0x6F, 0xC2, 0xA6), (0x4A, 0x97, 0xAB), (0x45, 0x6F, 0x9F), (0x4D, 0x4B, 0x84))
HEIGHTS_UP_TO_M = (0.0, 0.5, 1.0, 2.0, 5.0)
_VEIL, _HATCH, _HEIGHT = 96, 150, 170
_IMPORTING = threading.Lock()

NOTHING, WATCHED_GROUND, UNCERTAIN_GROUND, LOST_GROUND = range(4)


def get_ready() -> None:
    """Import what reads tiles: it takes a second or more, for which the first map that is opened should not wait."""
    # One at a time: a thread that meets a half imported module gets half of it.
    with _IMPORTING:
        import rio_tiler.io.rasterio  # noqa: F401


def veil_png(scene: Scene, kept: KeptCase, silent: frozenset[str], z: int, x: int, y: int) -> bytes:
    """Draw who sees the ground of a tile.

    Parameters
    ----------
    scene, kept
        What was found.
    silent
        Sensors that do not count.
    z, x, y
        The tile, in the numbering of web maps.
    """
    parts = _read(kept.who, z, x, y)
    if parts is None:
        return empty_png()
    states = ground_states(scene, kept.posts, kept.exposures.sensor_ids, silent, parts.astype(np.uint32), (z, x, y))
    return _png(_veil(states))


def heights_png(raster: Path | None, z: int, x: int, y: int) -> bytes:
    """Draw from which height on a tower sees something; transparent where it sees nothing up to 5 m."""
    lowest_m = None if raster is None else _read(raster, z, x, y)
    if lowest_m is None:
        return empty_png()
    heights_m = np.where(lowest_m[0] == NOT_SEEN_M, np.inf, lowest_m[0])
    step = np.searchsorted(np.array(HEIGHTS_UP_TO_M), heights_m, side="left")
    colours = np.array([*((*colour, _HEIGHT) for colour in HEIGHTS), (0, 0, 0, 0)], np.uint8)
    return _png(colours[step])


def ground_states(
    scene: Scene,
    posts: Posts,
    sensor_ids: tuple[str, ...],
    silent: frozenset[str],
    parts: NDArray[np.uint32],
    tile: tuple[int, int, int],
) -> NDArray[np.uint8]:
    """Tell what each pixel of a tile is: nothing, watched, uncertain or lost; the words of the lane.

    Parameters
    ----------
    scene
        The grid.
    posts, sensor_ids
        Where sensors stand, and their names in the same order.
    silent
        Those that do not count.
    parts
        Shape (bands, rows, columns): the halves of the sets, low first, then nominal, then high.
    tile
        z, x, y.
    """
    sets = whole_words(np.ascontiguousarray(parts.reshape(3, -1, *parts.shape[1:]).transpose(0, 2, 3, 1)))
    low, high = sets[0], sets[2]
    if not high.any():
        return np.zeros(high.shape[:2], np.uint8)
    counts = _counting(scene, posts, sensor_ids, silent, tile, high)
    sure, perhaps = (low & counts).any(axis=-1), (high & counts).any(axis=-1)
    would = low.any(axis=-1)
    found = np.select(
        [sure, would, perhaps, high.any(axis=-1)],
        [WATCHED_GROUND, LOST_GROUND, UNCERTAIN_GROUND, LOST_GROUND],
        default=NOTHING,
    )
    return found.astype(np.uint8)


@lru_cache(maxsize=1)
def empty_png() -> bytes:
    """Return a tile on which nothing is drawn."""
    return _png(np.zeros((TILE_PX, TILE_PX, 4), np.uint8))


def _counting(
    scene: Scene,
    posts: Posts,
    sensor_ids: tuple[str, ...],
    silent: frozenset[str],
    tile: tuple[int, int, int],
    high: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """Return which bits count, for all pixels alike where that can be, shape (..., words).

    A bit belongs to several sensors, far apart from each other. Where one of them is silent and another is not, each
    pixel belongs to the one that reaches it best.
    """
    word, bit = np.arange(len(sensor_ids)) % posts.bits // 64, np.arange(len(sensor_ids)) % 64
    quiet = np.array([sensor_id in silent for sensor_id in sensor_ids], np.bool_)
    live, dead = np.zeros(posts.words, np.uint64), np.zeros(posts.words, np.uint64)
    for masks, those in ((live, ~quiet), (dead, quiet)):
        for number in np.flatnonzero(those):
            masks[word[number]] |= np.uint64(1 << int(bit[number]))
    shared = live & dead & np.bitwise_or.reduce(high, axis=(0, 1))
    if not shared.any():
        return live
    counts = np.broadcast_to(live, high.shape).copy()
    rows, columns = _cells(scene, tile)
    for place in range(posts.words):
        for one in range(64):
            if not (int(shared[place]) >> one) & 1:
                continue
            owners = np.flatnonzero((word == place) & (bit == one))
            beyond = np.stack(
                [np.hypot(rows - posts.rows[o], columns - posts.columns[o]) - posts.reach_cells[o] for o in owners]
            )
            is_quiet = quiet[owners][beyond.argmin(axis=0)]
            counts[..., place][is_quiet] &= ~np.uint64(1 << one)
    return counts


def _cells(scene: Scene, tile: tuple[int, int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return row and column of the strip's grid under each pixel."""
    z, x, y = tile
    world = TILE_PX * 2**z
    lon = (x * TILE_PX + np.arange(TILE_PX) + 0.5) / world * 360.0 - 180.0
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * (y * TILE_PX + np.arange(TILE_PX) + 0.5) / world))))
    x_m, y_m = scene.strip.to_plane(*np.meshgrid(lon, lat))
    transform, cell_m = scene.strip.transform, scene.strip.cell_m
    return np.asarray((transform.f - y_m) / cell_m - 0.5), np.asarray((x_m - transform.c) / cell_m - 0.5)


def _veil(states: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = np.indices(states.shape)
    rising = (rows + columns) % _HATCH_PX < _LINE_PX
    falling = (rows - columns) % _HATCH_PX < _LINE_PX
    drawn = np.zeros((*states.shape, 4), np.uint8)
    drawn[states == WATCHED_GROUND] = (*WATCHED, _VEIL)
    drawn[(states == UNCERTAIN_GROUND) & rising] = (*WATCHED, _HATCH)
    drawn[(states == LOST_GROUND) & falling] = (*LOST, _HATCH)
    return drawn


def _read(raster: Path, z: int, x: int, y: int) -> NDArray[np.float64] | NDArray[np.uint32] | None:
    """Read all bands of a tile, shape (bands, rows, columns); None where the raster does not reach it."""
    # takes a second to import, which nobody who opens no map should wait for; and not by two pictures at once, for its
    # parts import each other in a circle
    with _IMPORTING:
        from rio_tiler.errors import TileOutsideBounds
        from rio_tiler.io.rasterio import Reader

    try:
        with Reader(str(raster)) as reader:
            image = reader.tile(x, y, z, tilesize=TILE_PX, resampling_method="nearest", reproject_method="nearest")
    except TileOutsideBounds:
        return None
    values: NDArray[np.float64] | NDArray[np.uint32] = np.where(image.mask > 0, image.data, _outside(image.data))
    return values


def _outside(values: NDArray[np.float64]) -> float:
    return NOT_SEEN_M if np.issubdtype(values.dtype, np.floating) else 0


def _png(drawn: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(drawn, "RGBA").save(stream, "PNG", compress_level=3)
    return stream.getvalue()
