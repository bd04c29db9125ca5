"""What does a detection report say, in the terms of the watch?"""

import json
import math
from dataclasses import dataclass

from vallum.assets.sensor import Sensor
from vallum.gateways.sapient.classes import classes_of
from vallum.gateways.sapient.clock_offset import UNCORRECTED_UP_TO_S
from vallum.gateways.sapient.location import point_of, range_bearing_of
from vallum.gateways.sapient.messages import DetectionReport
from vallum.gateways.sapient.reports import ClockEstimate
from vallum.gateways.sapient.still import still_of
from vallum.watch.detection import Detection, PointMeasurement, RangeBearingMeasurement
from vallum.watch.plausibility import Reason

LATE_AFTER_S = 60.0
ABSURD_BEYOND_S = 600.0
# No sensor network of this kind is older, and none sends from the next century.
_EARLIEST_S, _LATEST_S = 946_684_800.0, 4_102_444_800.0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a report does not say of itself: who sent it, when it came, how its clock runs (times in unix seconds)."""

    sensor: Sensor
    session: int
    sent_s: float
    received_s: float
    clock: ClockEstimate
    simulated: bool
    utm_zone: str = ""


def detection_of(report: DetectionReport, around: Circumstances) -> Detection | Reason:
    """Return the detection that a complete report describes, or why there is none.

    Whether it can be true is another question: see `vallum.watch.plausibility`.

    Examples
    --------
    >>> detection_of(DetectionReport(), Circumstances(None, 1, 0.0, 0.0, None, False)).code
    'no_location'
    """
    measurement = _measurement(report, around)
    if isinstance(measurement, Reason):
        return measurement
    confidence = report.detection_confidence if report.HasField("detection_confidence") else None
    stated = [confidence, *(item.confidence for item in report.classification)]
    if any(value is not None and not 0.0 <= value <= 1.0 for value in stated):
        return Reason(
            "confidence_outside", f"a confidence of {stated} is not between 0 and 1; mend the sensor's output"
        )
    moment = event_time(around)
    if isinstance(moment, Reason):
        return moment
    event_s, clock_sd_s = moment
    count_low, count_high = _counts(report)
    return Detection(
        node_id=around.sensor.node_id,
        session=around.session,
        report_id=report.report_id,
        sensor_id=around.sensor.sensor_id,
        object_id=report.object_id,
        sent_s=around.sent_s,
        received_s=around.received_s,
        event_s=event_s,
        clock_sd_s=clock_sd_s,
        measurement=measurement,
        classes=classes_of(report.classification),
        confidence=confidence,
        count_low=count_low,
        count_high=count_high,
        still_png=still_of(report.associated_file)[0],
        simulated=around.simulated,
        late=around.received_s - event_s > LATE_AFTER_S,
    )


def event_time(around: Circumstances) -> tuple[float, float] | Reason:
    """Return when a report's event was on the centre's clock and the standard deviation of that, seconds.

    The node's offset is added where it is trusted. Nothing can have happened after it was heard: such a time becomes
    the time of hearing, and the difference widens the deviation.

    Examples
    --------
    >>> fast = ClockEstimate(offset_s=-20.0, sd_s=0.3, trusted=True)
    >>> event_time(Circumstances(None, 1, sent_s=1_600_000_020.0, received_s=1_600_000_000.5, clock=fast,
    ...                          simulated=False))
    (1600000000.0, 0.3)
    """
    if not _EARLIEST_S <= around.sent_s <= _LATEST_S:
        return Reason(
            "absurd_time", f"the time sent, {around.sent_s:.0f} s since 1970, cannot be; set the sensor's clock"
        )
    clock = around.clock
    event_s = around.sent_s + (clock.offset_s if clock.trusted else 0.0)
    early_s = around.received_s - event_s
    if abs(early_s) > ABSURD_BEYOND_S:
        return Reason(
            "absurd_time",
            f"the time sent is {abs(early_s):.0f} s {'before' if early_s > 0 else 'after'} it was heard; "
            "set the sensor's clock",
        )
    # A clock that is not trusted says nothing; that the report was heard does.
    sd_s = min(clock.sd_s, ABSURD_BEYOND_S) if clock.trusted else max(abs(early_s), UNCORRECTED_UP_TO_S)
    if early_s < 0.0:
        return around.received_s, max(sd_s, -early_s)
    return event_s, sd_s


def says_simulated(additional_information: str) -> bool:
    """Say whether the free text of a message is a JSON object that marks it as simulated.

    Examples
    --------
    >>> says_simulated('{"simulated": true}'), says_simulated("simulated"), says_simulated("")
    (True, False, False)
    """
    if "simulated" not in additional_information:
        return False
    try:
        stated = json.loads(additional_information)
    except (ValueError, RecursionError):
        return False
    return isinstance(stated, dict) and stated.get("simulated") is True


def _measurement(report: DetectionReport, around: Circumstances) -> PointMeasurement | RangeBearingMeasurement | Reason:
    kind = report.WhichOneof("location_oneof")
    if kind == "location":
        return point_of(report.location, around.utm_zone)
    if kind == "range_bearing":
        # From where the owner surveyed it, not from where it believes to be.
        return range_bearing_of(report.range_bearing, around.sensor.lon, around.sensor.lat)
    return Reason("no_location", "the report has neither a location nor a range and bearing; send one of the two")


def _counts(report: DetectionReport) -> tuple[int | None, int | None]:
    """Return the least and greatest number of persons, animals or vehicles: an object_info of type "count"."""
    for stated in report.object_info:
        if stated.type.lower() != "count":
            continue
        try:
            number = float(stated.value)
        except ValueError:
            return None, None
        error = stated.error if math.isfinite(stated.error) and stated.error > 0.0 else 0.0
        if not (1.0 <= number <= 10_000.0 and error <= 10_000.0):
            return None, None
        return max(1, math.floor(number - error)), math.ceil(number + error)
    return None, None
