"""How does a sensor say it in SAPIENT (BSI Flex 335 v2): who it is, how it is, what it found, what it did when asked?

The node's side of the protocol, on the classes of the `sapient-proto` package. Every message says in
`additional_information` that it is simulated.
"""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from sapient_msg.bsi_flex_335_v2_0 import location_pb2, range_bearing_pb2
from sapient_msg.bsi_flex_335_v2_0.alert_pb2 import Alert
from sapient_msg.bsi_flex_335_v2_0.associated_file_pb2 import AssociatedFile
from sapient_msg.bsi_flex_335_v2_0.detection_report_pb2 import DetectionReport
from sapient_msg.bsi_flex_335_v2_0.location_pb2 import Location
from sapient_msg.bsi_flex_335_v2_0.range_bearing_pb2 import LocationOrRangeBearing, RangeBearing, RangeBearingCone
from sapient_msg.bsi_flex_335_v2_0.registration_pb2 import Registration
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage
from sapient_msg.bsi_flex_335_v2_0.status_report_pb2 import StatusReport
from sapient_msg.bsi_flex_335_v2_0.task_ack_pb2 import TaskAck

from vallum.assets.sensor import Sensor, SensorKind
from vallum.simulate.actors import metres_per_degree
from vallum.simulate.sensing import CLASSES, Report

ICD_VERSION = "BSI Flex 335 v2.0"
STATUS_INTERVAL_S = 10.0
MARK = '{"simulated": true}'
LENGTH = struct.Struct("<I")

LAT_LNG = location_pb2.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M
WGS84 = location_pb2.LOCATION_DATUM_WGS84_E
DEGREES_M = range_bearing_pb2.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M
TRUE_NORTH = range_bearing_pb2.RANGE_BEARING_DATUM_TRUE
NODE_TYPES: dict[SensorKind, Registration.NodeType] = {
    "thermal_camera": Registration.NODE_TYPE_CAMERA,
    "day_camera": Registration.NODE_TYPE_CAMERA,
    "ground_radar": Registration.NODE_TYPE_RADAR,
    "ground_sensor": Registration.NODE_TYPE_SEISMIC,
    "patrol_observation": Registration.NODE_TYPE_HUMAN,
}
SCAN_TYPES: dict[SensorKind, Registration.ScanType] = {
    "thermal_camera": Registration.SCAN_TYPE_STEERABLE,
    "day_camera": Registration.SCAN_TYPE_FIXED,
    "ground_radar": Registration.SCAN_TYPE_SCANNING,
    "ground_sensor": Registration.SCAN_TYPE_FIXED,
    "patrol_observation": Registration.SCAN_TYPE_STEERABLE,
}


def message(sensor: Sensor, at_s: float) -> SapientMessage:
    """Return an empty message of a sensor: when (unix seconds, by the sensor's own clock), who, and the mark.

    Examples
    --------
    >>> message(_example_sensor(), 1.5).additional_information
    '{"simulated": true}'
    """
    stamp = Timestamp()
    stamp.FromDatetime(datetime.fromtimestamp(round(at_s, 3), tz=UTC))
    return SapientMessage(timestamp=stamp, node_id=sensor.node_id, additional_information=MARK)


def framed(content: SapientMessage) -> bytes:
    """Return a message as it goes over TCP: its length as four bytes, little end first, then itself.

    Examples
    --------
    >>> list(framed(SapientMessage(node_id="")))
    [2, 0, 0, 0, 18, 0]
    """
    packed = content.SerializeToString()
    return LENGTH.pack(len(packed)) + packed


