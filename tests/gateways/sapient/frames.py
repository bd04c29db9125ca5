"""Messages as a sensor node would write them, and a centre that remembers what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from ulid import ULID

from vallum.assets.sensor import Sensor
from vallum.gateways.sapient import (
    Limits,
    NodeAlert,
    NodeRegistered,
    NodeStatus,
    Quarantined,
    SapientEndpoint,
    TaskAnswer,
)
from vallum.gateways.sapient.messages import (
    DetectionReport,
    Location,
    LocationCoordinateSystem,
    LocationDatum,
    RangeBearing,
    RangeBearingCoordinateSystem,
    RangeBearingDatum,
    Registration,
    SapientMessage,
    StatusReport,
)
from vallum.journal.clock import Clock
from vallum.watch.detection import Detection

CENTRE_ID = "b60a2b6c-6a34-4b55-a2ae-3a3a3c2d3e4f"
START = datetime(2021, 3, 17, 15, 30, tzinfo=UTC)
START_S = START.timestamp()


def node_id(number: int = 1) -> str:
    return f"9f1c1d3e-0000-4000-8000-{number:012d}"


def camera(number: int = 1, **changed: Any) -> Sensor:
    """A camera at 41 E 36 N that looks west over 90 degrees and sees a person at 2 km, a vehicle at 4 km."""
    declared: dict[str, Any] = {
        "sensor_id": f"C-{number}",
        "kind": "thermal_camera",
        "node_id": node_id(number),
        "lon": 41.0,
        "lat": 36.0,
        "mast_m": 20.0,
        "bearing_deg": 270.0,
        "sector_deg": 90.0,
        "range_person_m": 2000.0,
        "range_vehicle_m": 4000.0,
        "party": "guard",
        "performance_source": "invented for a test",
    }
    return Sensor.model_validate({**declared, **changed})


def ulid() -> str:
    return str(ULID())


def message(at_s: float = START_S, *, node: str = "", information: str = "", **content: Any) -> SapientMessage:
    built = SapientMessage(node_id=node or node_id(), **content)
    if information:
        built.additional_information = information
    built.timestamp.FromNanoseconds(round(at_s * 1e6) * 1000)
    return built


def frame(at_s: float = START_S, *, node: str = "", information: str = "", **content: Any) -> bytes:
    return message(at_s, node=node, information=information, **content).SerializeToString()


def registration(
    node_type: Registration.NodeType = Registration.NodeType.NODE_TYPE_CAMERA, interval_s: float = 10.0
) -> Registration:
    seconds = Registration.TimeUnits.TIME_UNITS_SECONDS
    region = Registration.RegionDefinition(
        region_type=[Registration.RegionType.REGION_TYPE_AREA_OF_INTEREST],
        region_area=[
            Registration.LocationType(
                location_units=LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
                location_datum=LocationDatum.LOCATION_DATUM_WGS84_E,
            )
        ],
    )
    return Registration(
        node_definition=[Registration.NodeDefinition(node_type=node_type)],
        icd_version="BSI Flex 335 v2.0",
        name="a camera",
        capabilities=[Registration.Capability(category="camera", type="thermal")],
        status_definition=Registration.StatusDefinition(
            status_interval=Registration.Duration(units=seconds, value=interval_s)
        ),
        mode_definition=[
            Registration.ModeDefinition(
                mode_name="default",
                mode_type=Registration.ModeType.MODE_TYPE_PERMANENT,
                settle_time=Registration.Duration(units=seconds, value=1),
                task=Registration.TaskDefinition(region_definition=region),
            )
        ],
        config_data=[Registration.ConfigurationData(manufacturer="nobody", model="test")],
    )


def status(
    info: StatusReport.Info = StatusReport.Info.INFO_NEW,
    system: StatusReport.System = StatusReport.System.SYSTEM_OK,
    **more: Any,
) -> StatusReport:
    return StatusReport(report_id=ulid(), system=system, info=info, mode="default", **more)


def bearing(
    azimuth_deg: float = 270.0, range_m: float = 1500.0, range_error_m: float = 100.0, **more: Any
) -> RangeBearing:
    built = RangeBearing(
        azimuth=azimuth_deg,
        azimuth_error=0.1,
        range=range_m,
        range_error=range_error_m,
        coordinate_system=RangeBearingCoordinateSystem.RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M,
        datum=RangeBearingDatum.RANGE_BEARING_DATUM_TRUE,
    )
    built.MergeFrom(RangeBearing(**more))
    return built


def point(lon: float, lat: float, **more: Any) -> Location:
    built = Location(
        x=lon,
        y=lat,
        coordinate_system=LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
        datum=LocationDatum.LOCATION_DATUM_WGS84_E,
    )
    built.MergeFrom(Location(**more))
    return built


def report(**content: Any) -> DetectionReport:
    if not content.keys() & {"location", "range_bearing"}:
        content["range_bearing"] = bearing()
    return DetectionReport(**{"report_id": ulid(), "object_id": ulid(), **content})


@dataclass
class Heard:
    """A centre that keeps everything it is told."""

    registrations: list[NodeRegistered] = field(default_factory=list)
    statuses: list[NodeStatus] = field(default_factory=list)
    detections: list[Detection] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    alerts: list[NodeAlert] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    answers: list[TaskAnswer] = field(default_factory=list)
    failing: bool = False

    def detection(self, detection: Detection, as_it_came: bytes) -> None:
        if self.failing:
            raise RuntimeError("the centre fails on this detection")
        self.detections.append(detection)
        self.frames.append(as_it_came)

    def codes(self) -> list[str]:
        return [one.report.reason_code for one in self.quarantined]

    def endpoint(
        self,
        clock: Clock,
        *sensors: Sensor,
        limits: Limits | None = None,
        room: Callable[[], Awaitable[None]] | None = None,
    ) -> SapientEndpoint:
        return SapientEndpoint(
            "127.0.0.1",
            0,
            clock=clock,
            nodes={sensor.node_id: sensor for sensor in sensors},
            centre_node_id=CENTRE_ID,
            on_registration=self.registrations.append,
            on_status=self.statuses.append,
            on_detection=self.detection,
            on_alert=self.alerts.append,
            on_quarantine=self.quarantined.append,
            on_task_ack=self.answers.append,
            room=room,
            limits=limits,
        )


class Node:
    """A sensor node's end of a connection."""

    _dialled: ClassVar[list[Node]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    @classmethod
    async def dial(cls, endpoint: SapientEndpoint) -> Node:
        node = cls(*await asyncio.open_connection("127.0.0.1", endpoint.port))
        cls._dialled.append(node)
        return node

    @classmethod
    async def hang_up_all(cls) -> None:
        """Close what a test left open, so that nothing outlives its loop."""
        for node in cls._dialled:
            node.writer.transport.abort()
        for node in cls._dialled:
            with contextlib.suppress(ConnectionError):
                await node.writer.wait_closed()
        cls._dialled.clear()

    def send(self, *frames: bytes) -> None:
        for each in frames:
            self.writer.write(struct.pack("<I", len(each)) + each)

    async def receive(self) -> SapientMessage:
        async with asyncio.timeout(30):
            (length,) = struct.unpack("<I", await self._reader.readexactly(4))
            return SapientMessage.FromString(await self._reader.readexactly(length))

    async def closed(self) -> bool:
        """Wait for the other side to close, past anything that it still says."""
        try:
            async with asyncio.timeout(30):
                while await self._reader.read(65536):
                    pass
        except ConnectionError:
            pass
        return True

    def hang_up(self) -> None:
        self.writer.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; the test fails by its own deadline if it never does."""
    async with asyncio.timeout(30):
        # What is waited for changes on the same loop, but in code that knows no tests.
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


Serving = Callable[..., Awaitable[SapientEndpoint]]
