"""`vallum plan hold` and `vallum plan easi` as a person types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import rasterio
from typer.testing import CliRunner

from vallum.cli.plan import app

COARSE = ["--cell", "1000", "--levels", "0", "--no-causes"]


def run(*words: str, expect: int = 0) -> Any:
    said = CliRunner().invoke(app, list(words))
    assert said.exit_code == expect, said.output
    return said


def test_two_adversaries_have_two_results_and_every_gap_its_place(tmp_path: Path) -> None:
    document = json.loads(run("hold", "iraq-syria", "--cell", "1000", "--levels", "2", "--json").stdout)
    assert [case["name"] for case in document["cases"]] == ["night-foot", "night-vehicle"]
    assert document["grade"] == "indicative"
    for case in document["cases"]:
        assert sum(state["weight"] for state in case["states"]) == pytest.approx(1.0, abs=1e-3)
        ends = [end for gap in case["gaps"] for end in (gap["from_km"], gap["to_km"])]
        assert ends == sorted(ends)
        for gap in case["gaps"]:
            assert gap["from_km"] <= gap["at_km"] <= gap["to_km"]
            assert gap["p_interruption_min"] < document["required"]
            assert gap["cause"] in {"detection", "delay", "response"}
            assert gap["verdict"] in {"gap", "lost_outside", "not_achievable_by_detection"}
            assert set(gap["if_changed"]) == {"detection", "delay", "response"}
            assert gap["lower"] <= gap["upper"]


def test_what_is_written_is_read_by_other_programs_and_marked(tmp_path: Path) -> None:
    out = tmp_path / "hold"
    run("hold", "iraq-syria", "--case", "night-vehicle", *COARSE, "--out", str(out))
    assert "Not for release" in (out / "MARKING.txt").read_text(encoding="utf-8")
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    assert set(record["files"]) == {file.name for file in out.iterdir()} - {"record.json"}
    layers = {name for name, _ in pyogrio.list_layers(out / "hold.gpkg")}
    assert layers == {"gaps", "weakest_ways", "events"}
    with (out / "chainage.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert float(rows[0]["from_km"]) == 0.0
    assert float(rows[-1]["to_km"]) == pytest.approx(598.9, abs=0.1)
    with rasterio.open(out / "night-vehicle.response.tif") as seconds:
        assert seconds.read(1, masked=True).min() > 125.0
    # a second run does not write over it
    again = CliRunner().invoke(app, ["hold", "iraq-syria", "--case", "night-vehicle", *COARSE, "--out", str(out)])
    assert isinstance(again.exception, FileExistsError)


def test_the_same_inputs_give_the_same_bits() -> None:
    once, twice = (
        json.loads(run("hold", "iraq-syria", "--case", "foot-day", *COARSE, "--json").stdout)["record"]
        for _ in range(2)
    )
    assert once == twice


def test_a_profile_is_drawn_for_a_person() -> None:
    said = run("hold", "iraq-syria", "--case", "night-foot", *COARSE).stdout
    assert "probability of interruption along the line" in said
    assert "km 599" in said
    assert "▇" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--case", "night-animal"], "nobody holds a line against animals"),
        (["--case", "midnight"], "is none of"),
        (["--cell", "500", "--step", "100"], "shorter than a cell"),
    ],
)
def test_a_wrong_option_is_refused_in_words(words: list[str], told: str) -> None:
    said = CliRunner().invoke(app, ["hold", "iraq-syria", *words])
    assert said.exit_code == 2
    assert told in " ".join(said.output.replace("│", " ").split())


TASKS = """task,p_detect,location,mean_s,sd_s
cut fence,0,B,10,3
run to building,0,B,12,3.6
open door,0.9,B,90,27
run to vital area,0,B,10,3
open door,0.9,B,90,27
sabotage target,0,B,120,36
"""


@pytest.mark.parametrize(("form", "p"), [("a", 0.4760407), ("b", 0.4831796)])
def test_easi_gives_the_published_figures_by_the_name_of_the_form(tmp_path: Path, form: str, p: float) -> None:
    (tmp_path / "tasks.csv").write_text(TASKS, encoding="utf-8")
    words = [
        "easi",
        str(tmp_path / "tasks.csv"),
        "--response",
        "300",
        "--response-sd",
        "90",
        "--p-communication",
        "0.95",
    ]
    document = json.loads(run(*words, "--form", form, "--json").stdout)
    assert document["p_interruption"] == pytest.approx(p, abs=5e-8)
    assert f"form {form}" in run(*words, "--form", form).stdout


def test_a_wrong_task_is_named_with_row_column_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "tasks.csv").write_text(TASKS.replace("0.9,B,90", "1.9,B,90", 1), encoding="utf-8")
    said = run("easi", str(tmp_path / "tasks.csv"), "--response", "300", "--response-sd", "90", expect=1)
    assert "tasks.csv row 4, p_detect: found '1.9', expected a probability from 0 to 1" in said.output
    run("easi", str(tmp_path / "none.csv"), "--response", "300", "--response-sd", "90", expect=1)
    run("easi", str(tmp_path / "tasks.csv"), "--response", "300", "--response-sd", "90", "--form", "c", expect=2)
