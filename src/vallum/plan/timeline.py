"""Is a detection early enough when every task of a sequence takes a fixed time?

The timeline of a sequence (M. L. Garcia, The Design and Evaluation of Physical Protection Systems): what is left of the
tasks when a detection has been assessed, against the time to respond. A detection counts at the end of its task, when
the delay of that task is spent; being in time without the margin that was asked for is told and counts as failed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["in time", "marginal", "too late", "not achievable by detection"]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is left when, and whether it suffices; all times in seconds.

    Attributes
    ----------
    total_s
        All tasks.
    before_s
        Until the detection has been assessed.
    after_s
        What is left of the tasks then.
    margin_s
        What is left when somebody is there; below 0 they come too late by so much.
    short_s
        How much is missing to be in time with the margin that was asked for; 0 when nothing is.
    latest_s
        The latest moment on the clock of the sequence at which an assessed detection still gives that margin.
    verdict
        `in time`; `marginal`: in time, but not with that margin; `too late`; `not achievable by detection`: whoever is
        detected at the very first moment is assessed after `latest_s`, so that no sensor helps.
    """

    total_s: float
    before_s: float
    after_s: float
    margin_s: float
    short_s: float
    latest_s: float
    verdict: Verdict

    @property
    def holds(self) -> bool:
        """Whether somebody is there in time with the margin that was asked for: nothing else counts."""
        return self.verdict == "in time"


def timeline(
    delays_s: Sequence[float], detected_after: int, response_s: float, *, assess_s: float = 0.0, margin_s: float = 0.0
) -> Timeline:
    """Compare what is left after a detection with what a response needs.

    Parameters
    ----------
    delays_s
        Of the tasks in their order, seconds.
    detected_after
        How many tasks are done when somebody is detected, from 0, at the very beginning, to all of them.
    response_s, assess_s
        From an assessed detection until somebody is there; from a detection until it has been assessed, seconds.
    margin_s
        What must be left over, seconds. A response with exactly so much left is in time.

    Raises
    ------
    ValueError
        If there are no tasks, a time is impossible, or more tasks are done than there are.

    Examples
    --------
    >>> found = timeline([20, 40, 150, 60, 200, 240], 3, 300.0, assess_s=20.0)
    >>> found.before_s, found.after_s, found.margin_s, found.verdict
    (230.0, 480.0, 180.0, 'in time')
    >>> timeline([20, 40, 150, 60, 200, 240], 3, 1800.0, margin_s=60.0).verdict
    'not achievable by detection'
    """
    if not delays_s:
        raise ValueError("There are no tasks; give the delay of each, in the order in which they are done.")
    for what, seconds in (*((f"Task {number}", delay) for number, delay in enumerate(delays_s, start=1)),
                          ("The response", response_s), ("Assessing", assess_s), ("The margin", margin_s)):  # fmt: skip
        if not (math.isfinite(seconds) and seconds >= 0.0):
            raise ValueError(f"{what} takes {seconds} s; give a finite time of 0 s or more.")
    if not 0 <= detected_after <= len(delays_s):
        raise ValueError(
            f"Detected after {detected_after} tasks; give a number from 0 to {len(delays_s)}, all of them."
        )
    total_s = math.fsum(delays_s)
    before_s = math.fsum(delays_s[:detected_after]) + assess_s
    after_s = total_s - before_s
    left_s = after_s - response_s
    latest_s = total_s - response_s - margin_s
    return Timeline(
        total_s=total_s,
        before_s=before_s,
        after_s=after_s,
        margin_s=left_s,
        short_s=max(0.0, margin_s - left_s),
        latest_s=latest_s,
        verdict=_verdict(left_s, margin_s, achievable=latest_s >= assess_s),
    )


def _verdict(left_s: float, margin_s: float, *, achievable: bool) -> Verdict:
    # Said first: where no detection can be early enough, how late this one is mends nothing.
    if not achievable:
        return "not achievable by detection"
    if left_s >= margin_s:
        return "in time"
    return "marginal" if left_s >= 0.0 else "too late"
