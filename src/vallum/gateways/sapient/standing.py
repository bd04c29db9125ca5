"""What does a node say of itself: its state, its conditions and where it stands?"""

from typing import Any

from pyproj import Geod

from vallum.assets.sensor import Sensor
from vallum.gateways.sapient.location import point_of
from vallum.gateways.sapient.messages import Location, StatusReport
from vallum.gateways.sapient.plain import plain
from vallum.gateways.sapient.reports import Condition, System
from vallum.watch.detection import PointMeasurement
from vallum.watch.plausibility import Reason

SYSTEMS: dict[int, System] = {
    StatusReport.System.SYSTEM_OK: "ok",
    StatusReport.System.SYSTEM_WARNING: "warning",
    StatusReport.System.SYSTEM_ERROR: "error",
    StatusReport.System.SYSTEM_GOODBYE: "goodbye",
}
# A node that believes to stand further from its declared place than this has a wrong position or a wrong declaration.
DISPLACED_BEYOND_M = 1000.0

_GEOD = Geod(ellps="WGS84")


def conditions_of(status: StatusReport) -> tuple[Condition, ...]:
    """Return the conditions of a status report.

    Examples
    --------
    >>> said = StatusReport.Status(status_type="STATUS_TYPE_WEATHER", status_level="STATUS_LEVEL_WARNING_STATUS",
    ...                            status_value="dust")
    >>> conditions_of(StatusReport(status=[said]))
    (Condition(kind='weather', level='warning', value='dust'),)
    """
    return tuple(
        Condition(
            kind=enum_words(StatusReport.StatusType, item.status_type, "STATUS_TYPE_").replace(" ", "_"),
            level=enum_words(StatusReport.StatusLevel, item.status_level, "STATUS_LEVEL_").removesuffix(" status"),
            value=plain(item.status_value, 200),
        )
        for item in status.status
    )


def place_of(location: Location, utm_zone: str) -> PointMeasurement | None:
    """Return a place, or None when it is not given, cannot be understood or is not on the globe.

    Examples
    --------
    >>> place_of(Location(), "") is None
    True
    """
    place = point_of(location, utm_zone)
    if isinstance(place, Reason) or not (abs(place.lat) <= 90.0 and abs(place.lon) <= 180.0):
        return None
    return place


def displaced(sensor: Sensor, place: PointMeasurement | None) -> Reason | None:
    """Return why a node cannot stand where it says (None for nowhere on the globe), or None when it may.

    Examples
    --------
    >>> radar = Sensor(sensor_id="R-1", kind="ground_radar", node_id="9f1c1d3e-0000-4000-8000-000000000001",
    ...     lon=41.0, lat=36.0, mast_m=20, bearing_deg=90, sector_deg=120, range_person_m=4000, range_vehicle_m=8000,
    ...     party="guard", performance_source="maker")
    >>> displaced(radar, PointMeasurement(41.001, 36.0, 5.0, 5.0)) is None, displaced(radar, None).code
    (True, 'displaced')
    """
    if place is None:
        return Reason(
            "displaced", "the node's own position is not on the globe; reports are taken from its declared place"
        )
    _, _, distance_m = _GEOD.inv(sensor.lon, sensor.lat, place.lon, place.lat)
    if distance_m <= DISPLACED_BEYOND_M:
        return None
    return Reason(
        "displaced",
        f"{sensor.sensor_id} says that it stands {distance_m:.0f} m from its declared place; "
        "it was moved, or sensors.csv is wrong. Reports are taken from the declared place",
    )


def enum_words(enum: Any, value: int, prefix: str) -> str:
    """Return the plain words of a value of one of the standard's enumerations, or its number when it has none.

    Examples
    --------
    >>> enum_words(StatusReport.System, 2, "SYSTEM_"), enum_words(StatusReport.System, 77, "SYSTEM_")
    ('warning', 'number 77')
    """
    if value in enum.values():
        return str(enum.Name(value)).removeprefix(prefix).lower().replace("_", " ")
    return f"number {value}"
