from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.plan.easi import Easi, Form, Location, Task, easi

BASE = (
    Task("cut fence", 0.0, "B", 10.0, 3.0),
    Task("run to building", 0.0, "B", 12.0, 3.6),
    Task("open door", 0.9, "B", 90.0, 27.0),
    Task("run to vital area", 0.0, "B", 10.0, 3.0),
    Task("open door", 0.9, "B", 90.0, 27.0),
    Task("sabotage target", 0.0, "B", 120.0, 36.0),
)
FENCE = (replace(BASE[0], p_detect=0.9), *BASE[1:])


def base(tasks: tuple[Task, ...] = BASE, form: Form = "a", response: tuple[float, float] = (300.0, 90.0)) -> Easi:
    return easi(tasks, *response, 0.95, form)


def at(location: Location) -> tuple[Task, ...]:
    return tuple(replace(task, location=location) for task in BASE)


def test_the_published_base_case_in_both_forms() -> None:
    found = base()
    assert found.p_interruption == pytest.approx(0.4760407, abs=5e-8)
    assert base(form="b").p_interruption == pytest.approx(0.4831796, abs=5e-8)
    assert [round(row.left_s) for row in found.rows] == [332, 322, 310, 220, 210, 120]
    assert [round(row.sd_s, 2) for row in found.rows] == [104.33, 104.29, 104.23, 100.67, 100.62, 96.93]
    assert [round(row.p_in_time, 4) for row in found.rows] == [0.6205, 0.5835, 0.5382, 0.2134, 0.1855, 0.0317]
    assert [round(row.adds, 4) for row in found.rows] == [0.0, 0.0, 0.4602, 0.0, 0.0159, 0.0]


def test_the_published_case_with_a_fence_sensor_in_both_forms() -> None:
    assert base(FENCE).p_interruption == pytest.approx(0.5781061, abs=5e-8)
    assert base(FENCE, "b").p_interruption == pytest.approx(0.6005631, abs=5e-8)


def test_detection_in_the_middle_at_the_end_a_quick_response_and_no_spread() -> None:
    assert base(at("M")).p_interruption == pytest.approx(0.3194182, abs=5e-8)
    assert base(at("E")).p_interruption == pytest.approx(0.1851604, abs=5e-8)
    assert base(response=(200.0, 60.0)).p_interruption == pytest.approx(0.8305084, abs=5e-8)
    fixed = tuple(replace(task, sd_s=0.0) for task in BASE)
    assert base(fixed, response=(300.0, 0.0)).p_interruption == pytest.approx(0.855, abs=5e-8)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(["B", "M", "E"]), st.floats(0, 500)), min_size=1, max_size=6),
    st.floats(0, 900),
    st.floats(0, 1),
)
def test_a_second_chance_never_hurts_and_nothing_leaves_its_bounds(
    rows: list[tuple[float, Location, float]], response_s: float, p_c: float
) -> None:
    tasks = [Task(str(number), p, where, mean, 0.3 * mean) for number, (p, where, mean) in enumerate(rows)]
    first, second = (easi(tasks, response_s, 0.3 * response_s, p_c, form) for form in ("a", "b"))
    assert -1e-12 <= first.p_interruption <= second.p_interruption + 1e-12
    assert first.p_interruption <= p_c + 1e-9
    assert second.p_interruption <= 1.0 + 1e-9


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 500), st.floats(1, 200))
def test_the_two_forms_are_the_same_when_every_message_gets_through(
    p_fence: float, p_door: float, response_s: float, response_sd_s: float
) -> None:
    tasks = (replace(BASE[0], p_detect=p_fence), replace(BASE[2], p_detect=p_door), BASE[5])
    first, second = (easi(tasks, response_s, response_sd_s, 1.0, form).p_interruption for form in ("a", "b"))
    assert first == pytest.approx(second, abs=1e-12)


@pytest.mark.parametrize(("form", "expected"), [("a", 0.4760407), ("b", 0.4831796)])
def test_each_form_is_what_happens_when_the_sequence_is_played_many_times(form: Form, expected: float) -> None:
    rng = np.random.default_rng(3)
    times = 200_000
    took_s = np.stack([rng.normal(task.mean_s, task.sd_s, times) for task in BASE])
    response_s = rng.normal(300.0, 90.0, times)
    interrupted, over = np.zeros(times, bool), np.zeros(times, bool)
    for number, task in enumerate(BASE):
        alarm = (rng.random(times) < task.p_detect) & ~over
        called = alarm & (rng.random(times) < 0.95)
        interrupted |= called & (took_s[number:].sum(axis=0) >= response_s)
        over |= alarm if form == "a" else called
    assert interrupted.mean() == pytest.approx(expected, abs=0.004)  # three and a half standard errors


def test_without_any_spread_a_response_that_takes_just_the_time_that_is_left_is_in_time() -> None:
    (fence, door) = (Task("fence", 0.5, "B", 100.0, 0.0), Task("door", 0.5, "B", 200.0, 0.0))
    found = easi((fence, door), 200.0, 0.0, 1.0, "a")
    assert [row.p_in_time for row in found.rows] == [1.0, 1.0]
    assert easi((fence, door), 200.5, 0.0, 1.0, "a").rows[1].p_in_time == 0.0


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ({"p_detect": 1.5}, "probability from 0 to 1"),
        ({"location": "X"}, "give B, M or E"),
        ({"mean_s": -1.0}, "seconds of 0 or more"),
        ({"sd_s": float("nan")}, "seconds of 0 or more"),
    ],
)
def test_impossible_figures_are_refused(task: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(BASE[0], **task)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("response_s", "response_sd_s", "p_communication", "form", "said"),
    [
        (-1.0, 0.0, 1.0, "a", "takes a finite time"),
        (math.inf, 0.0, 1.0, "a", "takes a finite time"),
        (1.0, math.nan, 1.0, "a", "takes a finite time"),
        (1.0, 0.0, 1.1, "a", "give one from 0 to 1"),
        (1.0, 0.0, 1.0, "c", "no form 'c'"),
    ],
)
def test_an_impossible_response_and_an_unknown_form_are_refused(
    response_s: float, response_sd_s: float, p_communication: float, form: Form, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        easi(BASE, response_s, response_sd_s, p_communication, form)


def test_a_sequence_without_tasks_is_refused() -> None:
    with pytest.raises(ValueError, match="no tasks"):
        base(())
