"""Processes that append until they are killed, and say what was acknowledged.

Standard input, one line per process: folder, number of appending threads, `honest`, `hasty` or `observations`, rounds
that each thread appends. Each is forked from this one, which has imported everything already, so that fifty kills cost
seconds. Standard output: `pid N`, then for each acknowledged record its id and the size of the write-ahead log (for
observations `stored` and the stored-cursor), then `dead` when the process has been killed.
"""

import os
import sys
import threading
import time
from pathlib import Path

from tests.journal.alarms import draft, registry
from tests.journal.hasty import HastyJournal

from vallum.journal import Clock, DetectionRow, Journal, Observations
from vallum.journal.identifiers import uuid7


def say(line: str) -> None:
    # One write call, so that a kill never leaves half a line.
    os.write(1, f"{line}\n".encode())


def append(journal: Journal, folder: Path, name: str, rounds: int) -> None:
    for count in range(rounds):
        futures = [journal.submit([draft(f"{name}-{(count + i) % 7}", level=i / 10)]) for i in range(1 + count % 5)]
        for future in futures:
            (record,) = future.result()
            say(f"{record.id} {(folder / 'journal.db-wal').stat().st_size}")


def store_until_killed(folder: Path) -> None:
    observations = Observations.open(folder)
    observations.on_stored(lambda cursors: say(f"stored {cursors[-1].stored}"))
    while True:
        name = uuid7(time.time())
        observations.detection(DetectionRow("tower-1", "session", name, "camera", 1.0, 1.1, 1.0, "detection"))


def append_until_killed(folder: Path, threads: int, kind: str, rounds: int) -> None:
    if kind == "observations":
        store_until_killed(folder)
    opened = {"honest": Journal, "hasty": HastyJournal}[kind]
    journal = opened.open(folder, registry(), clock=Clock.machine(), originator="guard")
    for number in range(threads):
        threading.Thread(target=append, args=(journal, folder, f"t{number}", rounds), daemon=True).start()
    while True:
        time.sleep(60)


def main() -> None:
    while line := sys.stdin.readline():
        folder, threads, kind, rounds = line.split()
        pid = os.fork()
        if pid == 0:
            try:
                append_until_killed(Path(folder), int(threads), kind, int(rounds))
            finally:
                os._exit(1)
        say(f"pid {pid}")
        os.waitpid(pid, 0)
        say("dead")


if __name__ == "__main__":
    main()
