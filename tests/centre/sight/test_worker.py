"""Sight is worked out in a process of its own: it says how far it is and what it cannot do, and ends when told to."""

from __future__ import annotations

import asyncio
import io
import pickle
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest
import rasterio
from tests.house import question

from vallum.centre.folder import prepare
from vallum.centre.sight.kept import kept_case, place
from vallum.centre.sight.process import FailedError, Working
from vallum.centre.sight.question import Question
from vallum.centre.sight.worker import Job, work
from vallum.plan.case import Case
from vallum.plan.sight import see
from vallum.terrain.cog import whole_words

CASES = (Case(weather="dust"), Case())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare(tmp_path / "centre", "iraq-syria")
    return tmp_path / "centre"


def told(job: Job) -> list[dict[str, object]]:
    """Work in this process; give every line that was said."""
    out = io.BytesIO()
    work(job, out)
    return [orjson.loads(line) for line in out.getvalue().splitlines()]


def few(folder: Path) -> Question:
    """A question that is answered in a moment."""
    asked = question(folder)
    return replace(asked, sensors=asked.sensors[:6])


def test_cases_come_in_the_order_asked_and_progress_never_falls_back(folder: Path) -> None:
    asked = few(folder)
    said = told(Job(asked, CASES, place(folder, asked.digest())))
    assert [line["case"] for line in said if "case" in line] == [case.name for case in CASES]
    first = said[: next(place for place, line in enumerate(said) if "case" in line)]
    shares = [line["progress"] for line in first if "progress" in line]
    assert shares == sorted(shares, key=lambda share: float(str(share)))
    assert shares[-1] == 1.0


def test_what_is_kept_is_what_the_plan_works_out(folder: Path) -> None:
    asked = few(folder)
    at = place(folder, asked.digest())
    told(Job(asked, CASES, at))
    seen = see(asked.frontier, asked.sources, asked.sensors, parameters=asked.parameters, cell_m=asked.cell_m)
    coverage = seen.coverage
    for number, case in enumerate(coverage.cases):
        if case not in CASES:
            continue
        kept = kept_case(at, case)
        assert kept is not None
        assert kept.exposures.sensor_ids == coverage.of(case).sensor_ids
        assert np.array_equal(kept.exposures.added, coverage.of(case).added)
        assert np.array_equal(kept.exposures.proven, coverage.of(case).proven)
        with rasterio.open(kept.who) as raster:
            sets = whole_words(np.moveaxis(raster.read().reshape(3, -1, *raster.shape), 1, 3))
        for part in coverage.seen:
            assert part.sets is not None
            first_row, end_row, first_column, end_column = part.cells
            assert np.array_equal(sets[:, first_row:end_row, first_column:end_column], part.sets[number])


def test_a_sensor_on_unknown_ground_is_left_out_and_told_in_words(folder: Path) -> None:
    asked = few(folder)
    post = asked.sensors[0]
    with rasterio.open(asked.sources[0].paths[0], "r+") as terrain:
        row, column = terrain.index(post.lon, post.lat)
        heights_m = terrain.read(1)
        heights_m[row - 3 : row + 4, column - 3 : column + 4] = terrain.nodata
        terrain.write(heights_m, 1)
    at = place(folder, asked.digest())
    assert not [line for line in told(Job(asked, (Case(),), at)) if "failed" in line]
    kept = kept_case(at, Case())
    assert kept is not None
    assert "unknown (a void of the terrain model)" in kept.left_out[post.sensor_id]
    assert not kept.exposures.added[:, kept.exposures.sensor_ids.index(post.sensor_id)].any()


def test_what_cannot_be_worked_out_is_said_in_words(folder: Path) -> None:
    asked = few(folder)
    (said,) = told(Job(replace(asked, sources=()), (Case(),), place(folder, asked.digest())))
    assert "brings no terrain" in str(said["failed"])


def test_a_scene_that_is_kept_is_not_laid_out_again(folder: Path) -> None:
    asked = few(folder)
    at = place(folder, asked.digest())
    told(Job(asked, (Case(),), at))
    laid_out = (at / "ground.npy").stat().st_mtime_ns
    said = told(Job(asked, (Case(light="day"),), at))
    assert (at / "ground.npy").stat().st_mtime_ns == laid_out
    assert {line["what"] for line in said if "what" in line} == {"day-person"}


async def test_the_process_is_gone_at_once_when_nobody_waits_any_more(folder: Path) -> None:
    asked = question(folder)
    stop = asyncio.Event()
    async with Working(Job(asked, CASES, place(folder, asked.digest()))) as working:
        assert await working.said(stop) is not None
        stop.set()
        while await working.said(stop) is not None:
            pass
        process, began_s = working._process, time.monotonic()
    assert time.monotonic() - began_s < 1.0
    assert process is not None
    assert process.returncode is not None


async def test_a_process_whose_job_cannot_be_sent_is_not_left_behind(folder: Path) -> None:
    asked = question(folder)
    job = Job(asked, CASES, place(folder, asked.digest()))
    object.__setattr__(job, "at", lambda: "no process takes a function along")
    working = Working(job)
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        await working.__aenter__()
    assert working._process is not None
    assert working._process.returncode is not None


async def test_a_process_that_is_killed_is_told_as_a_failure(folder: Path) -> None:
    asked = question(folder)
    async with Working(Job(asked, CASES, place(folder, asked.digest()))) as working:
        assert working._process is not None
        working._process.kill()
        with pytest.raises(FailedError, match="ended before it was done"):
            await working.said(asyncio.Event())


async def test_who_is_stopped_while_the_process_is_being_ended_stops_when_it_is_gone(folder: Path) -> None:
    """After however many turns of the loop: else the loop may be closed before the process is waited for."""
    asked = few(folder)
    job = Job(asked, CASES, place(folder, asked.digest()))

    async def leave(working: Working, entered: asyncio.Event) -> None:
        async with working:
            entered.set()

    for turns in range(1, 6):
        working, entered = Working(job), asyncio.Event()
        task = asyncio.create_task(leave(working, entered))
        await entered.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert working._process is not None
        assert working._process.returncode is not None
