"""How does a row model become a table, and what do records make of it?

Each view is an ordinary table: a column per scalar field of the row model, JSON text for the rest. Anyone with SQL
can read it; only reducers write it, in the transaction of the record that caused the change.
"""

import hashlib
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import orjson
from pydantic import BaseModel
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from vallum.journal.canonical import canonical_bytes, refuse_unwritable
from vallum.journal.envelope import Record
from vallum.journal.registry import RefusedDraftError, Registry, ViewType


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one row: the row as it is now, or None when it is gone."""

    view: str
    key: str
    row: BaseModel | None


class ViewTables:
    """The tables of all views of a registry.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> class Post(BaseModel):
    ...     post: str
    ...     height_m: float
    ...     seen_by: tuple[str, ...] = ()
    >>> tables = ViewTables(Registry(views=[{"posts": Post}]))
    >>> [column.name for column in tables.metadata.tables["view_posts"].columns]
    ['post', 'height_m', 'seen_by']
    >>> with create_engine("sqlite://").begin() as connection:
    ...     tables.create(connection)
    ...     tables.write(connection, [Change("posts", "north", Post(post="north", height_m=12.0, seen_by=("B",)))])
    ...     tables.rows(connection, "posts")
    [Post(post='north', height_m=12.0, seen_by=('B',))]
    """

    def __init__(self, registry: Registry) -> None:
        self.metadata = MetaData()
        self._views = registry.views
        self._tables = {name: _table_of(view, self.metadata) for name, view in registry.views.items()}
        self._json = {
            name: frozenset(field for field, column in table.columns.items() if column.info["json"])
            for name, table in self._tables.items()
        }

    @property
    def shape(self) -> str:
        """Return a digest of the tables' columns and row models: when it changes, views must be rebuilt.

        Examples
        --------
        >>> len(ViewTables(Registry()).shape)
        64
        """
        described = {name: view.row.model_json_schema() for name, view in self._views.items()}
        return hashlib.sha256(canonical_bytes(described)).hexdigest()

    def create(self, connection: Connection) -> None:
        """Make the tables that are missing.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> with create_engine("sqlite://").begin() as connection:
        ...     ViewTables(Registry()).create(connection)
        """
        self.metadata.create_all(connection)

    def drop(self, connection: Connection) -> None:
        """Remove every table of a view, also of views that no package names any more.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> with create_engine("sqlite://").begin() as connection:
        ...     ViewTables(Registry()).drop(connection)
        """
        present = MetaData()
        present.reflect(connection, only=lambda name, _: name.startswith("view_"))
        present.drop_all(connection)

    def row(self, connection: Connection, view: str, key: str) -> BaseModel | None:
        """Return one row of a view, or None.

        Raises
        ------
        KeyError
            When no package names the view.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> with create_engine("sqlite://").begin() as connection:
        ...     ViewTables(Registry()).row(connection, "alarms", "1")
        Traceback (most recent call last):
        ...
        KeyError: "there is no view 'alarms'"
        """
        table = self._table(view)
        statement = select(table).where(table.c[self._views[view].key] == key)
        found = connection.execute(statement).mappings().first()
        return None if found is None else self._read(view, found)

    def rows(self, connection: Connection, view: str) -> list[BaseModel]:
        """Return all rows of a view, sorted by key.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> class Post(BaseModel):
        ...     post: str
        >>> tables = ViewTables(Registry(views=[{"posts": Post}]))
        >>> with create_engine("sqlite://").begin() as connection:
        ...     tables.create(connection)
        ...     tables.rows(connection, "posts")
        []
        """
        table = self._table(view)
        found = connection.execute(select(table).order_by(table.c[self._views[view].key])).mappings()
        return [self._read(view, row) for row in found]

    def count(self, connection: Connection, view: str) -> int:
        """Return how many rows a view has.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> with create_engine("sqlite://").begin() as connection:
        ...     ViewTables(Registry()).count(connection, "alarms")
        Traceback (most recent call last):
        ...
        KeyError: "there is no view 'alarms'"
        """
        return connection.execute(select(func.count()).select_from(self._table(view))).scalar_one()

    def write(self, connection: Connection, changes: list[Change]) -> None:
        """Write what became of rows; at most one change per row.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> with create_engine("sqlite://").begin() as connection:
        ...     ViewTables(Registry()).write(connection, [])
        """
        by_view: dict[str, list[Change]] = {}
        for change in changes:
            by_view.setdefault(change.view, []).append(change)
        for view, some in by_view.items():
            table, key = self._tables[view], self._views[view].key
            # Deleting and inserting is the same on every database; an upsert is not.
            keys = [change.key for change in some]
            for start in range(0, len(keys), 500):
                connection.execute(delete(table).where(table.c[key].in_(keys[start : start + 500])))
            written = [self._columns(view, change.row) for change in some if change.row is not None]
            if written:
                connection.execute(insert(table), written)

    def digest(self, connection: Connection) -> str:
        """Return a SHA-256 over all rows of all views: equal digests mean identical tables.

        Examples
        --------
        >>> from sqlalchemy import create_engine
        >>> with create_engine("sqlite://").connect() as connection:
        ...     len(ViewTables(Registry()).digest(connection))
        64
        """
        total = hashlib.sha256()
        for view in sorted(self._tables):
            table = self._tables[view]
            total.update(f"{view}\n".encode())
            for row in connection.execute(select(table).order_by(table.c[self._views[view].key])):
                total.update(canonical_bytes(list(row)) + b"\n")
        return total.hexdigest()

    def _table(self, view: str) -> Table:
        if view not in self._tables:
            raise KeyError(f"there is no view {view!r}")
        return self._tables[view]

    def _columns(self, view: str, row: BaseModel) -> dict[str, Any]:
        fields = row.model_dump(mode="json")
        for name in self._json[view]:
            if fields[name] is not None:
                fields[name] = canonical_bytes(fields[name]).decode()
        return fields

    def _read(self, view: str, columns: Mapping[Any, Any]) -> BaseModel:
        fields = {name: columns[name] for name in self._views[view].row.model_fields}
        for name in self._json[view]:
            if fields[name] is not None:
                fields[name] = orjson.loads(fields[name])
        return self._views[view].row.model_validate_json(orjson.dumps(fields))


class Reduction:
    """The rows that a run of records has touched, not yet written.

    Rows are read from the tables once and kept, so each record sees what the ones before it made.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> from datetime import UTC
    >>> from vallum.journal.envelope import Times
    >>> class Built(BaseModel):
    ...     post: str
    >>> registry = Registry(
    ...     records=[{"post.built": (Built, "posts", lambda row, body, header: body)}], views=[{"posts": Built}])
    >>> instant = datetime(2021, 3, 17, tzinfo=UTC)
    >>> built = Record(
    ...     id="01784144-8400-7000-8000-000000000000", seq=1, type="post.built", originator="o", owner="o", actor="a",
    ...     times=Times(occurred=instant, known=instant, recorded=instant), body={"post": "north"})
    >>> tables = ViewTables(registry)
    >>> with create_engine("sqlite://").begin() as connection:
    ...     tables.create(connection)
    ...     reduction = Reduction(registry, tables, connection)
    ...     thrown_away = reduction.fork()
    ...     thrown_away.apply(built)
    ...     len(thrown_away.changes()), len(reduction.changes())
    (1, 0)
    """

    def __init__(self, registry: Registry, tables: ViewTables, connection: Connection) -> None:
        self._registry = registry
        self._tables = tables
        self._connection = connection
        self._touched: dict[tuple[str, str], BaseModel | None] = {}

    def fork(self) -> "Reduction":
        """Return a copy that can be thrown away when one of a group of records is refused."""
        copy = Reduction(self._registry, self._tables, self._connection)
        copy._touched = dict(self._touched)
        return copy

    def apply(self, record: Record) -> None:
        """Let a record act on its view.

        Raises
        ------
        RefusedDraftError
            When the reducer fails or returns what is not a row of its view.
        """
        known = self._registry.types.get(record.type)
        if known is None or known.view is None or known.reduce is None:
            return
        view = self._registry.views[known.view]
        body = self._registry.body(record.type, record.body)
        key = str(getattr(body, view.key))
        address = (view.name, key)
        before = self._touched[address] if address in self._touched else self._tables.row(self._connection, *address)
        try:
            after = known.reduce(before, body, header_of(record))
        except Exception as wrong:
            raise RefusedDraftError(f"{record.type}: cannot be applied to {view.name} {key!r}: {wrong}") from wrong
        if after is not None:
            if not isinstance(after, view.row):
                raise RefusedDraftError(f"{record.type}: its reducer gave a {type(after).__name__}, not a row")
            if str(getattr(after, view.key)) != key:
                raise RefusedDraftError(f"{record.type}: its reducer changed the key of {view.name} {key!r}")
            try:
                refuse_unwritable(after.model_dump(mode="json"), f"{view.name} {key!r}")
            except ValueError as wrong:
                raise RefusedDraftError(f"{record.type}: {wrong}") from None
        # Last in the order of changes, as it changed last.
        self._touched.pop(address, None)
        self._touched[address] = after

    def changes(self) -> list[Change]:
        """Return what became of every row touched, in the order they were touched last."""
        return [Change(view=view, key=key, row=row) for (view, key), row in self._touched.items()]


def header_of(record: Record) -> dict[str, Any]:
    """Return what a reducer may know of a record beside its body.

    Examples
    --------
    >>> from datetime import UTC
    >>> from vallum.journal.envelope import Times
    >>> instant = datetime(2021, 3, 17, tzinfo=UTC)
    >>> header = header_of(Record(
    ...     id="01784144-8400-7000-8000-000000000000", seq=1, type="t", originator="o", owner="o", actor="a",
    ...     times=Times(occurred=instant, known=instant, recorded=instant), body={}))
    >>> header["seq"], header["nature"], header["links"]
    (1, 'declared', ())
    """
    return {
        "id": record.id,
        "type": record.type,
        "actor": record.actor,
        "nature": record.nature,
        "occurred": record.times.occurred,
        "known": record.times.known,
        "recorded": record.times.recorded,
        "place": None if record.place is None else record.place.model_dump(),
        "seq": record.seq,
        "links": tuple(link.model_dump() for link in record.links),
    }


def _table_of(view: ViewType, metadata: MetaData) -> Table:
    columns: list[Column[Any]] = []
    for name, field in view.row.model_fields.items():
        kind = _column_type(field.annotation)
        is_key = name == view.key
        columns.append(
            Column(name, kind or String(), primary_key=is_key, nullable=not is_key, info={"json": kind is None})
        )
    return Table("view_" + view.name.replace(".", "_"), metadata, *columns)


def _column_type(annotation: Any) -> TypeEngine[Any] | None:
    """Return the column type of a scalar, None for what is kept as JSON."""
    kinds = {type(kind) for kind in (_scalar(part) for part in _parts(annotation))}
    if len(kinds) != 1:
        return None
    return _scalar(next(iter(_parts(annotation))))


def _parts(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _parts(part)
    elif get_origin(annotation) is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif get_origin(annotation) is Literal:
        yield from {type(value) for value in get_args(annotation)}
    elif annotation is not type(None):
        yield annotation


def _scalar(annotation: Any) -> TypeEngine[Any] | None:
    if not isinstance(annotation, type):
        return None
    if issubclass(annotation, bool):
        return Boolean()
    if issubclass(annotation, int):
        return Integer()
    if issubclass(annotation, float):
        return Float()
    return String() if issubclass(annotation, (str, datetime)) else None
