"""What do the views look like when they are computed again from the records alone?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select

from vallum.journal.envelope import Record
from vallum.journal.registry import Registry
from vallum.journal.store import JOURNAL_NAME, RECORDS, SETTINGS, WriterLock, open_engine, open_to_read
from vallum.journal.views import Reduction, ViewTables

_SHAPE = "views_shape"
_PORTION = 2_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many records were replayed, how many rows each view has, and the digest of all views before and after.

    `digest_before` is None when the tables had another shape and could not be compared.
    """

    records: int
    rows: Mapping[str, int]
    digest_before: str | None
    digest_after: str

    @property
    def identical(self) -> bool:
        """Return whether the views were already what the records make of them.

        Examples
        --------
        >>> Rebuilt(records=0, rows={}, digest_before="a", digest_after="a").identical
        True
        """
        return self.digest_before == self.digest_after


def rebuild(folder: Path, registry: Registry, progress: Callable[[float], object] | None = None) -> Rebuilt:
    """Drop all views of a journal and compute them again, in one transaction.

    Parameters
    ----------
    folder, registry
        The centre's folder; what its records and views are.
    progress
        Told the share of the records that is done, 0 to 1, now and then.

    Raises
    ------
    JournalFileError
        When there is no journal, or another process writes it.
    RefusedDraftError
        When a reducer cannot take a record any more; the views stay as they were.

    Examples
    --------
    >>> rebuild(Path("nowhere"), Registry())
    Traceback (most recent call last):
    ...
    vallum.journal.store.JournalFileError: there is no journal nowhere/journal.db
    """
    open_to_read(folder).dispose()
    tables = ViewTables(registry)
    lock = WriterLock(folder / "journal.lock")
    engine = open_engine(folder / JOURNAL_NAME)
    try:
        with engine.begin() as connection:
            before = tables.digest(connection) if views_are_current(connection, tables) else None
            count = replay_views(connection, registry, tables, progress=progress)
            rows = {view: tables.count(connection, view) for view in registry.views}
            return Rebuilt(count, rows, digest_before=before, digest_after=tables.digest(connection))
    finally:
        engine.dispose()
        lock.release()


def views_are_current(connection: Connection, tables: ViewTables) -> bool:
    """Return whether the tables in the file were made for these row models.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> from vallum.journal.store import TABLES
    >>> with create_engine("sqlite://").begin() as connection:
    ...     TABLES.create_all(connection)
    ...     views_are_current(connection, ViewTables(Registry()))
    False
    """
    shape = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == _SHAPE)).scalar_one_or_none()
    return shape == tables.shape


def replay_views(
    connection: Connection,
    registry: Registry,
    tables: ViewTables,
    *,
    into: Connection | None = None,
    progress: Callable[[float], object] | None = None,
) -> int:
    """Drop all views and compute them from the records, inside the caller's transaction; return how many records.

    The views are written where the records are read, or `into` another database; `progress` is told the share of the
    records that is done.

    Raises
    ------
    RefusedDraftError
        When a reducer cannot take a record any more.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> from vallum.journal.store import TABLES
    >>> tables = ViewTables(Registry())
    >>> with create_engine("sqlite://").begin() as connection:
    ...     TABLES.create_all(connection)
    ...     replay_views(connection, Registry(), tables), views_are_current(connection, tables)
    (0, True)
    """
    target = connection if into is None else into
    SETTINGS.create(target, checkfirst=True)
    tables.drop(target)
    tables.create(target)
    seq = count = 0
    total = 0 if progress is None else connection.execute(select(func.count()).select_from(RECORDS)).scalar_one()
    while True:
        statement = select(RECORDS.c.content).where(RECORDS.c.seq > seq).order_by(RECORDS.c.seq).limit(_PORTION)
        contents = connection.execute(statement).scalars().all()
        if not contents:
            break
        # A portion at a time keeps memory flat; each starts from the rows that the one before it wrote.
        reduction = Reduction(registry, tables, target)
        for content in contents:
            record = Record.read(content)
            reduction.apply(record)
            seq, count = record.seq, count + 1
        tables.write(target, reduction.changes())
        if progress is not None:
            progress(count / total)
    target.execute(delete(SETTINGS).where(SETTINGS.c.name == _SHAPE))
    target.execute(insert(SETTINGS), [{"name": _SHAPE, "value": tables.shape}])
    return count
