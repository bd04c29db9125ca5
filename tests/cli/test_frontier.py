from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vallum import examples
from vallum.cli.frontier import app
from vallum.project import ProjectError, new

runner = CliRunner()


@pytest.mark.parametrize("frontier", ["iraq-syria", str(examples.path("iraq-syria"))])
def test_frontier_show_prints_both_lengths_and_never_mixes_them(frontier: str) -> None:
    shown = json.loads(runner.invoke(app, ["show", frontier, "--json"], catch_exceptions=False).stdout)
    assert shown["map_length_km"] == pytest.approx(598.9, abs=0.1)
    assert shown["reported_length_km"] == 610.0
    assert shown["lateral_uncertainty_m"] == 2000.0
    assert shown["line_version"] == "iraq-syria/natural-earth-10m"
    assert shown["home_side"] == "left"
    assert shown["calibrations"][0]["reported_to_km"] == 610.0
    assert [section["section_id"] for section in shown["sections"]] == list("ABCDEFG")
    assert shown["sections"][3]["responsible"][1]["to_km"] == 216.0


def test_frontier_show_is_readable_without_json() -> None:
    words = " ".join(runner.invoke(app, ["show", "iraq-syria"], catch_exceptions=False).stdout.split())
    for needed in ("598.889 km", "610.0 km", "2000 m", "Tigris tri-point", "Not a legal boundary", "national guard"):
        assert needed in words


def test_frontier_show_of_a_new_line_says_that_nobody_is_stated(tmp_path: Path) -> None:
    folder = new("north", examples.path("iraq-syria") / "line.geojson", tmp_path / "north")
    words = runner.invoke(app, ["show", str(folder)], catch_exceptions=False).stdout
    assert "nobody stated" in words
    assert "as reported" not in words


def test_frontier_show_of_nothing_names_the_packaged_frontiers(tmp_path: Path) -> None:
    result = runner.invoke(app, ["show", str(tmp_path / "nowhere")])
    assert result.exit_code != 0
    assert isinstance(result.exception, ProjectError)
    assert "iraq-syria" in str(result.exception)
