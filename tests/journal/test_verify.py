"""Whatever is altered in the file, verify says so, and names the record."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.journal.alarms import draft, open_journal, registry

from vallum.journal import Journal, Record, keys, rebuild, verify
from vallum.journal.canonical import chained_hash
from vallum.journal.checkpoint import SignatureError
from vallum.journal.keys import KeyFileError
from vallum.journal.verify import is_proven

COUNT = 12


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of 12 records in batches of 1, 2, 3, 1, 2, 3."""
    folder = tmp_path_factory.mktemp("written")
    with open_journal(folder) as journal:
        for size in (1, 2, 3, 1, 2, 3):
            journal.append(*(draft(f"a-{number}", dedup_key=None) for number in range(size)))
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / "copy")


def change(folder: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(folder / "journal.db") as connection:
        connection.execute(statement, values)
    connection.close()


def content(folder: Path, seq: int) -> bytes:
    with sqlite3.connect(folder / "journal.db") as connection:
        (found,) = connection.execute("SELECT content FROM records WHERE seq = ?", (seq,)).fetchone()
    connection.close()
    return bytes(found)


def test_an_untouched_journal_is_whole(written: Path) -> None:
    verification = verify(written, registry())
    assert (verification.ok, verification.records, verification.reason) == (True, COUNT, None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, COUNT), where=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_any_altered_byte_of_a_record_is_found_and_the_record_named(
    folder: Path, seq: int, where: float, mask: int
) -> None:
    before = content(folder, seq)
    altered = bytearray(before)
    altered[int(where * len(before))] ^= mask
    change(folder, "UPDATE records SET content = ? WHERE seq = ?", bytes(altered), seq)
    verification = verify(folder)
    assert (verification.ok, verification.first_bad_seq, verification.records) == (False, seq, seq - 1)
    change(folder, "UPDATE records SET content = ? WHERE seq = ?", before, seq)
    assert verify(folder).ok


@pytest.mark.parametrize("column", ["id", "type", "dedup_key", "previous_hash", "hash", "path", "batch", "content"])
@pytest.mark.parametrize("seq", [1, 5, COUNT])
def test_any_altered_column_of_a_record_is_found_and_the_record_named(folder: Path, column: str, seq: int) -> None:
    change(folder, f"UPDATE records SET {column} = '77' WHERE seq = ?", seq)
    assert verify(folder).first_bad_seq == seq


def test_a_forger_without_the_key_is_found_even_when_every_hash_is_made_anew(folder: Path) -> None:
    forged = Record.read(content(folder, 5)).model_copy(update={"actor": "nobody"}).content()
    with sqlite3.connect(folder / "journal.db") as connection:
        rows = connection.execute(
            "SELECT seq, content, previous_hash FROM records WHERE seq >= 5 ORDER BY seq"
        ).fetchall()
        previous = rows[0][2]
        for seq, stored, _ in rows:
            text = forged if seq == 5 else stored
            chain = chained_hash(previous, text)
            connection.execute(
                "UPDATE records SET content = ?, previous_hash = ?, hash = ? WHERE seq = ?",
                (text, previous, chain, seq),
            )
            previous = chain
    connection.close()
    verification = verify(folder)
    assert verification.first_bad_seq == 5
    assert verification.reason == "it is not the record that the originator signed"


@pytest.mark.parametrize(
    ("column", "named"), [("signature", 4), ("size", 4), ("checkpoint", 6), ("peaks", 6), ("first_seq", 4)]
)
def test_an_altered_batch_is_found(folder: Path, column: str, named: int) -> None:
    change(folder, f"UPDATE batches SET {column} = '77' WHERE first_seq = 4")
    assert verify(folder).first_bad_seq == named


def test_a_batch_with_the_signature_of_another_is_found(folder: Path) -> None:
    change(
        folder,
        "UPDATE batches SET signature = (SELECT signature FROM batches WHERE first_seq = 1) WHERE first_seq = 7",
    )
    assert verify(folder).first_bad_seq == 7


@pytest.mark.parametrize("seq", [1, 5, COUNT])
def test_a_missing_record_is_named(folder: Path, seq: int) -> None:
    change(folder, "DELETE FROM records WHERE seq = ?", seq)
    verification = verify(folder)
    assert (verification.first_bad_seq, verification.reason) == (seq, "it is missing")


def test_a_record_smuggled_in_at_the_end_is_named(folder: Path) -> None:
    change(
        folder,
        "INSERT INTO records SELECT 13, 'x', type, dedup_key, content, previous_hash, hash, path, batch "
        "FROM records WHERE seq = 12",
    )
    assert verify(folder).first_bad_seq == COUNT + 1


def test_records_cut_off_the_end_show_against_a_checkpoint_kept_elsewhere(folder: Path) -> None:
    kept = verify(folder).checkpoint
    change(folder, "DELETE FROM records WHERE seq > 9")
    change(folder, "DELETE FROM batches WHERE first_seq > 9")
    assert verify(folder).ok
    verification = verify(folder, trusted_checkpoint=kept)
    assert (verification.ok, verification.first_bad_seq) == (False, 10)


def test_a_checkpoint_of_an_earlier_time_is_still_good(folder: Path) -> None:
    kept = verify(folder).checkpoint
    with open_journal(folder) as journal:
        journal.append(draft())
    assert verify(folder, registry(), trusted_checkpoint=kept).ok


def test_a_checkpoint_of_another_centre_is_refused(folder: Path, tmp_path: Path) -> None:
    with open_journal(tmp_path / "other") as journal:
        journal.append(draft())
        foreign = journal.checkpoint()
    with pytest.raises(SignatureError, match="not by this centre's key"):
        verify(folder, trusted_checkpoint=foreign)


def test_a_journal_under_another_key_is_not_believed(folder: Path) -> None:
    for path in (folder / "keys").iterdir():
        path.unlink()
    with pytest.raises(KeyFileError, match="there is no key"):
        verify(folder)
    keys.init(folder / "keys")
    assert verify(folder).first_bad_seq == 1


def test_altered_views_are_found_and_mended_by_a_rebuild(folder: Path) -> None:
    change(folder, "UPDATE view_alarms SET state = 'closed' WHERE alarm = 'a-0'")
    assert verify(folder).ok
    verification = verify(folder, registry())
    assert (verification.ok, verification.first_bad_seq) == (False, None)
    assert verification.reason is not None
    assert "rebuild" in verification.reason
    assert not rebuild(folder, registry()).identical
    assert verify(folder, registry()).ok


def test_a_damaged_file_is_reported_and_not_a_crash(folder: Path) -> None:
    path = folder / "journal.db"
    whole = path.read_bytes()
    # Everything after the tables' definitions.
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    verification = verify(folder)
    assert not verification.ok
    assert verification.reason is not None
    assert "damaged" in verification.reason


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path) as opened:
        yield opened


def test_one_record_alone_can_be_proven_to_a_partner(journal: Journal, tmp_path: Path) -> None:
    key = keys.load_public(tmp_path / "keys")
    for record in journal.append(*(draft(f"a-{number}") for number in range(5))):
        assert is_proven(record, key)
        assert not is_proven(record.model_copy(update={"actor": "nobody"}), key)
        assert not is_proven(record.model_copy(update={"proof": None}), key)
        assert not is_proven(record, keys.init(tmp_path / "other" / record.id))
