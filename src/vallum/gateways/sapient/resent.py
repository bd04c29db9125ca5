"""Is this the report that came before, sent again?"""

from vallum.gateways.sapient.messages import DecodeError, SapientMessage


def same_report(one: bytes, other: bytes) -> bool:
    """Return whether two frames carry the same detection report: sent again, the message around it is dated anew.

    Examples
    --------
    >>> from vallum.gateways.sapient.messages import DetectionReport
    >>> seen = SapientMessage(detection_report=DetectionReport(report_id="01F", object_id="01G"))
    >>> again = SapientMessage(detection_report=DetectionReport(report_id="01F", object_id="01G"))
    >>> again.timestamp.FromSeconds(1_600_000_000)
    >>> same_report(seen.SerializeToString(), again.SerializeToString()), same_report(b"one", b"two")
    (True, False)
    """
    try:
        reports = [SapientMessage.FromString(frame).detection_report for frame in (one, other)]
    except DecodeError:
        return False
    return bool(reports[0] == reports[1])
