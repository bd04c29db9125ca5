"""Which classes stand for the messages of BSI Flex 335 v2?

This is the only file of the product's centre that imports them, so that the package which generates them can be
exchanged in one place.
"""

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from sapient_msg.bsi_flex_335_v2_0.alert_ack_pb2 import AlertAck
from sapient_msg.bsi_flex_335_v2_0.alert_pb2 import Alert
from sapient_msg.bsi_flex_335_v2_0.associated_file_pb2 import AssociatedFile
from sapient_msg.bsi_flex_335_v2_0.detection_report_pb2 import DetectionReport
from sapient_msg.bsi_flex_335_v2_0.error_pb2 import Error
from sapient_msg.bsi_flex_335_v2_0.location_pb2 import Location, LocationCoordinateSystem, LocationDatum, LocationList
from sapient_msg.bsi_flex_335_v2_0.range_bearing_pb2 import (
    LocationOrRangeBearing,
    RangeBearing,
    RangeBearingCoordinateSystem,
    RangeBearingDatum,
)
from sapient_msg.bsi_flex_335_v2_0.registration_ack_pb2 import RegistrationAck
from sapient_msg.bsi_flex_335_v2_0.registration_pb2 import Registration
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage
from sapient_msg.bsi_flex_335_v2_0.status_report_pb2 import StatusReport
from sapient_msg.bsi_flex_335_v2_0.task_ack_pb2 import TaskAck
from sapient_msg.bsi_flex_335_v2_0.task_pb2 import Task
from sapient_msg.proto_options_pb2 import ValidationOptions, field_options

__all__ = [
    "Alert",
    "AlertAck",
    "AssociatedFile",
    "DecodeError",
    "Descriptor",
    "DetectionReport",
    "Error",
    "FieldDescriptor",
    "Location",
    "LocationCoordinateSystem",
    "LocationDatum",
    "LocationList",
    "LocationOrRangeBearing",
    "Message",
    "RangeBearing",
    "RangeBearingCoordinateSystem",
    "RangeBearingDatum",
    "Registration",
    "RegistrationAck",
    "SapientMessage",
    "StatusReport",
    "Task",
    "TaskAck",
    "ValidationOptions",
    "field_options",
]
