"""A whole picture holds all that is open and the latest of what has ended, and no frames."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from tests.centre.standing import standing_alarm
from tests.house import House

from vallum.journal.envelope import Draft
from vallum.server.latest import ENDED, LATEST, PICTURE_VIEWS, open_and_latest
from vallum.server.models import Picture
from vallum.watch.quarantine import QuarantineRow, ReportQuarantined

DUSK = datetime(2021, 3, 17, 16, 0, tzinfo=UTC)


class Thing(BaseModel):
    number: int
    ended_at: datetime | None


def ended(thing: Thing) -> datetime | None:
    return thing.ended_at


@given(st.lists(st.none() | st.integers(0, 50), max_size=40), st.integers(0, 20))
def test_all_that_is_open_stays_and_nothing_left_out_ended_later_than_what_is_kept(
    minutes: list[int | None], latest: int
) -> None:
    things = [
        Thing(number=number, ended_at=None if minute is None else DUSK + timedelta(minutes=minute))
        for number, minute in enumerate(minutes)
    ]
    kept = [thing for thing in open_and_latest(things, ended, latest) if isinstance(thing, Thing)]
    assert [thing.number for thing in kept] == sorted(thing.number for thing in kept)
    assert [thing for thing in kept if thing.ended_at is None] == [thing for thing in things if thing.ended_at is None]
    over = [thing.ended_at for thing in kept if thing.ended_at is not None]
    left_out = [thing.ended_at for thing in things if thing.ended_at is not None and thing not in kept]
    assert len(over) == min(latest, len(over) + len(left_out))
    assert not (over and left_out) or max(left_out) <= min(over)


def test_every_view_of_the_picture_is_read() -> None:
    assert set(PICTURE_VIEWS) == set(Picture.model_fields) - {"pulse", "watched", "tracks"}
    assert set(ENDED) <= set(PICTURE_VIEWS)


def test_a_quarantined_reports_frame_stays_in_the_record() -> None:
    assert "frame_base64" in ReportQuarantined.model_fields
    assert "frame_base64" not in QuarantineRow.model_fields


async def test_the_picture_of_a_centre_that_set_aside_thousands_holds_the_latest(running: House) -> None:
    await standing_alarm(running.centre)
    drafts = [
        Draft(
            type="report.quarantined",
            actor="centre",
            nature="observed",
            occurred=DUSK + timedelta(seconds=number),
            body=ReportQuarantined(
                quarantine_id=f"Q{10_000 - number}",
                node_id="node",
                reason_code="not usable",
                reason="a report that makes no sense",
                frame_base64="A" * 1000,
            ),
        )
        for number in range(LATEST + 100)
    ]
    await running.centre.journal.appended(*drafts)
    answer = await running.client.get("/api/picture")
    picture = answer.json()
    lines = [line["at"] for line in picture["quarantine"]]
    assert len(lines) == LATEST
    assert min(lines) > (DUSK + timedelta(seconds=99)).isoformat()[:19]
    assert "AAAA" not in answer.text
    assert [alarm["alarm_id"] for alarm in picture["alarms"]] == ["A1000"]
