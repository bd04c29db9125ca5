import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from vallum.journal import (
    Conflict,
    Cursor,
    DetectionRow,
    JournalFileError,
    Observations,
    ObservationsError,
    TrackPointRow,
)
from vallum.journal.inlet import Inlet
from vallum.journal.observation_rows import columns_of, detection_of


def detection(
    report: str, event_s: float = 100.0, *, node: str = "tower-1", session: str = "s1", **rest: Any
) -> DetectionRow:
    return DetectionRow(
        node_id=node,
        session=session,
        report_id=report,
        sensor_id="camera",
        sent_s=event_s,
        received_s=event_s + 0.2,
        event_s=event_s,
        kind="detection",
        **rest,
    )


def point(track: str, time_s: float) -> TrackPointRow:
    covariance = tuple(float(number) for number in range(16))
    return TrackPointRow(track, time_s, 41.2, 36.4, 1.0, -0.5, covariance, "initiating", {"person": 0.75}, True)


@pytest.fixture
def observations(tmp_path: Path) -> Iterator[Observations]:
    with Observations.open(tmp_path) as opened:
        yield opened


def test_a_detection_is_given_back_as_it_came(observations: Observations) -> None:
    row = detection(
        "r1",
        lon=41.2,
        lat=36.4,
        position_sd_m=12.0,
        azimuth_deg=271.5,
        azimuth_sd_deg=0.2,
        range_m=3_100.0,
        range_sd_m=25.0,
        classification={"person": 0.75, "animal": 0.25},
        quality=("clock uncertain",),
        simulated=True,
        raw=b"\x00frame",
    )
    observations.detection(replace(row, still=b"\x89PNG"))
    observations.flush()
    assert observations.between(0.0, 200.0) == [row]
    assert observations.still("tower-1", "r1") == b"\x89PNG"
    assert observations.still("tower-1", "r2") is None


@given(
    st.builds(
        DetectionRow,
        sent_s=st.floats(0, 1e9),
        received_s=st.floats(0, 1e9),
        event_s=st.floats(0, 1e9),
        lon=st.none() | st.floats(-180, 180),
        lat=st.none() | st.floats(-90, 90),
        position_sd_m=st.none() | st.floats(0, 1e4),
        azimuth_deg=st.none() | st.floats(0, 360),
        azimuth_sd_deg=st.none(),
        range_m=st.none() | st.floats(0, 1e5),
        range_sd_m=st.none(),
        classification=st.dictionaries(st.text("ab"), st.floats(0, 1), max_size=3),
        quality=st.lists(st.text("xy"), max_size=3).map(tuple),
    )
)
def test_columns_lose_nothing_of_a_detection(row: DetectionRow) -> None:
    assert detection_of(columns_of(row)) == row


