from __future__ import annotations

import asyncio
import csv
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import rasterio
from typer.testing import CliRunner

from vallum import examples
from vallum.centre.centre import Centre
from vallum.centre.folder import open_project, prepare
from vallum.cli.plan import app
from vallum.plan import coverage
from vallum.project import new

runner = CliRunner()
QUICK = ("--cell", "500", "--step", "1000", "--half-width-km", "8")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged frontier with its first four sensors."""
    folder = Path(shutil.copytree(examples.path("iraq-syria"), tmp_path_factory.mktemp("line") / "line"))
    file = folder / "sensors.csv"
    file.write_text("".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[:5]), encoding="utf-8")
    return folder


@pytest.fixture
def spoilt(project: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return Path(shutil.copytree(project, tmp_path / "spoilt"))


def asked(folder: Path | str, *words: str) -> dict[str, Any]:
    result = runner.invoke(app, ["sight", str(folder), *QUICK, "--json", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    shown: dict[str, Any] = json.loads(result.stdout)
    return shown


def refused(*words: str, code: int = 1) -> str:
    result = runner.invoke(app, ["sight", *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return " ".join(result.output.replace("│", " ").split())


@pytest.fixture(scope="module")
def shown(project: Path) -> dict[str, Any]:
    return asked(project, "--case", "night-person", "--case", "day-vehicle")


def test_every_figure_comes_as_low_nominal_and_high_and_adds_up_to_the_line(shown: dict[str, Any]) -> None:
    assert [case["case"] for case in shown["cases"]] == ["night-person", "day-vehicle"]
    for case in shown["cases"]:
        straight, any_way = case["straight"], case["any_way"]
        low, nominal, high = (straight["watched_km"][band] for band in ("low", "nominal", "high"))
        assert low <= nominal <= high
        assert high + straight["not_watched_km"] == pytest.approx(shown["length_km"], abs=0.01)
        assert low + straight["uncertain_km"] == pytest.approx(high, abs=0.01)
        for band in ("low", "nominal", "high"):
            assert any_way["closed_km"][band] <= straight["watched_km"][band] + 1e-9
        assert case["ground_near_the_line"]["likely"]["1"] >= case["ground_near_the_line"]["likely"]["2"]
    assert shown["terrain"]["grade"] == "indicative"
    assert shown["sensors"] == {"counted": 4, "walk_tested": 0, "see_nothing": {}, "do_not_count": {}}
    assert shown["record"]["cases"] == ["night-person", "day-vehicle"]
    assert shown["mixtures"][0]["states"][0]["name"] == "clear"


def test_words_for_people_say_what_is_assumed_and_fit_a_hundred_columns(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    result = runner.invoke(app, ["sight", str(project), *QUICK, "--case", "night-person"], catch_exceptions=False)
    words = " ".join(result.stdout.split())
    for needed in ("none is walk-tested: all of this is assumed", "indicative", "18 m (standard deviation)",
                   "the weak figure", "the strong figure", "single losses", "never multiplied"):  # fmt: skip
        assert needed in words
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert result.stderr == ""


def test_without_strong_it_is_quicker_and_the_strong_figure_is_not_there(project: Path) -> None:
    shown = asked(project, "--case", "night", "--no-strong", "--watched-at", "0.9")
    assert shown["cases"][0]["any_way"] is None
    assert shown["rules"]["watched_at"] == 0.9
    assert "strong figure" not in runner.invoke(
        app, ["sight", str(project), *QUICK, "--case", "night", "--no-strong"], catch_exceptions=False
    ).stdout  # fmt: skip


def test_a_folder_is_written_whole_and_never_over_another(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shown = asked(project, "--case", "night-person", "--out", str(out))
    record = json.loads((out / "record.json").read_bytes())
    assert {**record, "files": None} == {**shown["record"], "files": None}
    assert set(record["files"]) == {
        "chainage.csv", "sight.gpkg", *(f"night-person.{what}.tif" for what in ("seen", "lowest", "who"))
    }  # fmt: skip
    with (out / "chainage.csv").open(encoding="utf-8", newline="") as opened:
        assert len(list(csv.DictReader(opened))) == 599
    with pytest.raises(FileExistsError, match="not empty"):
        runner.invoke(app, ["sight", str(project), *QUICK, "--out", str(out)], catch_exceptions=False)


def test_a_case_that_is_none_is_refused_with_the_words_there_are(project: Path) -> None:
    assert "'snow' is none of day, night, clear" in refused(str(project), "--case", "night-snow", code=2)
    assert "make two cases of it" in refused(str(project), "--case", "night-day", code=2)


def test_a_sensor_off_the_strip_is_left_out_and_said(spoilt: Path) -> None:
    file = spoilt / "sensors.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    rows[2] |= {"tower_id": "", "chainage_km": "40", "offset_m": "25000"}
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    shown = asked(spoilt, "--case", "night-person")
    name = rows[2]["sensor_id"]
    assert shown["sensors"]["counted"] == 3
    assert "25.0 km from the line, off the strip of 8 km to each side" in shown["sensors"]["see_nothing"][name]
    assert any(note.startswith(f"{name} stands 25.0 km") for note in shown["notes"])
    words = runner.invoke(app, ["sight", str(spoilt), *QUICK, "--case", "night"], catch_exceptions=False).stdout
    assert f"{name} stands 25.0 km from the line" in " ".join(words.split())


def test_a_void_under_a_tower_gives_a_partial_result_that_says_so(spoilt: Path) -> None:
    tower = next(iter(open_project(spoilt).towers))
    with rasterio.open(spoilt / "terrain.tif") as raster:
        heights, profile = raster.read(1), raster.profile
        row, column = raster.index(tower.lon, tower.lat)
    heights[row - 2 : row + 3, column - 2 : column + 3] = profile["nodata"]
    (spoilt / "terrain.tif").unlink()
    with rasterio.open(spoilt / "terrain.tif", "w", **profile) as raster:
        raster.write(heights, 1)
    shown = asked(spoilt, "--case", "day-person")
    on_it = [sensor.sensor_id for sensor in open_project(spoilt).sensors if sensor.tower_id == tower.tower_id]
    assert on_it
    assert set(shown["sensors"]["see_nothing"]) == set(on_it)
    assert 0.0 < shown["terrain"]["void_share"] < 0.05
    assert any("unknown ground is seen by nobody" in note for note in shown["notes"])
    assert shown["sensors"]["counted"] == 4 - len(on_it)


def test_cells_too_fine_for_memory_are_refused_with_those_that_fit(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Choose cells of" in refused(str(project), "--cell", "1")
    monkeypatch.setattr(coverage, "memory_bytes_here", lambda: 1_000_000)
    said = refused(str(project), *QUICK)
    assert "may be used. Choose cells of" in said
    assert "fewer cases" in said


def test_steps_shorter_than_a_cell_are_refused(project: Path) -> None:
    assert "shorter than a cell" in refused(str(project), "--cell", "500", "--step", "250", code=2)


def test_a_frontier_without_terrain_is_told_how_to_get_some(tmp_path: Path) -> None:
    folder = new("bare", examples.path("iraq-syria") / "line.geojson", tmp_path / "bare")
    assert "bare brings no terrain" in refused(str(folder))


def test_a_scheduler_that_is_none_is_refused(project: Path) -> None:
    assert "give threads, processes" in refused(str(project), *QUICK, "--case", "night", "--scheduler", "fibres")


def test_sensors_that_the_journal_knows_as_dead_do_not_count_and_that_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    prepare(folder, "iraq-syria")

    async def run_once() -> None:
        opened = open_project(folder)
        await Centre.open(folder, opened, clock=Centre.scenario_clock(folder, opened, 1.0)).stop()

    asyncio.run(run_once())
    shown = asked(folder, "--case", "night-person", "--no-strong")
    assert shown["sensors"]["counted"] == 0
    assert len(shown["sensors"]["do_not_count"]) == len(open_project(folder).sensors)
    assert shown["cases"][0]["straight"]["not_watched_km"] == pytest.approx(shown["length_km"])
    assert any("do not count: the journal has it as dead (never heard)" in note for note in shown["notes"])


def test_ctrl_c_ends_a_run_soon_says_so_and_leaves_nothing(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "vallum.cli.main",
        "plan",
        "sight",
        str(project),
        "--cell",
        "60",
        "--out",
        str(out),
    ]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, cwd=ROOT) as child:
        os.close(theirs)
        said, pressed, deadline = "", 0.0, time.monotonic() + 60.0
        while child.poll() is None and time.monotonic() < deadline:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    said += os.read(ours, 4096).decode(errors="replace")
                except OSError:
                    break
            if not pressed and "ground" in said:
                pressed = time.monotonic()
                child.send_signal(signal.SIGINT)
        assert child.wait(20.0) == 130
        took_s = time.monotonic() - pressed
        while select.select([ours], [], [], 0.1)[0]:
            try:
                said += os.read(ours, 4096).decode(errors="replace")
            except OSError:
                break
    os.close(ours)
    assert "Stopped as asked; nothing was written." in said
    assert "Traceback" not in said
    assert took_s < 10.0  # about a second; a machine under test may be busy
    assert list(tmp_path.iterdir()) == []
