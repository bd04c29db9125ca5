"""What does a journal say, to those who only read it?"""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine, select

from vallum.journal.envelope import Record
from vallum.journal.registry import Registry
from vallum.journal.store import (
    BATCHES,
    RECORDS,
    open_to_read,
    record_of,
    select_records,
)
from vallum.journal.views import ViewTables


class JournalReader:
    """The records and views of a journal. Any number may read while one process writes.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> from vallum.journal.store import TABLES
    >>> engine = create_engine("sqlite://")
    >>> TABLES.create_all(engine)
    >>> with JournalReader(engine, Registry()) as reader:
    ...     reader.records()
    []
    """

    def __init__(self, engine: Engine, registry: Registry) -> None:
        self.registry = registry
        self._engine = engine
        self._tables = ViewTables(registry)

    @classmethod
    def open_to_read(cls, folder: Path, registry: Registry) -> "JournalReader":
        """Open a journal for reading only, also while a centre writes it.

        Raises
        ------
        JournalFileError
            When there is none.

        Examples
        --------
        >>> JournalReader.open_to_read(Path("nowhere"), Registry())
        Traceback (most recent call last):
        ...
        vallum.journal.store.JournalFileError: there is no journal nowhere/journal.db
        """
        return JournalReader(open_to_read(folder), registry)

    def checkpoint(self) -> str | None:
        """Return the newest signed checkpoint, or None; keep it elsewhere to show later that nothing was cut off.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.store import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> JournalReader(engine, Registry()).checkpoint() is None
        True
        """
        newest = select(BATCHES.c.checkpoint).order_by(BATCHES.c.first_seq.desc()).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(newest).scalar_one_or_none()

    def rows(self, view: str) -> list[Any]:
        """Return all rows of a view, instances of its row model, sorted by key.

        Raises
        ------
        KeyError
            When there is no such view.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.store import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> JournalReader(engine, Registry()).rows("alarms")
        Traceback (most recent call last):
        ...
        KeyError: "there is no view 'alarms'"
        """
        with self._engine.connect() as connection:
            return self._tables.rows(connection, view)

    def row(self, view: str, key: str) -> Any:
        """Return one row of a view, or None; otherwise as `rows`.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.store import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> JournalReader(engine, Registry()).row("alarms", "1")
        Traceback (most recent call last):
        ...
        KeyError: "there is no view 'alarms'"
        """
        with self._engine.connect() as connection:
            return self._tables.row(connection, view, key)

    def records(self, after_seq: int = 0, type: str | None = None, limit: int | None = None) -> list[Record]:
        """Return records in the order they were written.

        Parameters
        ----------
        after_seq
            Only records with a higher number.
        type
            Only records of this type.
        limit
            At most so many.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.store import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> JournalReader(engine, Registry()).records(limit=5)
        []
        """
        statement = select_records().where(RECORDS.c.seq > after_seq)
        if type is not None:
            statement = statement.where(RECORDS.c.type == type)
        if limit is not None:
            statement = statement.limit(limit)
        with self._engine.connect() as connection:
            return [record_of(row) for row in connection.execute(statement).mappings()]

    def record(self, id: str) -> Record | None:
        """Return the record of an id, or None.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.store import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> JournalReader(engine, Registry()).record("01784144-8400-7000-8000-000000000000") is None
        True
        """
        with self._engine.connect() as connection:
            row = connection.execute(select_records().where(RECORDS.c.id == id)).mappings().first()
        return None if row is None else record_of(row)

    def last(self) -> Record | None:
        """Return the newest record, or None.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> from vallum.journal.store import TABLES
        >>> engine = create_engine("sqlite://")
        >>> TABLES.create_all(engine)
        >>> JournalReader(engine, Registry()).last() is None
        True
        """
        statement = select_records().order_by(None).order_by(RECORDS.c.seq.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(statement).mappings().first()
        return None if row is None else record_of(row)

    def close(self) -> None:
        """Let go of the file. Closing twice does nothing.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> JournalReader(create_engine("sqlite://"), Registry()).close()
        """
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_records(
    folder: Path, *, after_seq: int = 0, type: str | None = None, limit: int | None = None
) -> list[Record]:
    """Return records of the journal in a folder, without knowing their types; otherwise as `JournalReader.records`.

    Raises
    ------
    JournalFileError
        When there is no journal.

    Examples
    --------
    >>> read_records(Path("nowhere"))
    Traceback (most recent call last):
    ...
    vallum.journal.store.JournalFileError: there is no journal nowhere/journal.db
    """
    with JournalReader.open_to_read(folder, Registry()) as reader:
        return reader.records(after_seq=after_seq, type=type, limit=limit)
