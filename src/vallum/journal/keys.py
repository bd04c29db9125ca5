"""With which key does this centre sign, and how do people compare it by voice?

One Ed25519 key per centre, in `centre.key` (PKCS #8, readable by its owner only) beside its public half `centre.pub`.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import OKPKey

PRIVATE_NAME = "centre.key"
PUBLIC_NAME = "centre.pub"
_GROUPS = 8


class KeyFileError(RuntimeError):
    """A key file that is missing, already there, unreadable, or open to others."""


@dataclass(frozen=True, slots=True)
class CentreKey:
    """A key of a centre: `private` when it can sign, otherwise only its public half."""

    jwk: OKPKey

    @property
    def can_sign(self) -> bool:
        """Return whether the private half is here.

        Examples
        --------
        >>> CentreKey(OKPKey.generate_key("Ed25519")).can_sign
        True
        """
        return bool(self.jwk.is_private)

    @property
    def key_id(self) -> str:
        """Return the thumbprint (RFC 7638) that signed headers name.

        Examples
        --------
        >>> len(CentreKey(OKPKey.generate_key("Ed25519")).key_id)
        43
        """
        return self.jwk.thumbprint()

    @property
    def fingerprint(self) -> str:
        """Return the key's fingerprint as eight groups of five digits, to be read aloud in any language.

        132 bits of SHA-256 over the raw public key.

        Examples
        --------
        >>> [len(group) for group in CentreKey(OKPKey.generate_key("Ed25519")).fingerprint.split()]
        [5, 5, 5, 5, 5, 5, 5, 5]
        """
        raw = self.jwk.public_key.public_bytes_raw()
        digits = f"{int.from_bytes(hashlib.sha256(raw).digest()) % 10 ** (5 * _GROUPS):0{5 * _GROUPS}d}"
        return " ".join(digits[start : start + 5] for start in range(0, len(digits), 5))


def init(folder: Path) -> CentreKey:
    """Make the key of a centre.

    Parameters
    ----------
    folder
        Where `centre.key` and `centre.pub` are written; made when missing.

    Raises
    ------
    KeyFileError
        When a key is already there: overwriting it would make everything it signed unverifiable.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     init(Path(place)).fingerprint == show(Path(place))
    True
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (PRIVATE_NAME, PUBLIC_NAME):
        if (folder / name).exists():
            raise KeyFileError(f"{folder / name} exists and is never overwritten; move it away to start a new key")
    key = OKPKey.generate_key("Ed25519")
    _write_durably(folder / PRIVATE_NAME, key.as_pem(private=True), 0o600)
    _write_durably(folder / PUBLIC_NAME, key.as_pem(private=False), 0o644)
    return CentreKey(key)


def load(folder: Path) -> CentreKey:
    """Read the private key of a centre.

    Raises
    ------
    KeyFileError
        When it is missing, not an Ed25519 key, or readable by other accounts.

    Examples
    --------
    >>> load(Path("nowhere"))
    Traceback (most recent call last):
    ...
    vallum.journal.keys.KeyFileError: there is no key nowhere/centre.key; make one with: vallum keys init
    """
    path = folder / PRIVATE_NAME
    key = _read(path)
    if not (folder / PUBLIC_NAME).exists():
        # The power went out between the two files: the public half follows from the private one.
        _write_durably(folder / PUBLIC_NAME, key.jwk.as_pem(private=False), 0o644)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(f"{path} can be read by other accounts; run: chmod 600 {path}")
    return key


def load_public(folder: Path) -> CentreKey:
    """Read the public key of a centre.

    Raises
    ------
    KeyFileError
        When it is missing or not an Ed25519 key.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = init(Path(place))
    ...     load_public(Path(place)).can_sign
    False
    """
    return _read(folder / PUBLIC_NAME)


def show(folder: Path) -> str:
    """Return the fingerprint of the key in a folder.

    Raises
    ------
    KeyFileError
        When there is no key.

    Examples
    --------
    >>> show(Path("nowhere"))
    Traceback (most recent call last):
    ...
    vallum.journal.keys.KeyFileError: there is no key nowhere/centre.pub; make one with: vallum keys init
    """
    return load_public(folder).fingerprint


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, as a file's own sync does not.

    Examples
    --------
    >>> sync_folder(Path("."))
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> CentreKey:
    if not path.exists():
        raise KeyFileError(f"there is no key {path}; make one with: vallum keys init")
    try:
        key = OKPKey.import_key(path.read_bytes())
    except ValueError as wrong:
        raise KeyFileError(f"{path} is not a key file that can be read: {wrong}") from None
    if key.curve_name != "Ed25519":
        raise KeyFileError(f"{path} holds a key of curve {key.curve_name}; Ed25519 is expected")
    return CentreKey(key)


def _write_durably(path: Path, content: bytes, mode: int) -> None:
    # Written aside and then named, so that a crash leaves the whole file or none; a link never overwrites.
    aside = path.with_name(f"{path.name}.{os.getpid()}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.link(aside, path)
    aside.unlink()
    sync_folder(path.parent)
