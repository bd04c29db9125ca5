"""How do rows that wait become rows on the disk, however long the disk takes?"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from vallum.journal.inlet import Inlet
from vallum.journal.observation_cursors import store_detections
from vallum.journal.observation_numbers import raise_number
from vallum.journal.observation_rows import (
    DETECTIONS,
    TRACK_POINTS,
    Cursor,
    DetectionRow,
    TrackPointRow,
    columns_of,
)
from vallum.journal.store import WriterLock

RETRY_S = 0.5
_DELETE_ROWS = 5_000
_log = logging.getLogger(__name__)


class ObservationsError(RuntimeError):
    """The store could not take or give something, with what is known about why."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two reports of one key with different content: an integrity incident. The first one stays stored."""

    stored: DetectionRow
    refused: DetectionRow


@dataclass(frozen=True, slots=True)
class Counters:
    """What has happened since the store was opened.

    `waits` counts callers that had to wait for room, `shed` points of tracks for which there was none, `failed_writes`
    attempts that the disk refused, `unwritable` rows that the database cannot hold.
    """

    waits: int = 0
    shed: int = 0
    conflicts: int = 0
    failed_writes: int = 0
    unwritable: int = 0


@dataclass(frozen=True, slots=True)
class Flush:
    """Asks to be told when everything before it is on the disk."""

    done: "Future[None]"


@dataclass(frozen=True, slots=True)
class Retain:
    """Asks to delete what is older, and to be told how many rows went."""

    before_s: float
    done: "Future[int]"


Row = DetectionRow | TrackPointRow
Waiting = Row | Flush | Retain


class ObservationWriter(threading.Thread):
    """The one thread that writes; it ends when the inlet is closed and empty, and closes the file.

    Parameters
    ----------
    engine, lock
        The file, and that nobody else writes it; let go at the end.
    inlet
        Where rows wait.
    tell
        Told, on this thread, what each commit has moved and which reports it refused.
    same
        As of `DetectionRow.says_the_same_as`.
    """

    def __init__(
        self,
        engine: Engine,
        lock: WriterLock,
        inlet: Inlet[Waiting],
        tell: Callable[[list[Cursor], list[Conflict]], None],
        same: Callable[[bytes, bytes], bool],
    ) -> None:
        super().__init__(name="observations writer", daemon=True)
        self._engine = engine
        self._lock = lock
        self._inlet = inlet
        self._tell = tell
        self._same = same
        self.counts = Counters()
        self.unwritten = 0

    def run(self) -> None:
        """Write until the inlet is closed and empty."""
        try:
            self._write_portions()
        finally:
            self._engine.dispose()
            self._lock.release()

    def _write_portions(self) -> None:
        while portion := self._inlet.take():
            rows: list[Row] = []
            for item in portion:
                if isinstance(item, Flush | Retain):
                    # What was handed in before it must be on the disk before it is answered.
                    self._store(rows)
                    rows = []
                    self._answer(item)
                else:
                    rows.append(item)
            self._store(rows)

    def _answer(self, item: Flush | Retain) -> None:
        if isinstance(item, Flush):
            if self.unwritten:
                item.done.set_exception(ObservationsError("the store was closed while the disk refused to write"))
            else:
                item.done.set_result(None)
            return
        try:
            item.done.set_result(self._delete_before(item.before_s))
        except SQLAlchemyError as failure:
            wrong = ObservationsError(f"old observations were not deleted: {failure}")
            item.done.set_exception(wrong)

    def _store(self, rows: list[Row]) -> None:
        """Store rows, however long it takes; give up only when the store is closed while the disk fails."""
        while rows:
            try:
                cursors, conflicts = self._commit(rows)
            except OperationalError:
                _log.exception("observations were not stored; they are kept and tried again")
                self.counts = replace(self.counts, failed_writes=self.counts.failed_writes + 1)
                if self._inlet.wait_closed(RETRY_S):
                    self.unwritten += len(rows)
                    return
            except Exception:
                # Not the disk: one of the rows cannot be held. Find it, so that it alone is left out.
                if len(rows) > 1:
                    for row in rows:
                        self._store([row])
                    return
                _log.exception("an observation that the database cannot hold: %r", rows[0])
                self.counts = replace(self.counts, unwritable=self.counts.unwritable + 1)
                return
            else:
                self.counts = replace(self.counts, conflicts=self.counts.conflicts + len(conflicts))
                self._tell(cursors, conflicts)
                return

    def _commit(self, rows: list[Row]) -> tuple[list[Cursor], list[Conflict]]:
        points = [row for row in rows if isinstance(row, TrackPointRow)]
        detections = [row for row in rows if isinstance(row, DetectionRow)]
        with self._engine.begin() as connection:
            if points:
                connection.execute(insert(TRACK_POINTS), [columns_of(row) for row in points])
                raise_number(connection, points)
            cursors, refused = store_detections(connection, detections, self._same) if detections else ([], [])
        return cursors, [Conflict(stored=first, refused=second) for first, second in refused]

    def _delete_before(self, before_s: float) -> int:
        gone = 0
        for table, column in ((DETECTIONS, DETECTIONS.c.event_s), (TRACK_POINTS, TRACK_POINTS.c.time_s)):
            old = select(table.c.row).where(column < before_s).limit(_DELETE_ROWS)
            while True:
                # In portions, so that the write-ahead log stays small.
                with self._engine.begin() as connection:
                    count = connection.execute(delete(table).where(table.c.row.in_(old))).rowcount
                gone += count
                if count < _DELETE_ROWS:
                    break
        return gone
