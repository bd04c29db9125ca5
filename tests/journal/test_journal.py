import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import event
from tests.journal.alarms import RECORDS, VIEWS, AlarmRow, Closed, Tip, draft, open_journal, registry

from vallum.journal import (
    Change,
    Clock,
    Draft,
    Grade,
    Journal,
    JournalClosedError,
    JournalFileError,
    JournalReader,
    JournalWriteError,
    Label,
    Link,
    Place,
    Record,
    RefusedDraftError,
    Registry,
    keys,
    last_recorded,
    verify,
)
from vallum.journal.identifiers import uuid7
from vallum.journal.keys import KeyFileError
from vallum.journal.store import open_engine

ROOT = Path(__file__).parents[2]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path) as opened:
        yield opened


def tip(text: str = "lights", **rest: object) -> Draft:
    return Draft.model_validate({"type": "tip.received", "actor": "watch.1", "body": Tip(text=text), **rest})


@contextmanager
def busy(journal: Journal) -> Iterator[None]:
    """Keep the writer busy, so that everything handed in meanwhile waits for one commit. Writes one record first."""
    started, gate = threading.Event(), threading.Event()

    def wait(records: Sequence[Record], changes: Sequence[Change]) -> None:
        started.set()
        gate.wait(10)

    end = journal.subscribe(wait)
    journal.submit([tip()])
    assert started.wait(10)
    end()
    yield
    gate.set()


def test_a_record_is_read_back_as_it_was_acknowledged(journal: Journal) -> None:
    occurred = datetime(2021, 3, 17, 18, tzinfo=UTC)
    (written,) = journal.append(
        draft(
            occurred=occurred,
            label=Label(releasable_to=("coalition",), tlp="AMBER"),
            grade=Grade(reliability="B", credibility=2),
            place=Place(line_version="2021-03", chainage_m=120_500.0, lon=41.2, lat=36.4, precision_m=20.0),
            tearline="movement near the line",
        )
    )
    assert journal.record(written.id) == written
    assert journal.records() == [written]
    assert journal.last() == written
    assert written.times.occurred == occurred
    assert written.originator == written.owner == "guard"


def test_a_record_without_a_label_is_released_to_nobody(journal: Journal) -> None:
    (written,) = journal.append(draft())
    assert written.label.releasable_to == ()


def test_numbers_have_no_gap_whoever_appends(journal: Journal) -> None:
    def append() -> None:
        for count in range(20):
            journal.append(draft(f"a-{count % 3}"), tip())

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.seq for record in journal.records()] == list(range(1, 161))


def test_what_waits_together_is_committed_together(journal: Journal) -> None:
    with busy(journal):
        futures = [journal.submit([tip()]) for _ in range(30)]
    proofs = [record.proof for future in futures for record in future.result() if record.proof is not None]
    assert [(proof.batch_first_seq, proof.batch_size) for proof in proofs] == [(2, 30)] * 30


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (Draft(type="alarm.rised", actor="a", body={}), "not a type of record"),
        (Draft(type="alarm.raised", actor="a", body={"alarm": "a-1"}), "level: Field required"),
        (Draft(type="alarm.closed", actor="a", body=Closed(alarm="x")), "there is no such alarm to close"),
        (Draft(type="tip.received", actor="a", body={"text": "\u202e"}), r"U\+202E"),
        (tip(supersedes=uuid7(1.0)), "does not hold"),
    ],
)
def test_a_bad_draft_fails_alone_and_with_a_reason(journal: Journal, bad: Draft, reason: str) -> None:
    before, wrong, after = journal.submit([draft("a-1")]), journal.submit([draft("a-2"), bad]), journal.submit([tip()])
    with pytest.raises(RefusedDraftError, match=reason):
        wrong.result()
    assert [before.result()[0].seq, after.result()[0].seq] == [1, 2]
    # The good draft handed in with the bad one is not written either: they belong together.
    assert journal.row("alarms", "a-2") is None


def test_a_refused_group_leaves_no_trace_in_the_same_batch(journal: Journal) -> None:
    impossible = Draft(type="alarm.closed", actor="a", body=Closed(alarm="x"))
    with busy(journal):
        refused = journal.submit([draft("a-1", dedup_key="k"), impossible])
        good = journal.submit([draft("a-1", level=0.75, dedup_key="k")])
    assert isinstance(refused.exception(), RefusedDraftError)
    (record,) = good.result()
    assert journal.row("alarms", "a-1") == AlarmRow(
        alarm="a-1", state="unacknowledged", level=0.75, times=1, urgent=True, records=(record.id,)
    )


def test_views_change_with_the_records_and_rows_can_go(journal: Journal) -> None:
    journal.append(draft("a-1", level=0.9), draft("a-1", level=0.1), draft("a-2"))
    rows = journal.rows("alarms")
    assert [(row.alarm, row.times, row.urgent) for row in rows] == [("a-1", 2, False), ("a-2", 1, False)]
    journal.append(Draft(type="alarm.closed", actor="watch.1", body=Closed(alarm="a-1")))
    assert [row.alarm for row in journal.rows("alarms")] == ["a-2"]


