"""What does an alarm stand on, so that it can be judged when the detections themselves are long forgotten?"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from vallum.watch.alarm import Evidence, EvidenceDetection
from vallum.watch.detection import Detection, PointMeasurement
from vallum.watch.tracker.state import Track

# As many characters as the alarm's record takes.
_LONGEST_STILL = 200_000


def evidence_of(track: Track, sensor_states: Mapping[str, str], cameras: Collection[str]) -> Evidence:
    """Freeze what a track stands on.

    Parameters
    ----------
    track
        With its last detections and its newest picture.
    sensor_states
        The state of every sensor; those that contributed are kept.
    cameras
        The sensors that give pictures, to say why there is none.

    Examples
    --------
    >>> covariance = ((0.0,) * 4,) * 4
    >>> track = Track(1, "maintaining", 0.0, 60.0, (0.0,) * 4, covariance, 0.0, sensors=("T-01-radar",))
    >>> evidence_of(track, {"T-01-radar": "live"}, ["T-01-thermal"]).still_absent_reason
    'no camera contributed; reported by T-01-radar'
    """
    kept = tuple(_frozen(detection) for detection in track.detections)
    states = {sensor: sensor_states.get(sensor, "not known") for sensor in track.sensors}
    if track.still is None or track.still.still_png is None:
        contributed = sorted(set(track.sensors) & set(cameras))
        reason = (
            f"{', '.join(contributed)} reported without a picture"
            if contributed
            else f"no camera contributed; reported by {', '.join(track.sensors)}"
        )
        return Evidence(detections=kept, sensor_states=states, still_absent_reason=_short(reason))
    encoded = base64.b64encode(track.still.still_png).decode("ascii")
    if len(encoded) > _LONGEST_STILL:
        reason = f"the picture of {track.still.sensor_id} is larger than a record takes"
        return Evidence(detections=kept, sensor_states=states, still_absent_reason=_short(reason))
    pictured = _frozen(track.still)
    return Evidence(
        # the detection with the picture stays with it, also when newer ones have pushed it out
        detections=kept if pictured in kept else (pictured, *kept),
        sensor_states=states,
        still_report_id=track.still.report_id,
        still_sensor_id=track.still.sensor_id,
        still_png_base64=encoded,
    )


def _frozen(detection: Detection) -> EvidenceDetection:
    classification, confidence = max(detection.classes, key=lambda pair: pair[1], default=("unknown", None))
    measurement = detection.measurement
    return EvidenceDetection(
        sensor_id=detection.sensor_id,
        report_id=detection.report_id,
        at=datetime.fromtimestamp(round(detection.event_s, 3), tz=UTC),
        lon=measurement.lon if isinstance(measurement, PointMeasurement) else None,
        lat=measurement.lat if isinstance(measurement, PointMeasurement) else None,
        azimuth_deg=None if isinstance(measurement, PointMeasurement) else measurement.azimuth_deg,
        range_m=None if isinstance(measurement, PointMeasurement) else measurement.range_m,
        classification=classification,
        confidence=confidence,
    )


def _short(reason: str) -> str:
    return reason if len(reason) <= 300 else f"{reason[:297]}..."
