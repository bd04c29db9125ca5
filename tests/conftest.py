"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.house import SIGHT_CELL_M, House, house, question

from vallum.centre.folder import prepare
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
