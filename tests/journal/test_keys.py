import stat
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from vallum.journal import keys
from vallum.journal.checkpoint import BatchSeal, SignatureError, TreeHead
from vallum.journal.keys import CentreKey, KeyFileError


def test_a_new_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    keys.init(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys" / "centre.key").stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["centre.key", "centre.pub"]


@pytest.mark.parametrize("lost", ["centre.key", "centre.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, lost: str) -> None:
    keys.init(tmp_path)
    (tmp_path / lost).unlink()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(KeyFileError, match="never overwritten"):
        keys.init(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_key_that_other_accounts_can_read_is_refused(tmp_path: Path) -> None:
    keys.init(tmp_path)
    (tmp_path / "centre.key").chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        keys.load(tmp_path)


def test_a_public_half_lost_in_a_crash_is_made_again(tmp_path: Path) -> None:
    key = keys.init(tmp_path)
    (tmp_path / "centre.pub").unlink()
    assert keys.load(tmp_path).fingerprint == key.fingerprint == keys.show(tmp_path)


def test_a_file_that_holds_no_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "centre.pub").write_text("not a key")
    with pytest.raises(KeyFileError, match=r"centre\.pub is not a key file"):
        keys.show(tmp_path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "centre.pub").write_bytes(OKPKey.generate_key("X25519").as_pem(private=False))
    with pytest.raises(KeyFileError, match="curve X25519; Ed25519 is expected"):
        keys.show(tmp_path)


def test_the_fingerprint_can_be_read_aloud_and_is_that_of_the_public_half(tmp_path: Path) -> None:
    key = keys.init(tmp_path)
    assert keys.show(tmp_path) == key.fingerprint
    assert [len(group) for group in key.fingerprint.split()] == [5] * 8
    assert key.fingerprint.replace(" ", "").isdecimal()


def test_a_signature_holds_under_its_own_key_and_kind_only() -> None:
    key, other = CentreKey(OKPKey.generate_key("Ed25519")), CentreKey(OKPKey.generate_key("Ed25519"))
    head = TreeHead(originator="guard", size=3, root=bytes(32), signed_at="2021-03-17T15:30:00.000Z")
    signed = head.signed(key)
    assert TreeHead.read(signed, key) == head
    with pytest.raises(SignatureError, match="not by this centre's key"):
        TreeHead.read(signed, other)
    with pytest.raises(SignatureError, match="expected a vallum-batch"):
        BatchSeal.read(signed, key)


@pytest.mark.parametrize("position", [5, 120, -5])
def test_a_signature_with_one_letter_changed_is_refused(position: int) -> None:
    key = CentreKey(OKPKey.generate_key("Ed25519"))
    signed = BatchSeal(originator="guard", first_seq=1, size=2, root=bytes(32)).signed(key)
    letter = "A" if signed[position] != "A" else "B"
    altered = signed[:position] + letter + (signed[position:][1:])
    with pytest.raises(SignatureError):
        BatchSeal.read(altered, key)
