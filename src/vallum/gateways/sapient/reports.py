"""What does the gateway tell the centre, in values that know nothing of the protocol?"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from vallum.watch.detection import Detection
from vallum.watch.quarantine import ReportQuarantined

# So much of a frame is kept with a report that was set aside.
KEPT_FRAME_BYTES = 4096

System = Literal["ok", "warning", "error", "goodbye"]
TaskStatus = Literal["accepted", "rejected", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """How far a node's clock is from the centre's.

    `offset_s` is what has to be added to the node's time; `trusted` is False where the centre does not correct it.
    """

    offset_s: float
    sd_s: float
    trusted: bool


@dataclass(frozen=True, slots=True)
class NodeRegistered:
    """A node was accepted. `session` numbers its life from here to its next registration."""

    node_id: str
    sensor_id: str
    session: int
    received_s: float
    name: str
    node_types: tuple[str, ...]
    status_interval_s: float
    simulated: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a node says of its own state, for example kind "weather", level "warning", value "dust"."""

    kind: str
    level: str
    value: str


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A node's word on itself.

    `conditions` are those in force: an unchanged report repeats the ones of the last report that gave any.
    """

    node_id: str
    sensor_id: str
    session: int
    sent_s: float
    received_s: float
    system: System
    mode: str
    lon: float | None
    lat: float | None
    conditions: tuple[Condition, ...]
    power_level: int | None
    clock: ClockEstimate
    simulated: bool

    @property
    def goodbye(self) -> bool:
        """Whether the node said that it leaves."""
        return self.system == "goodbye"

    @property
    def not_detecting(self) -> bool:
        """Whether the node says that it is alive and sees nothing."""
        return any(condition.kind == "not_detecting" for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class NodeAlert:
    """A node asks for attention to something that is not a detection, for example that it was moved."""

    node_id: str
    sensor_id: str
    session: int
    alert_id: str
    kind: str
    status: str
    description: str
    lon: float | None
    lat: float | None
    confidence: float | None
    sent_s: float
    received_s: float
    simulated: bool


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """A node's answer to a task of ours; a completed look may bring a still."""

    node_id: str
    sensor_id: str
    session: int
    task_id: str
    status: TaskStatus
    reasons: tuple[str, ...]
    still_png: bytes | None
    received_s: float
    simulated: bool


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A report that was set aside, ready for the journal; `report.repeats` says how many alike it stands for."""

    report: ReportQuarantined
    at_s: float
    simulated: bool


def fault(detection: Detection, code: str, words: str, frame: bytes = b"") -> Quarantined:
    """Return the line of quarantine for a detection that was believed and that a fault of ours let nobody use.

    Parameters
    ----------
    detection
        What the centre failed on.
    code, words
        What to count it by, and what happened to it, for people.
    frame
        As it came, when the detection was not stored.

    Examples
    --------
    >>> from vallum.watch.detection import PointMeasurement
    >>> seen = Detection("n", 1, "r", "radar", "o", 1.0, 1.1, 1.0, 0.0, PointMeasurement(41.0, 35.0, 20.0, 20.0))
    >>> fault(seen, "fault of ours", "it was not stored", b"abc").report.frame_base64
    'YWJj'
    """
    report = ReportQuarantined(
        quarantine_id=str(uuid4()),
        node_id=detection.node_id,
        sensor_id=detection.sensor_id,
        report_id=detection.report_id,
        reason_code=code,
        reason=words,
        frame_base64=base64.b64encode(frame[:KEPT_FRAME_BYTES]).decode("ascii"),
    )
    return Quarantined(report=report, at_s=detection.received_s, simulated=detection.simulated)


@dataclass(frozen=True, slots=True)
class NodeCounters:
    """What was counted for one node since the endpoint started."""

    registrations: int = 0
    detections: int = 0
    duplicates: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Counters:
    """What the endpoint has counted since it started.

    `connections` are those open now, of which `nodes_connected` carry an accepted node; all else are totals.
    """

    connections: int
    nodes_connected: tuple[str, ...]
    accepted_connections: int
    refused_connections: int
    silent_connections: int
    frames: int
    registrations: int
    refused_registrations: int
    statuses: int
    detections: int
    duplicates: int
    quarantined: int
    alerts: int
    task_answers: int
    node_errors: int
    dropped_stills: int
    failed_callbacks: int
    by_node: Mapping[str, NodeCounters]
