"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.house import SIGHT_CELL_M, House, hold_question, house, question

from vallum.centre.folder import prepare
from vallum.centre.hold import kept as hold_kept
from vallum.centre.hold.question import HoldJob
from vallum.centre.hold.worker import work as work_out_holding
from vallum.centre.sight.kept import FOLDER, place
from vallum.centre.sight.question import cases_for
from vallum.centre.sight.worker import Job, work
from vallum.plan.case import Case


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[House]:
    """A whole centre on the packaged frontier, ten times as fast, with a watch officer signed in."""
    async with house(tmp_path / "centre") as found:
        yield found


@pytest.fixture(scope="session")
def sight_kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the sensors of the packaged frontier see, in coarse cells, as a centre keeps it; worked out once."""
    folder = tmp_path_factory.mktemp("worked-out") / "centre"
    prepare(folder, "iraq-syria")
    asked = question(folder)
    work(Job(asked, cases_for(Case()), place(folder, asked.digest())), io.BytesIO())
    return folder / FOLDER


@pytest.fixture
def seeing_folder(tmp_path: Path, sight_kept: Path) -> Path:
    """The folder of a centre that worked sight out when it ran the last time."""
    folder = tmp_path / "centre"
    prepare(folder, "iraq-syria")
    shutil.copytree(sight_kept, folder / FOLDER)
    return folder


@pytest.fixture
async def seeing(seeing_folder: Path) -> AsyncIterator[House]:
    """A whole centre that knows what its sensors see, ten times as fast, with a watch officer signed in."""
    async with house(seeing_folder, sight_cell_m=SIGHT_CELL_M) as found:
        await found.sees()
        yield found


@pytest.fixture(scope="session")
def holding_kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """How the packaged frontier is held, in coarse cells, as a centre keeps it; worked out once."""
    folder = tmp_path_factory.mktemp("held") / "centre"
    prepare(folder, "iraq-syria")
    asked = hold_question(folder)
    at = hold_kept.place(folder, asked.digest())
    at.mkdir(parents=True)
    work_out_holding(HoldJob(asked, at), io.BytesIO(), io.BytesIO())
    return folder / hold_kept.FOLDER


@pytest.fixture
async def holding(seeing_folder: Path, holding_kept: Path) -> AsyncIterator[House]:
    """A whole centre that knows how its line is held and can be asked what would be, with somebody signed in."""
    shutil.copytree(holding_kept, seeing_folder / hold_kept.FOLDER)
    async with house(seeing_folder, sight_cell_m=SIGHT_CELL_M) as found:
        await found.holds()
        yield found
