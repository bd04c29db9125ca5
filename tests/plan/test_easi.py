from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.plan.easi import Easi, Form, Location, Task, easi, timeline

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


WAREHOUSE = (20.0, 40.0, 150.0, 60.0, 200.0, 240.0)


def test_the_warehouse_s_published_timeline() -> None:
    found = timeline(WAREHOUSE, 3, 300.0, assess_s=20.0)
    assert (found.total_s, found.before_s, found.after_s, found.margin_s) == (710.0, 230.0, 480.0, 180.0)
    assert timeline(WAREHOUSE, 3, 1800.0, assess_s=20.0).margin_s == -1320.0
    assert timeline(WAREHOUSE, 3, 420.0, assess_s=20.0, margin_s=120.0).verdict == "marginal"
    assert timeline(WAREHOUSE, 3, 300.0, margin_s=60.0).latest_s == 350.0
    assert timeline(WAREHOUSE, 3, 500.0, margin_s=60.0).latest_s == 150.0
    hopeless = timeline(WAREHOUSE, 3, 1800.0, margin_s=60.0)
    assert (hopeless.latest_s, hopeless.verdict) == (-1150.0, "not achievable by detection")


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
    with pytest.raises(ValueError, match="no tasks"):
        base(())
