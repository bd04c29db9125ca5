from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine, inspect
from tests.journal.alarms import RECORDS, Closed, Raised, draft, open_journal, registry

from vallum.journal import (
    Change,
    Clock,
    Draft,
    Journal,
    JournalFileError,
    RefusedDraftError,
    Registry,
    rebuild,
    verify,
)
from vallum.journal.registry import Entry
from vallum.journal.views import ViewTables


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Everything(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    key: str
    flag: bool
    count: int
    height_m: float
    seen: datetime
    colour: Colour
    maybe: int | None = None
    either: int | str = 0
    names: tuple[str, ...] = ()
    by_class: Mapping[str, float] = {}
    inner: Closed | None = None


everything = st.builds(
    Everything,
    key=st.text("abc", min_size=1, max_size=3),
    count=st.integers(-(2**63), 2**63 - 1),
    height_m=st.floats(allow_nan=False, allow_infinity=False),
    seen=st.datetimes(timezones=st.just(UTC)),
    maybe=st.none() | st.integers(0, 9),
    either=st.integers(0, 9) | st.text("ab1", max_size=3),
    names=st.lists(st.text("xyz\u0627"), max_size=3).map(tuple),
    by_class=st.dictionaries(st.text("pq", max_size=2), st.floats(0, 1), max_size=3),
    inner=st.none() | st.builds(Closed, alarm=st.text("abc")),
)


@given(st.lists(everything, max_size=5, unique_by=lambda row: row.key))
def test_a_row_is_read_back_as_it_was_written(rows: list[Everything]) -> None:
    tables = ViewTables(Registry(views=[{"everything": Everything}]))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        tables.create(connection)
        tables.write(connection, [Change("everything", row.key, row) for row in rows])
        assert tables.rows(connection, "everything") == sorted(rows, key=lambda row: row.key)
        for row in rows:
            assert tables.row(connection, "everything", row.key) == row
    engine.dispose()


def test_scalar_fields_are_columns_that_anyone_with_sql_can_read() -> None:
    tables = ViewTables(Registry(views=[{"everything": Everything}]))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        tables.create(connection)
        columns = {column["name"]: str(column["type"]) for column in inspect(connection).get_columns("view_everything")}
    engine.dispose()
    assert columns["flag"] == "BOOLEAN"
    assert columns["count"] == columns["maybe"] == "INTEGER"
    assert columns["height_m"] == "FLOAT"
    assert columns["seen"] == columns["colour"] == columns["names"] == columns["inner"] == "VARCHAR"


def changed(reduce: Callable[..., Any], row: type[BaseModel] | None = None) -> Registry:
    """The registry of the tests with another reducer for raised alarms."""
    view = registry().views["alarms"].row if row is None else row
    records: dict[str, Entry] = {**RECORDS, "alarm.raised": (Raised, "alarms", reduce)}
    return Registry(records=[records], views=[{"alarms": view}])


def test_rebuilding_gives_identical_views(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for number in range(40):
            journal.append(draft(f"a-{number % 7}", level=number / 10))
        journal.append(Draft(type="alarm.closed", actor="watch.1", body=Closed(alarm="a-3")))
        rows = journal.rows("alarms")
    rebuilt = rebuild(tmp_path, registry())
    assert (rebuilt.records, rebuilt.rows, rebuilt.identical) == (41, {"alarms": 6}, True)
    with open_journal(tmp_path) as journal:
        assert journal.rows("alarms") == rows


def test_a_changed_reducer_shows_after_a_rebuild(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.append(draft("a-1"))
        (before,) = journal.rows("alarms")
    new = changed(lambda row, body, header: before.model_copy(update={"times": 100}))
    assert not rebuild(tmp_path, new).identical
    with Journal.open(tmp_path, new, clock=Clock.machine(), originator="guard") as journal:
        assert journal.row("alarms", "a-1").times == 100


def test_views_of_another_shape_are_rebuilt_when_the_journal_is_opened(tmp_path: Path) -> None:
    class Short(BaseModel):
        alarm: str
        seen: datetime

    def reduce(row: Short | None, body: Raised, header: Mapping[str, Any]) -> Short:
        return Short(alarm=body.alarm, seen=header["recorded"])

    with open_journal(tmp_path) as journal:
        (record,) = journal.append(draft("a-1"))
    new = changed(reduce, Short)
    with Journal.open(tmp_path, new, clock=Clock.machine(), originator="guard") as journal:
        assert journal.rows("alarms") == [Short(alarm="a-1", seen=record.times.recorded)]
    assert verify(tmp_path, new).ok


@pytest.mark.parametrize(
    ("reduce", "reason"),
    [
        (lambda row, body, header: 1 / 0, "division by zero"),
        (lambda row, body, header: Closed(alarm=body.alarm), "gave a Closed, not a row"),
        (lambda row, body, header: row and row.model_copy(update={"alarm": "other"}), "changed the key"),
        (lambda row, body, header: row and row.model_copy(update={"level": float("nan")}), "nan is not a number"),
    ],
)
def test_a_wrong_reducer_refuses_the_record_and_leaves_the_views(
    tmp_path: Path, reduce: Callable[..., Any], reason: str
) -> None:
    with open_journal(tmp_path) as journal:
        journal.append(draft("a-1"))
        rows = journal.rows("alarms")
    with Journal.open(tmp_path, changed(reduce), clock=Clock.machine(), originator="guard") as journal:
        with pytest.raises(RefusedDraftError, match=reason):
            journal.append(draft("a-1"))
        assert journal.rows("alarms") == rows
        assert len(journal.records()) == 1


def test_a_rebuild_that_fails_leaves_the_views_as_they_were(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.append(draft("a-1"))
        rows = journal.rows("alarms")
    with pytest.raises(RefusedDraftError, match="division by zero"):
        rebuild(tmp_path, changed(lambda row, body, header: 1 / 0))
    with open_journal(tmp_path) as journal:
        assert journal.rows("alarms") == rows


def test_a_journal_in_use_is_not_rebuilt(tmp_path: Path) -> None:
    with open_journal(tmp_path), pytest.raises(JournalFileError, match="stop it first"):
        rebuild(tmp_path, registry())
