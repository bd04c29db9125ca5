"""What who types gets: one centre run by the demo, then each command that reads it; errors are one sentence."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from vallum import examples
from vallum.cli.main import app

ROOT = Path(__file__).parents[2]
LINE = examples.path("iraq-syria") / "line.geojson"
PATIENCE_S = 60.0
# Three seconds are promised, and kept by what stopping waits for (tests/server/test_run.py); a busy machine adds some.
OBSERVED_S = 12.0
LINK = re.compile(r"(http://127\.0\.0\.1:\d+)/#enter=(\S+)")


def vallum(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vallum.cli.main", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, cwd=ROOT)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Run the demo until its sensors are heard, then press Ctrl-C."""
    folder = tmp_path_factory.mktemp("demo") / "night"
    options = ["--for", "600", "--no-browser", "--port", "0", "--dir", str(folder), "--speed", "15"]
    command = [sys.executable, "-m", "vallum.cli.main", "demo", *options]
    unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=unbuffered) as child:
        try:
            assert child.stdout is not None
            said = ""
            while "The night ends after 600 s." not in said:
                line = child.stdout.readline()
                assert line, f"it ended before it ran: {child.stderr.read() if child.stderr else ''}"
                said += line
            link = LINK.search(said)
            assert link, said
            with httpx.Client(base_url=link.group(1), timeout=PATIENCE_S) as client:
                assert client.post("/api/enter", json={"token": link.group(2)}).status_code == 200
                until = time.monotonic() + PATIENCE_S
                while not any(one["state"] == "live" for one in client.get("/api/picture").json()["sensors"]):
                    assert time.monotonic() < until, "no simulated sensor was heard"
                    time.sleep(0.5)
            told_at = time.monotonic()
            child.send_signal(signal.SIGINT)
            rest, errors = child.communicate(timeout=PATIENCE_S)
            assert time.monotonic() - told_at < OBSERVED_S
        finally:
            child.kill()
    return folder, subprocess.CompletedProcess(command, child.returncode, said + rest, errors)


