"""The tutorial does what it says: every command block in it is run as it stands, and prints what stands under it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(sh|text)( serve)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Only so that a broken server ends the test; a busy machine must not fail it.
PATIENCE_S = 240.0


def blocks(text: str) -> list[tuple[str, bool, str]]:
    """List what is run or printed: kind, whether it is a server that stays, and the words."""
    return [(kind, bool(serves), words) for kind, serves, words in BLOCK.findall(text)]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def shows(output: str, expected: str) -> bool:
    """Say whether a line of the tutorial stands in the output, however a terminal breaks it; ... is anything."""
    pattern = r".*?".join(re.escape(" ".join(part.split())) for part in expected.split("..."))
    return re.search(pattern, " ".join(output.split())) is not None


class Terminal:
    """Runs command blocks in one folder; servers stay until they are stopped by their own id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: list[tuple[subprocess.Popen[bytes], Path]] = []
        beside = Path(sys.executable).parent
        self._environment = {**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "160"}

    def run(self, words: str) -> str:
        done = subprocess.run(
            ["bash", "-eu", "-c", words],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_S,
            check=False,
        )
        output = done.stdout.decode()
        assert done.returncode == 0, f"{words}\n{output}"
        return output

    def serve(self, words: str) -> str:
        """Start a server and give what it printed once it is ready."""
        heard = self._folder / f"server-{len(self._servers)}.txt"
        with heard.open("wb") as output:
            # exec: the id is that of the server, not of a shell around it
            started = subprocess.Popen(
                ["bash", "-eu", "-c", f"exec {words}"],
                cwd=self._folder,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._servers.append((started, heard))
        deadline = time.monotonic() + PATIENCE_S
        while "Ctrl-C stops." not in heard.read_text(encoding="utf-8"):
            assert started.poll() is None, heard.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, heard.read_text(encoding="utf-8")
            time.sleep(0.1)
        return heard.read_text(encoding="utf-8")

    def stop(self) -> list[int]:
        """Press Ctrl-C in every server's terminal; give their exit codes."""
        for server, _ in self._servers:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
        codes = []
        for server, _ in self._servers:
            try:
                codes.append(server.wait(PATIENCE_S))
            except subprocess.TimeoutExpired:
                server.kill()
                codes.append(server.wait())
        self._servers = []
        return codes


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.stop()


def test_a_newcomer_who_types_the_tutorial_sees_what_it_shows(terminal: Terminal, tmp_path: Path) -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    # The ports of the tutorial may be taken on the machine that runs the tests.
    for port in ("8137", "14000"):
        assert port in text
        text = text.replace(port, str(free_port()))
    output, shown = "", 0
    for kind, serves, words in blocks(text):
        if kind == "text":
            for expected in words.splitlines():
                assert shows(output, expected), f"the tutorial shows {expected!r}; this was printed:\n{output}"
                shown += 1
        else:
            output = terminal.serve(words) if serves else terminal.run(words)
    assert shown >= 10
    assert terminal.stop() == [0]
    whole = terminal.run("vallum journal verify north-line --json")
    assert '"ok": true' in whole


def test_every_command_of_the_tutorial_stands_in_a_block_that_is_run() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    fences = re.findall(r"^```(.*)$", text, re.MULTILINE)
    assert len(fences) == 2 * len(blocks(text))
    assert {fence for fence in fences if fence} == {"sh", "sh serve", "text"}


@pytest.mark.parametrize(
    ("output", "expected", "found"),
    [
        ("a  b\nc", "a b c", True),
        ("http://x/#enter=abc", "http://x/#enter=...", True),
        ("22.264 km", "23 km", False),
        ("two words", "words ... two", False),
    ],
)
def test_what_the_tutorial_shows_can_be_wrong(output: str, expected: str, found: bool) -> None:
    assert shows(output, expected) is found
