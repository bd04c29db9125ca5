"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.house import House, house


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[House]:
    """A whole centre on the packaged frontier, ten times as fast, with a watch officer signed in."""
    async with house(tmp_path / "centre") as found:
        yield found
