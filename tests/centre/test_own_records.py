"""What the centre finds is written in order, tried again when the disk is slow, and never silently given up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from vallum.centre import own_records
from vallum.centre.own_records import OwnRecords
from vallum.centre.registry import registry
from vallum.journal import Clock, Draft, Journal, Record
from vallum.journal.journal import JournalWriteError
from vallum.watch.alarm import AlarmRaised


def alarm(number: int) -> Draft:
    body = AlarmRaised(alarm_id=f"A{number}", rule="sensor_silent", kind="sensor_silent", priority=2)
    return Draft(type="alarm.raised", actor="centre", body=body)


class ReluctantJournal(Journal):
    """A journal whose disk refuses the first so many submissions."""

    refusals = 0

    def submit(self, drafts: Sequence[Draft]) -> Future[tuple[Record, ...]]:
        if self.refusals > 0:
            self.refusals -= 1
            refused: Future[tuple[Record, ...]] = Future()
            refused.set_exception(JournalWriteError("the disk is full"))
            return refused
        return super().submit(drafts)


@pytest.fixture
def journal(tmp_path: Path) -> ReluctantJournal:
    return ReluctantJournal.open(tmp_path, registry(), clock=Clock.machine(), originator="guard")


async def test_an_alarm_that_the_disk_refuses_at_first_is_written_in_the_end(journal: ReluctantJournal) -> None:
    with journal:
        journal.refusals = 3
        own = OwnRecords(journal)
        writing = asyncio.create_task(own.write())
        own.put([alarm(1), alarm(2)])
        await own.drained(within_s=20.0)
        writing.cancel()
        assert sorted(row.model_dump()["alarm_id"] for row in journal.rows("alarms")) == ["A1", "A2"]


async def test_one_draft_that_is_refused_for_what_it_says_stops_no_other(journal: ReluctantJournal) -> None:
    with journal:
        own = OwnRecords(journal)
        writing = asyncio.create_task(own.write())
        own.put([alarm(1), alarm(1), alarm(2)])  # an alarm is raised once
        await own.drained(within_s=20.0)
        writing.cancel()
        assert len(journal.rows("alarms")) == 2


async def test_a_disk_that_stays_away_stops_the_writing_in_words(
    journal: ReluctantJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_records, "GIVE_UP_AFTER_S", 0.2)
    monkeypatch.setattr(own_records, "AGAIN_AFTER_S", 0.05)
    with journal:
        journal.refusals = 10_000
        own = OwnRecords(journal)
        own.put([alarm(1)])
        with pytest.raises(JournalWriteError, match="disk is full"):
            await own.write()
