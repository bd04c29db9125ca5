from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from vallum import examples
from vallum.cli.new import new
from vallum.project import ProjectError, load

runner = CliRunner()
LINE = str(examples.path("iraq-syria") / "line.geojson")


@pytest.fixture
def app() -> typer.Typer:
    application = typer.Typer()
    application.command()(new)
    return application


def test_new_writes_a_frontier_that_loads_and_says_what_to_do_next(app: typer.Typer, tmp_path: Path) -> None:
    result = runner.invoke(app, ["mine", "--line", LINE, "--dir", str(tmp_path / "x")], catch_exceptions=False)
    assert load(tmp_path / "x").name == "mine"
    assert "598.889 km" in result.stdout
    assert "home_side" in result.stdout


def test_without_dir_the_folder_has_the_name_of_the_frontier(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runner.invoke(app, ["mine", "--line", LINE], catch_exceptions=False)
    assert (tmp_path / "mine" / "vallum.toml").is_file()


def test_a_second_new_never_writes_over_the_first(app: typer.Typer, tmp_path: Path) -> None:
    where = ["mine", "--line", LINE, "--dir", str(tmp_path / "x")]
    runner.invoke(app, where, catch_exceptions=False)
    (tmp_path / "x" / "towers.csv").write_text("mine", encoding="utf-8")
    assert isinstance(runner.invoke(app, where).exception, ProjectError)
    assert (tmp_path / "x" / "towers.csv").read_text(encoding="utf-8") == "mine"
