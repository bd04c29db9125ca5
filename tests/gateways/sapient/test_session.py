"""What one connection says, and what is answered: without a socket and without a clock."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateways.sapient.frames import (
    CENTRE_ID,
    START_S,
    bearing,
    camera,
    frame,
    node_id,
    point,
    registration,
    report,
    status,
    ulid,
)

from vallum.assets.sensor import Sensor
from vallum.gateways.sapient.messages import (
    Alert,
    AssociatedFile,
    DetectionReport,
    Location,
    RangeBearing,
    Registration,
    RegistrationAck,
    SapientMessage,
    StatusReport,
    Task,
    TaskAck,
)
from vallum.gateways.sapient.reports import (
    ClockEstimate,
    NodeAlert,
    NodeRegistered,
    NodeStatus,
    Quarantined,
    TaskAnswer,
)
from vallum.gateways.sapient.session import Outcome, Session
from vallum.gateways.sapient.translate import Circumstances, detection_of
from vallum.gateways.sapient.writing import Writer
from vallum.watch.detection import Detection, PointMeasurement
from vallum.watch.plausibility import Reason, implausible

UNCHANGED = StatusReport.Info.INFO_UNCHANGED
TASK = "01F10CXN73W692Y47DE58KJF4S"
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n and a picture").decode()


def session(*sensors: Sensor, free: bool = True) -> Session:
    declared = sensors or (camera(),)
    return Session(
        nodes={sensor.node_id: sensor for sensor in declared},
        writer=Writer(CENTRE_ID),
        claim=lambda node: 7 if free else None,
        asked=lambda node, task: task == TASK,
        peer="192.0.2.7",
    )


def registered(*sensors: Sensor, information: str = "") -> Session:
    opened = session(*sensors)
    opened.receive(frame(registration=registration(), information=information), START_S)
    opened.receive(frame(status_report=status()), START_S)
    return opened


def ack(outcome: Outcome) -> RegistrationAck:
    return SapientMessage.FromString(outcome.replies[0]).registration_ack


def refused_for(outcome: Outcome) -> str:
    """The code of the one report that was set aside; its sender must have been told the same words."""
    (aside,) = outcome.told
    assert isinstance(aside, Quarantined)
    reply = SapientMessage.FromString(outcome.replies[0])
    words = reply.error.error_message if reply.HasField("error") else reply.registration_ack.ack_response_reason
    assert aside.report.reason[:40] == words[0][:40]
    return aside.report.reason_code


def detection(outcome: Outcome) -> Detection:
    (told,) = outcome.told
    assert isinstance(told, Detection)
    return told


def test_a_declared_sensor_is_registered_and_its_promise_kept_in_mind() -> None:
    outcome = session().receive(frame(registration=registration(interval_s=20.0)), START_S)
    (told,) = outcome.told
    assert isinstance(told, NodeRegistered)
    assert (told.sensor_id, told.session, told.status_interval_s, told.node_types) == ("C-1", 7, 20.0, ("camera",))
    assert ack(outcome).acceptance


@pytest.mark.parametrize("name", ["KINETIC", "JAMMER", "CYBER", "LDEW", "RFDEW"])
def test_an_effector_is_refused_with_a_reason(name: str) -> None:
    effector = registration()
    effector.node_definition[0].CopyFrom(Registration.NodeDefinition(node_type=f"NODE_TYPE_{name}"))
    outcome = session().receive(frame(registration=effector), START_S)
    assert not ack(outcome).acceptance
    assert "effector" in ack(outcome).ack_response_reason[0]
    assert refused_for(outcome) == "effector"
    assert outcome.counted == ("refused_registrations",)


def test_an_effector_hidden_behind_a_camera_is_refused() -> None:
    both = registration()
    both.node_definition.add(node_type=Registration.NodeType.NODE_TYPE_JAMMER)
    named = registration()
    named.node_definition[0].node_sub_type.append("RF Jammer mk 2")
    capable = registration()
    capable.capabilities.add(category="Effector", type="net")
    for each in (both, named, capable):
        assert refused_for(session().receive(frame(registration=each), START_S)) == "effector"


def test_a_gunshot_microphone_is_no_effector() -> None:
    listening = registration(Registration.NodeType.NODE_TYPE_ACOUSTIC)
    listening.node_definition[0].node_sub_type.append("gunshot detector")
    assert ack(session().receive(frame(registration=listening), START_S)).acceptance


def test_a_sensor_that_becomes_an_effector_is_cut_off() -> None:
    opened = registered()
    outcome = opened.receive(frame(registration=registration(Registration.NodeType.NODE_TYPE_KINETIC)), START_S)
    assert refused_for(outcome) == "effector"
    assert outcome.close


@pytest.mark.parametrize("number", [0, 18, 20, 30])
def test_a_node_that_is_no_fixed_sensor_is_refused(number: int) -> None:
    odd = registration()
    # Type 30 is none of the standard's; 18 moves, 20 is another centre, 0 is not said at all.
    odd.node_definition[0].MergeFromString(bytes([8, number]))
    assert refused_for(session().receive(frame(registration=odd), START_S)) == "not_a_sensor"


def test_a_node_that_is_not_declared_is_refused_and_its_reports_reach_nobody() -> None:
    opened = session()
    stranger = node_id(99)
    outcome = opened.receive(frame(node=stranger, registration=registration()), START_S)
    assert refused_for(outcome) == "unknown_node"
    assert "sensors.csv" in ack(outcome).ack_response_reason[0]
    for content in ({"status_report": status()}, {"detection_report": report()}):
        assert refused_for(opened.receive(frame(node=stranger, **content), START_S)) == "not_registered"


def test_a_node_that_is_connected_already_cannot_be_taken_over() -> None:
    assert refused_for(session(free=False).receive(frame(registration=registration()), START_S)) == "takeover"


def test_a_registration_without_a_heartbeat_is_refused() -> None:
    for interval_s in (0.0, 0.01, 3600.0, float("nan")):
        outcome = session().receive(frame(registration=registration(interval_s=interval_s)), START_S)
        assert refused_for(outcome) == "status_interval"
    silent = registration()
    silent.ClearField("status_definition")
    outcome = session().receive(frame(registration=silent), START_S)
    assert refused_for(outcome) == "incomplete"
    assert "status_definition" in ack(outcome).ack_response_reason[0]


def test_the_first_status_must_be_new() -> None:
    opened = session()
    opened.receive(frame(registration=registration()), START_S)
    assert refused_for(opened.receive(frame(status_report=status(UNCHANGED)), START_S)) == "status_not_new"
    assert isinstance(opened.receive(frame(status_report=status()), START_S).told[0], NodeStatus)
    assert isinstance(opened.receive(frame(status_report=status(UNCHANGED)), START_S).told[0], NodeStatus)
    opened.receive(frame(registration=registration()), START_S)
    assert refused_for(opened.receive(frame(status_report=status(UNCHANGED)), START_S)) == "status_not_new"


def test_a_sensor_that_says_it_sees_nothing_stays_so_until_it_says_otherwise() -> None:
    opened = registered()
    blind = status(status=[StatusReport.Status(status_type=StatusReport.StatusType.STATUS_TYPE_NOT_DETECTING)])
    seen = []
    for said in (blind, status(UNCHANGED), status()):
        (told,) = opened.receive(frame(status_report=said), START_S).told
        assert isinstance(told, NodeStatus)
        seen.append(told.not_detecting)
    assert seen == [True, True, False]


def test_probability_and_false_alarm_conditions_and_goodbye_are_passed_on() -> None:
    types = StatusReport.StatusType
    said = status(
        system=StatusReport.System.SYSTEM_GOODBYE,
        status=[
            StatusReport.Status(status_type=types.STATUS_TYPE_PD, status_value="0.4"),
            StatusReport.Status(status_type=types.STATUS_TYPE_FAR, status_value="12 per hour"),
        ],
    )
    (told,) = registered().receive(frame(status_report=said), START_S).told
    assert isinstance(told, NodeStatus)
    assert told.goodbye
    assert [(one.kind, one.value) for one in told.conditions] == [("pd", "0.4"), ("far", "12 per hour")]


def test_a_node_that_believes_to_stand_elsewhere_is_told_once() -> None:
    opened = registered()
    moved = status(node_location=point(41.5, 36.0))
    told = [opened.receive(frame(status_report=moved), START_S).told[1:] for _ in range(2)]
    assert [len(asides) for asides in told] == [1, 0]
    assert isinstance(told[0][0], Quarantined)
    assert told[0][0].report.reason_code == "displaced"


def test_a_detection_becomes_ours_with_all_it_says() -> None:
    said = report(
        detection_confidence=0.75,
        classification=[DetectionReport.DetectionReportClassification(type="Human", confidence=0.5)],
        associated_file=[AssociatedFile(type="image/png", url=PNG)],
        object_info=[DetectionReport.TrackObjectInfo(type="count", value="4", error=1)],
    )
    told = detection(registered().receive(frame(START_S, detection_report=said), START_S + 0.25))
    assert (told.node_id, told.session, told.report_id, told.sensor_id) == (node_id(), 7, said.report_id, "C-1")
    assert (told.sent_s, told.received_s, told.event_s, told.late) == (START_S, START_S + 0.25, START_S, False)
    assert (told.classes, told.confidence) == ((("person", 0.5),), 0.75)
    assert (told.count_low, told.count_high) == (3, 5)
    assert told.still_png is not None
    assert told.still_png.startswith(b"\x89PNG")
    assert not told.simulated


def test_a_picture_that_cannot_be_used_is_dropped_and_counted_but_its_detection_is_kept() -> None:
    for url in ("data:image/png;base64,AAAA", "data:image/jpeg;base64,AAAA", PNG + "A" * 200_004, PNG + "?"):
        said = report(associated_file=[AssociatedFile(type="image/png", url=url)])
        outcome = registered().receive(frame(detection_report=said), START_S)
        assert detection(outcome).still_png is None
        assert outcome.counted == ("dropped_stills",)


def test_the_same_report_again_is_a_duplicate_and_other_content_under_its_id_a_conflict() -> None:
    opened = registered()
    said = report()
    assert detection(opened.receive(frame(detection_report=said), START_S)).report_id == said.report_id
    assert opened.receive(frame(START_S + 1, detection_report=said), START_S + 1) == Outcome(counted=("duplicates",))
    other = report(report_id=said.report_id, object_id=said.object_id, range_bearing=bearing(271.0))
    assert refused_for(opened.receive(frame(detection_report=other), START_S)) == "conflicting_report"


def test_a_session_without_a_memory_of_its_node_takes_an_id_again_after_a_reboot() -> None:
    opened = registered()
    said = report()
    opened.receive(frame(detection_report=said), START_S)
    opened.receive(frame(registration=registration()), START_S)
    opened.receive(frame(status_report=status()), START_S)
    assert detection(opened.receive(frame(detection_report=said), START_S)).report_id == said.report_id


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (point(41.0, 95.0), "off_the_globe"),
        (point(float("nan"), 36.0), "not_a_number"),
        (point(41.0, float("inf")), "not_a_number"),
        (point(36.0, 40.99), "swapped_axes"),
        (point(42.0, 36.0), "outside_range"),
        (point(41.02, 36.0), "outside_sector"),
    ],
)
def test_a_position_that_cannot_be_is_set_aside(where: Location, code: str) -> None:
    assert refused_for(registered().receive(frame(detection_report=report(location=where)), START_S)) == code


@pytest.mark.parametrize(
    ("measured", "code"),
    [
        (bearing(float("nan")), "not_a_number"),
        (bearing(90.0), "outside_sector"),
        (bearing(270.0, 9000.0), "outside_range"),
        (bearing(270.0, -5.0), "range_not_positive"),
        (bearing(datum=2), "magnetic_bearing"),
        (bearing(datum=4), "platform_bearing"),
    ],
)
def test_a_bearing_that_cannot_be_is_set_aside(measured: RangeBearing, code: str) -> None:
    outcome = registered().receive(frame(detection_report=report(range_bearing=measured)), START_S)
    assert refused_for(outcome) == code


@pytest.mark.parametrize("sent_s", [0.0, START_S - 700.0, START_S + 700.0, 9e9])
def test_an_absurd_time_is_set_aside(sent_s: float) -> None:
    outcome = registered().receive(frame(sent_s, detection_report=report()), START_S)
    assert refused_for(outcome) == "absurd_time"


def test_a_clock_that_is_twenty_seconds_fast_is_estimated_and_corrected() -> None:
    opened = session()
    for second in range(5):
        content = {"registration": registration()} if second == 0 else {"status_report": status()}
        outcome = opened.receive(frame(START_S + second + 20.0, **content), START_S + second + 0.1)
    (told,) = outcome.told
    assert isinstance(told, NodeStatus)
    assert told.clock.trusted
    assert told.clock.offset_s == pytest.approx(-19.9, abs=0.01)
    seen = detection(opened.receive(frame(START_S + 30.0, detection_report=report()), START_S + 10.2))
    assert seen.event_s == pytest.approx(START_S + 10.1, abs=0.01)
    assert seen.sent_s == START_S + 30.0
    assert not seen.late


def test_a_clock_beyond_the_limit_is_not_corrected_and_says_so() -> None:
    opened = session()
    opened.receive(frame(START_S + 300.0, registration=registration()), START_S)
    (told,) = opened.receive(frame(START_S + 300.0, status_report=status()), START_S).told
    assert isinstance(told, NodeStatus)
    assert not told.clock.trusted
    seen = detection(opened.receive(frame(START_S + 300.0, detection_report=report()), START_S))
    assert (seen.event_s, seen.clock_sd_s) == (START_S, 300.0)


def test_a_clock_that_was_wild_at_first_makes_no_report_wilder_than_its_own_delay() -> None:
    opened = session()
    opened.receive(frame(1000.0, registration=registration()), START_S)
    opened.receive(frame(START_S, status_report=status()), START_S)
    seen = detection(opened.receive(frame(START_S, detection_report=report()), START_S + 2.0))
    assert (seen.event_s, seen.clock_sd_s) == (START_S, 2.0)


def test_a_report_of_two_minutes_ago_is_late() -> None:
    assert detection(registered().receive(frame(START_S - 120.0, detection_report=report()), START_S)).late


@pytest.mark.parametrize("where", ["declared", "registration", "message"])
def test_simulated_said_anywhere_is_simulated(where: str) -> None:
    mark = json.dumps({"simulated": True})
    opened = registered(camera(simulated=where == "declared"), information=mark if where == "registration" else "")
    said = mark if where == "message" else ""
    assert detection(opened.receive(frame(information=said, detection_report=report()), START_S)).simulated
    (aside,) = opened.receive(frame(information=said, detection_report=report(range_bearing=bearing(90))), START_S).told
    assert isinstance(aside, Quarantined)
    assert aside.simulated


def test_an_object_that_jumps_is_set_aside() -> None:
    opened = registered()
    one = ulid()
    near, far = point(40.99, 36.0, x_error=1e-5, y_error=1e-5), point(40.975, 36.0, x_error=1e-5, y_error=1e-5)
    for second, where in enumerate((near, far)):
        said = report(object_id=one, location=where)
        outcome = opened.receive(frame(START_S + second, detection_report=said), START_S + second)
    assert refused_for(outcome) == "impossible_speed"


def test_an_alert_is_passed_on_and_acknowledged() -> None:
    said = Alert(alert_id=ulid(), alert_type=Alert.AlertType.ALERT_TYPE_WARNING, description="housing\u202e opened")
    outcome = registered().receive(frame(alert=said), START_S)
    (told,) = outcome.told
    assert isinstance(told, NodeAlert)
    assert (told.alert_id, told.kind, told.description) == (said.alert_id, "warning", "housing? opened")
    reply = SapientMessage.FromString(outcome.replies[0]).alert_ack
    assert (reply.alert_id, reply.alert_ack_status) == (said.alert_id, 1)


def test_an_answer_to_our_task_is_passed_on_and_to_no_task_of_ours_is_not() -> None:
    done = TaskAck(
        task_id=TASK,
        task_status=TaskAck.TaskStatus.TASK_STATUS_COMPLETED,
        associated_file=AssociatedFile(type="image/png", url=PNG),
    )
    (told,) = registered().receive(frame(task_ack=done), START_S).told
    assert isinstance(told, TaskAnswer)
    assert (told.task_id, told.status, told.still_png is not None) == (TASK, "completed", True)
    done.task_id = ulid()
    assert refused_for(registered().receive(frame(task_ack=done), START_S)) == "unknown_task"


def test_a_message_that_is_not_the_nodes_to_send_is_set_aside() -> None:
    opened = registered()
    assert refused_for(opened.receive(b"\xff\xff\xff", START_S)) == "bad_protobuf"
    assert refused_for(opened.receive(frame(), START_S)) == "empty_message"
    assert refused_for(opened.receive(frame(node=node_id(2), status_report=status()), START_S)) == "wrong_node"
    assert (
        refused_for(opened.receive(frame(task=Task(task_id=ulid(), control=Task.Control.CONTROL_START)), START_S))
        == "unexpected"
    )
    assert refused_for(opened.receive(frame(detection_report=report(report_id="1")), START_S)) == "incomplete"
    assert refused_for(opened.receive(frame(node=node_id(2), registration=registration()), START_S)) == "unknown_node"


def test_a_quarantined_report_keeps_its_first_bytes_and_no_text_that_misleads() -> None:
    sent = frame(detection_report=report(location=point(41.0, 95.0)))
    (aside,) = registered().receive(sent, START_S).told
    assert isinstance(aside, Quarantined)
    assert base64.b64decode(aside.report.frame_base64) == sent
    assert (aside.report.sensor_id, aside.report.repeats, aside.at_s) == ("C-1", 1, START_S)
    (odd,) = session().receive(frame(node="a\u202eb" * 30_000, registration=registration()), START_S).told
    assert isinstance(odd, Quarantined)
    assert odd.report.node_id.isprintable()
    assert odd.report.reason.isprintable()


numbers = st.one_of(
    st.floats(width=64), st.floats(-200, 200), st.just(0.0), st.floats(40.95, 41.05), st.floats(0, 5000)
)
errors = st.one_of(st.floats(width=64), st.floats(0, 100))
locations = st.builds(
    Location,
    x=numbers,
    y=numbers,
    x_error=errors,
    y_error=errors,
    coordinate_system=st.integers(0, 5),
    datum=st.integers(0, 3),
    utm_zone=st.sampled_from(["", "37S", "37", "61N", "38 N", "N37", "٣٧S"]),
)
range_bearings = st.builds(
    RangeBearing,
    azimuth=numbers,
    range=numbers,
    elevation=numbers,
    azimuth_error=errors,
    range_error=errors,
    coordinate_system=st.integers(0, 6),
    datum=st.integers(0, 6),
)
classifications = st.builds(
    DetectionReport.DetectionReportClassification,
    type=st.sampled_from(["Human", "Land Vehicle", "Air vehicle", "goat", "", "?"]),
    confidence=st.one_of(st.floats(width=32), st.floats(0, 1, width=32)),
)
reports = st.one_of(
    st.builds(
        DetectionReport,
        report_id=st.just(TASK),
        object_id=st.just(TASK),
        location=locations,
        classification=st.lists(classifications, max_size=3),
    ),
    st.builds(
        DetectionReport,
        report_id=st.just(TASK),
        object_id=st.just(TASK),
        range_bearing=range_bearings,
        detection_confidence=st.one_of(st.none(), st.floats(width=32)),
    ),
)


@given(said=reports, sent_s=st.floats(START_S - 2000, START_S + 2000))
@settings(max_examples=300, deadline=None)
def test_any_report_becomes_a_believable_detection_or_a_reason(said: DetectionReport, sent_s: float) -> None:
    around = Circumstances(camera(), 7, sent_s, START_S, ClockEstimate(0.0, 0.1, True), False)
    result = detection_of(said, around)
    if isinstance(result, Reason):
        assert result.code
        assert len(result.words) > 20
    elif implausible(result, camera()) is None:
        assert abs(result.event_s - START_S) <= 600.0
        assert result.event_s <= START_S
        assert sum(share for _, share in result.classes) <= 1.0 + 1e-6
        measured = result.measurement
        spreads = (
            (measured.east_sd_m, measured.north_sd_m)
            if isinstance(measured, PointMeasurement)
            else (measured.azimuth_sd_deg, measured.range_sd_m if measured.range_sd_m is not None else 1.0)
        )
        assert all(0.0 < spread < float("inf") for spread in spreads)


@given(said=st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_random_bytes_are_answered_and_raise_nothing(said: bytes) -> None:
    outcome = session().receive(said, START_S)
    assert outcome.replies
    assert all(isinstance(told, Quarantined) for told in outcome.told)
    registered().receive(said, START_S)


@given(said=reports, cut=st.integers(0, 80), flipped=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_a_damaged_report_raises_nothing_and_is_told_at_most_once(
    said: DetectionReport, cut: int, flipped: int
) -> None:
    whole = bytearray(frame(detection_report=said))
    whole[cut % len(whole)] ^= flipped
    assert len(registered().receive(bytes(whole), START_S).told) <= 1
