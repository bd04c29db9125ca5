"""What does one connection say, and what is answered?

A session takes frames and times and returns what to answer and what to tell the centre. It opens no socket and reads
no clock, so that every rule of the protocol can be tried in a test without either.
"""

import base64
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from vallum.assets.sensor import Sensor
from vallum.gateways.sapient import registering
from vallum.gateways.sapient.clock_offset import UNCORRECTED_UP_TO_S, ClockOffset
from vallum.gateways.sapient.mandatory import missing
from vallum.gateways.sapient.messages import (
    Alert,
    DecodeError,
    DetectionReport,
    Registration,
    SapientMessage,
    StatusReport,
    TaskAck,
)
from vallum.gateways.sapient.plain import plain
from vallum.gateways.sapient.reports import (
    KEPT_FRAME_BYTES,
    Condition,
    NodeAlert,
    NodeRegistered,
    NodeStatus,
    Quarantined,
    TaskAnswer,
    TaskStatus,
)
from vallum.gateways.sapient.standing import SYSTEMS, conditions_of, displaced, enum_words, place_of
from vallum.gateways.sapient.still import still_of
from vallum.gateways.sapient.translate import Circumstances, detection_of, says_simulated
from vallum.gateways.sapient.writing import Writer
from vallum.watch.detection import Detection
from vallum.watch.plausibility import Reason, implausible
from vallum.watch.quarantine import ReportQuarantined

_Value = TypeVar("_Value")
Told = NodeRegistered | NodeStatus | Detection | NodeAlert | TaskAnswer | Quarantined