def registration(sensor: Sensor, at_s: float) -> SapientMessage:
    """Return how a sensor introduces itself: kind, what it can do, how often it says how it is, how wrong it may be.

    Examples
    --------
    >>> registration(_example_sensor(), 0.0).registration.icd_version
    'BSI Flex 335 v2.0'
    """
    ranging = sensor.kind != "ground_sensor"
    place = Registration.LocationType(location_units=LAT_LNG, location_datum=WGS84)
    polar = Registration.LocationType(range_bearing_units=DEGREES_M, range_bearing_datum=TRUE_NORTH)
    looks_again = sensor.kind == "thermal_camera"
    second = Registration.Duration(units=Registration.TIME_UNITS_SECONDS, value=1.0)
    mode = Registration.ModeDefinition(
        mode_name="watch",
        mode_type=Registration.MODE_TYPE_PERMANENT,
        settle_time=second,
        maximum_latency=second,
        scan_type=SCAN_TYPES[sensor.kind],
        tracking_type=Registration.TRACKING_TYPE_TRACKLET,
        detection_definition=[
            Registration.DetectionDefinition(
                location_type=polar if ranging else place,
                detection_class_definition=[
                    Registration.DetectionClassDefinition(
                        confidence_definition=Registration.CONFIDENCE_DEFINITION_MULTI_CLASS,
                        class_definition=[Registration.ClassDefinition(type=name) for name in CLASSES],
                    )
                ],
                geometric_error=Registration.GeometricError(
                    type="Standard Deviation",
                    units="degrees, metres" if ranging else "degrees",
                    variation_type="Grows with the square of range" if "camera" in sensor.kind else "Constant",
                ),
            )
        ],
        task=Registration.TaskDefinition(
            concurrent_tasks=1 if looks_again else 0,
            region_definition=Registration.RegionDefinition(
                region_type=[Registration.REGION_TYPE_AREA_OF_INTEREST], region_area=[place]
            ),
            command=[
                Registration.Command(
                    units="LAT_LNG_DEG_M", completion_time=second, type=Registration.COMMAND_TYPE_LOOK_AT
                )
            ]
            if looks_again
            else [],
        ),
    )
    content = message(sensor, at_s)
    content.registration.CopyFrom(
        Registration(
            node_definition=[
                Registration.NodeDefinition(node_type=NODE_TYPES[sensor.kind], node_sub_type=[sensor.kind])
            ],
            icd_version=ICD_VERSION,
            name=sensor.sensor_id,
            short_name=sensor.sensor_id[:20],
            capabilities=[
                Registration.Capability(category="range", type="person", value=str(sensor.range_person_m), units="m"),
                Registration.Capability(category="range", type="vehicle", value=str(sensor.range_vehicle_m), units="m"),
            ],
            status_definition=Registration.StatusDefinition(
                status_interval=Registration.Duration(units=Registration.TIME_UNITS_SECONDS, value=STATUS_INTERVAL_S),
                location_definition=place,
                field_of_view_definition=polar,
                coverage_definition=polar,
            ),
            mode_definition=[mode],
            config_data=[
                Registration.ConfigurationData(
                    manufacturer="Vallum simulation", model=sensor.kind, software_version="1"
                )
            ],
        )
    )
    return content


def status(sensor: Sensor, at_s: float, *, report_id: str, new: bool, blind: str | None) -> SapientMessage:
    """Return how a sensor is: well, or `blind` with the reason why it detects nothing now.

    Examples
    --------
    >>> status(_example_sensor(), 0.0, report_id="0" * 26, new=True, blind="dark").status_report.status[0].status_value
    'dark'
    """
    sector = LocationOrRangeBearing(
        range_bearing=RangeBearingCone(
            azimuth=sensor.bearing_deg,
            range=sensor.range_person_m,
            horizontal_extent=sensor.sector_deg,
            coordinate_system=DEGREES_M,
            datum=TRUE_NORTH,
        )
    )
    said = StatusReport(
        report_id=report_id,
        system=StatusReport.SYSTEM_OK if blind is None else StatusReport.SYSTEM_WARNING,
        info=StatusReport.INFO_NEW if new else StatusReport.INFO_UNCHANGED,
        mode="watch",
        node_location=_location(sensor.lon, sensor.lat),
        field_of_view=sector,
        coverage=[sector],
        power=StatusReport.Power(
            level=90, source=StatusReport.POWERSOURCE_SOLAR_PV, status=StatusReport.POWERSTATUS_OK
        ),
    )
    if blind is not None:
        said.status.append(
            StatusReport.Status(
                status_level=StatusReport.STATUS_LEVEL_WARNING_STATUS,
                status_type=StatusReport.STATUS_TYPE_NOT_DETECTING,
                status_value=blind,
            )
        )
    content = message(sensor, at_s)
    content.status_report.CopyFrom(said)
    return content


