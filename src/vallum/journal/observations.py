"""Where do detections and track points go, and how far are they safe?

A SQLite file of its own, written by one thread in portions. A node's stored-cursor is updated in the transaction that
stores its reports, so "stored" always means "on the disk". When the disk is slow, points of tracks are shed first and
detections wait where they come from, see `room`; when the disk fails the rows are kept and tried again. Both are
counted: nothing is dropped in silence.
"""

import asyncio
import logging
import operator
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from vallum.journal.inlet import Inlet
from vallum.journal.observation_numbers import begin_numbers
from vallum.journal.observation_reading import ObservationsReader
from vallum.journal.observation_rows import TABLES, Cursor, DetectionRow, TrackPointRow
from vallum.journal.observation_writing import (
    RETRY_S,
    Conflict,
    Counters,
    Flush,
    ObservationsError,
    ObservationWriter,
    Retain,
    Waiting,
)
from vallum.journal.store import WriterLock, open_engine

__all__ = ["Conflict", "Counters", "Observations", "ObservationsError"]

OBSERVATIONS_NAME = "observations.db"
FLUSH_S = 0.1
FLUSH_ROWS = 500
WAITING_ROWS = 20_000
CLOSE_WITHIN_S = 30.0
# Shares of the waiting line: points of tracks are shed beyond the first, and beyond the second no more is read from
# sensors. The rest is for what every connection may still have in hand.
POINTS_BELOW = 0.5
ROOM_BELOW = 0.75
_ROOM_S = 0.05
_log = logging.getLogger(__name__)


