"""How is a record written so that it stays written?

All writing goes through one thread. Whatever waits is committed together: one transaction, one sync of the disk, one
signature for many records. A future is resolved only after that commit is durable.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Engine

from vallum.journal import keys
from vallum.journal.checkpoint import SignatureError, TreeHead
from vallum.journal.clock import Clock
from vallum.journal.envelope import Draft, Record
from vallum.journal.merkle import Peaks
from vallum.journal.reading import JournalReader
from vallum.journal.rebuild import replay_views, views_are_current
from vallum.journal.registry import Registry
from vallum.journal.sealing import Sealing, Signer
from vallum.journal.store import (
    JOURNAL_NAME,
    KEYS_FOLDER,
    TABLES,
    JournalFileError,
    WriterLock,
    open_engine,
    read_tail,
)
from vallum.journal.views import Change, ViewTables

BATCH_RECORDS = 500
Subscriber = Callable[[Sequence[Record], Sequence[Change]], None]
_log = logging.getLogger(__name__)


class JournalClosedError(RuntimeError):
    """The journal takes nothing more."""


class JournalWriteError(RuntimeError):
    """The disk did not take a batch; whether it is there is known only after the disk works again."""


@dataclass(slots=True)
class Submission:
    """Drafts that are written all or none, and the future that answers for them."""

    drafts: tuple[Draft, ...]
    future: "Future[tuple[Record, ...]]"


class Journal(JournalReader):
    """The journal of one centre, open for writing. Make it with `Journal.open`; close it when done.

    Examples
    --------
    >>> import tempfile
    >>> from pydantic import BaseModel
    >>> class Tip(BaseModel):
    ...     text: str
    >>> registry = Registry(records=[{"tip.received": (Tip, None, None)}])
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with Journal.open(Path(place), registry, clock=Clock.machine(), originator="guard") as journal:
    ...         (record,) = journal.append(Draft(type="tip.received", actor="watch.1", body=Tip(text="lights")))
    ...         record.seq, journal.last().body
    (1, {'text': 'lights'})
    """

    def __init__(self, engine: Engine, registry: Registry, *, clock: Clock, signer: Signer, lock: WriterLock) -> None:
        super().__init__(engine, registry)
        self.clock = clock
        self._signer = signer
        self._lock = lock
        with engine.connect() as connection:
            self._tail = read_tail(connection)
        self._waiting: queue.SimpleQueue[Submission | None] = queue.SimpleQueue()
        self._subscribers: tuple[Subscriber, ...] = ()
        self._gate = threading.Lock()
        self._closed = False
        self._writer = threading.Thread(target=self._work, name="journal writer", daemon=True)
        self._writer.start()

    @classmethod
    def open(cls, folder: Path, registry: Registry, *, clock: Clock, originator: str, owner: str | None = None) -> Self:
        """Open the journal of a folder, or start one.

        Parameters
        ----------
        folder
            Holds `journal.db` and `keys/`; made when missing, with a new key.
        registry
            All types of record and views. When views have changed their shape they are rebuilt here.
        clock
            The centre's clock.
        originator
            Who writes, the name of the party or centre.
        owner
            Whose the records are unless a draft says otherwise; the originator when not given.

        Raises
        ------
        JournalFileError
            When another process writes this journal, the disk cannot hold it safely, or its end is damaged.
        keys.KeyFileError
            When there are records but no key to go on with.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     Journal.open(Path(place), Registry(), clock=Clock.machine(), originator="guard").close()
        """
        folder.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(folder / "journal.lock")
        engine = open_engine(folder / JOURNAL_NAME)
        try:
            signer = Signer(originator, owner or originator, _prepare(folder, engine, registry))
            return cls(engine, registry, clock=clock, signer=signer, lock=lock)
        except BaseException:
            engine.dispose()
            lock.release()
            raise

    def submit(self, drafts: Sequence[Draft]) -> "Future[tuple[Record, ...]]":
        """Hand in drafts from any thread; they are written together or not at all.

        Returns
        -------
        Future
            The records, once they are durable. Fails with `RefusedDraftError` when a draft cannot be written (other
            submissions are not touched), with `JournalWriteError` when the disk fails.

        Raises
        ------
        JournalClosedError
            When the journal is closed.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     with Journal.open(Path(place), Registry(), clock=Clock.machine(), originator="guard") as journal:
        ...         journal.submit([Draft(type="tip", actor="a", body={})]).exception()
        RefusedDraftError("'tip' is not a type of record here; known types: none")
        """
        future: Future[tuple[Record, ...]] = Future()
        try:
            plain = tuple(
                draft.model_copy(update={"body": self.registry.plain_body(draft.type, draft.body)}) for draft in drafts
            )
        except ValueError as wrong:
            future.set_exception(wrong)
            return future
        with self._gate:
            if self._closed:
                raise JournalClosedError("the journal is closed; nothing more can be written")
            self._waiting.put(Submission(plain, future))
        return future

    def append(self, *drafts: Draft) -> tuple[Record, ...]:
        """Write drafts and wait until they are durable.

        Raises
        ------
        RefusedDraftError
            When one of them cannot be written; then none is.
        RuntimeError
            When called by a subscriber: it would wait for itself.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     with Journal.open(Path(place), Registry(), clock=Clock.machine(), originator="guard") as journal:
        ...         journal.append()
        ()
        """
        if threading.current_thread() is self._writer:
            raise RuntimeError("a subscriber cannot wait for the journal that is calling it; use submit")
        return self.submit(drafts).result()

    async def appended(self, *drafts: Draft) -> tuple[Record, ...]:
        """Write drafts without blocking the event loop; otherwise as `append`.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     with Journal.open(Path(place), Registry(), clock=Clock.machine(), originator="guard") as journal:
        ...         asyncio.run(journal.appended())
        ()
        """
        return await asyncio.wrap_future(self.submit(drafts))

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call somebody after each commit with its records and what became of which row.

        The call comes from the writer thread, before the futures of that commit are resolved, so keep it short.
        Returns the function that ends the subscription.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     with Journal.open(Path(place), Registry(), clock=Clock.machine(), originator="guard") as journal:
        ...         end = journal.subscribe(lambda records, changes: None)
        ...         end()
        """
        with self._gate:
            self._subscribers = (*self._subscribers, subscriber)

        def end() -> None:
            with self._gate:
                self._subscribers = tuple(other for other in self._subscribers if other is not subscriber)

        return end

    def close(self, timeout_s: float | None = None) -> None:
        """Write what was handed in, then stop. Closing twice does nothing.

        Parameters
        ----------
        timeout_s
            So long the disk is waited for; a writer that hangs in it is left behind and ends with the process, and
            until then nobody else may write. Without it the disk is waited for, however long it takes.

        Raises
        ------
        JournalWriteError
            When the disk does not take the last records in time; they were acknowledged to nobody.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     Journal.open(Path(place), Registry(), clock=Clock.machine(), originator="guard").close()
        """
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._writer.join(timeout_s)
        if self._writer.is_alive():
            raise JournalWriteError(f"the disk did not take the last records within {timeout_s:g} s; they are lost")

    def _work(self) -> None:
        """Write, then close the file: also when whoever closed the journal has long gone on."""
        try:
            self._write_until_closed()
        finally:
            super().close()
            self._lock.release()

    def _write_until_closed(self) -> None:
        open_for_more = True
        while open_for_more:
            batch: list[Submission] = []
            count = 0
            try:
                # Wait for the first, then take whatever else is already there.
                while count < BATCH_RECORDS:
                    submission = self._waiting.get(block=not batch)
                    if submission is None:
                        open_for_more = False
                        break
                    if submission.future.set_running_or_notify_cancel():
                        batch.append(submission)
                        count += len(submission.drafts)
            except queue.Empty:
                pass
            if batch:
                self._write(batch)

    def _write(self, batch: list[Submission]) -> None:
        try:
            answers, records, changes = self._commit(batch)
        except Exception as failure:
            before = self._tail
            self._recover()
            if len(batch) > 1 and self._tail == before:
                # Nothing of it is in the file. One of them does not fit: find it, so that it fails alone.
                for submission in batch:
                    self._write([submission])
                return
            _log.exception("a batch was not written")
            wrong = JournalWriteError(f"the record was not written: {failure}")
            wrong.__cause__ = failure
            for submission in batch:
                submission.future.set_exception(wrong)
            return
        self._tell(records, changes)
        self._acknowledge(batch, answers, records)

    def _commit(
        self, batch: list[Submission]
    ) -> tuple[list[tuple[Record, ...] | Exception], tuple[Record, ...], list[Change]]:
        """Write a batch; when this returns, it is on the disk."""
        answers: list[tuple[Record, ...] | Exception] = []
        with self._engine.begin() as connection:
            sealing = Sealing(connection, self.registry, self._tables, self._signer, self._tail, self.clock.now())
            for submission in batch:
                try:
                    answers.append(sealing.add(submission.drafts))
                except ValueError as refused:
                    answers.append(refused)
            tail, records, changes = sealing.write()
        self._tail = tail
        return answers, records, changes

    def _recover(self) -> None:
        # After a failed commit only the file knows whether the batch is in it.
        try:
            with self._engine.connect() as connection:
                self._tail = read_tail(connection)
        except Exception:
            _log.exception("the journal cannot be read after a failed write")

    def _acknowledge(
        self, batch: list[Submission], answers: list[tuple[Record, ...] | Exception], records: tuple[Record, ...]
    ) -> None:
        proven = {record.seq: record for record in records}
        for submission, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Exception):
                submission.future.set_exception(answer)
            else:
                submission.future.set_result(tuple(proven.get(record.seq, record) for record in answer))

    def _tell(self, records: tuple[Record, ...], changes: list[Change]) -> None:
        if not records:
            return
        for subscriber in self._subscribers:
            try:
                subscriber(records, changes)
            except Exception:
                _log.exception("a subscriber of the journal failed; the records are written")


