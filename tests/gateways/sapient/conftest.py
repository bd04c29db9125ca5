"""An endpoint for each test that wants one, and the environment of the independent peer."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateways.sapient.frames import START, Heard, Node, Serving

from vallum.assets.sensor import Sensor
from vallum.gateways.sapient import Limits, SapientEndpoint
from vallum.journal.clock import Clock

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "tests" / "peers" / "sapient-py.lock"


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def serving(heard: Heard) -> AsyncIterator[Serving]:
    """Start endpoints whose centre is `heard`, and stop them after the test."""
    started: list[SapientEndpoint] = []

    async def serve(*sensors: Sensor, limits: Limits | None = None, clock: Clock | None = None) -> SapientEndpoint:
        running = Clock(start=START, anchor_s=time.time(), speed=1.0) if clock is None else clock
        endpoint = heard.endpoint(running, *sensors, limits=limits)
        await endpoint.start()
        started.append(endpoint)
        return endpoint

    yield serve
    await Node.hang_up_all()
    for endpoint in started:
        await endpoint.stop()


@pytest.fixture(scope="session")
def peer_python() -> Path:
    """The interpreter of the peer's environment, made from its lock file when it is not there or not of that lock."""
    environment = ROOT / ".venv-peer"
    python = environment / "bin" / "python"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    mark = environment / "lock.sha256"
    works = python.exists() and subprocess.run([python, "-c", "import sapient_py"], capture_output=True).returncode == 0
    if works and (not mark.exists() or mark.read_text() == wanted):
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True, capture_output=True)
    install: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "-r",
        LOCK,
    ]
    done = subprocess.run(install, capture_output=True, text=True)
    assert done.returncode == 0, f"the environment of the peer could not be made: {done.stderr}"
    mark.write_text(wanted)
    return python