@pytest.fixture(scope="module")
def folder(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    return demo[0]


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a centre until the test is over; give the process and all it said up to its link or its last line."""
    command = [sys.executable, "-m", "vallum.cli.main", "serve", str(folder), "--port", "0", "--sapient-port", "0"]
    unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=unbuffered) as child:
        assert child.stdout is not None
        said = ""
        while "Ctrl-C stops." not in said:
            line = child.stdout.readline()
            assert line, f"it ended before it ran: {child.stderr.read() if child.stderr else ''}"
            said += line
        try:
            yield child, said
        finally:
            if child.poll() is None:
                child.kill()


def assert_told(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """Assert that an expected error is one sentence on standard error and nothing else."""
    assert result.returncode == 1, result
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr


def test_a_demo_ends_cleanly_with_a_link_a_journal_and_the_truth(
    demo: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = demo
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert LINK.search(done.stdout)
    assert "invented" in done.stdout
    assert "What really happened" in done.stdout
    assert (folder / "journal.db").exists()


def test_the_journal_of_a_demo_is_whole(folder: Path) -> None:
    result = vallum("journal", "verify", folder, "--json")
    found = json.loads(result.stdout)
    assert (result.returncode, found["ok"], found["first_bad_seq"]) == (0, True, None)
    assert found["records"] > 60
    assert result.stderr == ""


def test_a_journal_is_shown_in_order_and_by_type(folder: Path) -> None:
    records = json.loads(vallum("journal", "show", folder, "--json", "--limit", "500").stdout)
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    returned = json.loads(vallum("journal", "show", folder, "--json", "--type", "sensor.returned").stdout)
    assert returned
    assert {(record["type"], record["nature"]) for record in returned} == {("sensor.returned", "simulated")}
    assert "sensor.returned" in vallum("journal", "show", folder, "--type", "sensor.returned").stdout


def test_views_made_again_are_as_they_were(folder: Path) -> None:
    made = json.loads(vallum("journal", "rebuild", folder, "--json").stdout)
    assert made["identical"]


@pytest.mark.parametrize(
    ("words", "doing"),
    [
        (("journal", "verify"), "checking the journal"),
        (("journal", "rebuild"), "making the views again"),
        (("frontier", "show"), "reading the project"),
    ],
)
def test_what_takes_longer_shows_that_it_works_to_people_and_never_to_programs(
    folder: Path, words: tuple[str, ...], doing: str
) -> None:
    def told(*more: str, terminal: bool) -> str:
        # Rich takes FORCE_COLOR as the word that there is a terminal
        environment = {"FORCE_COLOR": "1" if terminal else None, "NO_COLOR": None}
        result = CliRunner().invoke(app, [*words, str(folder), *more], env=environment)
        assert result.exit_code == 0, result.output
        assert doing not in result.stdout
        return str(result.stderr)

    assert doing in told(terminal=True)
    assert told("--json", terminal=True) == ""
    assert told(terminal=False) == ""


def test_the_version_is_told_to_people_and_to_programs() -> None:
    told = CliRunner().invoke(app, ["version"]).stdout.strip()
    assert json.loads(CliRunner().invoke(app, ["version", "--json"]).stdout) == {"version": told}


def test_the_fingerprint_of_the_key_is_shown_and_a_key_is_never_overwritten(folder: Path) -> None:
    shown = json.loads(vallum("keys", "show", folder, "--json").stdout)
    assert shown["fingerprint"] == vallum("keys", "show", folder).stdout.strip()
    assert not shown["made"]
    assert_told(vallum("keys", "init", folder))
    assert json.loads(vallum("keys", "show", folder, "--json").stdout) == shown


def test_a_link_can_be_made_while_nothing_runs(folder: Path) -> None:
    result = vallum("user", "invite", "auditor-1", "--role", "auditor", "--dir", folder, "--json")
    invited = json.loads(result.stdout)
    assert invited["role"] == "auditor"
    assert LINK.search(invited["link"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("auditor-1", "--role", "king"), "there is no role 'king'; choose one of:"),
        (("", "--role", "auditor"), "a name has 1 to 64 characters"),
        (("a\u202eb", "--role", "auditor"), "direction-changing"),
    ],
)
def test_a_wrong_invitation_is_refused_in_words(folder: Path, words: tuple[str, ...], said: str) -> None:
    result = vallum("user", "invite", *words, "--dir", folder)
    assert result.returncode == 2
    flat = " ".join(result.stderr.replace("│", " ").split())
    assert said in flat
    assert "Traceback" not in result.stderr


def test_where_no_centre_ran_each_command_says_so_in_one_sentence(tmp_path: Path) -> None:
    assert_told(vallum("journal", "verify", tmp_path, "--json"), "there is no journal")
    assert_told(vallum("journal", "show", tmp_path, "--json"), "there is no journal")
    assert_told(vallum("journal", "rebuild", tmp_path), "there is no journal")
    assert_told(vallum("keys", "show", tmp_path, "--json"), "key")
    assert_told(vallum("user", "invite", "a", "--role", "auditor", "--dir", tmp_path), "no centre has run in")
    assert_told(vallum("serve", tmp_path, "--port", "0"), "holds no vallum.toml", "vallum new")
    (tmp_path / "letter.txt").write_text("dear all", encoding="utf-8")
    assert_told(vallum("demo", "--dir", tmp_path, "--no-browser", "--for", "1"), "is not empty", "--dir")


def test_a_file_that_is_no_journal_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"this is no database " * 400)
    assert_told(vallum("journal", "show", tmp_path, "--json"))
    assert_told(vallum("journal", "verify", tmp_path, "--json"))


def test_a_party_that_is_none_of_the_projects_is_refused_with_those_there_are(tmp_path: Path) -> None:
    vallum("new", "north", "--line", LINE, "--dir", tmp_path / "north")
    assert_told(vallum("serve", tmp_path / "north", "--port", "0", "--party", "nobody"), "nobody is not a party of")


def test_a_fresh_project_is_served_signed_into_and_stopped_by_ctrl_c(tmp_path: Path) -> None:
    folder = tmp_path / "north"
    assert vallum("new", "north", "--line", LINE, "--dir", folder).returncode == 0
    with serving(folder) as (child, said):
        link = LINK.search(said)
        assert link, said
        with httpx.Client(base_url=link.group(1)) as client:
            me = client.post("/api/enter", json={"token": link.group(2)}).json()
            assert me["roles"] == ["administrator"]
            assert client.get("/api/picture").json()["sensors"] == []
        second = vallum("serve", folder, "--port", "0", "--sapient-port", "0")
        assert_told(second, "is being written by another process", "stop it first")
        told_at = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.wait(PATIENCE_S) == 0
        assert time.monotonic() - told_at < OBSERVED_S
        assert child.stderr is not None
        assert "Traceback" not in child.stderr.read()
    assert json.loads(vallum("journal", "verify", folder, "--json").stdout)["ok"]


def test_the_api_document_is_printed_as_it_stands_in_the_repository() -> None:
    assert vallum("api").stdout == (ROOT / "web" / "openapi.json").read_text(encoding="utf-8")