@pytest.mark.parametrize("field", ["sent_s", "event_s", "lon", "range_m"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_report_without_a_number_belongs_in_quarantine(field: str, value: float) -> None:
    wrong: dict[str, Any] = {field: value}
    with pytest.raises(ValueError, match=f"{field} is .* belongs in quarantine"):
        replace(detection("r1"), **wrong)


def test_a_report_sent_twice_is_stored_once_and_counted(observations: Observations) -> None:
    observations.detection(detection("r1", raw=b"same"))
    observations.detection(replace(detection("r1", raw=b"same"), received_s=900.0))
    observations.flush()
    observations.detection(detection("r1", raw=b"same"))
    observations.detection(detection("r2"))
    observations.flush()
    assert observations.cursor("tower-1") == Cursor("tower-1", None, stored=2, duplicates=2, last_report_id="r2")
    assert len(observations.between(0.0, 200.0)) == 2
    assert observations.counters.conflicts == 0


@pytest.mark.parametrize("together", [True, False])
def test_the_same_key_with_other_content_is_an_incident_and_the_first_stays(
    observations: Observations, together: bool
) -> None:
    conflicts: list[Conflict] = []
    observations.on_conflict(conflicts.append)
    first, second = detection("r1", raw=b"one"), detection("r1", raw=b"two")
    observations.detection(first)
    if not together:
        observations.flush()
    observations.detection(second)
    observations.flush()
    assert conflicts == [Conflict(stored=first, refused=second)]
    assert observations.counters.conflicts == 1
    assert observations.between(0.0, 200.0) == [first]


def test_a_report_sent_again_after_the_node_connected_again_is_stored_once(tmp_path: Path) -> None:
    conflicts: list[Conflict] = []
    # the message around the report is dated anew: its first byte here
    with Observations.open(tmp_path, same=lambda one, other: one[1:] == other[1:]) as observations:
        observations.on_conflict(conflicts.append)
        for number in (1, 2, 3):
            observations.detection(detection(f"r{number}", session="s1", raw=b"1seen"))
        observations.flush()
        for number in (2, 3, 4):
            observations.detection(detection(f"r{number}", session="s2", raw=b"2seen"))
        observations.flush()
        assert [row.report_id for row in observations.between(0.0, 200.0)] == ["r1", "r2", "r3", "r4"]
        assert observations.cursor("tower-1", "s1") == Cursor("tower-1", "s1", 3, 0, "r3")
        assert observations.cursor("tower-1", "s2") == Cursor("tower-1", "s2", 1, 2, "r4")
        assert observations.cursor("tower-1").stored == 4
        assert conflicts == []
    with Observations.open(tmp_path) as observations:
        observations.detection(detection("r4", session="s3", raw=b"2seen"))
        observations.detection(detection("r4", session="s3", node="tower-2", raw=b"else"))
        observations.flush()
        # nothing new was stored, and the node's new session is told that what it sent is on the disk
        assert observations.cursor("tower-1", "s3") == Cursor("tower-1", "s3", 0, 1, "r4")
        assert observations.cursor("tower-2", "s3").stored == 1
        assert observations.cursor("tower-3") == Cursor("tower-3", None, stored=0, duplicates=0, last_report_id=None)


def test_another_content_under_a_known_report_id_is_an_incident_in_a_later_session_too(
    observations: Observations,
) -> None:
    conflicts: list[Conflict] = []
    observations.on_conflict(conflicts.append)
    first, second = detection("r1", raw=b"one"), detection("r1", session="s2", raw=b"two")
    observations.detection(first)
    observations.detection(second)
    observations.flush()
    assert conflicts == [Conflict(stored=first, refused=second)]
    assert observations.between(0.0, 200.0) == [first]


def test_a_cursor_counts_only_what_is_on_the_disk(observations: Observations, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def compare(cursors: Sequence[Cursor]) -> None:
        # Another connection sees committed rows only.
        with sqlite3.connect(tmp_path / "observations.db") as other:
            (rows,) = other.execute("SELECT count(*) FROM detections").fetchone()
        other.close()
        seen.append((cursors[-1].stored, rows))

    observations.on_stored(compare)
    for number in range(1200):
        observations.detection(detection(f"r{number}"))
    observations.flush()
    assert all(stored == rows for stored, rows in seen)
    assert seen[-1] == (1200, 1200)
    assert observations.cursor("tower-1").last_report_id == "r1199"


def test_cursors_go_on_after_a_restart(tmp_path: Path) -> None:
    for number in range(3):
        with Observations.open(tmp_path) as opened:
            opened.detection(detection(f"r{number}"))
    with Observations.open(tmp_path) as opened:
        assert opened.cursor("tower-1").stored == 3


def test_points_of_a_track_come_back_in_order(observations: Observations) -> None:
    rows = [point("T1", 3.0), point("T2", 2.0), point("T1", 1.0)]
    observations.track_points(rows)
    observations.flush()
    assert observations.of_track("T1") == [rows[2], rows[0]]
    assert observations.of_track("T1", from_s=1.0, until_s=3.0) == [rows[2]]
    assert observations.track_points_between(1.5, 3.5) == [rows[1], rows[0]]


def test_new_tracks_are_numbered_after_the_highest_one_stored(observations: Observations) -> None:
    assert observations.highest_track() == 0
    observations.track_points([point("9", 1.0), point("10", 2.0)])
    observations.flush()
    assert observations.highest_track() == 10


def test_a_time_range_has_its_start_and_not_its_end(observations: Observations) -> None:
    for number in range(5):
        observations.detection(detection(f"r{number}", event_s=float(number)))
    observations.flush()
    assert [row.report_id for row in observations.between(1.0, 3.0)] == ["r1", "r2"]
    assert [row.report_id for row in observations.between(0.0, 9.0, limit=2)] == ["r0", "r1"]


def test_what_is_older_than_the_retention_period_is_deleted_and_cursors_stay(observations: Observations) -> None:
    for number in range(10):
        observations.detection(detection(f"r{number}", event_s=float(number)))
    observations.track_points([point("T1", 1.0), point("T1", 8.0)])
    assert observations.retain(before_s=5.0) == 6
    assert [row.report_id for row in observations.between(0.0, 99.0)] == ["r5", "r6", "r7", "r8", "r9"]
    assert [row.time_s for row in observations.of_track("T1")] == [8.0]
    assert observations.cursor("tower-1").stored == 10


def refuse_commits(observations: Observations) -> Any:
    def refuse(connection: object) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    event.listen(observations._engine, "commit", refuse)
    return refuse


def test_a_full_disk_loses_nothing_that_was_handed_in(
    observations: Observations, caplog: pytest.LogCaptureFixture
) -> None:
    refuse = refuse_commits(observations)
    observations.detection(detection("r1"))
    with pytest.raises(ObservationsError, match="is the disk full"):
        observations.flush(timeout_s=0.3)
    assert observations.cursor("tower-1").stored == 0
    event.remove(observations._engine, "commit", refuse)
    observations.flush()
    assert observations.cursor("tower-1").stored == 1
    assert observations.counters.failed_writes > 0
    assert "kept and tried again" in caplog.text


def test_closing_on_a_full_disk_says_how_much_is_not_stored(tmp_path: Path) -> None:
    opened = Observations.open(tmp_path)
    refuse_commits(opened)
    for number in range(3):
        opened.detection(detection(f"r{number}"))
    with pytest.raises(ObservationsError, match="3 observations were not stored"):
        opened.close()


def test_a_row_that_no_database_holds_fails_alone_and_is_counted(
    observations: Observations, caplog: pytest.LogCaptureFixture
) -> None:
    observations.detection(detection("r1"))
    observations.detection(replace(detection("r2"), kind="lone \ud800 surrogate"))
    observations.detection(detection("r3"))
    observations.flush()
    assert [row.report_id for row in observations.between(0.0, 200.0)] == ["r1", "r3"]
    assert observations.counters.unwritable == 1
    assert "cannot hold" in caplog.text


def test_a_failing_subscriber_does_not_stop_the_store(
    observations: Observations, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(cursors: Sequence[Cursor]) -> None:
        raise RuntimeError("the page is gone")

    observations.on_stored(fail)
    observations.detection(detection("r1"))
    observations.flush()
    observations.detection(detection("r2"))
    observations.flush()
    assert observations.cursor("tower-1").stored == 2
    assert "the page is gone" in caplog.text


def test_a_closed_store_takes_nothing_more_and_says_so(tmp_path: Path) -> None:
    opened = Observations.open(tmp_path)
    opened.close()
    opened.close()
    with pytest.raises(ObservationsError, match="closed"):
        opened.detection(detection("r1"))


def test_one_process_writes_the_store(observations: Observations, tmp_path: Path) -> None:
    with pytest.raises(JournalFileError, match="another process"):
        Observations.open(tmp_path)


def test_a_full_waiting_line_makes_callers_wait_and_counts_it(tmp_path: Path) -> None:
    with Observations.open(tmp_path, waiting_rows=5) as opened:
        for number in range(20):
            opened.detection(detection(f"r{number}"))
        opened.flush()
        assert opened.cursor("tower-1").stored == 20
        assert opened.counters.waits > 0


def test_a_full_line_takes_no_points_then_asks_detections_to_wait_and_still_takes_those_in_hand(
    tmp_path: Path,
) -> None:
    with Observations.open(tmp_path, waiting_rows=8) as opened:
        released = threading.Event()
        event.listen(opened._engine, "commit", lambda connection: released.wait(60.0))
        opened.detection(detection("in hand of the writer"))
        while opened._inlet._items:
            time.sleep(0.01)
        taken = [opened.offer(point("1", 1.0)) for _ in range(6)]
        assert taken == [True] * 4 + [False] * 2
        assert opened.counters.shed == 2
        asyncio.run(asyncio.wait_for(opened.room(), 5.0))
        assert [opened.offer(detection(f"r{number}")) for number in range(5)] == [True] * 4 + [False]
        assert opened.counters.waits == 0
        with pytest.raises(TimeoutError):
            asyncio.run(asyncio.wait_for(opened.room(), 0.1))
        assert opened.counters.waits == 1
        released.set()
        asyncio.run(asyncio.wait_for(opened.room(), 30.0))
        opened.flush()
        assert opened.cursor("tower-1").stored == 5
        assert len(opened.of_track("1")) == 4


def test_a_store_whose_disk_hangs_is_closed_in_time_and_whoever_waits_is_told(tmp_path: Path) -> None:
    opened = Observations.open(tmp_path)
    released = threading.Event()
    event.listen(opened._engine, "commit", lambda connection: released.wait(60.0))
    opened.detection(detection("r1"))
    told: list[str] = []

    def retain() -> None:
        try:
            opened.retain(before_s=0.0)
        except ObservationsError as error:
            told.append(str(error))

    caller = threading.Thread(target=retain)
    caller.start()
    with pytest.raises(ObservationsError, match="did not take the last observations"):
        opened.close(timeout_s=0.2)
    caller.join()
    assert "closed" in told[0]
    released.set()
    opened._writer.join()


def test_of_two_nodes_with_one_report_id_each_has_its_own_picture_and_the_first_one_stays(
    observations: Observations,
) -> None:
    for node, session, png in (("tower-1", "s1", b"first"), ("tower-1", "s2", b"again"), ("tower-2", "s1", b"other")):
        observations.detection(detection("r1", node=node, session=session, still=png))
    observations.flush()
    assert (observations.still("tower-1", "r1"), observations.still("tower-2", "r1")) == (b"first", b"other")


def test_a_track_number_stays_taken_when_its_points_are_gone_and_is_found_in_an_older_store(tmp_path: Path) -> None:
    with Observations.open(tmp_path) as opened:
        opened.track_points([point("12", 1.0), point("3", 2.0)])
        assert opened.retain(before_s=9.0) == 2
        assert opened.highest_track() == 12
        opened.track_points([point("4", 10.0)])
    with sqlite3.connect(tmp_path / "observations.db") as older:
        older.execute("DROP TABLE track_numbers")
    older.close()
    with Observations.open(tmp_path) as opened:
        assert opened.highest_track() == 4


def test_many_threads_through_a_narrow_inlet_lose_nothing() -> None:
    inlet = Inlet[int](capacity=3, portion=2, linger_s=0.001)
    taken: list[int] = []

    def take() -> None:
        while portion := inlet.take():
            taken.extend(portion)

    def put(start: int) -> None:
        for number in range(start, start + 200):
            assert inlet.put(number)

    writer = threading.Thread(target=take)
    writer.start()
    callers = [threading.Thread(target=put, args=(start,)) for start in (0, 200, 400)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    inlet.close()
    writer.join()
    assert sorted(taken) == list(range(600))


def test_whoever_waits_at_an_inlet_that_closes_is_told() -> None:
    inlet = Inlet[int](capacity=1, portion=1, linger_s=0.0)
    inlet.put(1)
    answers: list[bool] = []
    caller = threading.Thread(target=lambda: answers.append(inlet.put(2)))
    caller.start()
    inlet.close()
    caller.join()
    assert answers == [False]
    assert [inlet.take(), inlet.take()] == [[1], []]
