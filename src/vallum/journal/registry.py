"""Which types of record does this journal know, and what does each do to which view?

The journal itself knows none. Each package names its own in `RECORDS` and `VIEWS`; the centre gathers them here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError

from vallum.journal.canonical import refuse_unwritable

Reducer = Callable[[Any, Any, Mapping[str, Any]], Any]
Entry = tuple[type[BaseModel], str | None, Callable[..., Any] | None]


class RefusedDraftError(ValueError):
    """A draft that the journal does not write, with the reason in words."""


@dataclass(frozen=True, slots=True)
class RecordType:
    """One type: its body, and the view and reducer it acts on, if any."""

    name: str
    body: type[BaseModel]
    view: str | None
    reduce: Reducer | None


@dataclass(frozen=True, slots=True)
class ViewType:
    """One view: the model of a row and the name of the field that is its key."""

    name: str
    row: type[BaseModel]
    key: str


class Registry:
    """All types of record and all views of one journal.

    Parameters
    ----------
    records, views
        For each package its `RECORDS` (type -> body, view name, reducer) and its `VIEWS` (view name -> row model).

    Raises
    ------
    ValueError
        When a name is given twice, a reducer names a view that does not exist, or a body lacks the key of its view.

    Examples
    --------
    >>> class Tip(BaseModel):
    ...     text: str
    >>> registry = Registry(records=[{"tip.received": (Tip, None, None)}])
    >>> registry.body("tip.received", {"text": "lights"})
    Tip(text='lights')
    >>> registry.body("tip.received", {"text": 7})
    Traceback (most recent call last):
    ...
    vallum.journal.registry.RefusedDraftError: tip.received: text: Input should be a valid string, not 7
    """

    def __init__(
        self, records: Iterable[Mapping[str, Entry]] = (), views: Iterable[Mapping[str, type[BaseModel]]] = ()
    ) -> None:
        self._views: dict[str, ViewType] = {}
        self._records: dict[str, RecordType] = {}
        for package_views in views:
            for name, row in package_views.items():
                self._add_view(name, row)
        for package_records in records:
            for name, (body, view, reduce) in package_records.items():
                self._add_record(RecordType(name=name, body=body, view=view, reduce=reduce))

    @classmethod
    def of(cls, *modules: ModuleType) -> "Registry":
        """Gather `RECORDS` and `VIEWS` of several `records` modules.

        Examples
        --------
        >>> Registry.of().types
        {}
        """
        return cls(records=[module.RECORDS for module in modules], views=[module.VIEWS for module in modules])

    @property
    def types(self) -> Mapping[str, RecordType]:
        """Return every type of record by its name.

        Examples
        --------
        >>> list(Registry().types)
        []
        """
        return self._records

    @property
    def views(self) -> Mapping[str, ViewType]:
        """Return every view by its name.

        Examples
        --------
        >>> list(Registry().views)
        []
        """
        return self._views

    def body(self, record_type: str, body: BaseModel | Mapping[str, Any]) -> BaseModel:
        """Return the validated body of a record.

        Parameters
        ----------
        record_type
            Name of the type, for example `alarm.raised`.
        body
            An instance of its body model or a JSON mapping that fits it.

        Raises
        ------
        RefusedDraftError
            When the type is unknown or the body does not fit; names each field.

        Examples
        --------
        >>> Registry().body("alarm.raised", {})
        Traceback (most recent call last):
        ...
        vallum.journal.registry.RefusedDraftError: 'alarm.raised' is not a type of record here; known types: none
        """
        known = self._records.get(record_type)
        if known is None:
            listed = ", ".join(sorted(self._records)) or "none"
            raise RefusedDraftError(f"{record_type!r} is not a type of record here; known types: {listed}")
        if isinstance(body, BaseModel) and not isinstance(body, known.body):
            raise RefusedDraftError(
                f"{record_type}: the body is a {type(body).__name__}, expected {known.body.__name__}"
            )
        try:
            valid = body if isinstance(body, known.body) else known.body.model_validate(body)
        except ValidationError as wrong:
            raise RefusedDraftError(f"{record_type}: {_in_words(wrong)}") from None
        return valid

    def plain_body(self, record_type: str, body: BaseModel | Mapping[str, Any]) -> dict[str, Any]:
        """Return the validated body as the JSON mapping that is written.

        Raises
        ------
        RefusedDraftError
            As `body`, and when text or numbers are such that a record must not hold them.

        Examples
        --------
        >>> class Tip(BaseModel):
        ...     text: str
        >>> Registry(records=[{"tip.received": (Tip, None, None)}]).plain_body("tip.received", Tip(text="lights"))
        {'text': 'lights'}
        """
        plain = self.body(record_type, body).model_dump(mode="json", by_alias=True)
        try:
            refuse_unwritable(plain, "body")
        except ValueError as wrong:
            raise RefusedDraftError(f"{record_type}: {wrong}") from None
        return plain

    def _add_view(self, name: str, row: type[BaseModel]) -> None:
        if name in self._views:
            raise ValueError(f"view {name!r} is named by two packages; views have one owner")
        if not row.model_fields:
            raise ValueError(f"view {name!r}: the row model {row.__name__} has no fields; the first one is its key")
        self._views[name] = ViewType(name=name, row=row, key=next(iter(row.model_fields)))

    def _add_record(self, record: RecordType) -> None:
        if record.name in self._records:
            raise ValueError(f"record type {record.name!r} is named by two packages; records have one owner")
        if (record.view is None) != (record.reduce is None):
            raise ValueError(f"record type {record.name!r} names a view or a reducer, but not both")
        if record.view is not None:
            view = self._views.get(record.view)
            if view is None:
                raise ValueError(f"record type {record.name!r} acts on view {record.view!r}, which no package names")
            if view.key not in record.body.model_fields:
                raise ValueError(
                    f"record type {record.name!r}: its body has no field {view.key!r}, the key of view {view.name!r}"
                )
        self._records[record.name] = record


def _in_words(wrong: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in error['loc']) or 'body'}: {error['msg']}, not {_shortened(error['input'])}"
        for error in wrong.errors(include_url=False)
    )


def _shortened(value: object, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "..."
