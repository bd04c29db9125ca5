"""Where is what a sensor reports, in degrees of WGS 84 and degrees true?

The standard's errors do not say whether they are standard deviations or half widths; they are taken for standard
deviations. The vertical datum does not matter here: heights are not used.
"""

import math
import re
from functools import lru_cache

from pyproj import Proj, Transformer

from vallum.gateways.sapient.messages import (
    Location,
    LocationCoordinateSystem,
    RangeBearing,
    RangeBearingCoordinateSystem,
)
from vallum.gateways.sapient.messages import RangeBearingDatum as Datum
from vallum.watch.detection import PointMeasurement, RangeBearingMeasurement
from vallum.watch.plausibility import Reason

# Stated defaults for what a sensor does not say.
DEFAULT_POINT_SD_M = 50.0
DEFAULT_AZIMUTH_SD_DEG = 1.0
DEFAULT_RANGE_SD_SHARE = 0.1
# A sensor that claims to be better than this is not believed to be.
SMALLEST_POINT_SD_M = 1.0
SMALLEST_AZIMUTH_SD_DEG = 0.02
SMALLEST_RANGE_SD_M = 1.0
# Stated errors are cut here, so that none overflows in what follows. Plausibility refuses what is near them.
LARGEST_SD_M = 1e7
LARGEST_AZIMUTH_SD_DEG = 360.0
# Above this share of the range, the range says nothing: sensors that know only a bearing send half their maximum range
# with an error as large (SAPIENT ICD v5).
BEARING_ONLY_ABOVE = 0.3

_METRES_PER_DEGREE = 111_320.0
_ZONE = re.compile(r"\s*([0-9]{1,2})\s*([C-HJ-NP-X])\s*", re.IGNORECASE)
_RADIANS = {
    RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_RADIANS_M,
    RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_RADIANS_KM,
}
_KILOMETRES = {
    RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_KM,
    RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_RADIANS_KM,
}


def point_of(location: Location, registered_zone: str = "") -> PointMeasurement | Reason:
    """Return a position in degrees with errors in metres, or why it cannot be understood.

    Parameters
    ----------
    location
        Latitude and longitude in degrees or radians (x is longitude), or UTM metres.
    registered_zone
        UTM zone with its latitude band, for example "37S", used when the location names none.

    Examples
    --------
    >>> degrees = LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M
    >>> point_of(Location(x=41.5, y=36.25, x_error=0.0001, coordinate_system=degrees))
    PointMeasurement(lon=41.5, lat=36.25, east_sd_m=8.977..., north_sd_m=50.0)
    """
    system = location.coordinate_system
    if system == LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_UTM_M:
        return _from_utm(location, registered_zone)
    if system == LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M:
        to_degrees = 1.0
    elif system == LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M:
        to_degrees = math.degrees(1.0)
    else:
        return Reason("no_coordinate_system", f"coordinate system {system} is not known; name one of the standard's")
    lon, lat = location.x * to_degrees, location.y * to_degrees
    # Off the globe the shrinking of meridians means nothing; the position itself is judged elsewhere.
    shrink = max(0.01, math.cos(math.radians(lat))) if abs(lat) <= 90.0 else 1.0
    return PointMeasurement(
        lon=lon,
        lat=lat,
        east_sd_m=_stated(
            location.x_error * to_degrees * _METRES_PER_DEGREE * shrink, DEFAULT_POINT_SD_M, SMALLEST_POINT_SD_M
        ),
        north_sd_m=_stated(location.y_error * to_degrees * _METRES_PER_DEGREE, DEFAULT_POINT_SD_M, SMALLEST_POINT_SD_M),
    )


