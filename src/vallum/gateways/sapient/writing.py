"""What does the centre say to a node?

The centre acknowledges, explains what was wrong, and asks a sensor to look somewhere or for something by name. There is
no function here that makes anything move or follow, and none is to be added.
"""

from ulid import ULID

from vallum.gateways.sapient.mandatory import is_uuid
from vallum.gateways.sapient.messages import (
    AlertAck,
    Error,
    Location,
    LocationCoordinateSystem,
    LocationDatum,
    LocationList,
    LocationOrRangeBearing,
    RegistrationAck,
    SapientMessage,
    Task,
)

# So much of a frame that was not understood goes back to its sender, who knows the rest.
RETURNED_BYTES = 1024


class Writer:
    """Writes the centre's messages to one node.

    Parameters
    ----------
    centre_node_id
        The centre's own UUID in the protocol.

    Examples
    --------
    >>> writer = Writer("b60a2b6c-6a34-4b55-a2ae-3a3a3c2d3e4f")
    >>> message = SapientMessage.FromString(writer.registration_ack("", 5.25, ()))
    >>> message.registration_ack.acceptance, message.timestamp.nanos
    (True, 250000000)
    """

    def __init__(self, centre_node_id: str) -> None:
        self._centre_node_id = centre_node_id

    def registration_ack(self, node_id: str, now_s: float, refusals: tuple[str, ...]) -> bytes:
        """Return the acceptance of a registration, or its refusal when there are reasons for one."""
        ack = RegistrationAck(acceptance=not refusals, ack_response_reason=refusals)
        return self._message(node_id, now_s, registration_ack=ack)

    def alert_ack(self, node_id: str, now_s: float, alert_id: str) -> bytes:
        """Return word that an alert was taken."""
        ack = AlertAck(alert_id=alert_id, alert_ack_status=AlertAck.AlertAckStatus.ALERT_ACK_STATUS_ACCEPTED)
        return self._message(node_id, now_s, alert_ack=ack)

    def error(self, node_id: str, now_s: float, frame: bytes, reasons: tuple[str, ...]) -> bytes:
        """Return what was wrong with a frame, with its first bytes."""
        return self._message(node_id, now_s, error=Error(packet=frame[:RETURNED_BYTES], error_message=reasons))

    def look_at(self, node_id: str, now_s: float, lon: float, lat: float) -> tuple[str, bytes]:
        """Return the id of a new task and the task: look at this place (degrees)."""
        place = Location(
            x=lon,
            y=lat,
            coordinate_system=LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
            datum=LocationDatum.LOCATION_DATUM_WGS84_E,
        )
        where = LocationOrRangeBearing(location_list=LocationList(locations=[place]))
        return self._task(node_id, now_s, Task.Command(look_at=where))

    def request(self, node_id: str, now_s: float, what: str) -> tuple[str, bytes]:
        """Return the id of a new task and the task: send what is named, for example "Status" or "Registration"."""
        return self._task(node_id, now_s, Task.Command(request=what))

    def _task(self, node_id: str, now_s: float, command: Task.Command) -> tuple[str, bytes]:
        task_id = str(ULID.from_timestamp(now_s))
        task = Task(task_id=task_id, control=Task.Control.CONTROL_START, command=command)
        return task_id, self._message(node_id, now_s, task=task)

    def _message(
        self,
        node_id: str,
        now_s: float,
        *,
        registration_ack: RegistrationAck | None = None,
        alert_ack: AlertAck | None = None,
        error: Error | None = None,
        task: Task | None = None,
    ) -> bytes:
        message = SapientMessage(
            node_id=self._centre_node_id,
            registration_ack=registration_ack,
            alert_ack=alert_ack,
            error=error,
            task=task,
        )
        if is_uuid(node_id):
            message.destination_id = node_id
        message.timestamp.FromNanoseconds(round(now_s * 1e3) * 1_000_000)
        return message.SerializeToString()
