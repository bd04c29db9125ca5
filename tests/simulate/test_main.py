from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer import BadParameter

from vallum.simulate.__main__ import simulate


async def test_the_night_runs_as_a_process_of_its_own_and_ends_when_asked(centre: Any, tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    words = ["--project", "iraq-syria", "--port", str(centre.port), "--seed", "1", "--start", "2021-03-17T15:50:00Z"]
    words += ["--anchor", repr(time.time() + 3.0), "--speed", "10", "--truth", str(truth)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "vallum.simulate", *words, stderr=asyncio.subprocess.PIPE
    )
    await centre.until("detection_report")
    process.send_signal(signal.SIGTERM)
    _, said = await asyncio.wait_for(process.communicate(), 20.0)
    assert process.returncode == 0
    assert b"night over" in said
    assert orjson.loads(truth.read_bytes())["started_at"] == "2021-03-17T15:50:00.000Z"


def test_a_time_that_cannot_be_read_is_named() -> None:
    with pytest.raises(BadParameter, match="dusk"):
        simulate(project="iraq-syria", port=1, start="dusk")
