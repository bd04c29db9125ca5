"""What does the ground look like under the map?

Hillshade after Horn (Hill shading and the reflectance map, Proc. IEEE 69, 1981): slopes by his 3 x 3 weights, shade
as the cosine between the ground's normal and the light. The picture for the page is dark and quiet - terrain whispers -
it fades out towards its edges, so that the map shows no rectangle where the model ends, and its rows are those of Web
Mercator, so that an image laid on the map by its four corners lies true.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from scipy.interpolate import RectBivariateSpline

from vallum.frontier.foot import WGS84
from vallum.terrain.elevation import Elevation

FloatArray = NDArray[np.float64]
Colour = tuple[int, int, int]

_DARK: Colour = (0x1B, 0x1F, 0x24)
_LIGHT: Colour = (0x3A, 0x40, 0x47)
_FLAT_GROUND = 0.45  # of the way from dark to light
_SHADES = 96
# A PNG of 256 colours is a third smaller than one with an alpha channel, so the fading rim has colours of its own:
# few shades in many strengths, whose steps on the dark page are smaller than one level of brightness.
_RIM_SHADES = 12
_RIM_STRENGTHS = 12
_VOID = _SHADES + _RIM_SHADES * _RIM_STRENGTHS
_MERCATOR_END_DEG = 85.0


def hillshade(
    elevation: Elevation, azimuth_deg: float = 315.0, altitude_deg: float = 45.0, exaggeration: float = 1.0
) -> NDArray[np.uint8]:
    """Return the brightness of the ground under a low light.

    Parameters
    ----------
    elevation
        The ground.
    azimuth_deg
        Where the light comes from, degrees clockwise from north.
    altitude_deg
        How high it stands, degrees above the horizon.
    exaggeration
        Heights are multiplied by it.

    Returns
    -------
    numpy.ndarray
        Shape of the heights, uint8: 1 dark to 255 bright, 0 where a height or one beside it is unknown.

    Raises
    ------
    ValueError
        If the light is not between horizon and zenith or the exaggeration is not positive.

    Examples
    --------
    >>> from affine import Affine
    >>> plain = Elevation(np.zeros((3, 3)), Affine(0.01, 0, 42.0, 0, -0.01, 36.0), "invented")
    >>> hillshade(plain, altitude_deg=30.0)[1, 1]
    np.uint8(128)
    """
    rows = elevation.heights_m.shape[0]
    lat = np.asarray(elevation.transform.f + (np.arange(rows) + 0.5) * elevation.transform.e)
    east, north = _slopes(
        elevation.heights_m.astype(np.float64) * _positive(exaggeration),
        _metres_per_degree_of_longitude(lat) * elevation.transform.a,
        _metres_per_degree_of_latitude(lat) * -elevation.transform.e,
    )
    brightness = _brightness(east, north, azimuth_deg, altitude_deg)
    known = np.isfinite(brightness) & np.isfinite(elevation.heights_m)
    return np.where(known, np.rint(1.0 + 254.0 * np.nan_to_num(brightness)), 0.0).astype(np.uint8)


def shade_png(
    elevation: Elevation,
    azimuth_deg: float = 315.0,
    altitude_deg: float = 45.0,
    exaggeration: float = 8.0,
    enlargement: int = 3,
    fade: float = 0.06,
) -> tuple[bytes, tuple[float, float, float, float]]:
    r"""Return a quiet dark picture of the ground to lie under the map.

    Parameters
    ----------
    elevation
        The ground.
    azimuth_deg, altitude_deg, exaggeration
        As for `hillshade`; deserts need exaggeration to show at all.
    enlargement
        Pixels to a cell, by cubic splines between the heights: wide cells do not look like blocks.
    fade
        Share of width and height, at each edge, over which the picture fades out; 0 for hard edges.

    Returns
    -------
    png
        Picture whose rows are equally spaced in Web Mercator; transparent where heights are unknown and at its edges.
    bounds
        West, south, east, north edges of the picture, degrees: its corners on the map.

    Raises
    ------
    ValueError
        As for `hillshade`, or if the terrain is a single row or column, or lies beyond 85 degrees of latitude, or if
        the fade is not between 0 and half of the picture.

    Examples
    --------
    >>> from affine import Affine
    >>> plain = Elevation(np.zeros((3, 4)), Affine(0.01, 0, 42.0, 0, -0.01, 36.0), "invented")
    >>> png, bounds = shade_png(plain)
    >>> png[:4], [round(edge, 2) for edge in bounds]
    (b'\x89PNG', [42.0, 35.97, 42.04, 36.0])
    """
    if not 0.0 <= fade <= 0.5:
        raise ValueError(f"The picture can fade over 0 to 0.5 of its width, not {fade}.")
    west, south, east, north = elevation.bounds
    if max(abs(south), abs(north)) > _MERCATOR_END_DEG:
        raise ValueError(
            f"Terrain from {elevation.source} reaches beyond 85 degrees, where the map ends. Cut it there."
        )
    if min(elevation.heights_m.shape) < 2:
        raise ValueError(f"Terrain from {elevation.source} is a single row or column; a picture needs two of each.")
    width = elevation.heights_m.shape[1] * enlargement
    pixel_deg = (east - west) / width
    bottom, top = _mercator_deg(np.array([south, north]))
    height = max(1, round(float(top - bottom) / pixel_deg))
    row_deg = float(top - bottom) / height
    lat = _latitude_deg(top - (np.arange(height) + 0.5) * row_deg)
    rows, columns = elevation.middles(west + (np.arange(width) + 0.5) * pixel_deg, lat)
    heights_m, unknown = _enlarged(elevation.heights_m, rows, columns)

    metres_per_degree = _metres_per_degree_of_longitude(lat)
    east_slope, north_slope = _slopes(
        heights_m * _positive(exaggeration),
        metres_per_degree * pixel_deg,
        # Mercator stretches both directions alike, so a row is as high on the ground as its degrees are wide.
        metres_per_degree * row_deg,
    )
    # Steep ground is pressed towards 45 degrees: mountains keep their form while the desert is exaggerated.
    pressed = 1.0 + np.hypot(east_slope, north_slope)
    brightness = _brightness(east_slope / pressed, north_slope / pressed, azimuth_deg, altitude_deg)
    shade = brightness ** (np.log(_FLAT_GROUND) / np.log(min(np.sin(np.radians(altitude_deg)), 0.99)))
    strength = np.outer(_rising(height, fade), _rising(width, fade))
    picture = Image.fromarray(np.where(unknown, _VOID, _colour_number(shade, strength)).astype(np.uint8))
    colours, strengths = _palette()
    picture.putpalette(colours.tobytes())
    out = io.BytesIO()
    picture.save(out, format="PNG", transparency=strengths.tobytes())
    return out.getvalue(), (west, south, east, north)


def _rising(pixels: int, fade: float) -> FloatArray:
    """Return the strength of each pixel of a row: from 0 at either end smoothly to 1 over a share of the row."""
    if fade == 0.0:
        return np.ones(pixels)
    middle = np.arange(pixels) + 0.5
    inwards = np.clip(np.minimum(middle, pixels - middle) / (fade * pixels), 0.0, 1.0)
    return np.asarray(inwards**2 * (3.0 - 2.0 * inwards))


def _colour_number(shade: FloatArray, strength: FloatArray) -> NDArray[np.int64]:
    """Return the palette's number of a shade (0 dark to 1 light) in a strength (0 transparent to 1)."""
    level = np.rint(strength * _RIM_STRENGTHS)
    inner = np.rint(shade * (_SHADES - 1))
    rim = _SHADES + level * _RIM_SHADES + np.rint(shade * (_RIM_SHADES - 1))
    return np.asarray(np.where(level == _RIM_STRENGTHS, inner, rim)).astype(np.int64)


