"""Who was asked to look again, for which alarm, and what picture came back."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from vallum.gateways.sapient import TaskAnswer

# Pictures of looks live as long as the last so many; those an alarm stands on are in its record.
KEPT = 200


@dataclass(frozen=True, slots=True)
class Look:
    """A look that was asked for; `still_png` is None until the camera answered with a picture."""

    task_id: str
    alarm_id: str
    sensor_id: str
    asked_s: float
    answered_s: float | None = None
    status: str = "asked"
    still_png: bytes | None = None


class Looks:
    """The latest looks of a centre.

    Examples
    --------
    >>> looks = Looks()
    >>> looks.asked(Look("01F", "A1", "T-01-thermal", 0.0))
    >>> [look.status for look in looks.of("A1")]
    ['asked']
    """

    def __init__(self) -> None:
        self._looks: OrderedDict[str, Look] = OrderedDict()

    def asked(self, look: Look) -> None:
        """Remember that a camera was asked."""
        self._looks[look.task_id] = look
        if len(self._looks) > KEPT:
            self._looks.popitem(last=False)

    def answered(self, answer: TaskAnswer) -> Look | None:
        """Take in a camera's answer; give the look it belongs to."""
        look = self._looks.get(answer.task_id)
        if look is None:
            return None
        told = Look(
            task_id=look.task_id,
            alarm_id=look.alarm_id,
            sensor_id=look.sensor_id,
            asked_s=look.asked_s,
            answered_s=answer.received_s,
            status=answer.status,
            still_png=answer.still_png or look.still_png,
        )
        self._looks[answer.task_id] = told
        return told

    def of(self, alarm_id: str) -> tuple[Look, ...]:
        """Give the looks of an alarm, oldest first."""
        return tuple(look for look in self._looks.values() if look.alarm_id == alarm_id)

    def still(self, task_id: str) -> bytes | None:
        """Give the picture of a look."""
        look = self._looks.get(task_id)
        return None if look is None else look.still_png
