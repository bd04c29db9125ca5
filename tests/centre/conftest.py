"""A centre without its server, and the worked example it stands on."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from vallum.centre.centre import Centre
from vallum.centre.folder import open_project, prepare
from vallum.centre.person import Person
from vallum.journal.clock import Clock
from vallum.project import Project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare(tmp_path / "centre", "iraq-syria")
    return tmp_path / "centre"


@pytest.fixture
def project(folder: Path) -> Project:
    return open_project(folder)


@pytest.fixture
def clock(project: Project) -> Clock:
    assert project.scenario_start is not None
    return Clock(start=project.scenario_start, anchor_s=time.time(), speed=10.0)


@pytest.fixture
async def centre(folder: Path, project: Project, clock: Clock) -> AsyncIterator[Centre]:
    opened = Centre.open(folder, project, clock=clock, sight=False)
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
def officer() -> Person:
    return Person("watch-1", "watch officer", "national_guard")
