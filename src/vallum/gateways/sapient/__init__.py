"""How do sensors that speak BSI Flex 335 v2 (SAPIENT) reach the watch?

`SapientEndpoint` listens; everything it tells the centre is one of the values below or a `vallum.watch` `Detection`.
Sensors only: a node that registers as an effector is refused, and nothing here can ask a node to move or follow.
"""

from vallum.gateways.sapient.endpoint import Limits, NodeNotConnectedError, SapientEndpoint
from vallum.gateways.sapient.folding import Folding
from vallum.gateways.sapient.reports import (
    ClockEstimate,
    Condition,
    Counters,
    NodeAlert,
    NodeCounters,
    NodeRegistered,
    NodeStatus,
    Quarantined,
    TaskAnswer,
    fault,
)
from vallum.gateways.sapient.resent import same_report

__all__ = [
    "ClockEstimate",
    "Condition",
    "Counters",
    "Folding",
    "Limits",
    "NodeAlert",
    "NodeCounters",
    "NodeNotConnectedError",
    "NodeRegistered",
    "NodeStatus",
    "Quarantined",
    "SapientEndpoint",
    "TaskAnswer",
    "fault",
    "same_report",
]
