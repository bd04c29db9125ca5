"""How surely is one known sequence of tasks interrupted, as EASI has it?

Estimate of Adversary Sequence Interruption (H. A. Bennett, SAND76-0597; M. L. Garcia, The Design and Evaluation of
Physical Protection Systems). It has two readings, which differ on the same table:

    form a    P_I = sum over i of P_D,i P_C P(R|A_i) x product over j < i of (1 - P_D,j)
    form b    P_I = sum over i of P_D,i P_C P(R|A_i) x product over j < i of (1 - P_D,j P_C)

In form a, Garcia's printed one, the first detection decides: if its message fails nobody comes. In form b a later
detection may still bring somebody. In both

    T_i      = w_i m_i + sum over j > i of m_j               w_i = 1, 1/2, 0 when detected at the beginning, middle, end
    V_i      = w_i^2 s_i^2 + sum over j > i of s_j^2
    P(R|A_i) = Phi((T_i - R) / sqrt(V_i + s_R^2))

with means m and standard deviations s of the tasks and the response, seconds. Without any spread a response is in time
or not, and one that takes exactly the time that is left is in time. All times are taken as independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Form = Literal["a", "b"]
Location = Literal["B", "M", "E"]

FORMS: tuple[Form, ...] = get_args(Form)
LOCATIONS: tuple[Location, ...] = get_args(Location)

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
        if self.location not in LOCATIONS:
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
        If there are no tasks, a figure is impossible, or there is no such form.

    Examples
    --------
    >>> doors = [Task("open a door", 0.9, "B", 90.0, 27.0), Task("sabotage", 0.0, "B", 120.0, 36.0)]
    >>> round(easi(doors, 150.0, 45.0, 0.95, "a").p_interruption, 4)
    0.7072
    """
    if form not in FORMS:
        raise ValueError(f"There is no form {form!r} of EASI; give a or b.")
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
