"""How is a journal kept on disk?

One SQLite file in write-ahead-log mode with `synchronous=FULL`: a commit has returned only after the log was synced,
so an acknowledged record survives a power cut. Both settings are read back, because SQLite ignores what it cannot do.
"""

import fcntl
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    select,
)

from vallum.journal.canonical import chained_hash
from vallum.journal.envelope import Proof, Record
from vallum.journal.merkle import Peaks

JOURNAL_NAME = "journal.db"
KEYS_FOLDER = "keys"
NO_HASH = bytes(32)
_HASH_SIZE = 32

TABLES = MetaData()
RECORDS = Table(
    "records",
    TABLES,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    Column("type", String, nullable=False, index=True),
    Column("dedup_key", String, unique=True),
    Column("content", LargeBinary, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("batch", Integer, nullable=False),
)
BATCHES = Table(
    "batches",
    TABLES,
    Column("first_seq", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("signature", String, nullable=False),
    Column("checkpoint", String, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
)
SETTINGS = Table("settings", TABLES, Column("name", String, primary_key=True), Column("value", String, nullable=False))


class JournalFileError(RuntimeError):
    """A journal's folder that cannot be used, with what to do."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a journal: all that is needed to append to it."""

    seq: int = 0
    hash: bytes = NO_HASH
    peaks: Peaks = field(default_factory=Peaks)
    checkpoint: str | None = None


def open_engine(path: Path, *, read_only: bool = False) -> Engine:
    """Open a SQLite file so that a commit is durable.

    Parameters
    ----------
    path
        The file; made when missing unless `read_only`.
    read_only
        Open for reading beside another process that writes.

    Raises
    ------
    JournalFileError
        When the file system does not support the write-ahead log, on the first connection.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     engine = open_engine(Path(place) / "journal.db")
    ...     with engine.connect() as connection:
    ...         connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    ...     engine.dispose()
    2
    """
    mode = "ro" if read_only else "rwc"
    engine = create_engine(f"sqlite:///file:{path}?mode={mode}&uri=true", connect_args={"timeout": 30.0})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # Transactions are begun by the listener below; the driver's own rules would begin them late.
        connection.isolation_level = None
        if read_only:
            connection.execute("PRAGMA query_only=ON")
            return
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        journal_mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
        if (journal_mode, synchronous) != ("wal", 2):
            raise JournalFileError(
                f"{path}: this file system gives journal_mode={journal_mode}, synchronous={synchronous} instead of "
                "wal and 2 (FULL), so a record could be lost in a power cut; use a local disk"
            )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def open_to_read(folder: Path) -> Engine:
    """Open the journal of a folder for reading only, also while another process writes it.

    Raises
    ------
    JournalFileError
        When there is none.

    Examples
    --------
    >>> open_to_read(Path("nowhere"))
    Traceback (most recent call last):
    ...
    vallum.journal.store.JournalFileError: there is no journal nowhere/journal.db
    """
    path = folder / JOURNAL_NAME
    if not path.exists():
        raise JournalFileError(f"there is no journal {path}")
    engine = open_engine(path, read_only=True)
    if not inspect(engine).has_table(SETTINGS.name):
        engine.dispose()
        raise JournalFileError(f"{path} is not a journal, or was never opened by its centre")
    return engine


class WriterLock:
    """The right to write in a folder; held by one process at a time and given back by the system when it dies.

    Raises
    ------
    JournalFileError
        When another process holds it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     lock = WriterLock(Path(place) / "journal.lock")
    ...     lock.release()
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            raise JournalFileError(
                f"{path.parent} is being written by another process (number {holder}); stop it first, or read only"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the right back.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     WriterLock(Path(place) / "a.lock").release()
        """
        os.close(self._descriptor)


def read_tail(connection: Connection) -> Tail:
    """Return the end of a journal.

    Examples
    --------
    >>> engine = create_engine("sqlite://")
    >>> TABLES.create_all(engine)
    >>> with engine.connect() as connection:
    ...     read_tail(connection).seq
    0
    """
    batch = connection.execute(select(BATCHES).order_by(BATCHES.c.first_seq.desc()).limit(1)).mappings().first()
    if batch is None:
        return Tail()
    seq = batch["first_seq"] + batch["size"] - 1
    last = connection.execute(select(RECORDS).where(RECORDS.c.seq == seq)).mappings().first()
    beyond = connection.execute(select(RECORDS.c.seq).where(RECORDS.c.seq > seq).limit(1)).first()
    peaks = split_hashes(batch["peaks"])
    whole = last is not None and chained_hash(last["previous_hash"], last["content"]) == last["hash"]
    if last is None or not whole or beyond is not None or len(peaks) != seq.bit_count():
        raise JournalFileError(f"the end of the journal, record {seq}, is damaged; run: vallum journal verify")
    return Tail(seq=seq, hash=last["hash"], peaks=Peaks(seq, peaks), checkpoint=batch["checkpoint"])


def split_hashes(joined: bytes) -> tuple[bytes, ...]:
    """Return the 32-byte hashes that stand one after another in `joined`.

    Examples
    --------
    >>> len(split_hashes(bytes(96)))
    3
    """
    return tuple(joined[start : start + _HASH_SIZE] for start in range(0, len(joined), _HASH_SIZE))


def record_of(row: Mapping[Any, Any]) -> Record:
    """Return the record in a row of `RECORDS` joined with its batch, with its proof.

    Examples
    --------
    >>> engine = create_engine("sqlite://")
    >>> TABLES.create_all(engine)
    >>> with engine.connect() as connection:
    ...     [record_of(row) for row in connection.execute(select_records()).mappings()]
    []
    """
    proof = Proof(
        previous_hash=row["previous_hash"].hex(),
        hash=row["hash"].hex(),
        batch_first_seq=row["batch"],
        batch_size=row["size"],
        path=tuple(step.hex() for step in split_hashes(row["path"])),
        signature=row["signature"],
    )
    return Record.read(row["content"], proof)


def select_records() -> Any:
    """Return the statement that reads records with their batch, in the order they were written.

    Examples
    --------
    >>> str(select_records())[:6]
    'SELECT'
    """
    joined = RECORDS.join(BATCHES, RECORDS.c.batch == BATCHES.c.first_seq)
    return select(RECORDS, BATCHES.c.size, BATCHES.c.signature).select_from(joined).order_by(RECORDS.c.seq)


def insert_batch(connection: Connection, rows: Sequence[dict[str, Any]], batch: dict[str, Any]) -> None:
    """Write the records of one batch and the batch itself.

    Examples
    --------
    >>> engine = create_engine("sqlite://")
    >>> TABLES.create_all(engine)
    >>> batch = {"first_seq": 1, "size": 0, "signature": "", "checkpoint": "", "peaks": b""}
    >>> with engine.begin() as connection:
    ...     insert_batch(connection, [], batch)
    """
    if rows:
        connection.execute(insert(RECORDS), rows)
    connection.execute(insert(BATCHES), [batch])


def last_recorded(folder: Path) -> datetime | None:
    """Return when the last record of a journal was written, by its centre's clock; None when it has none.

    Examples
    --------
    >>> last_recorded(Path("nowhere")) is None
    True
    """
    if not (folder / JOURNAL_NAME).exists():
        return None
    engine = open_to_read(folder)
    try:
        with engine.connect() as connection:
            newest = select(RECORDS.c.content).order_by(RECORDS.c.seq.desc()).limit(1)
            content = connection.execute(newest).scalar_one_or_none()
    finally:
        engine.dispose()
    return None if content is None else Record.read(content).times.recorded
