"""Which cameras have been asked to look again and have not answered: their answers become records of the watch."""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime

from vallum.gateways.sapient import TaskAnswer
from vallum.journal.envelope import Draft
from vallum.watch.alarm import AlarmRow
from vallum.watch.look import LookAnswered

# A camera that has not answered by the time so many others were asked will not.
WAITING = 200


class Looks:
    """The looks that wait for an answer. Who asked for what, and what came back, is in the journal."""

    def __init__(self, alarms: Iterable[AlarmRow] = ()) -> None:
        self._waiting: OrderedDict[str, tuple[str, bool]] = OrderedDict()
        for alarm in alarms:
            for look in alarm.looks:
                if look.status == "asked":
                    self.asked(look.task_id, alarm)

    def asked(self, task_id: str, alarm: AlarmRow) -> None:
        """Remember for which alarm a camera was asked."""
        self._waiting[task_id] = alarm.alarm_id, alarm.simulated
        if len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)

    def answered(self, answer: TaskAnswer) -> Draft | None:
        """Give the record of a camera's answer: the first that brings a picture or ends the look, and no other.

        A camera can repeat itself for ever; the journal must not grow with that.
        """
        if answer.status == "accepted" and answer.still_png is None:
            return None
        waiting = self._waiting.pop(answer.task_id, None)
        if waiting is None:
            return None
        alarm_id, simulated = waiting
        still = None if answer.still_png is None else base64.b64encode(answer.still_png).decode("ascii")
        return Draft(
            type="look.answered",
            actor=answer.sensor_id,
            nature="simulated" if answer.simulated or simulated else "observed",
            occurred=datetime.fromtimestamp(answer.received_s, UTC),
            body=LookAnswered(
                alarm_id=alarm_id,
                task_id=answer.task_id,
                status=answer.status,
                reasons=answer.reasons,
                still_png_base64=still,
            ),
        )

    def went_away(self, task_id: str, words: str) -> Draft | None:
        """Give the record that a camera was gone before it could be asked."""
        waiting = self._waiting.pop(task_id, None)
        if waiting is None:
            return None
        alarm_id, simulated = waiting
        return Draft(
            type="look.answered",
            actor="centre",
            nature="simulated" if simulated else "observed",
            body=LookAnswered(alarm_id=alarm_id, task_id=task_id, status="failed", reasons=(words,)),
        )
