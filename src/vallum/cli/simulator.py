"""How does the demo run the simulated night: as a process of its own, so that the centre sees only its sensors."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from vallum.centre.centre import Centre
from vallum.centre.night import Night

# A night that has not ended by the time everything is to be over is cut off; its truth is then seconds old.
PATIENCE_S = 1.5


class Simulator:
    """The child process of one night."""

    def __init__(self, project: Path, truth: Path, seed: int, speed: float) -> None:
        self._project = project
        self._truth = truth
        self._seed = seed
        self._speed = speed
        self._child: subprocess.Popen[bytes] | None = None
        self._by_s: float | None = None

    def start(self, centre: Centre, ends: datetime) -> None:
        """Start the night against a running centre, on its clock."""
        clock = centre.clock
        self._truth.unlink(missing_ok=True)
        words = {
            "--project": self._project,
            "--host": "127.0.0.1",
            "--port": centre.sapient_port,
            "--seed": self._seed,
            "--start": clock.start.isoformat(),
            "--anchor": repr(clock.anchor_s),
            "--speed": self._speed,
            "--until": ends.isoformat(),
            "--truth": self._truth,
        }
        command = [sys.executable, "-m", "vallum.simulate", *(str(part) for pair in words.items() for part in pair)]
        # its own group: Ctrl-C reaches it through us, so that the centre closes first in order
        self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        centre.night = Night(ends, self._truth, self._ask_to_end, self._has_ended)

    def end(self, by_s: float) -> None:
        """Ask the night to end, without waiting; `stop` waits until then (`time.monotonic`)."""
        self._by_s = by_s
        self._ask_to_end()

    def stop(self) -> None:
        """End the night, gently first."""
        if self._child is None:
            return
        self._ask_to_end()
        patience_s = PATIENCE_S if self._by_s is None else max(self._by_s - time.monotonic(), 0.0)
        try:
            self._child.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _ask_to_end(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()

    def _has_ended(self) -> bool:
        return self._child is not None and self._child.poll() is not None
