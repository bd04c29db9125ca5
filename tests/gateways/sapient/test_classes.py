"""Whether a sensor means a person, a vehicle, an animal, or nobody knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.gateways.sapient.classes import class_of, classes_of
from vallum.gateways.sapient.messages import DetectionReport
from vallum.watch.detection import CLASSIFICATIONS

Class = DetectionReport.DetectionReportClassification
SubClass = DetectionReport.SubClass


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Human", "person"),
        ("PERSON", "person"),
        ("pedestrian", "person"),
        ("Land Vehicle", "vehicle"),
        ("pickup_truck", "vehicle"),
        ("Car", "vehicle"),
        ("animal", "animal"),
        ("herd of goats", "animal"),
        ("Air Vehicle", "unknown"),
        ("carpet", "unknown"),
        ("person or animal", "unknown"),
        ("", "unknown"),
        ("شخص", "unknown"),
    ],
)
def test_a_sensors_word_has_one_meaning(word: str, meant: str) -> None:
    assert class_of(word) == meant


def test_a_type_that_says_nothing_takes_its_sub_classs_meaning() -> None:
    tree = Class(type="Object", confidence=0.5, sub_class=[SubClass(type="?"), SubClass(type="Truck")])
    assert classes_of([tree]) == (("vehicle", 0.5),)


def test_classes_without_a_confidence_share_what_is_left() -> None:
    said = [Class(type="Human", confidence=0.5), Class(type="Animal"), Class(type="Car")]
    assert dict(classes_of(said)) == {"person": 0.5, "animal": 0.25, "vehicle": 0.25}
    assert classes_of([Class(type="Human")]) == (("person", 1.0),)
    assert classes_of([]) == ()


@given(
    said=st.lists(
        st.builds(
            Class, type=st.sampled_from(["Human", "Car", "goat", "?"]), confidence=st.one_of(st.none(), st.floats(0, 1))
        ),
        max_size=6,
    )
)
def test_confidences_are_positive_ordered_and_together_at_most_one(said: list[Class]) -> None:
    shares = classes_of(said)
    assert all(name in CLASSIFICATIONS and 0.0 < share <= 1.0 for name, share in shares)
    assert sum(share for _, share in shares) <= 1.0 + 1e-6
    assert [share for _, share in shares] == sorted((share for _, share in shares), reverse=True)
    assert len({name for name, _ in shares}) == len(shares)
