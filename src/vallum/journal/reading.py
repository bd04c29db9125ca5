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
    >>> JournalReader.open_to_read(Path("nowhere"), Registry())
    Traceback (most recent call last):
    ...
    vallum.journal.store.JournalFileError: there is no journal nowhere/journal.db
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
        """
        return JournalReader(open_to_read(folder), registry)

    def checkpoint(self) -> str | None:
        """Return the newest signed checkpoint, or None; keep it elsewhere to show later that nothing was cut off."""
        newest = select(BATCHES.c.checkpoint).order_by(BATCHES.c.first_seq.desc()).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(newest).scalar_one_or_none()

    def rows(self, view: str) -> list[Any]:
        """Return all rows of a view, instances of its row model, sorted by key.

        Raises
        ------
        KeyError
            When there is no such view.
        """
        with self._engine.connect() as connection:
            return self._tables.rows(connection, view)

    def row(self, view: str, key: str) -> Any:
        """Return one row of a view, or None; otherwise as `rows`."""
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
        """
        statement = select_records().where(RECORDS.c.seq > after_seq)
        if type is not None:
            statement = statement.where(RECORDS.c.type == type)
        if limit is not None:
            statement = statement.limit(limit)
        with self._engine.connect() as connection:
            return [record_of(row) for row in connection.execute(statement).mappings()]

    def record(self, id: str) -> Record | None:
        """Return the record of an id, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(select_records().where(RECORDS.c.id == id)).mappings().first()
        return None if row is None else record_of(row)

    def last(self) -> Record | None:
        """Return the newest record, or None."""
        statement = select_records().order_by(None).order_by(RECORDS.c.seq.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(statement).mappings().first()
        return None if row is None else record_of(row)

    def close(self) -> None:
        """Let go of the file. Closing twice does nothing."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
