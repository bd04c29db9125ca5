"""`vallum plan easi` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vallum.cli.plan import app

TASKS = """task,p_detect,location,mean_s,sd_s
cut fence,0,B,10,3
run to building,0,B,12,3.6
open door [steel],0.9,B,90,27
run to vital area,0,B,10,3
open door,0.9,B,90,27
sabotage target,0,B,120,36
"""
RESPONSE = ("--response", "300", "--response-sd", "90")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "tasks.csv").write_text(TASKS, encoding="utf-8")
    return tmp_path / "tasks.csv"


def run(file: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["easi", str(file), *words])


def test_json_gives_every_task_what_it_leaves_and_what_it_adds(file: Path) -> None:
    document = json.loads(run(file, *RESPONSE, "--form", "a", "--p-communication", "0.95", "--json").stdout)
    assert document["p_interruption"] == pytest.approx(0.4760407, abs=5e-8)
    assert document["form"] == "a"
    door = document["tasks"][2]
    assert door["name"] == "open door [steel]"
    assert (door["p_detect"], door["location"], door["mean_s"], door["sd_s"]) == (0.9, "B", 90.0, 27.0)
    assert door["left_s"] == 310.0
    assert door["sd_with_response_s"] == pytest.approx(104.23, abs=5e-3)
    assert door["p_in_time"] == pytest.approx(0.5382, abs=5e-5)
    assert door["adds"] == pytest.approx(0.4602, abs=5e-5)
    assert sum(task["adds"] for task in document["tasks"]) == pytest.approx(document["p_interruption"])


def test_without_a_form_it_is_garcia_s_and_that_is_said(file: Path) -> None:
    said = run(file, *RESPONSE).stdout
    assert "P_I = 0.4760  form a, response 300 s (sd 90 s), communication 0.95" in said
    assert "P_I = 0.4832  form b" in run(file, *RESPONSE, "--form", "b").stdout


def test_the_name_of_a_task_is_shown_as_it_stands(file: Path) -> None:
    said = " ".join(run(file, *RESPONSE).stdout.split())
    assert "[steel]" in said
    assert "104.23 0.5382 0.4602" in said


def test_all_standard_deviations_may_be_nothing(file: Path) -> None:
    rows = (line.split(",") for line in TASKS.splitlines()[1:])
    fixed = "".join(",".join([*row[:4], "0"]) + "\n" for row in rows)
    file.write_text(TASKS.splitlines()[0] + "\n" + fixed, encoding="utf-8")
    said = run(file, "--response", "300", "--response-sd", "0", "--json")
    assert json.loads(said.stdout)["p_interruption"] == pytest.approx(0.855)


def test_every_bad_row_is_told_on_standard_error_and_nothing_is_printed(file: Path) -> None:
    file.write_text(TASKS.replace("0.9,B", "1.9,X"), encoding="utf-8")
    said = run(file, *RESPONSE, "--json")
    assert said.exit_code == 1
    assert said.stdout == ""
    assert len(said.stderr.splitlines()) == 4
    assert "tasks.csv row 4, p_detect: found '1.9', expected a probability from 0 to 1" in said.stderr
    assert "tasks.csv row 6, location: found 'X', expected B, M or E" in said.stderr


def test_a_file_that_is_not_there_is_told(file: Path) -> None:
    said = run(file.with_name("none.csv"), *RESPONSE)
    assert said.exit_code == 1
    assert "none.csv: found no file that can be read" in said.stderr.replace("\n", "")


@pytest.mark.parametrize(
    "words",
    [
        (*RESPONSE, "--form", "c"),
        (*RESPONSE, "--p-communication", "1.1"),
        ("--response", "-1", "--response-sd", "9"),
        ("--response", "nan", "--response-sd", "9"),
        ("--response", "300"),
    ],
)
def test_a_wrong_or_missing_option_is_refused(file: Path, words: tuple[str, ...]) -> None:
    assert run(file, *words).exit_code == 2
