from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.message import Message
from sapient_msg import proto_options_pb2
from sapient_msg.bsi_flex_335_v2_0.registration_pb2 import Registration
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage
from sapient_msg.bsi_flex_335_v2_0.task_ack_pb2 import TaskAck
from ulid import ULID

from vallum.assets.sensor import SENSOR_KINDS, Sensor, SensorKind
from vallum.gateways.sapient.registering import SENSOR_TYPES
from vallum.simulate import messages
from vallum.simulate.actors import metres_per_degree
from vallum.simulate.sensing import Report, ulid

AT_S = 1_616_000_000.25
PICTURE = b"\x89PNG not really"


def missing(message: Message, path: str = "") -> Iterator[str]:
    """Yield what a message lacks or misspells by the options that the protocol's own descriptors carry."""
    for field in message.DESCRIPTOR.fields:
        # The typing of extensions knows only those that the protobuf package itself declares.
        extensions: Any = field.GetOptions().Extensions
        options = extensions[proto_options_pb2.field_options]
        here = f"{path}.{field.name}"
        value = getattr(message, field.name)
        # A field without presence, and a list, holds something or is not there.
        present = message.HasField(field.name) if field.has_presence else bool(value)
        if not present:
            if options.is_mandatory:
                yield here
            continue
        texts = list(value) if field.is_repeated else [value]
        if options.is_uuid:
            yield from (here for text in texts if str(uuid.UUID(text)) != text)
        if options.is_ulid:
            yield from (here for text in texts if str(ULID.from_str(text)) != text)
        if field.message_type is not None:
            for number, one in enumerate(texts):
                yield from missing(one, f"{here}[{number}]")


def report(**changes: object) -> Report:
    values: dict[str, object] = {
        "sensor_index": 0,
        "report_id": ulid(AT_S, "report"),
        "object_id": ulid(AT_S, "object"),
        "at_s": AT_S,
        "azimuth_deg": 271.5,
        "azimuth_sd_deg": 0.15,
        "range_m": 850.0,
        "range_sd_m": 90.0,
        "classes": (("Human", 0.8), ("Animal", 0.15), ("Vehicle", 0.05)),
        "confidence": 0.7,
        "count": 3,
        "with_still": True,
        "actor_id": "A01",
    }
    return Report(**{**values, **changes})  # type: ignore[arg-type]  # values by name, checked by the dataclass


def every_message(sensor: Sensor) -> list[SapientMessage]:
    task_id = ulid(AT_S, "task")
    return [
        messages.registration(sensor, AT_S),
        messages.status(sensor, AT_S, report_id=ulid(AT_S, "status"), new=True, blind=None),
        messages.status(sensor, AT_S, report_id=ulid(AT_S, "status"), new=False, blind="dust"),
        messages.detection(sensor, report(), AT_S, still_png=PICTURE),
        messages.detection(sensor, report(azimuth_deg=None, range_sd_m=30.0, count=None), AT_S),
        messages.detection(sensor, report(azimuth_deg=None), AT_S, swapped_axes=True),
        messages.task_ack(sensor, AT_S, task_id=task_id, outcome=TaskAck.TASK_STATUS_COMPLETED, still_png=PICTURE),
        messages.task_ack(sensor, AT_S, task_id=task_id, outcome=TaskAck.TASK_STATUS_REJECTED, reason="no"),
        messages.tamper_alert(sensor, AT_S, alert_id=ulid(AT_S, "alert"), words="cabinet door open"),
    ]


def test_every_message_has_every_mandatory_field(sensors: tuple[Sensor, ...]) -> None:
    for sensor in sensors[:4]:
        for message in every_message(sensor):
            assert list(missing(message)) == [], message.WhichOneof("content")


def test_the_check_itself_finds_what_is_missing() -> None:
    message = SapientMessage(node_id=str(uuid.uuid4()))
    message.detection_report.report_id = ulid(1.0)
    lacking = set(missing(message))
    assert {".timestamp", ".detection_report[0].object_id"} <= lacking


def test_every_message_says_that_it_is_simulated(sensors: tuple[Sensor, ...]) -> None:
    for message in every_message(sensors[0]):
        assert json.loads(message.additional_information) == {"simulated": True}


def test_a_frame_can_be_read_back(sensors: tuple[Sensor, ...]) -> None:
    for message in every_message(sensors[1]):
        frame = messages.framed(message)
        assert int.from_bytes(frame[:4], "little") == len(frame) - 4
        again = SapientMessage.FromString(frame[4:])
        assert again == message
        assert again.timestamp.ToDatetime(tzinfo=UTC) == datetime.fromtimestamp(AT_S, tz=UTC)


def test_no_sensor_registers_as_anything_that_acts(sensors: tuple[Sensor, ...]) -> None:
    acting = {"KINETIC", "JAMMER", "CYBER", "LDEW", "RFDEW", "MOBILE_NODE"}
    for sensor in sensors:
        types = messages.registration(sensor, AT_S).registration.node_definition
        names = {Registration.NodeType.Name(one.node_type).removeprefix("NODE_TYPE_") for one in types}
        assert names <= {"CAMERA", "RADAR", "SEISMIC"}
        assert not names & acting


@pytest.mark.parametrize("kind", SENSOR_KINDS)
def test_every_kind_of_sensor_can_introduce_itself(sensors: tuple[Sensor, ...], kind: SensorKind) -> None:
    (node,) = messages.registration(sensors[0].model_copy(update={"kind": kind}), AT_S).registration.node_definition
    assert node.node_type in SENSOR_TYPES
    assert list(node.node_sub_type) == [kind]


def test_only_thermal_cameras_offer_to_look_again(sensors: tuple[Sensor, ...]) -> None:
    for sensor in sensors:
        mode = messages.registration(sensor, AT_S).registration.mode_definition[0]
        assert bool(mode.task.command) == (sensor.kind == "thermal_camera")


def test_longitude_is_x_and_errors_are_in_degrees(sensors: tuple[Sensor, ...]) -> None:
    buried = next(sensor for sensor in sensors if sensor.kind == "ground_sensor")
    place = messages.detection(buried, report(azimuth_deg=None, range_sd_m=30.0), AT_S).detection_report.location
    assert (place.x, place.y) == (buried.lon, buried.lat)
    east_m, north_m = metres_per_degree(buried.lat)
    assert place.x_error * east_m == pytest.approx(30.0)
    assert place.y_error * north_m == pytest.approx(30.0)


def test_swapped_axes_are_really_swapped(sensors: tuple[Sensor, ...]) -> None:
    place = messages.detection(sensors[0], report(), AT_S, swapped_axes=True).detection_report.location
    assert (place.x, place.y) == (sensors[0].lat, sensors[0].lon)


def test_a_still_travels_inside_the_message(sensors: tuple[Sensor, ...]) -> None:
    file = messages.detection(sensors[0], report(), AT_S, still_png=PICTURE).detection_report.associated_file[0]
    assert file.type == "image/png"
    head, _, body = file.url.partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == PICTURE
