from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.plan.easi import Task
from vallum.project import ProjectError
from vallum.project.tasks import read_tasks, tasks

HEADER = "task,p_detect,location,mean_s,sd_s\n"


def read(rows: str, header: str = HEADER) -> tuple[Task, ...]:
    return tasks("tasks.csv", (header + rows).encode())


def told(rows: str, header: str = HEADER) -> list[str]:
    with pytest.raises(ProjectError) as refused:
        read(rows, header)
    return [str(problem) for problem in refused.value.problems]


def test_tasks_are_read_in_the_order_in_which_they_stand() -> None:
    assert read("cut a fence,0.9,B,10,3\nrun,0,m,12,3.6\n") == (
        Task("cut a fence", 0.9, "B", 10.0, 3.0),
        Task("run", 0.0, "M", 12.0, 3.6),
    )


def test_columns_may_stand_in_any_order_and_digits_be_arabic() -> None:
    assert read("۳,١٠,E,٠٫٩,بريدن\n", "sd_s,mean_s,location,p_detect,task\n") == (Task("بريدن", 0.9, "E", 10.0, 3.0),)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,1.9,B,10,3", "p_detect: found '1.9', expected a probability from 0 to 1, with a decimal point"),
        ("x,nan,B,10,3", "p_detect: found 'nan', expected a probability from 0 to 1, with a decimal point"),
        ("x,0.9,X,10,3", "location: found 'X', expected B, M or E: detected at the beginning, in the middle or at"),
        ("x,0.9,B,-1,3", "mean_s: found '-1', expected seconds of 0 or more"),
        ("x,0.9,B,ten,3", "mean_s: found 'ten', expected a number with a decimal point"),
        ("x,0.9,B,1e999,3", "mean_s: found '1e999', expected a"),
        ("x,0.9,B,10,", "sd_s: found nothing, expected a value"),
        (",0.9,B,10,3", "task: found nothing, expected a value"),
        ("x\u202e,0.9,B,10,3", "task: found "),
    ],
)
def test_a_bad_cell_is_named_with_file_row_column_value_and_remedy(row: str, said: str) -> None:
    (problem,) = told(f"run,0,B,12,3.6\n{row}\n")
    assert problem.startswith(f"tasks.csv row 3, {said}")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert len(told("a,2,B,10,3\nb,0.5,Q,-1,3\n")) == 3


def test_a_table_without_a_column_or_without_tasks_is_refused() -> None:
    assert "tasks.csv row 1, sd_s: found no such column, expected a column sd_s" in told(
        "a,0.5,B,10\n", "task,p_detect,location,mean_s\n"
    )
    assert told("") == ["tasks.csv: found no rows, expected a row for each task, in the order in which they are done"]
    assert told("", "") == ["tasks.csv row 1: found nothing, expected a header with the names of the columns"]


def test_a_file_that_is_not_there_is_a_problem_and_no_fault(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"none\.csv: found no file that can be read"):
        read_tasks(tmp_path / "none.csv")
    with pytest.raises(ProjectError, match="no file that can be read"):
        read_tasks(tmp_path)


@given(st.binary(max_size=120) | st.text(max_size=120).map(lambda words: (HEADER + words).encode()))
def test_whatever_a_file_holds_it_is_read_or_refused_with_its_name(content: bytes) -> None:
    found: tuple[Task, ...] = ()
    problems: list[str] = []
    try:
        found = tasks("tasks.csv", content)
    except ProjectError as refused:
        problems = [str(problem) for problem in refused.problems]
    assert bool(found) != bool(problems)
    assert all(problem.startswith("tasks.csv") for problem in problems)