def range_bearing_of(measured: RangeBearing, sensor_lon: float, sensor_lat: float) -> RangeBearingMeasurement | Reason:
    """Return a bearing with or without range from where the sensor stands, or why it cannot be understood.

    Parameters
    ----------
    measured
        Degrees or radians, metres or kilometres, from true north or from the grid north of the UTM zone in which the
        sensor stands.
    sensor_lon, sensor_lat
        Where the sensor stands, degrees.

    Examples
    --------
    >>> system = RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_KM
    >>> true = Datum.RANGE_BEARING_DATUM_TRUE
    >>> seen = RangeBearing(azimuth=90, range=2, range_error=0.1, coordinate_system=system, datum=true)
    >>> range_bearing_of(seen, 41.0, 36.0).range_m
    2000.0
    """
    if not measured.HasField("azimuth"):
        return Reason(
            "no_azimuth", "a range without an azimuth says only that something is on a circle; send the azimuth"
        )
    if measured.coordinate_system == RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_UNSPECIFIED:
        return Reason("no_coordinate_system", "the range and bearing have no coordinate system; name one")
    to_degrees = math.degrees(1.0) if measured.coordinate_system in _RADIANS else 1.0
    to_metres = 1000.0 if measured.coordinate_system in _KILOMETRES else 1.0
    turn_deg = _from_true_north(measured.datum, sensor_lon, sensor_lat)
    if isinstance(turn_deg, Reason):
        return turn_deg
    range_m: float | None = None
    range_sd_m: float | None = None
    if measured.HasField("range"):
        range_m = measured.range * to_metres
        if range_m <= 0.0:
            return Reason("range_not_positive", f"a range of {range_m:g} m cannot be; leave it out if it is not known")
        range_sd_m = _stated(measured.range_error * to_metres, DEFAULT_RANGE_SD_SHARE * range_m, SMALLEST_RANGE_SD_M)
        if range_sd_m > BEARING_ONLY_ABOVE * range_m:
            range_m = range_sd_m = None
        elif measured.HasField("elevation"):
            # Along the ground, not along the line of sight.
            range_m *= math.cos(_within_quarter(math.radians(measured.elevation * to_degrees)))
    return RangeBearingMeasurement(
        sensor_lon=sensor_lon,
        sensor_lat=sensor_lat,
        azimuth_deg=(measured.azimuth * to_degrees + turn_deg) % 360.0 if math.isfinite(measured.azimuth) else math.nan,
        azimuth_sd_deg=_stated(
            measured.azimuth_error * to_degrees,
            DEFAULT_AZIMUTH_SD_DEG,
            SMALLEST_AZIMUTH_SD_DEG,
            LARGEST_AZIMUTH_SD_DEG,
        ),
        range_m=range_m,
        range_sd_m=range_sd_m,
    )


def convergence_deg(lon: float, lat: float) -> float:
    """Return the angle from true north to the grid north of the UTM zone of a position, degrees clockwise.

    Examples
    --------
    >>> round(convergence_deg(41.0, 36.0), 2)  # two degrees east of the middle of zone 37
    1.18
    """
    zone = min(60, int((lon + 180.0) // 6.0) + 1)
    return float(_utm(zone, lat < 0.0)[0].get_factors(lon, lat).meridian_convergence)


def _from_utm(location: Location, registered_zone: str) -> PointMeasurement | Reason:
    named = location.utm_zone or registered_zone
    zone = _ZONE.fullmatch(named)
    if zone is None or not 1 <= int(zone[1]) <= 60:
        return Reason(
            "utm_zone_missing",
            f"UTM zone {named[:20]!r} is not one; name it with its latitude band, for example 37S, on each location",
        )
    if not (100_000.0 <= location.x <= 900_000.0 and 0.0 <= location.y <= 10_000_000.0):
        return Reason(
            "utm_outside_zone",
            f"easting {location.x:g}, northing {location.y:g} is not in a UTM zone; "
            "if these are degrees, set the coordinate system to latitude and longitude",
        )
    southern = zone[2].upper() < "N"
    lon, lat = _utm(int(zone[1]), southern)[1].transform(location.x, location.y)
    return PointMeasurement(
        lon=lon,
        lat=lat,
        east_sd_m=_stated(location.x_error, DEFAULT_POINT_SD_M, SMALLEST_POINT_SD_M),
        north_sd_m=_stated(location.y_error, DEFAULT_POINT_SD_M, SMALLEST_POINT_SD_M),
    )


def _from_true_north(datum: int, lon: float, lat: float) -> float | Reason:
    if datum == Datum.RANGE_BEARING_DATUM_TRUE:
        return 0.0
    if datum == Datum.RANGE_BEARING_DATUM_GRID:
        return convergence_deg(lon, lat)
    if datum == Datum.RANGE_BEARING_DATUM_MAGNETIC:
        return Reason(
            "magnetic_bearing",
            "the bearing is from magnetic north, and no declination for this place and date is known here; "
            "set the sensor to true north",
        )
    if datum == Datum.RANGE_BEARING_DATUM_PLATFORM:
        return Reason(
            "platform_bearing",
            "the bearing is from the sensor's own axis, whose heading is not known here; set the sensor to true north",
        )
    return Reason("no_datum", "the bearing does not say from which north it is counted; set the datum to true")


@lru_cache(maxsize=120)
def _utm(zone: int, southern: bool) -> tuple[Proj, Transformer]:
    code = f"EPSG:{(32_700 if southern else 32_600) + zone}"
    return Proj(code), Transformer.from_crs(code, "EPSG:4326", always_xy=True)


def _stated(error: float, default: float, smallest: float, largest: float = LARGEST_SD_M) -> float:
    """Return a stated error within bounds, or the default where none (or no positive number) is stated."""
    return min(max(error, smallest), largest) if error > 0.0 else default


def _within_quarter(angle: float) -> float:
    return angle if abs(angle) <= math.pi / 2 else 0.0
