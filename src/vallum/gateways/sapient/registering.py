"""May this node register, and what does it promise?"""

import re
from collections.abc import Mapping

from vallum.assets.sensor import Sensor
from vallum.gateways.sapient.messages import Registration
from vallum.gateways.sapient.plain import plain
from vallum.watch.plausibility import Reason

NodeType = Registration.NodeType

# Whatever acts upon people or things is never part of this centre. A node that names itself so in its sub-types or
# capabilities is refused as well, whatever type it registers under; types that are not listed at all are refused too.
EFFECTOR_TYPES = frozenset(
    {
        NodeType.NODE_TYPE_KINETIC,
        NodeType.NODE_TYPE_JAMMER,
        NodeType.NODE_TYPE_CYBER,
        NodeType.NODE_TYPE_LDEW,
        NodeType.NODE_TYPE_RFDEW,
    }
)
EFFECTOR_WORDS = frozenset({"cyber", "effector", "jammer", "kinetic", "ldew", "rfdew"})
SENSOR_TYPES = frozenset(
    {
        NodeType.NODE_TYPE_OTHER,
        NodeType.NODE_TYPE_RADAR,
        NodeType.NODE_TYPE_LIDAR,
        NodeType.NODE_TYPE_CAMERA,
        NodeType.NODE_TYPE_SEISMIC,
        NodeType.NODE_TYPE_ACOUSTIC,
        NodeType.NODE_TYPE_PROXIMITY_SENSOR,
        NodeType.NODE_TYPE_PASSIVE_RF,
        NodeType.NODE_TYPE_HUMAN,
        NodeType.NODE_TYPE_POINTABLE_NODE,
    }
)

_WORD = re.compile(r"[a-z]+")
_SECONDS_BY_UNIT = {
    Registration.TimeUnits.TIME_UNITS_NANOSECONDS: 1e-9,
    Registration.TimeUnits.TIME_UNITS_MICROSECONDS: 1e-6,
    Registration.TimeUnits.TIME_UNITS_MILLISECONDS: 1e-3,
    Registration.TimeUnits.TIME_UNITS_SECONDS: 1.0,
    Registration.TimeUnits.TIME_UNITS_MINUTES: 60.0,
    Registration.TimeUnits.TIME_UNITS_HOURS: 3600.0,
    Registration.TimeUnits.TIME_UNITS_DAYS: 86_400.0,
}
# The interface document wants a status at least every minute and not more than one a second.
SHORTEST_STATUS_INTERVAL_S, LONGEST_STATUS_INTERVAL_S = 1.0, 60.0


def refusal(registration: Registration, node_id: str, nodes: Mapping[str, Sensor]) -> Reason | None:
    """Return why a complete registration is refused, or None when it may be accepted.

    Examples
    --------
    >>> jammer = Registration(node_definition=[Registration.NodeDefinition(node_type=NodeType.NODE_TYPE_JAMMER)])
    >>> refusal(jammer, "a", {}).code
    'effector'
    """
    acting = _effector(registration)
    if acting is not None:
        return Reason(
            "effector",
            f"{acting}: an effector; this centre registers sensors only and never tasks anything that acts upon people "
            "or things",
        )
    for definition in registration.node_definition:
        if definition.node_type not in SENSOR_TYPES:
            return Reason(
                "not_a_sensor",
                f"{type_name(definition.node_type)} is not a kind of fixed sensor that this centre takes reports from; "
                "register as a sensor",
            )
    if node_id not in nodes:
        return Reason(
            "unknown_node",
            f"node {plain(node_id, 64)} is not in this centre's sensors.csv; add it with its position and sector, "
            "or correct the node's id",
        )
    interval_s = status_interval_s(registration)
    if interval_s is None:
        return Reason(
            "status_interval",
            f"a status interval is between {SHORTEST_STATUS_INTERVAL_S:.0f} and {LONGEST_STATUS_INTERVAL_S:.0f} s; "
            "without it nobody can tell a quiet sensor from a dead one",
        )
    return None


def status_interval_s(registration: Registration) -> float | None:
    """Return the promised seconds between two status reports, or None when outside what the standard allows."""
    promised = registration.status_definition.status_interval
    seconds = promised.value * _SECONDS_BY_UNIT.get(promised.units, float("nan"))
    # Single precision: ten seconds as milliseconds come back a hair off.
    return seconds if SHORTEST_STATUS_INTERVAL_S * 0.999 <= seconds <= LONGEST_STATUS_INTERVAL_S * 1.001 else None


def utm_zone(registration: Registration) -> str:
    """Return the UTM zone in which the node says it reports positions, empty when it says none."""
    for mode in registration.mode_definition:
        for definition in mode.detection_definition:
            if definition.location_type.zone:
                return definition.location_type.zone
    return ""


def type_name(node_type: int) -> str:
    """Return the standard's name of a node type in plain words, or its number when the standard has none.

    Examples
    --------
    >>> type_name(NodeType.NODE_TYPE_LDEW), type_name(99)
    ('ldew', 'node type 99')
    """
    if node_type in NodeType.values():
        return NodeType.Name(node_type).removeprefix("NODE_TYPE_").lower().replace("_", " ")
    return f"node type {node_type}"


def _effector(registration: Registration) -> str | None:
    """Return the words by which a node is known to be an effector, or None."""
    stated: list[str] = []
    for definition in registration.node_definition:
        if definition.node_type in EFFECTOR_TYPES:
            return type_name(definition.node_type)
        stated.extend(definition.node_sub_type)
    for capability in registration.capabilities:
        stated.extend((capability.category, capability.type))
    for words in stated:
        if EFFECTOR_WORDS & set(_WORD.findall(words.lower())):
            return plain(words, 60)
    return None
