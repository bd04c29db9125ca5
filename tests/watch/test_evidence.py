import base64
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from vallum.frontier.line import Frontier
from vallum.watch.detection import Detection
from vallum.watch.evidence import evidence_of
from vallum.watch.tracker import Track

START_S = 1_615_993_200.0


@pytest.fixture
def seen(fence: Frontier, stand: Callable[..., Any]) -> Detection:
    camera = stand("T-01-thermal", 20_000.0, 500.0)
    detection: Detection = camera.polar(
        *fence.point_at(20_000.0, -800.0), START_S, classes=(("animal", 0.2), ("person", 0.7))
    )
    return detection


def test_the_last_detections_are_kept_as_they_were_believed(
    make_track: Callable[..., Track], seen: Detection, make_point: Callable[..., Detection]
) -> None:
    ground = make_point(42.1, 35.9, START_S + 1.0)
    kept = evidence_of(make_track(detections=(seen, ground)), {}, ()).detections
    assert [one.report_id for one in kept] == [seen.report_id, ground.report_id]
    assert (kept[0].classification, kept[0].confidence, kept[0].lon) == ("person", 0.7, None)
    assert kept[0].range_m == pytest.approx(1300.0, abs=1.0)
    assert (kept[1].lon, kept[1].classification, kept[1].azimuth_deg) == (42.1, "unknown", None)


def test_the_picture_is_kept_with_the_detection_it_came_with(
    make_track: Callable[..., Track], seen: Detection, make_point: Callable[..., Detection]
) -> None:
    pictured = dataclasses.replace(seen, still_png=b"\x89PNG")
    newer = make_point(42.1, 35.9, START_S + 1.0)
    evidence = evidence_of(make_track(detections=(newer,), still=pictured), {}, ["T-01-thermal"])
    assert evidence.still_png_base64 == base64.b64encode(b"\x89PNG").decode()
    assert (evidence.still_sensor_id, evidence.still_report_id) == ("T-01-thermal", seen.report_id)
    assert [one.report_id for one in evidence.detections] == [seen.report_id, newer.report_id]
    assert evidence.still_absent_reason is None
    again = evidence_of(make_track(detections=(seen, newer), still=pictured), {}, [])
    assert len(again.detections) == 2


@pytest.mark.parametrize(
    ("sensors", "reason"),
    [
        (("T-01-radar",), "no camera contributed; reported by T-01-radar"),
        (("T-01-radar", "T-01-thermal"), "T-01-thermal reported without a picture"),
    ],
)
def test_without_a_picture_the_reason_is_said(
    make_track: Callable[..., Track], sensors: tuple[str, ...], reason: str
) -> None:
    evidence = evidence_of(make_track(sensors=sensors), {}, ["T-01-thermal"])
    assert (evidence.still_png_base64, evidence.still_absent_reason) == (None, reason)


def test_a_picture_too_large_for_a_record_is_left_out_with_a_reason(
    make_track: Callable[..., Track], seen: Detection
) -> None:
    pictured = dataclasses.replace(seen, still_png=b"x" * 150_001)
    evidence = evidence_of(make_track(still=pictured), {}, [])
    assert evidence.still_png_base64 is None
    assert evidence.still_absent_reason == "the picture of T-01-thermal is larger than a record takes"


def test_a_sensor_nobody_knows_the_state_of_is_said_to_be_that(make_track: Callable[..., Track]) -> None:
    assert evidence_of(make_track(), {}, []).sensor_states == {"T-01-radar": "not known"}


def test_a_reason_never_grows_longer_than_a_record_takes(make_track: Callable[..., Track]) -> None:
    sensors = tuple(f"T-{number:02}-radar" for number in range(60))
    reason = evidence_of(make_track(sensors=sensors), {}, []).still_absent_reason
    assert reason is not None
    assert len(reason) == 300