def _prepare(folder: Path, engine: Engine, registry: Registry) -> keys.CentreKey:
    """Make what a new journal lacks, check the end of an old one, and return the key to sign with."""
    tables = ViewTables(registry)
    with engine.begin() as connection:
        TABLES.create_all(connection)
        tail = read_tail(connection)
        if not views_are_current(connection, tables):
            replay_views(connection, registry, tables)
    keys.sync_folder(folder)
    keys_folder = folder / KEYS_FOLDER
    if tail.checkpoint is None and not (keys_folder / keys.PRIVATE_NAME).exists():
        return keys.init(keys_folder)
    key = keys.load(keys_folder)
    if tail.checkpoint is not None:
        _refuse_foreign_end(folder, tail.checkpoint, tail.peaks, key)
    return key


def _refuse_foreign_end(folder: Path, checkpoint: str, peaks: Peaks, key: keys.CentreKey) -> None:
    # Going on from an end that this key did not sign would put a good signature over a bad past.
    try:
        head = TreeHead.read(checkpoint, key)
    except SignatureError:
        raise JournalFileError(
            f"the journal in {folder} was signed with another key than the one in {folder / KEYS_FOLDER} "
            f"({key.fingerprint}); put the right key back, or start a new folder"
        ) from None
    if (head.size, head.root) != (peaks.size, peaks.root):
        raise JournalFileError(f"the end of the journal in {folder} is not what was signed; run: vallum journal verify")