def detection(
    sensor: Sensor, report: Report, at_s: float, *, still_png: bytes | None = None, swapped_axes: bool = False
) -> SapientMessage:
    """Return a detection. Ground sensors say a place (x is the longitude), the others azimuth and range, true north.

    Parameters
    ----------
    sensor, report
        Who found what.
    at_s
        Unix seconds by the sensor's own clock.
    still_png
        The picture that goes with it.
    swapped_axes
        The fault of a badly set up sensor: a place with latitude as x and longitude as y.

    Examples
    --------
    See `vallum.simulate.night`.
    """
    found = DetectionReport(
        report_id=report.report_id,
        object_id=report.object_id,
        detection_confidence=report.confidence,
        classification=[
            DetectionReport.DetectionReportClassification(type=name, confidence=sure) for name, sure in report.classes
        ],
    )
    if swapped_axes:
        found.location.CopyFrom(_location(sensor.lat, sensor.lon, error_m=report.range_sd_m))
    elif report.azimuth_deg is None:
        found.location.CopyFrom(_location(sensor.lon, sensor.lat, error_m=report.range_sd_m))
    else:
        found.range_bearing.CopyFrom(
            RangeBearing(
                azimuth=report.azimuth_deg,
                azimuth_error=report.azimuth_sd_deg,
                range=report.range_m,
                range_error=report.range_sd_m,
                coordinate_system=DEGREES_M,
                datum=TRUE_NORTH,
            )
        )
    if report.count is not None:
        found.object_info.append(DetectionReport.TrackObjectInfo(type="count", value=str(report.count), error=1.0))
    if still_png is not None:
        found.associated_file.append(_picture(still_png))
    content = message(sensor, at_s)
    content.detection_report.CopyFrom(found)
    return content


def task_ack(
    sensor: Sensor,
    at_s: float,
    *,
    task_id: str,
    outcome: TaskAck.TaskStatus,
    reason: str = "",
    still_png: bytes | None = None,
) -> SapientMessage:
    """Return what became of a task.

    Examples
    --------
    >>> ack = task_ack(_example_sensor(), 0.0, task_id="0" * 26, outcome=TaskAck.TASK_STATUS_REJECTED, reason="no lens")
    >>> list(ack.task_ack.reason)
    ['no lens']
    """
    said = TaskAck(task_id=task_id, task_status=outcome, reason=[reason] if reason else [])
    if still_png is not None:
        said.associated_file.CopyFrom(_picture(still_png))
    content = message(sensor, at_s)
    content.task_ack.CopyFrom(said)
    return content


def tamper_alert(sensor: Sensor, at_s: float, *, alert_id: str, words: str) -> SapientMessage:
    """Return an alert that somebody is at the sensor itself; the protocol has no word of its own for that.

    Examples
    --------
    >>> tamper_alert(_example_sensor(), 0.0, alert_id="0" * 26, words="cabinet door open").alert.description
    'cabinet door open'
    """
    content = message(sensor, at_s)
    content.alert.CopyFrom(
        Alert(
            alert_id=alert_id,
            alert_type=Alert.ALERT_TYPE_WARNING,
            status=Alert.ALERT_STATUS_ACTIVE,
            description=words,
            priority=Alert.DISCRETE_PRIORITY_MEDIUM,
            location=_location(sensor.lon, sensor.lat),
        )
    )
    return content


def _location(x_deg: float, y_deg: float, *, error_m: float | None = None) -> Location:
    place = Location(x=x_deg, y=y_deg, coordinate_system=LAT_LNG, datum=WGS84)
    if error_m is not None:
        # Errors are in the unit of their axis: degrees.
        east_m, north_m = metres_per_degree(y_deg)
        place.x_error, place.y_error = error_m / east_m, error_m / north_m
    return place


def _picture(still_png: bytes) -> AssociatedFile:
    return AssociatedFile(type="image/png", url="data:image/png;base64," + base64.b64encode(still_png).decode("ascii"))


def _example_sensor() -> Sensor:
    """Return the sensor that the examples of this module speak for."""
    return Sensor(
        sensor_id="T-01 thermal",
        kind="thermal_camera",
        node_id="8a4ff0f4-3f5e-4c39-9d4f-1d1f0b9f2f01",
        lon=41.0,
        lat=36.0,
        mast_m=20.0,
        bearing_deg=270.0,
        sector_deg=90.0,
        range_person_m=2_000.0,
        range_vehicle_m=6_000.0,
        party="national guard",
        performance_source="example",
    )
