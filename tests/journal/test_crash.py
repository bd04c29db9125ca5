"""An acknowledged record survives: the process killed at any instant, the log cut after the last sync."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journal.alarms import draft, open_journal, registry

from vallum.journal import JournalFileError, JournalReader, Observations, rebuild, verify

ROOT = Path(__file__).parents[2]
KILLS = 50
ENDLESS = 1_000_000


class Appenders:
    """Starts processes that append, and kills them."""

    def __init__(self, server: "subprocess.Popen[bytes]") -> None:
        assert server.stdin is not None
        assert server.stdout is not None
        self._requests, self._answers = server.stdin, server.stdout

    def run_until_killed(
        self, folder: Path, *, after_s: float = 0.0, after_records: int = 0, kind: str, threads: int, rounds: int
    ) -> list[tuple[str, int]]:
        """Kill an appender at a time, or once it has acknowledged so much and a time has passed.

        Returns each id acknowledged, with the size of the log at that moment.
        """
        self._requests.write(f"{folder} {threads} {kind} {rounds}\n".encode())
        self._requests.flush()
        lines = [self._next()]
        while lines[-1][0] != "pid":
            lines.append(self._next())
        pid = int(lines[-1][1])
        while len(lines) <= after_records:
            lines.append(self._next())
        time.sleep(after_s)
        os.kill(pid, signal.SIGKILL)
        while lines[-1] != ["dead"]:
            lines.append(self._next())
        return [(words[0], int(words[1])) for words in lines if words[0] not in ("pid", "dead")]

    def _next(self) -> list[str]:
        return self._answers.readline().decode().split()


@pytest.fixture(scope="module")
def appenders() -> Iterator[Appenders]:
    command = [sys.executable, "-m", "tests.journal.appender"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        yield Appenders(server)
        assert server.stdin is not None
        server.stdin.close()


def ids_in(folder: Path) -> set[str]:
    try:
        with JournalReader.open_to_read(folder, registry()) as reader:
            return {record.id for record in reader.records()}
    except JournalFileError:
        # Killed before the file was a journal: nothing can have been acknowledged.
        return set()


def missing(folder: Path, acknowledged: list[str]) -> list[str]:
    present = ids_in(folder)
    return [identifier for identifier in acknowledged if identifier not in present]


def assert_whole(folder: Path) -> None:
    verification = verify(folder, registry())
    assert verification.ok, verification.reason
    assert rebuild(folder, registry()).identical


def test_no_acknowledged_record_is_missing_after_fifty_kills_under_load(tmp_path: Path, appenders: Appenders) -> None:
    chance = random.Random(17)
    acknowledged: list[str] = []
    for number in range(KILLS):
        # The same folder again and again, so that each start also recovers from the kill before it. Every other kill
        # waits for acknowledgements; the rest may hit the opening, too.
        after_records, after_s = (chance.randint(4, 12), 0.02) if number % 2 else (0, 0.25)
        killed = appenders.run_until_killed(
            tmp_path,
            after_s=chance.uniform(0.0, after_s),
            after_records=after_records,
            kind="honest",
            threads=3,
            rounds=ENDLESS,
        )
        acknowledged += [identifier for identifier, _ in killed]
        assert missing(tmp_path, acknowledged) == []
        if number % 3 == 0 and ids_in(tmp_path):
            # a kill leaves a journal that proves itself, and views that are what its records make of them
            assert_whole(tmp_path)
    assert len(acknowledged) > KILLS
    assert_whole(tmp_path)
    with open_journal(tmp_path) as journal:
        (record,) = journal.append(draft("after"))
    assert record.seq == len(ids_in(tmp_path))


def test_a_journal_that_acknowledges_before_the_commit_is_caught_by_the_kill(
    tmp_path: Path, appenders: Appenders
) -> None:
    chance = random.Random(17)

    def lost(attempt: int) -> list[str]:
        folder = tmp_path / str(attempt)
        after_s = chance.uniform(0.0, 0.05)
        acknowledged = appenders.run_until_killed(
            folder, after_s=after_s, after_records=5, kind="hasty", threads=3, rounds=ENDLESS
        )
        return missing(folder, [identifier for identifier, _ in acknowledged])

    assert any(lost(attempt) for attempt in range(KILLS))


def copy_cut_at(source: Path, target: Path, size: int) -> Path:
    """Copy a journal as the disk would hold it had the log only reached `size` bytes."""
    shutil.copytree(source, target)
    (target / "journal.db-shm").unlink(missing_ok=True)
    os.truncate(target / "journal.db-wal", size)
    return target


def lost_by_cutting(folder: Path, acknowledged: list[tuple[str, int]], work: Path, cuts: int) -> list[str]:
    """Cut the log at random bytes; return records acknowledged when the log was no longer than the cut, yet lost."""
    chance = random.Random(3)
    whole = (folder / "journal.db-wal").stat().st_size
    lost = []
    for number in range(cuts):
        size = chance.randint(acknowledged[0][1], whole)
        copy = copy_cut_at(folder, work / str(number), size)
        lost += missing(copy, [identifier for identifier, synced in acknowledged if synced <= size])
        assert_whole(copy)
        shutil.rmtree(copy)
    return lost


def killed_with_a_log(tmp_path: Path, appenders: Appenders, kind: str) -> tuple[Path, list[tuple[str, int]]]:
    """Return a folder killed before SQLite moved its log into the database, so that every cut is a possible past."""
    folder = tmp_path / "killed"
    acknowledged = appenders.run_until_killed(folder, after_records=20, kind=kind, threads=1, rounds=25)
    # The log starts anew after 1000 pages of 4 KiB; sizes could not be compared across that.
    assert (folder / "journal.db-wal").stat().st_size < 4_000_000
    return folder, acknowledged


def test_no_acknowledged_record_is_missing_when_the_log_is_cut_after_its_sync(
    tmp_path: Path, appenders: Appenders
) -> None:
    folder, acknowledged = killed_with_a_log(tmp_path, appenders, "honest")
    assert lost_by_cutting(folder, acknowledged, tmp_path / "cuts", cuts=40) == []


def test_a_journal_that_acknowledges_before_the_commit_is_caught_by_the_cut(
    tmp_path: Path, appenders: Appenders
) -> None:
    folder, acknowledged = killed_with_a_log(tmp_path, appenders, "hasty")
    # At the instant of the acknowledgement the log had the size that was printed, and no more is certain.
    copies = (
        missing(
            copy_cut_at(folder, tmp_path / str(number), size),
            [identifier for identifier, synced in acknowledged if synced <= size],
        )
        for number, (_, size) in enumerate(acknowledged)
    )
    assert any(copies)


def test_what_a_stored_cursor_counted_is_there_after_a_kill(tmp_path: Path, appenders: Appenders) -> None:
    chance = random.Random(5)
    told = 0
    for _ in range(6):
        after_s = chance.uniform(0.0, 0.1)
        answers = appenders.run_until_killed(
            tmp_path, after_s=after_s, after_records=1, kind="observations", threads=1, rounds=1
        )
        told = max([told, *(stored for _, stored in answers)])
        with Observations.open(tmp_path) as observations:
            stored = observations.cursor("tower-1").stored
            assert stored >= told
            assert stored == len(observations.between(0.0, 2.0))
    assert told > 0
