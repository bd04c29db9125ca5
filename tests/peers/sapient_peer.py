"""A sensor node written on another package's classes, protobuf and framing than the product's.

It is run in an environment of its own (`sapient-py.lock`), takes orders as lines on standard input and prints every
message it receives as one line of JSON. It answers a task by itself: accepted, then completed with a still.

    python sapient_peer.py HOST PORT NODE_ID [CLOCK_FAST_BY_S]
"""

import json
import socket
import sys
import threading
import time
import uuid

from google.protobuf.json_format import MessageToDict
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage
from sapient_py import read_frame, write_frame

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# The smallest picture there is: one transparent point.
STILL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


def ulid():
    number = (int(time.time() * 1000) << 80) | (uuid.uuid4().int & ((1 << 80) - 1))
    return "".join(CROCKFORD[(number >> (5 * place)) & 31] for place in range(25, -1, -1))


class Peer:
    def __init__(self, host, port, node_id, fast_s):
        self.stream = socket.create_connection((host, port)).makefile("rwb")
        self.node_id = node_id
        self.fast_s = fast_s
        self.writing = threading.Lock()

    def message(self):
        message = SapientMessage(node_id=self.node_id)
        message.timestamp.FromNanoseconds(int((time.time() + self.fast_s) * 1e9))
        return message

    def send(self, message):
        with self.writing:
            write_frame(self.stream, message)
            self.stream.flush()

    def listen(self):
        try:
            while True:
                message = read_frame(self.stream, SapientMessage)
                print(json.dumps(MessageToDict(message, preserving_proto_field_name=True)), flush=True)
                if message.WhichOneof("content") == "task":
                    self.answer(message.task.task_id)
        except (EOFError, OSError):
            print(json.dumps({"closed": True}), flush=True)

    def answer(self, task_id):
        accepted = self.message()
        accepted.task_ack.task_id = task_id
        accepted.task_ack.task_status = 1
        self.send(accepted)
        done = self.message()
        done.task_ack.task_id = task_id
        done.task_ack.task_status = 3
        done.task_ack.associated_file.type = "image/png"
        done.task_ack.associated_file.url = STILL
        self.send(done)

    def register(self, node_type="NODE_TYPE_CAMERA"):
        message = self.message()
        registration = message.registration
        registration.icd_version = "BSI Flex 335 v2.0"
        registration.name = "independent peer"
        registration.node_definition.add(node_type=node_type)
        registration.capabilities.add(category="camera", type="thermal")
        registration.status_definition.status_interval.units = "TIME_UNITS_SECONDS"
        registration.status_definition.status_interval.value = 10
        registration.config_data.add(manufacturer="nobody", model="peer")
        mode = registration.mode_definition.add(mode_name="default", mode_type="MODE_TYPE_PERMANENT")
        mode.settle_time.units = "TIME_UNITS_SECONDS"
        mode.settle_time.value = 1
        region = mode.task.region_definition
        region.region_type.append("REGION_TYPE_AREA_OF_INTEREST")
        region.region_area.add(
            location_units="LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M", location_datum="LOCATION_DATUM_WGS84_E"
        )
        self.send(message)

    def status(self, info="NEW", system="OK", condition=""):
        message = self.message()
        status = message.status_report
        status.report_id = ulid()
        status.system = "SYSTEM_" + system
        status.info = "INFO_" + info
        status.mode = "default"
        if condition:
            status.status.add(status_type="STATUS_TYPE_" + condition, status_level="STATUS_LEVEL_WARNING_STATUS")
        self.send(message)

    def detection(self):
        message = self.message()
        message.detection_report.report_id = ulid()
        message.detection_report.object_id = ulid()
        message.detection_report.detection_confidence = 0.75
        message.detection_report.classification.add(type="Human", confidence=0.5)
        return message

    def point(self, lon, lat):
        message = self.detection()
        location = message.detection_report.location
        location.x, location.y = float(lon), float(lat)
        location.coordinate_system = "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M"
        location.datum = "LOCATION_DATUM_WGS84_E"
        self.send(message)

    def bearing(self, azimuth_deg, range_m, range_error_m, times="1"):
        message = self.detection()
        measured = message.detection_report.range_bearing
        measured.azimuth, measured.azimuth_error = float(azimuth_deg), 0.1
        measured.range, measured.range_error = float(range_m), float(range_error_m)
        measured.coordinate_system = "RANGE_BEARING_COORDINATE_SYSTEM_DEGREES_M"
        measured.datum = "RANGE_BEARING_DATUM_TRUE"
        for _ in range(int(times)):
            self.send(message)

    def alert(self):
        message = self.message()
        message.alert.alert_id = ulid()
        message.alert.alert_type = "ALERT_TYPE_WARNING"
        message.alert.status = "ALERT_STATUS_ACTIVE"
        message.alert.description = "housing opened"
        self.send(message)

    def raw(self, frame_hex):
        with self.writing:
            self.stream.write(bytes.fromhex(frame_hex))
            self.stream.flush()


def main():
    host, port, node_id = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    peer = Peer(host, port, node_id, float(sys.argv[4]) if len(sys.argv) > 4 else 0.0)
    threading.Thread(target=peer.listen, daemon=True).start()
    orders = {name: getattr(peer, name) for name in ("register", "status", "point", "bearing", "alert", "raw")}
    for line in sys.stdin:
        name, *arguments = line.split()
        orders[name](*arguments)


if __name__ == "__main__":
    main()