def test_subscribers_hear_of_records_and_rows_once_they_can_be_read(journal: Journal) -> None:
    heard: list[tuple[list[int], list[Change], bool]] = []

    def listen(records: Sequence[Record], changes: Sequence[Change]) -> None:
        readable = all(journal.row(change.view, change.key) == change.row for change in changes)
        heard.append(([record.seq for record in records], list(changes), readable))

    end = journal.subscribe(listen)
    journal.append(draft("a-1"), draft("a-1"))
    journal.append(Draft(type="alarm.closed", actor="watch.1", body=Closed(alarm="a-1")))
    end()
    journal.append(tip())
    assert [(numbers, len(changes), readable) for numbers, changes, readable in heard] == [
        ([1, 2], 1, True),
        ([3], 1, True),
    ]
    assert heard[1][1] == [Change("alarms", "a-1", None)]


def test_a_failing_subscriber_stops_nobody(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[int] = []

    def fail(records: Sequence[Record], changes: Sequence[Change]) -> None:
        raise RuntimeError("the page is gone")

    journal.subscribe(fail)
    journal.subscribe(lambda records, changes: heard.append(len(records)))
    journal.append(tip())
    assert heard == [1]
    assert "the page is gone" in caplog.text


def test_a_subscriber_that_would_wait_for_itself_is_told(journal: Journal) -> None:
    errors: list[str] = []

    def answer(records: Sequence[Record], changes: Sequence[Change]) -> None:
        try:
            journal.append(tip())
        except RuntimeError as wrong:
            errors.append(str(wrong))

    journal.subscribe(answer)
    journal.append(tip())
    assert errors == ["a subscriber cannot wait for the journal that is calling it; use submit"]


async def test_the_event_loop_goes_on_while_a_record_is_written(journal: Journal) -> None:
    results = await asyncio.gather(*(journal.appended(tip(str(count))) for count in range(10)))
    assert sorted(record.seq for (record,) in results) == list(range(1, 11))


def test_the_same_key_again_gives_the_first_record(journal: Journal) -> None:
    (first,) = journal.append(tip("once", dedup_key="report-7"))
    again, also = journal.append(tip("twice", dedup_key="report-7"), tip("thrice", dedup_key="report-7"))
    assert again == also == first
    assert len(journal.records()) == 1


def test_the_same_key_twice_in_one_call_is_one_record(journal: Journal) -> None:
    first, again = journal.append(tip("once", dedup_key="k"), tip("twice", dedup_key="k"))
    assert first == again
    assert first.proof is not None


@pytest.mark.parametrize("tie", ["link", "supersedes", "recalls"])
@pytest.mark.parametrize("together", [True, False])
def test_what_comes_of_something_simulated_stays_simulated(journal: Journal, tie: str, together: bool) -> None:
    source = draft(nature="simulated", id=uuid7(1.0))
    assert source.id is not None
    tied = {"links": (Link(relation="evidence", record=source.id),)} if tie == "link" else {tie: source.id}
    derived = draft("a-2", nature="observed", **tied)
    if together:
        written = journal.append(source, derived)[1]
    else:
        journal.append(source)
        (written,) = journal.append(derived)
    (second,) = journal.append(tip(links=[{"relation": "about", "record": written.id}]))
    assert (written.nature, second.nature) == ("simulated", "simulated")


def test_a_link_to_something_real_leaves_the_nature_as_stated(journal: Journal) -> None:
    (source,) = journal.append(draft(nature="estimated"))
    (derived,) = journal.append(draft(nature="observed", links=(Link(relation="evidence", record=source.id),)))
    assert derived.nature == "observed"


def test_an_identifier_is_used_once(journal: Journal) -> None:
    (first,) = journal.append(tip())
    with pytest.raises(RefusedDraftError, match="already"):
        journal.append(tip(id=first.id))


def test_records_can_be_asked_for_by_number_type_and_count(journal: Journal) -> None:
    journal.append(draft(), tip(), draft(), tip())
    assert [record.seq for record in journal.records(after_seq=1, type="tip.received")] == [2, 4]
    assert [record.seq for record in journal.records(limit=2)] == [1, 2]


def test_a_journal_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        (first,) = journal.append(draft())
    with open_journal(tmp_path) as journal:
        (second,) = journal.append(draft())
        assert journal.row("alarms", "a-1").times == 2
    assert (first.seq, second.seq) == (1, 2)
    assert first.proof is not None
    assert second.proof is not None
    assert second.proof.previous_hash == first.proof.hash
    assert verify(tmp_path, registry()).ok


def test_the_demonstration_clock_resumes_after_the_last_record(tmp_path: Path) -> None:
    dusk = datetime(2021, 3, 17, 15, 30, tzinfo=UTC)
    assert last_recorded(tmp_path) is None
    with Journal.open(tmp_path, registry(), clock=Clock.resume(dusk), originator="guard") as journal:
        (record,) = journal.append(tip())
    assert dusk <= record.times.recorded < dusk + timedelta(minutes=1)
    assert last_recorded(tmp_path) == record.times.recorded


def test_a_second_writer_is_refused_and_told_who_writes(journal: Journal, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.journal.alarms import open_journal; "
        "open_journal(Path(sys.argv[1]))"
    )
    second = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "is being written by another process" in second.stderr
    journal.append(tip())


def test_anyone_may_read_while_one_writes(journal: Journal, tmp_path: Path) -> None:
    journal.append(draft())
    with JournalReader.open_to_read(tmp_path, registry()) as reader:
        assert len(reader.records()) == 1
        journal.append(draft())
        assert reader.row("alarms", "a-1") == journal.row("alarms", "a-1")
        assert reader.checkpoint() == journal.checkpoint()
    assert verify(tmp_path, registry()).records == 2


def test_a_reader_says_when_there_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(JournalFileError, match="there is no journal"):
        JournalReader.open_to_read(tmp_path, registry())
    (tmp_path / "journal.db").touch()
    with pytest.raises(JournalFileError, match="is not a journal"):
        JournalReader.open_to_read(tmp_path, registry())


def test_an_append_is_acknowledged_only_by_a_disk_that_syncs(journal: Journal) -> None:
    with journal._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


def test_a_disk_that_cannot_hold_the_log_is_refused() -> None:
    # SQLite keeps no write-ahead log for a database in memory, as on some network disks.
    engine = open_engine(Path(":memory:"))
    with pytest.raises(JournalFileError, match="use a local disk"):
        engine.connect()
    engine.dispose()


def test_a_failing_disk_fails_the_append_and_the_journal_goes_on(
    journal: Journal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(connection: object) -> None:
        raise OSError("no space left on device")

    journal.append(draft())
    event.listen(journal._engine, "commit", fail)
    with pytest.raises(JournalWriteError, match="no space left"):
        journal.append(draft())
    event.remove(journal._engine, "commit", fail)
    (record,) = journal.append(draft())
    assert record.seq == 2
    assert journal.row("alarms", "a-1").times == 2
    assert "a batch was not written" in caplog.text
    assert verify(tmp_path, registry()).ok


def test_a_draft_that_the_database_cannot_hold_fails_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Count(BaseModel):
        name: str
        count: int

    def keep(row: Count | None, body: Count, header: object) -> Count:
        return body

    counts = Registry(records=[RECORDS, {"count.made": (Count, "counts", keep)}], views=[VIEWS, {"counts": Count}])
    # 2^63 fits JSON, yet no column of the database.
    drafts = [Draft(type="count.made", actor="a", body=Count(name=str(count), count=count)) for count in (1, 2**63, 3)]
    with Journal.open(tmp_path, counts, clock=Clock.machine(), originator="guard") as journal:
        with busy(journal):
            first, huge, last = [journal.submit([one]) for one in drafts]
        assert isinstance(huge.exception(), JournalWriteError)
        assert [first.result()[0].seq, last.result()[0].seq] == [2, 3]
    assert "a batch was not written" in caplog.text
    assert verify(tmp_path, counts).ok


def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    pending = journal.submit([tip()])
    journal.close()
    journal.close()
    assert pending.result()[0].seq == 1
    with pytest.raises(JournalClosedError, match="closed"):
        journal.submit([tip()])


def test_a_journal_is_not_continued_with_another_key(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.append(tip())
    for path in (tmp_path / "keys").iterdir():
        path.unlink()
    keys.init(tmp_path / "keys")
    with pytest.raises(JournalFileError, match="was signed with another key"):
        open_journal(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM records WHERE seq = 2",
        "UPDATE records SET content = x'7b7d' WHERE seq = 2",
        "UPDATE batches SET peaks = zeroblob(32)",
        "UPDATE batches SET peaks = zeroblob(64)",
        "DELETE FROM batches WHERE first_seq = 2",
    ],
)
def test_a_journal_with_a_damaged_end_is_not_continued(tmp_path: Path, damage: str) -> None:
    with open_journal(tmp_path) as journal:
        journal.append(tip())
        journal.append(tip())
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        connection.execute(damage)
    connection.close()
    with pytest.raises(JournalFileError, match="run: vallum journal verify"):
        open_journal(tmp_path)
    assert not verify(tmp_path).ok


def test_records_without_their_key_are_not_continued_with_another(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.append(tip())
    (tmp_path / "keys" / "centre.key").unlink()
    with pytest.raises(KeyFileError, match="there is no key"):
        open_journal(tmp_path)
    # The refusal must not keep the journal locked.
    with pytest.raises(KeyFileError):
        open_journal(tmp_path)