def _palette() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return colours (numbers, 3) and strengths (numbers,): the shades, the rim's by rising strength, and the void."""
    inner, rim = (np.rint(np.linspace(_DARK, _LIGHT, shades)) for shades in (_SHADES, _RIM_SHADES))
    levels = np.rint(255.0 * np.arange(_RIM_STRENGTHS) / _RIM_STRENGTHS)
    colours = np.concatenate([inner, np.tile(rim, (_RIM_STRENGTHS, 1)), [_DARK]])
    strengths = np.concatenate([np.full(_SHADES, 255.0), np.repeat(levels, _RIM_SHADES), [0.0]])
    return colours.astype(np.uint8), strengths.astype(np.uint8)


def _slopes(heights_m: FloatArray, width_m: FloatArray, height_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Horn's slopes towards east and north of cells whose size differs by row, metres per metre."""
    # Edges go on as they slope inside, or they would look like rims.
    padded = np.pad(heights_m, 1, mode="reflect" if min(heights_m.shape) > 1 else "edge", reflect_type="odd")
    columns = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    rows = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    return (
        (columns[:, 2:] - columns[:, :-2]) / (8.0 * width_m[:, None]),
        (rows[:-2] - rows[2:]) / (8.0 * height_m[:, None]),
    )


def _brightness(east: FloatArray, north: FloatArray, azimuth_deg: float, altitude_deg: float) -> FloatArray:
    """Return the cosine between the light and the normal (-east, -north, 1) of the ground, 0 where it is negative."""
    if not 0.0 < altitude_deg <= 90.0:
        raise ValueError(f"The light must stand above the horizon, up to 90 degrees, not at {altitude_deg}.")
    azimuth, altitude = np.radians(azimuth_deg), np.radians(altitude_deg)
    towards_light = np.sin(altitude) - np.cos(altitude) * (east * np.sin(azimuth) + north * np.cos(azimuth))
    return np.asarray(np.clip(towards_light / np.sqrt(1.0 + east**2 + north**2), 0.0, 1.0))


def _enlarged(
    heights_m: NDArray[np.float32], rows: FloatArray, columns: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return heights at every row and column between the middles of cells, and where a void touches them."""
    last_row, last_column = heights_m.shape[0] - 1, heights_m.shape[1] - 1
    rows, columns = np.clip(rows, 0.0, last_row), np.clip(columns, 0.0, last_column)
    void = np.isnan(heights_m)
    spline = RectBivariateSpline(
        np.arange(last_row + 1),
        np.arange(last_column + 1),
        _filled(heights_m, void),
        kx=min(3, last_row),
        ky=min(3, last_column),
    )
    unknown = np.zeros((len(rows), len(columns)), dtype=np.bool_)
    for row in (np.floor(rows), np.ceil(rows)):
        for column in (np.floor(columns), np.ceil(columns)):
            unknown |= void[np.ix_(row.astype(np.int64), column.astype(np.int64))]
    return np.asarray(spline(rows, columns)), unknown


def _filled(heights_m: NDArray[np.float32], void: NDArray[np.bool_]) -> FloatArray:
    """Return heights with every void given its nearest known height, so that splines stay calm beside it."""
    heights = heights_m.astype(np.float64)
    if not void.any():
        return heights
    if void.all():
        return np.zeros_like(heights)
    nearest = ndimage.distance_transform_edt(void, return_distances=False, return_indices=True)
    return np.asarray(heights[tuple(nearest)])


def _positive(exaggeration: float) -> float:
    if not exaggeration > 0.0:
        raise ValueError(f"The exaggeration of heights must be above 0, not {exaggeration}.")
    return exaggeration


def _metres_per_degree_of_longitude(lat: FloatArray) -> FloatArray:
    latitude = np.radians(lat)
    return np.asarray(np.radians(WGS84.a * np.cos(latitude) / np.sqrt(1.0 - WGS84.es * np.sin(latitude) ** 2)))


def _metres_per_degree_of_latitude(lat: FloatArray) -> FloatArray:
    latitude = np.radians(lat)
    return np.asarray(np.radians(WGS84.a * (1.0 - WGS84.es) / (1.0 - WGS84.es * np.sin(latitude) ** 2) ** 1.5))


def _mercator_deg(lat: FloatArray) -> FloatArray:
    """Return Web Mercator's northing in degrees of longitude."""
    return np.asarray(np.degrees(np.arctanh(np.sin(np.radians(lat)))))


def _latitude_deg(mercator_deg: FloatArray) -> FloatArray:
    return np.asarray(np.degrees(np.arctan(np.sinh(np.radians(mercator_deg)))))
