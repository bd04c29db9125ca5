"""Is this journal whole, and if not, which record is the first that is wrong?

Everything is computed again from the stored bytes: the chain, the signed root of each batch, each record's path to it,
the signed checkpoint of the whole tree. It reads one moment of the file and can run while a centre writes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, create_engine, func, select
from sqlalchemy.exc import DatabaseError

from vallum.journal import keys
from vallum.journal.canonical import chained_hash
from vallum.journal.checkpoint import BatchSeal, SignatureError, TreeHead
from vallum.journal.envelope import Record
from vallum.journal.merkle import Peaks, proves_inclusion
from vallum.journal.rebuild import replay_views, views_are_current
from vallum.journal.registry import RefusedDraftError, Registry
from vallum.journal.store import (
    BATCHES,
    KEYS_FOLDER,
    NO_HASH,
    RECORDS,
    open_to_read,
    split_hashes,
)
from vallum.journal.views import ViewTables

# Of the whole work, proving the records is about so much; the rest is to compute the views again.
_WALKED = 0.7
_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found.

    `records` counts those that are proven good; `first_bad_seq` and `reason` are None when all are, `first_bad_seq`
    also when only the views are wrong; `checkpoint` is the newest good one.
    """

    ok: bool
    records: int
    first_bad_seq: int | None
    reason: str | None
    checkpoint: str | None


class _BadRecordError(Exception):
    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(reason)
        self.seq = seq


def verify(
    folder: Path,
    registry: Registry | None = None,
    *,
    trusted_checkpoint: str | None = None,
    progress: Callable[[float], object] | None = None,
) -> Verification:
    """Check a journal from its first record to its last.

    Parameters
    ----------
    folder
        Holds `journal.db` and `keys/centre.pub`.
    registry
        When given, bodies are checked against their types and views against what the records make of them.
    trusted_checkpoint
        A checkpoint kept elsewhere: the journal must be a continuation of it, so records cut off its end show.
    progress
        Told the share of the work that is done, 0 to 1, now and then.

    Raises
    ------
    JournalFileError
        When there is no journal.
    keys.KeyFileError
        When its public key is missing.
    SignatureError
        When `trusted_checkpoint` is not signed by this centre's key.

    Examples
    --------
    >>> import tempfile
    >>> from vallum.journal import Clock, Journal
    >>> with tempfile.TemporaryDirectory() as place:
    ...     Journal.open(Path(place), Registry(), clock=Clock.machine(), originator="guard").close()
    ...     verify(Path(place))
    Verification(ok=True, records=0, first_bad_seq=None, reason=None, checkpoint=None)
    """
    engine = open_to_read(folder)
    try:
        key = keys.load_public(folder / KEYS_FOLDER)
        trusted = None if trusted_checkpoint is None else TreeHead.read(trusted_checkpoint, key)
        with engine.connect() as connection:
            return _judged(connection, _Walk(key, trusted, registry, progress), registry, progress)
    finally:
        engine.dispose()


def is_proven(record: Record, key: keys.CentreKey) -> bool:
    """Return whether a record, alone and away from its journal, is one that the holder of a key signed.

    Parameters
    ----------
    record
        With its proof; one without is not proven.
    key
        The public key of its originator, known from elsewhere.

    Examples
    --------
    >>> import tempfile
    >>> from pydantic import BaseModel
    >>> from vallum.journal import Clock, Draft, Journal
    >>> class Tip(BaseModel):
    ...     text: str
    >>> tips = Registry(records=[{"tip.received": (Tip, None, None)}])
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with Journal.open(Path(place), tips, clock=Clock.machine(), originator="guard") as journal:
    ...         (record,) = journal.append(Draft(type="tip.received", actor="watch.1", body=Tip(text="lights")))
    ...     is_proven(record, keys.load_public(Path(place) / "keys"))
    True
    """
    proof = record.proof
    if proof is None:
        return False
    try:
        seal = BatchSeal.read(proof.signature, key)
        entry = chained_hash(bytes.fromhex(proof.previous_hash), record.content())
        path = [bytes.fromhex(step) for step in proof.path]
    except ValueError:
        return False
    return seal.originator == record.originator and proves_inclusion(
        entry, record.seq - seal.first_seq, seal.size, path, seal.root
    )


def _judged(
    connection: Connection, walk: "_Walk", registry: Registry | None, progress: Callable[[float], object] | None
) -> Verification:
    try:
        walk.through(connection)
        reason = None if registry is None else _wrong_views(connection, registry, progress)
    except _BadRecordError as bad:
        return Verification(False, bad.seq - 1, bad.seq, str(bad), walk.checkpoint)
    except DatabaseError as damaged:
        seq = walk.peaks.size + 1
        return Verification(False, seq - 1, seq, f"the file is damaged here: {damaged.orig}", walk.checkpoint)
    return Verification(reason is None, walk.peaks.size, None, reason, walk.checkpoint)


