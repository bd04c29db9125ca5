"""`vallum plan pace`: logs of patrols whose speed is known give it back, and say how surely."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from vallum.cli.plan import app
from vallum.examples import path
from vallum.project import load

METRES_OF_A_DEGREE = 111_320.0


def logs(folder: Path, speeds_m_s: list[float], *, hours: float = 1.0) -> list[str]:
    """One outing on each day, straight north at its own speed, a fix every 5 s with a metre or two of error."""
    rng = np.random.default_rng(3)
    files = []
    for day, speed in enumerate(speeds_m_s):
        start = datetime(2021, 3, 1, 8, tzinfo=UTC) + timedelta(days=day)
        lines = ["time,lon,lat"]
        for number in range(int(hours * 720)):
            north_m = number * 5.0 * speed + rng.normal(0.0, 1.5)
            when = (start + timedelta(seconds=5 * number)).isoformat()
            lines.append(f"{when},{42.0 + rng.normal(0.0, 1e-5):.6f},{36.0 + north_m / METRES_OF_A_DEGREE:.6f}")
        file = folder / f"day{day}.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        files.append(str(file))
    return files


def run(*words: str, expect: int = 0) -> Any:
    said = CliRunner().invoke(app, ["pace", *words])
    assert said.exit_code == expect, said.output
    return said


def test_known_speeds_come_back_within_their_own_intervals(tmp_path: Path) -> None:
    speeds = np.random.default_rng(1).normal(7.0, 0.6, 60)
    files = logs(tmp_path, speeds.tolist(), hours=0.5)
    document = json.loads(run(*files, "--mover", "vehicle", "--json").stdout)
    text = json.dumps(document)
    (day,) = [one for one in document["classes"] if one["ground"] == "open" and one["light"] == "day"]
    assert day["outings"] == 60
    for share, name in ((0.1, "p10"), (0.5, "p50"), (0.9, "p90")):
        found = day["speed_m_s"][name]
        truth = float(np.quantile(speeds, share))
        assert found["low"] <= truth <= found["high"], (name, found, truth, text[:500])
        assert found["value"] == pytest.approx(truth, rel=0.05)


def test_what_it_writes_is_what_a_project_takes(tmp_path: Path) -> None:
    files = logs(tmp_path, np.random.default_rng(2).normal(6.0, 0.3, 60).tolist(), hours=0.5)
    out = tmp_path / "mobility.toml"
    run(*files, "--mover", "vehicle", "--out", str(out))
    folder = tmp_path / "project"
    shutil.copytree(path("iraq-syria"), folder)
    shutil.copy(out, folder / "mobility.toml")
    figure = load(folder).mobility.of("open").cap_m_s
    assert figure.value == pytest.approx(6.4, abs=0.3)
    assert figure.basis == "derived"


def test_a_bad_row_is_put_aside_with_its_reason_and_a_bad_file_refused(tmp_path: Path) -> None:
    (file,) = logs(tmp_path, [8.0])
    with Path(file).open("a", encoding="utf-8") as log:
        log.write("noon,42.0,36.0\n")
    said = run(file, "--mover", "vehicle", "--json")
    assert "noon" in said.stdout + said.stderr
    bomb = tmp_path / "bomb.gpx"
    bomb.write_text('<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>', encoding="utf-8")
    assert "a document type or an entity" in str(run(str(bomb), "--mover", "vehicle", expect=1).exception)
    run(str(tmp_path / "none.csv"), "--mover", "vehicle", expect=1)
    run(file, "--mover", "camel", expect=2)


def test_too_few_outings_settle_nothing(tmp_path: Path) -> None:
    files = logs(tmp_path, [8.0, 7.0])
    document = json.loads(run(*files, "--mover", "vehicle", "--json").stdout)
    (day,) = document["classes"]
    assert day["speed_m_s"]["p90"]["high"] is None