# Reports and objects remembered per session, for quick recognition of repeats; the stored observations are the truth.
REMEMBERED = 512
_TASK_STATUSES: dict[int, TaskStatus] = {
    TaskAck.TaskStatus.TASK_STATUS_ACCEPTED: "accepted",
    TaskAck.TaskStatus.TASK_STATUS_REJECTED: "rejected",
    TaskAck.TaskStatus.TASK_STATUS_COMPLETED: "completed",
    TaskAck.TaskStatus.TASK_STATUS_FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a frame leads to: answers to send, values for the centre, names to count besides, whether to close."""

    replies: tuple[bytes, ...] = ()
    told: tuple[Told, ...] = ()
    counted: tuple[str, ...] = ()
    close: bool = False


class Session:
    """The protocol's side of one connection.

    Parameters
    ----------
    nodes
        The centre's sensors by node id.
    writer
        Writes the centre's answers.
    claim
        Given a node id, returns the number of a new session of that node, or None when another connection holds it.
    asked
        Says whether a task id was given to a node by this centre.
    reports
        Gives the memory of the last reports of a node, which outlives its connections; without it each session has its
        own.
    peer
        Where the connection comes from, for people.
    uncorrected_up_to_s
        Clock offsets up to this are taken for transport delay.

    Examples
    --------
    >>> writer = Writer("b60a2b6c-6a34-4b55-a2ae-3a3a3c2d3e4f")
    >>> session = Session(nodes={}, writer=writer, claim=lambda node: 1, asked=lambda node, task: False)
    >>> outcome = session.receive(b"no message", received_s=1_600_000_000.0)
    >>> outcome.told[0].report.reason_code
    'bad_protobuf'
    """

    def __init__(
        self,
        *,
        nodes: Mapping[str, Sensor],
        writer: Writer,
        claim: Callable[[str], int | None],
        asked: Callable[[str, str], bool],
        reports: Callable[[str], OrderedDict[str, int]] = lambda node_id: OrderedDict(),
        peer: str = "",
        uncorrected_up_to_s: float = UNCORRECTED_UP_TO_S,
    ) -> None:
        self._nodes = nodes
        self._writer = writer
        self._claim = claim
        self._asked = asked
        self._reports_of = reports
        self._reports: OrderedDict[str, int] = OrderedDict()
        self._peer = peer
        self._uncorrected_up_to_s = uncorrected_up_to_s
        self._sensor: Sensor | None = None
        self._number = 0
        self._begin(simulated=False, utm_zone="")

    @property
    def node_id(self) -> str:
        """The node that is registered on this connection; empty before."""
        return "" if self._sensor is None else self._sensor.node_id

    def receive(self, frame: bytes, received_s: float) -> Outcome:
        """Return what one frame leads to; a bad one leads to an answer and a quarantined report, never to an exception.

        Parameters
        ----------
        frame
            The bytes of one message without its length.
        received_s
            When it came, on the centre's clock, unix seconds.
        """
        try:
            message = SapientMessage.FromString(frame)
        except DecodeError:
            words = "the frame is not a message of BSI Flex 335 v2; check the sensor's protocol version and its framing"
            return self._set_aside(Reason("bad_protobuf", words), frame, received_s)
        content = message.WhichOneof("content")
        if content is None:
            return self._set_aside(Reason("empty_message", "the message has no content"), frame, received_s, message)
        if content == "registration":
            return self._registration(message, frame, received_s)
        # Before looking closer: only registered nodes may make the centre work for them.
        if self._sensor is None:
            words = f"a {_words(content)} came before a registration was accepted; register first"
            return self._set_aside(Reason("not_registered", words), frame, received_s, message)
        if message.node_id.lower() != self._sensor.node_id:
            words = f"this connection belongs to node {self._sensor.node_id}, not to {plain(message.node_id, 64)}"
            return self._set_aside(Reason("wrong_node", words), frame, received_s, message)
        lacks = missing(message)
        if lacks:
            words = f"the {_words(content)} is incomplete: {'; '.join(lacks[:5])}"
            return self._set_aside(Reason("incomplete", words), frame, received_s, message)
        if content == "status_report":
            return self._status(self._sensor, message, frame, received_s)
        if content == "error":
            return Outcome(counted=("node_errors",))
        if content not in ("detection_report", "alert", "task_ack"):
            words = f"a {_words(content)} is not a sensor's to send; nothing was done"
            return self._set_aside(Reason("unexpected", words), frame, received_s, message)
        if content == "detection_report":
            return self._detection(self._sensor, message, frame, received_s)
        if content == "alert":
            return self._alert(self._sensor, message, received_s)
        return self._task_ack(self._sensor, message, frame, received_s)

    def too_long(self, words: str, received_s: float) -> Outcome:
        """Return what a frame leads to that was announced longer than allowed and was not read."""
        return self._set_aside(Reason("frame_too_long", words), b"", received_s)

    def _begin(self, *, simulated: bool, utm_zone: str) -> None:
        """Forget what belonged to the node's life before: objects, clock, conditions."""
        self._simulated = simulated
        self._utm_zone = utm_zone
        self._has_status = False
        self._told_displaced = False
        self._conditions: tuple[Condition, ...] = ()
        self._clock = ClockOffset(self._uncorrected_up_to_s)
        self._objects: OrderedDict[str, Detection] = OrderedDict()

    def _registration(self, message: SapientMessage, frame: bytes, received_s: float) -> Outcome:
        registration: Registration = message.registration
        node_id = message.node_id.lower()
        claimed = self._judge(message, registration, node_id)
        if isinstance(claimed, Reason):
            ack = self._writer.registration_ack(message.node_id, received_s, (claimed.words,))
            aside = self._quarantined(claimed, frame, received_s, message)
            # A node that was believed and now says something else is not believed any more.
            was_registered = self._sensor is not None
            return Outcome(replies=(ack,), told=(aside,), counted=("refused_registrations",), close=was_registered)
        sensor = self._nodes[node_id]
        self._sensor, self._number = sensor, claimed
        self._reports = self._reports_of(node_id)
        self._begin(
            simulated=sensor.simulated or says_simulated(message.additional_information),
            utm_zone=registering.utm_zone(registration),
        )
        self._clock.sample(_sent_s(message), received_s)
        told = NodeRegistered(
            node_id=node_id,
            sensor_id=sensor.sensor_id,
            session=claimed,
            received_s=received_s,
            name=plain(registration.name, 100),
            node_types=tuple(registering.type_name(item.node_type) for item in registration.node_definition[:8]),
            status_interval_s=registering.status_interval_s(registration) or registering.LONGEST_STATUS_INTERVAL_S,
            simulated=self._simulated,
        )
        return Outcome(replies=(self._writer.registration_ack(message.node_id, received_s, ()),), told=(told,))

    def _judge(self, message: SapientMessage, registration: Registration, node_id: str) -> int | Reason:
        """Return the number of the node's new session, or why its registration is refused."""
        unfit = registering.refusal(registration, node_id, self._nodes)
        # Looking for what is missing is work that only the centre's own nodes are worth; it is also the better reason
        # when the status interval is what is missing.
        if unfit is None or unfit.code == "status_interval":
            lacks = missing(message)
            if lacks:
                return Reason("incomplete", f"the registration is incomplete: {'; '.join(lacks[:5])}")
        if unfit is not None:
            return unfit
        if self._sensor is not None and self._sensor.node_id != node_id:
            return Reason(
                "wrong_node",
                f"this connection belongs to node {self._sensor.node_id}; open another for {plain(node_id, 64)}",
            )
        number = self._claim(node_id)
        if number is None:
            return Reason(
                "takeover", f"node {node_id} is connected already; it may register again when that line is silent"
            )
        return number

    def _status(self, sensor: Sensor, message: SapientMessage, frame: bytes, received_s: float) -> Outcome:
        status: StatusReport = message.status_report
        if not self._has_status and status.info != StatusReport.Info.INFO_NEW:
            words = "the first status report after a registration must be NEW; send the whole status"
            return self._set_aside(Reason("status_not_new", words), frame, received_s, message)
        system = SYSTEMS.get(status.system)
        if system is None:
            words = f"the state of the system, {status.system}, is not one of the standard's"
            return self._set_aside(Reason("unknown_value", words), frame, received_s, message)
        self._has_status = True
        sent_s = _sent_s(message)
        self._clock.sample(sent_s, received_s)
        if status.info == StatusReport.Info.INFO_NEW or len(status.status):
            self._conditions = conditions_of(status)
        at = place_of(status.node_location, self._utm_zone)
        told: list[Told] = [
            NodeStatus(
                node_id=sensor.node_id,
                sensor_id=sensor.sensor_id,
                session=self._number,
                sent_s=sent_s,
                received_s=received_s,
                system=system,
                mode=plain(status.mode, 100),
                lon=None if at is None else at.lon,
                lat=None if at is None else at.lat,
                conditions=self._conditions,
                power_level=status.power.level if status.power.HasField("level") else None,
                clock=self._clock.estimate(),
                simulated=self._is_simulated(message),
            )
        ]
        moved = displaced(sensor, at) if status.HasField("node_location") and not self._told_displaced else None
        if moved is not None:
            self._told_displaced = True
            told.append(self._quarantined(moved, frame, received_s, message))
        return Outcome(told=tuple(told))

    def _detection(self, sensor: Sensor, message: SapientMessage, frame: bytes, received_s: float) -> Outcome:
        report: DetectionReport = message.detection_report
        content = hash(report.SerializeToString(deterministic=True))
        before = self._reports.get(report.report_id)
        if before is not None:
            if before == content:
                return Outcome(counted=("duplicates",))
            words = "a report came again under the same id with other content; one of the two is not what was measured"
            return self._set_aside(Reason("conflicting_report", words), frame, received_s, message)
        _remember(self._reports, report.report_id, content)
        around = Circumstances(
            sensor=sensor,
            session=self._number,
            sent_s=_sent_s(message),
            received_s=received_s,
            clock=self._clock.estimate(),
            simulated=self._is_simulated(message),
            utm_zone=self._utm_zone,
        )
        detection = detection_of(report, around)
        if isinstance(detection, Reason):
            return self._set_aside(detection, frame, received_s, message)
        doubt = implausible(detection, sensor, self._objects.get(report.object_id))
        if doubt is not None:
            return self._set_aside(doubt, frame, received_s, message)
        _remember(self._objects, report.object_id, detection)
        dropped = still_of(report.associated_file)[1] if detection.still_png is None else 0
        return Outcome(told=(detection,), counted=("dropped_stills",) * dropped)

    def _alert(self, sensor: Sensor, message: SapientMessage, received_s: float) -> Outcome:
        alert: Alert = message.alert
        at = place_of(alert.location, self._utm_zone)
        confident = alert.HasField("confidence") and 0.0 <= alert.confidence <= 1.0
        told = NodeAlert(
            node_id=sensor.node_id,
            sensor_id=sensor.sensor_id,
            session=self._number,
            alert_id=alert.alert_id,
            kind=enum_words(Alert.AlertType, alert.alert_type, "ALERT_TYPE_"),
            status=enum_words(Alert.AlertStatus, alert.status, "ALERT_STATUS_"),
            description=plain(alert.description, 500),
            lon=None if at is None else at.lon,
            lat=None if at is None else at.lat,
            confidence=alert.confidence if confident else None,
            sent_s=_sent_s(message),
            received_s=received_s,
            simulated=self._is_simulated(message),
        )
        return Outcome(replies=(self._writer.alert_ack(message.node_id, received_s, alert.alert_id),), told=(told,))

    def _task_ack(self, sensor: Sensor, message: SapientMessage, frame: bytes, received_s: float) -> Outcome:
        ack: TaskAck = message.task_ack
        if not self._asked(sensor.node_id, ack.task_id) or ack.task_status not in _TASK_STATUSES:
            words = f"an answer to task {ack.task_id}, which this centre did not give to this node"
            return self._set_aside(Reason("unknown_task", words), frame, received_s, message)
        still_png, dropped = still_of([ack.associated_file])
        told = TaskAnswer(
            node_id=sensor.node_id,
            sensor_id=sensor.sensor_id,
            session=self._number,
            task_id=ack.task_id,
            status=_TASK_STATUSES[ack.task_status],
            reasons=tuple(plain(reason, 300) for reason in ack.reason[:5]),
            still_png=still_png,
            received_s=received_s,
            simulated=self._is_simulated(message),
        )
        return Outcome(told=(told,), counted=("dropped_stills",) * dropped)

    def _set_aside(
        self, reason: Reason, frame: bytes, received_s: float, message: SapientMessage | None = None
    ) -> Outcome:
        """Answer with an error and tell the centre what was not believed."""
        to = self.node_id if message is None else message.node_id
        reply = self._writer.error(to, received_s, frame, (reason.words,))
        return Outcome(replies=(reply,), told=(self._quarantined(reason, frame, received_s, message),))

    def _quarantined(
        self, reason: Reason, frame: bytes, received_s: float, message: SapientMessage | None
    ) -> Quarantined:
        node_id = self.node_id or ("" if message is None else message.node_id.lower())
        words = reason.words if self._sensor is not None else f"{reason.words} (from {self._peer})"
        declared = self._nodes.get(node_id)
        report = ReportQuarantined(
            quarantine_id=str(uuid4()),
            node_id=plain(node_id, 64),
            sensor_id=None if declared is None else declared.sensor_id,
            report_id="" if message is None else plain(message.detection_report.report_id, 64),
            reason_code=reason.code,
            reason=plain(words, 300),
            frame_base64=base64.b64encode(frame[:KEPT_FRAME_BYTES]).decode("ascii"),
        )
        marked = declared is not None and declared.simulated
        simulated = marked or (self._simulated if message is None else self._is_simulated(message))
        return Quarantined(report=report, at_s=received_s, simulated=simulated)

    def _is_simulated(self, message: SapientMessage) -> bool:
        """Any one of the three says so: the centre's configuration, the registration, the message."""
        return self._simulated or says_simulated(message.additional_information)


def _remember(memory: OrderedDict[str, _Value], key: str, value: _Value) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)


def _sent_s(message: SapientMessage) -> float:
    return message.timestamp.seconds + message.timestamp.nanos / 1e9


def _words(content: str) -> str:
    return content.replace("_", " ")