class Observations(ObservationsReader):
    """The observation store of one centre. Make it with `Observations.open`; close it when done.

    Examples
    --------
    >>> import tempfile
    >>> row = DetectionRow(node_id="tower-1", session="1", report_id="A", sensor_id="camera", sent_s=1.0,
    ...                    received_s=1.1, event_s=1.0, kind="detection", lon=41.2, lat=36.4)
    >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
    ...     observations.detection(row)
    ...     observations.flush()
    ...     observations.cursor("tower-1").stored, observations.between(0.0, 2.0) == [row]
    (1, True)
    """

    def __init__(
        self, engine: Engine, lock: WriterLock, waiting_rows: int, same: Callable[[bytes, bytes], bool]
    ) -> None:
        super().__init__(engine)
        self._inlet = Inlet[Waiting](capacity=waiting_rows, portion=FLUSH_ROWS, linger_s=FLUSH_S)
        self._gate = threading.Lock()
        self._stored_subscribers: list[Callable[[Sequence[Cursor]], None]] = []
        self._conflict_subscribers: list[Callable[[Conflict], None]] = []
        self._held = 0
        self._shed = 0
        self._given_up = threading.Event()
        self._writer = ObservationWriter(engine, lock, self._inlet, self._tell, same)
        self._writer.start()

    @classmethod
    def open(
        cls, folder: Path, *, waiting_rows: int = WAITING_ROWS, same: Callable[[bytes, bytes], bool] = operator.eq
    ) -> Self:
        """Open `observations.db` of a folder, or start one.

        Parameters
        ----------
        folder
            Made when missing.
        waiting_rows
            How many rows may wait for the disk before callers wait too.
        same
            Tells of two different messages under one report id whether they carry the same report.

        Raises
        ------
        JournalFileError
            When another process writes it, or the disk cannot hold it safely.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     Observations.open(Path(place)).close()
        """
        folder.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(folder / "observations.lock")
        engine = open_engine(folder / OBSERVATIONS_NAME)
        try:
            with engine.begin() as connection:
                TABLES.create_all(connection)
                begin_numbers(connection)
        except BaseException:
            engine.dispose()
            lock.release()
            raise
        return cls(engine, lock, waiting_rows, same)

    @property
    def counters(self) -> Counters:
        """Return what has happened since the store was opened.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
        ...     observations.counters.waits
        0
        """
        return replace(self._writer.counts, waits=self._inlet.waits + self._held, shed=self._shed)

    def offer(self, row: DetectionRow | TrackPointRow) -> bool:
        """Hand in a row without waiting; False when there is no room for it.

        To be called from one thread, as `room` is.

        Raises
        ------
        ObservationsError
            When the store is closed.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
        ...     observations.offer(TrackPointRow("1", 1.0, 41.0, 36.0, 0.0, 0.0))
        True
        """
        is_point = isinstance(row, TrackPointRow)
        if self._inlet.offer(row, below=POINTS_BELOW if is_point else 1.0):
            return True
        self._refuse_closed()
        self._shed += is_point
        return False

    async def room(self) -> None:
        """Wait, without holding up the loop, until detections may be read; a wait is counted.

        Whoever holds a few rows when this returns can hand them in: `offer` takes detections beyond this mark.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
        ...     asyncio.run(observations.room())
        """
        if self._inlet.has_room(ROOM_BELOW):
            return
        self._held += 1
        # the writer is a thread that knows no loop, so it is asked
        while not (self._inlet.has_room(ROOM_BELOW) or self._inlet.is_closed):  # noqa: ASYNC110
            await asyncio.sleep(_ROOM_S)

    def detection(self, row: DetectionRow) -> None:
        """Hand in a detection; returns at once unless the store is full, then waits for room.

        Raises
        ------
        ObservationsError
            When the store is closed.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
        ...     observations.close()
        ...     observations.detection(DetectionRow("node", "session", "report", "camera", 1.0, 1.1, 1.0, "detection"))
        Traceback (most recent call last):
        ...
        vallum.journal.observation_writing.ObservationsError: the observation store is closed; it takes nothing more
        """
        self._put(row)

    def track_points(self, rows: Iterable[TrackPointRow]) -> None:
        """Hand in points of tracks; otherwise as `detection`.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
        ...     observations.track_points([TrackPointRow("1", 1.0, 41.0, 36.0, 0.0, 0.0)])
        ...     observations.flush()
        ...     len(observations.of_track("1"))
        1
        """
        for row in rows:
            self._put(row)

    def on_stored(self, subscriber: Callable[[Sequence[Cursor]], None]) -> None:
        """Call somebody, from the writer thread, with the cursors that a commit has moved.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
        ...     observations.on_stored(lambda cursors: None)
        """
        with self._gate:
            self._stored_subscribers.append(subscriber)

    def on_conflict(self, subscriber: Callable[[Conflict], None]) -> None:
        """Call somebody, from the writer thread, when a known report comes again with other content.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
        ...     observations.on_conflict(lambda conflict: None)
        """
        with self._gate:
            self._conflict_subscribers.append(subscriber)

    def retain(self, before_s: float) -> int:
        """Delete what is older than the retention period: detections and points before `before_s`.

        Cursors stay: what was stored once was stored. Returns how many rows went.

        Raises
        ------
        ObservationsError
            When the disk refuses, or the store is closed before.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
        ...     observations.retain(before_s=0.0)
        0
        """
        done: Future[int] = Future()
        self._put(Retain(before_s, done))
        while True:
            try:
                return done.result(timeout=RETRY_S)
            except TimeoutError:
                if self._given_up.is_set():
                    raise ObservationsError("old observations were not deleted: the store was closed") from None

    def flush(self, timeout_s: float = 30.0) -> None:
        """Wait until everything handed in so far is on the disk.

        Raises
        ------
        ObservationsError
            When it is not within `timeout_s`; the rows are kept and tried again.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Observations.open(Path(place)) as observations:
        ...     observations.flush()
        """
        done: Future[None] = Future()
        self._put(Flush(done))
        try:
            done.result(timeout=timeout_s)
        except TimeoutError:
            raise ObservationsError(f"not everything was stored within {timeout_s} s; is the disk full?") from None

    def close(self, timeout_s: float = CLOSE_WITHIN_S) -> None:
        """Store what was handed in, then stop. Closing twice does nothing.

        Parameters
        ----------
        timeout_s
            So long the disk is waited for; a writer that hangs in it is left behind and ends with the process.

        Raises
        ------
        ObservationsError
            When rows could not be stored, with their number.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     Observations.open(Path(place)).close()
        """
        if self._inlet.is_closed:
            return
        self._inlet.close()
        self._writer.join(timeout_s)
        self._given_up.set()
        if self._writer.is_alive():
            raise ObservationsError(
                f"the disk did not take the last observations within {timeout_s:g} s; they are lost"
            )
        if self._writer.unwritten:
            raise ObservationsError(
                f"{self._writer.unwritten} observations were not stored because the disk refused them"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _put(self, item: Waiting) -> None:
        if not self._inlet.put(item, urgent=isinstance(item, Flush | Retain)):
            self._refuse_closed()

    def _refuse_closed(self) -> None:
        if self._inlet.is_closed:
            raise ObservationsError("the observation store is closed; it takes nothing more")

    def _tell(self, cursors: list[Cursor], conflicts: list[Conflict]) -> None:
        with self._gate:
            stored, conflicting = tuple(self._stored_subscribers), tuple(self._conflict_subscribers)
        try:
            for conflict in conflicts:
                for hear_conflict in conflicting:
                    hear_conflict(conflict)
            if cursors:
                for hear_stored in stored:
                    hear_stored(cursors)
        except Exception:
            _log.exception("a subscriber of the observation store failed; the rows are stored")
