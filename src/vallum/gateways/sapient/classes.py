"""Is what a sensor names a person, a vehicle, an animal, or nobody knows?

The centre works with four classes. Whatever finer a sensor says (breed, make, sex, age) is not kept.
"""

import re
from collections.abc import Iterable

from vallum.gateways.sapient.messages import DetectionReport
from vallum.watch.detection import Classification

_PERSON = frozenset(
    {"human", "humans", "person", "persons", "people", "pedestrian", "pedestrians", "dismount", "walker", "walkers"}
)
_VEHICLE = frozenset(
    {
        "vehicle",
        "vehicles",
        "car",
        "cars",
        "truck",
        "trucks",
        "lorry",
        "lorries",
        "bus",
        "van",
        "pickup",
        "motorcycle",
        "motorcycles",
        "motorbike",
        "motorbikes",
        "tractor",
        "bicycle",
        "bulldozer",
        "excavator",
    }
)
_ANIMAL = frozenset(
    {
        "animal",
        "animals",
        "dog",
        "dogs",
        "sheep",
        "goat",
        "goats",
        "camel",
        "camels",
        "cow",
        "cattle",
        "horse",
        "horses",
        "donkey",
        "donkeys",
        "herd",
        "livestock",
        "wildlife",
        "fox",
        "boar",
        "bird",
        "birds",
        "jackal",
        "wolf",
    }
)
# "Air vehicle" of the usual taxonomy flies; the centre watches the ground.
_ABOVE_GROUND = frozenset({"air", "aerial", "airborne", "aircraft", "uav", "uas", "drone", "helicopter"})
_WORD = re.compile(r"[^\W\d_]+")


def class_of(name: str) -> Classification:
    """Return the class that a sensor's word stands for.

    Examples
    --------
    >>> class_of("Human"), class_of("Land Vehicle"), class_of("Air Vehicle"), class_of("swarm?")
    ('person', 'vehicle', 'unknown', 'unknown')
    """
    words = {word.lower() for word in _WORD.findall(name)}
    if words & _ABOVE_GROUND:
        return "unknown"
    named: list[Classification] = []
    if words & _PERSON:
        named.append("person")
    if words & _VEHICLE:
        named.append("vehicle")
    if words & _ANIMAL:
        named.append("animal")
    return named[0] if len(named) == 1 else "unknown"


def classes_of(
    classifications: Iterable[DetectionReport.DetectionReportClassification],
) -> tuple[tuple[Classification, float], ...]:
    """Return each class with its confidence (0 to 1, together at most 1), the likeliest first.

    A type that says nothing to us takes the class of its first sub-class that does. Classes without a confidence share
    what the others leave.

    Examples
    --------
    >>> classes_of([DetectionReport.DetectionReportClassification(type="Human", confidence=0.75)])
    (('person', 0.75),)
    """
    stated: dict[Classification, float] = {}
    silent: list[Classification] = []
    for classification in classifications:
        name = _class_in_tree(classification)
        if classification.HasField("confidence"):
            stated[name] = stated.get(name, 0.0) + classification.confidence
        else:
            silent.append(name)
    left = max(0.0, 1.0 - sum(stated.values()))
    for name in silent:
        stated[name] = stated.get(name, 0.0) + left / len(silent)
    total = max(1.0, sum(stated.values()))
    shares = [(name, share / total) for name, share in stated.items() if share > 0.0]
    return tuple(sorted(shares, key=lambda pair: (-pair[1], pair[0])))


def _class_in_tree(
    branch: DetectionReport.DetectionReportClassification | DetectionReport.SubClass, depth: int = 0
) -> Classification:
    here = class_of(branch.type)
    if here != "unknown" or depth >= 8:
        return here
    for below in branch.sub_class:
        found = _class_in_tree(below, depth + 1)
        if found != "unknown":
            return found
    return "unknown"
