from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vallum.centre.centre import Centre
from vallum.centre.folder import FolderError, open_project, prepare
from vallum.centre.registry import registry
from vallum.cli.sensor import app
from vallum.journal.clock import Clock
from vallum.journal.verify import verify

runner = CliRunner()
WALKED = (
    "T-01-thermal", "--target", "person", "--light", "night", "--weather", "clear", "--from-m", "0", "--to-m", "1500",
    "--walked", "50", "--detected", "49", "--by", "section engineer", "--source", "sheet 7 of the log",
)  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre that ran once, in its own time, and was stopped."""
    folder = tmp_path_factory.mktemp("ran") / "centre"
    prepare(folder, "iraq-syria")
    project = open_project(folder)

    async def run_once() -> None:
        await Centre.open(folder, project, clock=Centre.scenario_clock(folder, project, 1.0)).stop()

    asyncio.run(run_once())
    return folder


@pytest.fixture
def folder(ran: Path, tmp_path: Path) -> Path:
    """A copy of it in which a test may write."""
    return Path(shutil.copytree(ran, tmp_path / "centre"))


def refused(folder: Path, *words: str) -> str:
    result = runner.invoke(app, ["test", str(folder), *words])
    assert result.exit_code == 2, result.output
    return " ".join(result.output.replace("│", " ").split())


def shown(folder: Path) -> dict[str, dict[str, object]]:
    result = runner.invoke(app, ["show", str(folder), "T-01-thermal", "--json"], catch_exceptions=False)
    (sensor,) = json.loads(result.stdout)
    return {" ".join((what["target"], what["light"], what["weather"])): what for what in sensor["conditions"]}


def test_a_walk_test_is_written_down_told_and_shown(folder: Path) -> None:
    assert shown(folder)["person night clear"]["proven"] == []
    told = runner.invoke(app, ["test", str(folder), *WALKED], catch_exceptions=False)
    assert "49 of 50 passes of T-01-thermal" in told.stdout
    assert "prove 0.909 a pass at 95 %" in " ".join(told.stdout.split())
    proven = {what for what, known in shown(folder).items() if known["proven"]}
    assert proven == {"person night clear"}
    words = runner.invoke(app, ["show", str(folder), "T-01-thermal"], catch_exceptions=False).stdout
    assert "0-1500 m: 0.909 a pass" in words
    assert "section engineer" in words
    assert "sheet 7 of the log" in words
    everything = runner.invoke(app, ["show", str(folder)], catch_exceptions=False).stdout
    assert everything.count("none: assumed") == len(open_project(folder).sensors) - 1


def test_the_journal_is_whole_afterwards_and_an_exercise_stays_in_its_own_time(folder: Path) -> None:
    said = json.loads(runner.invoke(app, ["test", str(folder), *WALKED, "--json"], catch_exceptions=False).stdout)
    assert said["bound"] == pytest.approx(0.9086, abs=1e-4)
    assert said["counts"]
    assert said["test"]["on"] == "2021-03-17"
    found = verify(folder, registry())
    assert found.ok
    assert found.records == said["seq"]


def test_the_same_test_again_is_recorded_and_said_to_change_nothing(folder: Path) -> None:
    runner.invoke(app, ["test", str(folder), *WALKED], catch_exceptions=False)
    again = runner.invoke(app, ["test", str(folder), *WALKED], catch_exceptions=False)
    assert "It changes nothing" in again.stdout


def test_a_running_centre_is_not_written_beside_and_the_words_say_what_to_do(folder: Path) -> None:
    async def meanwhile() -> None:
        centre = Centre.open(folder, open_project(folder), clock=Clock.machine(), sight=False)
        try:
            with pytest.raises(FolderError, match=r"another process.*add the test to walktests\.csv"):
                runner.invoke(app, ["test", str(folder), *WALKED], catch_exceptions=False)
        finally:
            await centre.stop()

    asyncio.run(meanwhile())


def test_where_no_centre_ran_the_words_say_so(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="no centre has run in"):
        runner.invoke(app, ["test", str(tmp_path), *WALKED], catch_exceptions=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("T-01-termal", *WALKED[1:]), "there is no sensor 'T-01-termal'; near it: T-01-thermal"),
        ((*WALKED, "--detected", "51"), "detected must not be more than walked"),
        ((*WALKED, "--to-m", "0"), "to_m Input should be greater than 0"),
        ((*WALKED, "--by", "A. Person"), "by String should match pattern"),
        ((*WALKED, "--on", "yesterday"), "'yesterday' is no day"),
        ((*WALKED, "--weather", "snow"), "'snow' is not one of"),
    ],
)
def test_a_walk_test_that_cannot_be_is_refused_in_words(ran: Path, words: tuple[str, ...], said: str) -> None:
    assert said in refused(ran, *words)


def test_a_packaged_frontier_is_shown_as_assumed_throughout() -> None:
    listed = json.loads(runner.invoke(app, ["show", "iraq-syria", "--json"], catch_exceptions=False).stdout)
    assert len(listed) > 50
    assert all(not what["proven"] and what["source"] for sensor in listed for what in sensor["conditions"])
    radar = next(sensor for sensor in listed if sensor["kind"] == "ground_radar")
    assert radar["conditions"][0]["assumed_to_m"]["50"] > radar["conditions"][0]["assumed_to_m"]["95"] > 0


def test_a_sensor_that_does_not_exist_is_refused_with_one_that_does() -> None:
    result = runner.invoke(app, ["show", "iraq-syria", "T-01-termal"])
    assert result.exit_code == 2
    assert "near it: T-01-thermal" in " ".join(result.output.replace("│", " ").split())
