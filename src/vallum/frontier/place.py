"""How do people write this place, and which place did they write?

Patrols give grid references, maps give degrees, everyone at the line gives chainage. One function writes all of them,
one reads any of them, with European, Arabic-Indic and Persian digits.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import mgrs
from pyproj import Transformer

from vallum.frontier.line import Frontier

_FORMS = (
    'Write a place as MGRS ("37S FA 97541 19469"), UTM ("37S 697541 4019469"), latitude and longitude ("36.3, 41.2" or '
    '"36°18\'00\\"N 41°12\'00\\"E"), or chainage ("km 149.2", "km 149.2 +350 m"; plus is the home side).'
)
_LAST_METRE_DEG = 1e-5
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_NUMBER = r"(\d+(?:\.\d+)?)"
# A zone and its band, or a band alone near the poles; the square; the figures. The package judges the letters.
_MGRS = re.compile(r"(\d{1,2}\s*[C-X]|[ABYZ])\s*([A-Z])\s*([A-Z])\s*(\d+(?:\s+\d+)?)", re.IGNORECASE)
_UTM = re.compile(rf"(\d{{1,2}})\s*([A-Z])\s+{_NUMBER}\s*(?:m?E)?[\s,]+{_NUMBER}\s*(?:m?N)?", re.IGNORECASE)
_CHAINAGE = re.compile(rf"(km)?\s*{_NUMBER}\s*(km)?(?:\s*([+-])\s*{_NUMBER}\s*(m)?)?", re.IGNORECASE)
_DECIMAL = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*[\s,;]\s*([+-]?\d+(?:\.\d+)?)")
_ANGLE = r"([+-]?\d+(?:\.\d+)?)\s*°?\s*(?:(\d+(?:\.\d+)?)\s*['m]?\s*)?(?:(\d+(?:\.\d+)?)\s*(?:\"|'')?\s*)?"
_DEGREES = re.compile(rf"{_ANGLE}([NS])[\s,;]*{_ANGLE}([EW])", re.IGNORECASE)
# Written by people and by word processors: all of them mean the plain sign.
_SIGNS = str.maketrans("٫،−–’′ʹ”″º˚", ".,--'''\"\"°°", "٬")
_KILOMETRES = re.compile(r"کم|كم|کیلومتر|كيلومتر")
_METRES = re.compile(r"(?<=[\d\s])(?:متر|م)$")


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """One place in the words of its users.

    Attributes
    ----------
    mgrs
        Military grid reference to 1 m.
    utm
        Zone with latitude band, easting, northing in metres; None beyond 84 degrees north and 80 degrees south.
    latlon
        Latitude and longitude, decimal degrees WGS 84.
    chainage
        Kilometres along the line and metres from it, positive on the home side.
    """

    mgrs: str
    utm: str | None
    latlon: str
    chainage: str


def describe(lon: float, lat: float, frontier: Frontier) -> PlaceWords:
    """Write a position in every form that `parse` reads.

    Parameters
    ----------
    lon, lat
        Degrees WGS 84.
    frontier
        The line whose chainage is meant.

    Raises
    ------
    ValueError
        If the position is not on the earth.

    Examples
    --------
    >>> import numpy as np
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[41.2, 36.0], [41.2, 37.0]]))
    >>> words = describe(41.2, 36.3, line)
    >>> words.mgrs, words.utm
    ('37S FA 97541 19469', '37S 697541 4019469')
    >>> words.latlon, words.chainage
    ('36.30000, 41.20000', 'km 33.289 +0 m')
    """
    lon, lat = _checked(lon, lat)
    # The package gives the last metre south of the equator a square that does not exist.
    grid_lat = 0.0 if -_LAST_METRE_DEG < lat < 0.0 else lat
    grid = str(mgrs.MGRS().toMGRS(grid_lat, lon))
    where = frontier.locate(lon, lat)
    zone, band, square, figures = _split(grid)
    utm = None
    if zone:
        east_m, north_m = _utm_plane(int(zone), band).transform(lon, grid_lat)
        # Cut off, not rounded, as grid references are.
        utm = f"{zone}{band} {int(east_m):06d} {int(north_m):07d}"
    return PlaceWords(
        mgrs=f"{zone}{band} {square} {figures[:5]} {figures[5:]}",
        utm=utm,
        latlon=f"{lat:.5f}, {lon:.5f}",
        chainage=f"km {where.chainage_m / 1000:.3f} {round(where.offset_m):+d} m",
    )


def parse(text: str, frontier: Frontier) -> tuple[float, float]:
    """Read a place as people write it.

    Parameters
    ----------
    text
        MGRS, UTM, latitude and longitude (decimal, or degrees with minutes and seconds), or chainage with or without an
        offset. Digits may be Arabic-Indic or Persian; marks of writing direction are ignored.
    frontier
        The line whose chainage is meant.

    Returns
    -------
    tuple of float
        Longitude and latitude, degrees WGS 84. A grid reference gives the middle of its square.

    Raises
    ------
    ValueError
        If the text is none of these, naming the accepted forms; or if it is one but the place does not exist.

    Examples
    --------
    >>> import numpy as np
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[41.2, 36.0], [41.2, 37.0]]))
    >>> [round(degrees, 4) for degrees in parse("km 33.288 -350 m", line)]
    [41.2039, 36.3]
    >>> parse("٣٦٫٣، ٤١٫٢", line)
    (41.2, 36.3)
    """
    plain = _plain(text)
    if found := _MGRS.fullmatch(plain):
        return _from_mgrs(found, text)
    if found := _UTM.fullmatch(plain):
        return _from_utm(int(found[1]), found[2].upper(), float(found[3]), float(found[4]), text)
    if found := _DEGREES.fullmatch(plain):
        return _from_degrees(found, text)
    if (found := _CHAINAGE.fullmatch(plain)) and (found[1] or found[3] or found[6] or not found[4]):
        offset_m = float(f"{found[4]}{found[5]}") if found[4] else 0.0
        return frontier.point_at(float(found[2]) * 1000.0, offset_m)
    if found := _DECIMAL.fullmatch(plain):
        return _checked(float(found[2]), float(found[1]))
    raise ValueError(f'"{text.strip()[:60]}" is not a place. {_FORMS}')


def _plain(text: str) -> str:
    letters = []
    for letter in text:
        kind = unicodedata.category(letter)
        if kind == "Nd":
            letters.append(str(unicodedata.decimal(letter)))
        elif kind != "Cf":
            letters.append(letter)
    plain = " ".join("".join(letters).translate(_SIGNS).split())
    return _METRES.sub("m", _KILOMETRES.sub("km", plain))


def _split(grid: str) -> tuple[str, str, str, str]:
    found = re.fullmatch(r"(\d*)([A-Z])([A-Z]{2})(\d*)", grid)
    if found is None:
        raise ValueError(f'"{grid}" is not a grid reference.')
    return found[1], found[2], found[3], found[4]


def _from_mgrs(found: re.Match[str], text: str) -> tuple[float, float]:
    figures = found[4].split()
    together = "".join(figures)
    if len(together) % 2 or len(together) > 10 or (len(figures) == 2 and len(figures[0]) != len(figures[1])):
        raise ValueError(
            f'"{text.strip()}": a grid reference has as many figures for east as for north, five at most. {_FORMS}'
        )
    try:
        lat, lon = mgrs.MGRS().toLatLon("".join([*found[1].split(), found[2], found[3], together]).upper())
    except mgrs.core.MGRSError:
        raise ValueError(
            f'"{text.strip()}" looks like a grid reference, but there is no such square. Check its letters. {_FORMS}'
        ) from None
    return _checked(float(lon), float(lat))


def _from_utm(zone: int, band: str, east_m: float, north_m: float, text: str) -> tuple[float, float]:
    if not 1 <= zone <= 60 or band not in _BANDS:
        raise ValueError(
            f'"{text.strip()}": UTM zones run from 1 to 60 and latitude bands from C to X without I and O. {_FORMS}'
        )
    lon, lat = _utm_plane(zone, band).transform(east_m, north_m, direction="INVERSE")
    south = -80.0 + 8.0 * _BANDS.index(band)
    north = 84.0 if band == "X" else south + 8.0
    # Written so that an infinite answer is refused too; the tenth of a degree allows for a band's edge.
    if not south - 0.1 <= lat <= north + 0.1:
        raise ValueError(
            f'"{text.strip()}": a northing of {north_m:.0f} m is not in latitude band {band} '
            f"({south:g} to {north:g} degrees). The letter after the zone is the band, not north or south."
        )
    return _checked(float(lon), float(lat))


def _utm_plane(zone: int, band: str) -> Transformer:
    half = 32600 if band >= "N" else 32700
    return Transformer.from_crs("EPSG:4326", f"EPSG:{half + zone}", always_xy=True)


def _from_degrees(found: re.Match[str], text: str) -> tuple[float, float]:
    angles = []
    for first, negative in ((1, "S"), (5, "W")):
        minutes, seconds = float(found[first + 1] or 0.0), float(found[first + 2] or 0.0)
        degrees = float(found[first])
        if degrees < 0.0 or minutes >= 60.0 or seconds >= 60.0:
            raise ValueError(
                f'"{text.strip()}": with a letter for the hemisphere degrees have no sign, and minutes and seconds '
                f"are below 60. {_FORMS}"
            )
        angle = degrees + minutes / 60.0 + seconds / 3600.0
        angles.append(-angle if found[first + 3].upper() == negative else angle)
    return _checked(angles[1], angles[0])


def _checked(lon: float, lat: float) -> tuple[float, float]:
    # Written so that NaN is refused too.
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise ValueError(
            f"Latitude {lat:g}, longitude {lon:g} is not on the earth: latitudes run from -90 to 90 degrees and come "
            "first, longitudes from -180 to 180."
        )
    return lon, lat
