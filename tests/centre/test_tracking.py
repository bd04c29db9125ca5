"""A crossing stays with its track until an alarm has told it, however often the track moves in between."""

from __future__ import annotations

from pathlib import Path

from vallum.centre.live import STRIP_CELL_M, STRIP_HALF_WIDTH_M
from vallum.centre.tracking import Tracking
from vallum.frontier.strip import Strip
from vallum.journal import Observations
from vallum.project import load
from vallum.watch.detection import Detection, PointMeasurement

START_S = 1_616_000_000.0


def test_a_crossing_is_not_lost_between_two_questions_of_the_rules(tmp_path: Path) -> None:
    frontier = load("iraq-syria").frontier
    plane = Strip(frontier, STRIP_HALF_WIDTH_M, STRIP_CELL_M)
    with Observations.open(tmp_path) as observations:
        tracking = Tracking(
            frontier, plane, observations, next_number=1, horizon_s=1800.0, unusable=lambda detection: None
        )
        # a vehicle from well on the other side to well on this side, five detections a second
        for step in range(900):
            at_s = START_S + step / 5.0
            lon, lat = frontier.point_at(150_000.0, -2_700.0 + 30.0 * step / 5.0)
            seen = Detection(
                "node", 1, str(step), "radar", "object", at_s, at_s, at_s, 0.0, PointMeasurement(lon, lat, 10.0, 10.0)
            )
            tracking.detected(seen, b"")
            tracking.step(at_s)
        (situation,) = tracking.situations()
        assert situation.side == "this side"
        assert situation.crossed == "towards this side"
        assert tracking.situations()[0].crossed, "asking does not use it up"
        tracking.crossing_told(situation.track.number)
        assert tracking.situations()[0].crossed is None
