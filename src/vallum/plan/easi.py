"""How surely is one known sequence of tasks interrupted, as EASI has it?

Estimate of Adversary Sequence Interruption (H. A. Bennett, SAND76-0597; M. L. Garcia, The Design and Evaluation of
Physical Protection Systems). It has two readings, which differ on the same table:

    form a    P_I = sum over i of P_D,i P_C P(R|A_i) x product over j < i of (1 - P_D,j)
    form b    P_I = sum over i of P_D,i P_C P(R|A_i) x product over j < i of (1 - P_D,j P_C)

In form a, Garcia's printed one, the first detection decides: if its message fails nobody comes. In form b a later
detection may still bring somebody.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Form = Literal["a", "b"]
Location = Literal["B", "M", "E"]

# What is left of a task's delay, and of its standard deviation, when it is detected at its beginning, middle or end.
_LEFT: dict[Location, float] = {"B": 1.0, "M": 0.5, "E": 0.0}


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the sequence.

    Attributes
    ----------
    name
        In words.
    p_detect
        Probability that it is detected, 0 to 1.
    location
        Whether that is at its beginning (B), middle (M) or end (E).
    mean_s, sd_s
        How long it takes, and the standard deviation of that, seconds.

    Raises
    ------
    ValueError
        If a figure is impossible.
    """

    name: str
    p_detect: float
    location: Location
    mean_s: float
    sd_s: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.p_detect <= 1.0:
            raise ValueError(f"task {self.name}: p_detect is {self.p_detect}; give a probability from 0 to 1")
        if self.location not in _LEFT:
            raise ValueError(f"task {self.name}: location is {self.location!r}; give B, M or E")
        for what, value in (("mean_s", self.mean_s), ("sd_s", self.sd_s)):
            if not (math.isfinite(value) and value >= 0.0):
                raise ValueError(f"task {self.name}: {what} is {value}; give seconds of 0 or more")


@dataclass(frozen=True, slots=True)
class Row:
    """What one task adds.

    Attributes
    ----------
    task
        The task.
    left_s, sd_s
        Time left after its detection; standard deviation of that and of the response together, seconds.
    p_in_time
        P(R|A): a response to its alarm comes in time.
    adds
        Its share of P_I.
    """

    task: Task
    left_s: float
    sd_s: float
    p_in_time: float
    adds: float


@dataclass(frozen=True, slots=True)
class Easi:
    """The result: `p_interruption` and what each task adds."""

    form: Form
    p_interruption: float
    rows: tuple[Row, ...]


def easi(tasks: Sequence[Task], response_s: float, response_sd_s: float, p_communication: float, form: Form) -> Easi:
    """Work out P_I of a sequence.

    Parameters
    ----------
    tasks
        In the order in which they are done.
    response_s, response_sd_s
        From an alarm until somebody is there, and its standard deviation, seconds.
    p_communication
        Probability that an alarm reaches those who respond.
    form
        `a`: Garcia's printed form; `b`: a failed message may be followed by another.

    Raises
    ------
    ValueError
        If there are no tasks, or a figure is impossible.

    Examples
    --------
    >>> doors = [Task("open a door", 0.9, "B", 90.0, 27.0), Task("sabotage", 0.0, "B", 120.0, 36.0)]
    >>> round(easi(doors, 150.0, 45.0, 0.95, "a").p_interruption, 4)
    0.7072
    """
    if not tasks:
        raise ValueError("There are no tasks; give one row for each, in the order in which they are done.")
    if not 0.0 <= p_communication <= 1.0:
        raise ValueError(f"The probability of communication is {p_communication}; give one from 0 to 1.")
    if not (math.isfinite(response_s) and response_s >= 0.0 and math.isfinite(response_sd_s) and response_sd_s >= 0.0):
        raise ValueError("A response takes a finite time of 0 s or more, and so does its standard deviation.")
    reaches = p_communication if form == "b" else 1.0
    rows, missed = [], 1.0
    for number, task in enumerate(tasks):
        share = _LEFT[task.location]
        left_s = share * task.mean_s + sum(later.mean_s for later in tasks[number + 1 :])
        variance = (share * task.sd_s) ** 2 + sum(later.sd_s**2 for later in tasks[number + 1 :])
        sd_s = math.sqrt(variance + response_sd_s**2)
        p = _in_time(left_s - response_s, sd_s)
        rows.append(Row(task, left_s, sd_s, p, missed * task.p_detect * p_communication * p))
        missed *= 1.0 - task.p_detect * reaches
    return Easi(form, math.fsum(row.adds for row in rows), tuple(rows))


def _in_time(slack_s: float, sd_s: float) -> float:
    if sd_s == 0.0:
        return 1.0 if slack_s >= 0.0 else 0.0
    return 0.5 * math.erfc(-slack_s / sd_s / math.sqrt(2.0))


@dataclass(frozen=True, slots=True)
class Timeline:
    """A sequence with fixed times, detected at one task's end.

    Attributes
    ----------
    total_s, before_s, after_s
        All tasks; until it is detected; what is left then.
    margin_s
        What is left when somebody is there; below 0: too late.
    latest_s
        The latest moment of a detection that is in time, with the margin that was asked; below 0 when no detection is.
    verdict
        `in time`; `marginal` when it is in time without the margin that was asked, which counts as failed; `too late`;
        `not achievable by detection` when even a detection at the very beginning is too late.
    """

    total_s: float
    before_s: float
    after_s: float
    margin_s: float
    latest_s: float
    verdict: Literal["in time", "marginal", "too late", "not achievable by detection"]


def timeline(
    delays_s: Sequence[float], detected_after: int, response_s: float, *, assess_s: float = 0.0, margin_s: float = 0.0
) -> Timeline:
    """Compare what is left after a detection with what a response needs.

    Parameters
    ----------
    delays_s
        Of the tasks, seconds.
    detected_after
        How many tasks are done when it is detected: a detection counts at the end of its task.
    response_s, assess_s
        Of the response, and of what comes before it.
    margin_s
        What must be left over.

    Examples
    --------
    >>> timeline([20, 40, 150, 60, 200, 240], 3, 300.0, assess_s=20.0).after_s
    480.0
    """
    total_s = float(sum(delays_s))
    before_s = float(sum(delays_s[:detected_after]))
    # Assessment is part of what comes before anybody is called.
    detected_s = before_s + assess_s
    left_s = total_s - detected_s
    over_s = left_s - response_s
    latest_s = total_s - response_s - margin_s
    if latest_s < 0.0:
        verdict: Literal["in time", "marginal", "too late", "not achievable by detection"] = (
            "not achievable by detection"
        )
    elif over_s < 0.0:
        verdict = "too late"
    else:
        verdict = "in time" if over_s >= margin_s else "marginal"
    return Timeline(total_s, detected_s, left_s, over_s, latest_s, verdict)
