"""How does a draft become a record, and a batch of records become provable?

`Sealing` collects the records of one batch: it numbers them, gives them their times, keeps the mark `simulated` alive,
chains them and lets their reducers act. Nothing is written until the whole batch is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from vallum.journal.canonical import chained_hash
from vallum.journal.checkpoint import BatchSeal, TreeHead
from vallum.journal.envelope import Draft, Nature, Record, Times, written_instant
from vallum.journal.identifiers import uuid7
from vallum.journal.keys import CentreKey
from vallum.journal.merkle import Levels
from vallum.journal.registry import RefusedDraftError, Registry
from vallum.journal.store import RECORDS, Tail, insert_batch, record_of, select_records
from vallum.journal.views import Change, Reduction, ViewTables


@dataclass(frozen=True, slots=True)
class Signer:
    """In whose name and with which key a journal is written."""

    originator: str
    owner: str
    key: CentreKey


@dataclass(frozen=True, slots=True)
class _Chained:
    record: Record
    content: bytes
    previous_hash: bytes
    hash: bytes


class Sealing:
    """One batch in the making.

    Parameters
    ----------
    connection
        Inside the transaction that will write the batch.
    tail
        The end of the journal before this batch.
    now
        Timezone-aware time by the centre's clock, the same for the whole batch.

    Examples
    --------
    >>> from datetime import UTC
    >>> from joserfc.jwk import OKPKey
    >>> from pydantic import BaseModel
    >>> from sqlalchemy import create_engine
    >>> from vallum.journal.store import TABLES
    >>> class Tip(BaseModel):
    ...     text: str
    >>> registry = Registry(records=[{"tip.received": (Tip, None, None)}])
    >>> signer = Signer("guard", "guard", CentreKey(OKPKey.generate_key("Ed25519")))
    >>> tips = [Draft(type="tip.received", actor="watch.1", body={"text": text}) for text in ("lights", "dust")]
    >>> with create_engine("sqlite://").begin() as connection:
    ...     TABLES.create_all(connection)
    ...     now = datetime(2021, 3, 17, tzinfo=UTC)
    ...     sealing = Sealing(connection, registry, ViewTables(registry), signer, Tail(), now)
    ...     numbers = [record.seq for record in sealing.add(tips)]
    ...     tail, records, changes = sealing.write()
    >>> numbers, tail.seq, [len(record.proof.path) for record in records]
    ([1, 2], 2, [1, 1])
    """

    def __init__(
        self,
        connection: Connection,
        registry: Registry,
        tables: ViewTables,
        signer: Signer,
        tail: Tail,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._signer = signer
        self._tail = tail
        self._before = tail
        self._now = now
        self._reduction = Reduction(registry, tables, connection)
        self._new: list[_Chained] = []
        self._new_by_id: dict[str, Record] = {}
        self._new_by_dedup_key: dict[str, Record] = {}

    def add(self, drafts: Sequence[Draft]) -> tuple[Record, ...]:
        """Take in drafts whose bodies are plain and valid: all of them, or none.

        Returns
        -------
        tuple of Record
            One for each draft; a draft whose `dedup_key` is known gives the record it gave the first time.

        Raises
        ------
        RefusedDraftError
            When one cannot be written; the batch is as it was before the call.
        """
        tail, new, reduction = self._tail, len(self._new), self._reduction
        self._reduction = reduction.fork()
        records = []
        try:
            for draft in drafts:
                records.append(self._add(draft))
        except RefusedDraftError:
            self._reduction, self._tail = reduction, tail
            for chained in self._new[new:]:
                del self._new_by_id[chained.record.id]
                if chained.record.dedup_key is not None:
                    del self._new_by_dedup_key[chained.record.dedup_key]
            del self._new[new:]
            raise
        return tuple(records)

    def write(self) -> tuple[Tail, tuple[Record, ...], list[Change]]:
        """Sign the batch and write it; it is durable when the caller's transaction is.

        Returns
        -------
        tuple
            The new end of the journal, the records with their proofs, and what became of which row.
        """
        if not self._new:
            return self._before, (), []
        signer, first_seq = self._signer, self._new[0].record.seq
        tree = Levels.of([chained.hash for chained in self._new])
        seal = BatchSeal(originator=signer.originator, first_seq=first_seq, size=tree.size, root=tree.root)
        peaks = self._tail.peaks
        head = TreeHead(signer.originator, peaks.size, peaks.root, written_instant(self._now))
        signature, checkpoint = seal.signed(signer.key), head.signed(signer.key)
        rows = [self._row(chained, tree.inclusion_path(index)) for index, chained in enumerate(self._new)]
        batch = {"first_seq": first_seq, "size": tree.size, "signature": signature, "checkpoint": checkpoint}
        insert_batch(self._connection, rows, {**batch, "peaks": b"".join(peaks.roots)})
        changes = self._reduction.changes()
        self._tables.write(self._connection, changes)
        records = tuple(record_of({**row, "size": tree.size, "signature": signature}) for row in rows)
        return replace(self._tail, checkpoint=checkpoint), records, changes

    def _add(self, draft: Draft) -> Record:
        known = self._record_of_dedup_key(draft.dedup_key)
        if known is not None:
            return known
        record = self._record(draft)
        if self._find(record.id) is not None:
            raise RefusedDraftError(f"{draft.type}: there is a record {record.id} already; leave the id to the journal")
        try:
            content = record.content()
        except TypeError as wrong:
            raise RefusedDraftError(f"{draft.type}: body: {wrong}") from None
        self._reduction.apply(record)
        chain = chained_hash(self._tail.hash, content)
        self._new.append(_Chained(record=record, content=content, previous_hash=self._tail.hash, hash=chain))
        self._tail = Tail(seq=record.seq, hash=chain, peaks=self._tail.peaks.appended(chain))
        self._new_by_id[record.id] = record
        if record.dedup_key is not None:
            self._new_by_dedup_key[record.dedup_key] = record
        return record

    def _record(self, draft: Draft) -> Record:
        stated = {name: getattr(draft, name) for name in Draft.model_fields.keys() & Record.model_fields.keys()}
        stated.update(
            id=draft.id or uuid7(self._now.timestamp()),
            seq=self._tail.seq + 1,
            originator=self._signer.originator,
            owner=draft.owner or self._signer.owner,
            nature=self._nature(draft),
            times=Times(
                occurred=draft.occurred or self._now,
                known=draft.known or self._now,
                recorded=self._now,
                received=draft.received,
            ),
        )
        return Record(**stated)

    def _nature(self, draft: Draft) -> Nature:
        # What is derived from something simulated is simulated, whatever the draft says: no step removes the mark.
        for corrected in (draft.supersedes, draft.recalls):
            if corrected is not None and self._find(corrected) is None:
                raise RefusedDraftError(f"{draft.type}: corrects record {corrected}, which this journal does not hold")
        named = [draft.supersedes, draft.recalls, *(link.record for link in draft.links)]
        sources = [self._find(identifier) for identifier in named if identifier is not None]
        if any(source is not None and source.nature == "simulated" for source in sources):
            return "simulated"
        return draft.nature

    def _find(self, identifier: str) -> Record | None:
        new = self._new_by_id.get(identifier)
        return new if new is not None else self._stored(RECORDS.c.id == identifier)

    def _record_of_dedup_key(self, dedup_key: str | None) -> Record | None:
        if dedup_key is None:
            return None
        new = self._new_by_dedup_key.get(dedup_key)
        return new if new is not None else self._stored(RECORDS.c.dedup_key == dedup_key)

    def _stored(self, condition: Any) -> Record | None:
        row = self._connection.execute(select_records().where(condition)).mappings().first()
        return None if row is None else record_of(row)

    def _row(self, chained: _Chained, path: tuple[bytes, ...]) -> dict[str, Any]:
        return {
            "seq": chained.record.seq,
            "id": chained.record.id,
            "type": chained.record.type,
            "dedup_key": chained.record.dedup_key,
            "content": chained.content,
            "previous_hash": chained.previous_hash,
            "hash": chained.hash,
            "path": b"".join(path),
            "batch": self._new[0].record.seq,
        }
