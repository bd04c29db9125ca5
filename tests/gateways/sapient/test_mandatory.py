"""What the standard demands of each message."""

from __future__ import annotations

import pytest
from tests.gateways.sapient.frames import message, registration, report, status, ulid

from vallum.gateways.sapient.mandatory import missing
from vallum.gateways.sapient.messages import DetectionReport, SapientMessage


def test_complete_messages_lack_nothing() -> None:
    for content in ({"registration": registration()}, {"status_report": status()}, {"detection_report": report()}):
        assert missing(message(**content)) == ()


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("icd_version", "registration.icd_version is missing"),
        ("node_definition", "registration.node_definition is missing"),
        ("capabilities", "registration.capabilities is missing"),
        ("status_definition", "registration.status_definition is missing"),
        ("mode_definition", "registration.mode_definition is missing"),
        ("config_data", "registration.config_data is missing"),
    ],
)
def test_each_mandatory_field_of_a_registration_is_missed_by_name(field: str, reason: str) -> None:
    lacking = message(registration=registration())
    lacking.registration.ClearField(field)
    assert missing(lacking) == (reason,)


def test_a_field_deep_inside_is_named_with_its_place() -> None:
    lacking = message(registration=registration())
    lacking.registration.mode_definition[0].task.region_definition.ClearField("region_type")
    assert missing(lacking) == ("registration.mode_definition[0].task.region_definition.region_type is missing",)


def test_unspecified_and_empty_count_as_missing() -> None:
    lacking = message(status_report=status())
    lacking.status_report.ClearField("system")
    lacking.status_report.mode = ""
    assert missing(lacking) == ("status_report.system is missing", "status_report.mode is missing")


def test_ids_must_have_the_form_that_the_standard_names() -> None:
    assert missing(message(detection_report=report(report_id=ulid().lower())))
    assert missing(message(detection_report=report(report_id="8" + ulid()[1:])))
    assert missing(message(detection_report=report(report_id=ulid() + "\n")))
    assert missing(message(node="9f1c1d3e00004000800000000000001", status_report=status()))
    assert missing(message(detection_report=report(task_id=ulid()))) == ()


def test_a_message_full_of_nothing_gets_a_bounded_answer() -> None:
    empty = [DetectionReport.TrackObjectInfo()] * 50_000
    assert 20 <= len(missing(message(detection_report=report(object_info=empty)))) <= 25


def test_a_message_nested_too_deep_is_told_so_and_not_followed() -> None:
    deep = DetectionReport.SubClass(type="a", level=1)
    for _ in range(40):
        deep = DetectionReport.SubClass(type="a", level=1, sub_class=[deep])
    said = DetectionReport.DetectionReportClassification(type="a", sub_class=[deep])
    (reason,) = missing(message(detection_report=report(classification=[said])))
    assert "nested" in reason


def test_nothing_at_all_lacks_sender_and_time() -> None:
    assert missing(SapientMessage()) == ("timestamp is missing", "node_id is missing")