class _Walk:
    """The way from the first record to the last: what has been proven so far."""

    def __init__(
        self,
        key: keys.CentreKey,
        trusted: TreeHead | None,
        registry: Registry | None,
        progress: Callable[[float], object] | None,
    ) -> None:
        self.peaks = Peaks()
        self.checkpoint: str | None = None
        self._previous_hash = NO_HASH
        self._key = key
        self._trusted = trusted
        self._registry = registry
        self._progress = progress

    def through(self, connection: Connection) -> None:
        last, told = self._last(connection), 0
        for batch in connection.execute(select(BATCHES).order_by(BATCHES.c.first_seq)).mappings():
            self._batch(connection, batch)
            if self._progress is not None and self.peaks.size - told >= _TOLD_EVERY:
                told = self.peaks.size
                self._progress(min(told / last, 1.0) * _WALKED)
        expected = self.peaks.size + 1
        beyond = select(RECORDS.c.seq).where(RECORDS.c.seq >= expected).order_by(RECORDS.c.seq).limit(1)
        left_over = connection.execute(beyond).scalar_one_or_none()
        if left_over is not None:
            raise _BadRecordError(left_over, "it is in no signed batch")
        if self._trusted is not None and self._trusted.size > self.peaks.size:
            raise _BadRecordError(expected, f"it is missing: a checkpoint was signed over {self._trusted.size} records")

    def _last(self, connection: Connection) -> int:
        """Say how many records there seem to be; a damaged file is told of when its bad record is reached."""
        if self._progress is None:
            return 1
        try:
            return connection.execute(select(func.max(RECORDS.c.seq))).scalar_one() or 1
        except DatabaseError:
            return 1

    def _batch(self, connection: Connection, batch: RowMapping) -> None:
        first = self.peaks.size + 1
        if batch["first_seq"] != first:
            raise _BadRecordError(first, "its batch is missing")
        try:
            seal = BatchSeal.read(batch["signature"], self._key)
        except SignatureError as wrong:
            raise _BadRecordError(first, f"the signature of its batch: {wrong}") from None
        if (seal.first_seq, seal.size) != (first, batch["size"]):
            raise _BadRecordError(first, "the signature of its batch was made for another batch")
        last = first + seal.size - 1
        rows = select(RECORDS).where(RECORDS.c.seq.between(first, last)).order_by(RECORDS.c.seq)
        for row in connection.execute(rows).mappings():
            self._record(row, seal)
        if self.peaks.size != last:
            raise _BadRecordError(self.peaks.size + 1, "it is missing")
        self._head(batch, last, seal.originator)

    def _record(self, row: RowMapping, seal: BatchSeal) -> None:
        seq = self.peaks.size + 1
        if row["seq"] != seq:
            raise _BadRecordError(seq, "it is missing")
        try:
            self._stored_bytes(row, seq, seal)
            record = Record.read(row["content"])
        except (ValidationError, TypeError):
            raise _BadRecordError(seq, "its stored form cannot be read") from None
        found = (row["id"], row["type"], row["dedup_key"], row["batch"], row["seq"])
        if found != (record.id, record.type, record.dedup_key, seal.first_seq, record.seq):
            raise _BadRecordError(seq, "the columns beside its content say something else than the content")
        if self._registry is not None:
            try:
                self._registry.body(record.type, record.body)
            except RefusedDraftError as wrong:
                raise _BadRecordError(seq, f"its body does not fit its type: {wrong}") from None
        self._previous_hash = row["hash"]
        self.peaks = self.peaks.appended(row["hash"])

    def _stored_bytes(self, row: RowMapping, seq: int, seal: BatchSeal) -> None:
        if row["previous_hash"] != self._previous_hash:
            raise _BadRecordError(seq, "it does not follow the record before it")
        if chained_hash(self._previous_hash, row["content"]) != row["hash"]:
            raise _BadRecordError(seq, "its content does not have the hash that was stored with it")
        path = split_hashes(row["path"])
        if not proves_inclusion(row["hash"], seq - seal.first_seq, seal.size, path, seal.root):
            raise _BadRecordError(seq, "it is not the record that the originator signed")

    def _head(self, batch: RowMapping, last: int, originator: str) -> None:
        try:
            head = TreeHead.read(batch["checkpoint"], self._key)
        except SignatureError as wrong:
            raise _BadRecordError(last, f"the checkpoint after it: {wrong}") from None
        if (head.size, head.root, head.originator) != (last, self.peaks.root, originator):
            raise _BadRecordError(last, "the checkpoint after it was signed over other records")
        if batch["peaks"] != b"".join(self.peaks.roots):
            raise _BadRecordError(last, "the tree kept after it is not the tree of these records")
        if self._trusted is not None and self._trusted.size == last and self._trusted.root != head.root:
            raise _BadRecordError(last, "it or a record before it is not what the trusted checkpoint was signed over")
        self.checkpoint = batch["checkpoint"]


def _wrong_views(connection: Connection, registry: Registry, progress: Callable[[float], object] | None) -> str | None:
    tables = ViewTables(registry)
    if not views_are_current(connection, tables):
        # Tables of an older shape are replaced when the centre opens the journal; there is nothing to compare.
        return None
    memory = create_engine("sqlite://")
    try:
        with memory.begin() as fresh:
            rest = None if progress is None else lambda share: progress(_WALKED + share * (1.0 - _WALKED))
            replay_views(connection, registry, tables, into=fresh, progress=rest)
            same = tables.digest(fresh) == tables.digest(connection)
    except RefusedDraftError as wrong:
        return f"the views cannot be computed from the records: {wrong}"
    finally:
        memory.dispose()
    return None if same else "the views differ from what the records make of them; run: vallum journal rebuild"
