"""Holding is worked out in a process of its own: what it keeps is what the plan gives, and it ends when told to."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.house import hold_question

from vallum.centre.folder import prepare
from vallum.centre.hold.kept import ARCHIVE, case_file, keep, kept_cases, make_room, place
from vallum.centre.hold.process import Analyst
from vallum.centre.hold.question import HoldJob, HoldQuestion
from vallum.centre.hold.worker import LEVELS, work
from vallum.centre.sight.process import FailedError
from vallum.plan.adversary import USUAL
from vallum.plan.holdplain import case_plain
from vallum.plan.interruption import hold


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare(tmp_path / "centre", "iraq-syria")
    return tmp_path / "centre"


def coarse(folder: Path) -> HoldQuestion:
    asked = hold_question(folder)
    return replace(asked, sight=replace(asked.sight, cell_m=1_000.0))


def job_of(folder: Path, asked: HoldQuestion) -> HoldJob:
    at = place(folder, asked.digest())
    at.mkdir(parents=True, exist_ok=True)
    return HoldJob(asked, at)


def told(job: HoldJob, *trials: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Work in this process; give every line that was said."""
    out = io.BytesIO()
    work(job, io.BytesIO(b"".join(orjson.dumps(trial) + b"\n" for trial in trials)), out)
    return [orjson.loads(line) for line in out.getvalue().splitlines()]


def test_what_is_kept_is_what_the_plan_gives_and_progress_never_falls_back(folder: Path) -> None:
    asked = coarse(folder)
    job = job_of(folder, asked)
    said = told(job)
    shares = [line["progress"] for line in said if "progress" in line]
    assert shares == sorted(shares)
    assert [line["case"] for line in said if "case" in line] == [case.name for case in asked.cases]
    assert said[-1] == {"ready": True}
    field = asked.field()
    for held in hold(field, asked.cases, levels=LEVELS):
        assert orjson.loads(case_file(job.at, held.case.name).read_bytes()) == orjson.loads(
            orjson.dumps(case_plain(field, held))
        )
    assert (job.at / ARCHIVE).is_file()
    # a second start finds it all, and answers what-if all the same
    kept = {file.name: file.stat().st_mtime_ns for file in job.at.iterdir()}
    (tried,) = [line for line in told(job, {"id": 7, "case": "night-foot", "sensors": []}) if "id" in line]
    assert (tried["id"], max(tried["tried"]["p"])) == (7, 0.0)
    assert {file.name: file.stat().st_mtime_ns for file in job.at.iterdir()} == kept


def test_what_cannot_be_worked_out_is_said_in_words(folder: Path) -> None:
    asked = coarse(folder)
    wrong = replace(asked.project, obstacles=(asked.project.obstacles[0].model_copy(update={"to_m": 9e6}),))
    (said,) = [line for line in told(job_of(folder, replace(asked, project=wrong))) if "failed" in line]
    assert "the line ends at km" in said["failed"]


def test_a_trial_that_cannot_be_is_refused_and_the_next_is_answered(folder: Path) -> None:
    asked = replace(coarse(folder), cases=coarse(folder).cases[:1])
    off = asked.sight.sensors[0].model_copy(update={"lon": 0.0}).model_dump(mode="json")
    said = told(
        job_of(folder, asked),
        {"id": 1, "case": "night-foot", "sensors": [off]},
        {"id": 2, "case": "night-foot", "units": []},
    )
    refused, tried = said[-2:]
    assert "off the strip" in refused["refused"]
    assert max(tried["tried"]["p"]) == 0.0


async def test_the_other_process_is_gone_when_it_is_cancelled_and_who_waits_is_told(folder: Path) -> None:
    asked = replace(coarse(folder), cases=coarse(folder).cases[:1])
    analyst = Analyst(job_of(folder, asked))
    ready = asyncio.Event()
    running = asyncio.create_task(analyst.run(lambda said: ready.set() if "ready" in said else None))
    async with asyncio.timeout(90):
        await ready.wait()
    assert (await analyst.ask({"case": "night-foot"}))["p"]
    waiting = asyncio.create_task(analyst.ask({"case": "night-foot", "units": []}))
    await asyncio.sleep(0.02)
    began_s = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert time.monotonic() - began_s < 5.0
    with pytest.raises(FailedError, match="ask again"):
        await waiting
    with pytest.raises(FailedError, match="ask again"):
        await analyst.ask({"case": "night-foot"})


def test_a_file_is_kept_whole_or_not_at_all_and_other_answers_are_forgotten(tmp_path: Path) -> None:
    at, other = place(tmp_path, "now"), place(tmp_path, "then")
    keep(case_file(other, "night-foot"), b"{}")
    keep(case_file(at, "night-foot"), b"{}")
    (at / "begun.tmp").write_bytes(b"half")
    make_room(at)
    assert not other.exists()
    assert [file.name for file in at.iterdir()] == ["night-foot.json"]
    (at / "night-vehicle.json").mkdir()
    with pytest.raises(OSError, match="night-vehicle"):
        keep(case_file(at, "night-vehicle"), b"{}")
    assert sorted(file.name for file in at.iterdir()) == ["night-foot.json", "night-vehicle.json"]
    assert kept_cases(at, USUAL) == ("night-foot",)
