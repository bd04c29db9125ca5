"""What did the originator sign, and is that signature good?

Two things are signed as JWS with Ed25519 (RFC 7515, RFC 8037, algorithm name of RFC 9864): the Merkle root of each
batch, so that one record can be shown to a partner alone, and the head of the journal-wide tree, so that nobody can
shorten or rewrite the past without it showing.
"""

from dataclasses import dataclass

import orjson
from joserfc import jws
from joserfc.errors import JoseError

from vallum.journal.canonical import canonical_bytes
from vallum.journal.keys import CentreKey

_ALGORITHM = "Ed25519"
_BATCH = "vallum-batch+jws"
_CHECKPOINT = "vallum-checkpoint+jws"


class SignatureError(ValueError):
    """A signature that is not by this key, or not over what it should be."""


@dataclass(frozen=True, slots=True)
class BatchSeal:
    """The Merkle root over the records of one batch. `first_seq` counts from 1, `root` is 32 bytes."""

    originator: str
    first_seq: int
    size: int
    root: bytes

    def signed(self, key: CentreKey) -> str:
        """Return the seal as a compact JWS.

        Examples
        --------
        >>> from joserfc.jwk import OKPKey
        >>> key = CentreKey(OKPKey.generate_key("Ed25519"))
        >>> seal = BatchSeal(originator="guard", first_seq=1, size=1, root=bytes(32))
        >>> BatchSeal.read(seal.signed(key), key) == seal
        True
        """
        fields = {"originator": self.originator, "first_seq": self.first_seq, "size": self.size}
        return _sign(_BATCH, {**fields, "root": self.root.hex()}, key)

    @classmethod
    def read(cls, signature: str, key: CentreKey) -> "BatchSeal":
        """Return what was signed.

        Raises
        ------
        SignatureError
            When the signature is not good under this key or signs something else.

        Examples
        --------
        >>> from joserfc.jwk import OKPKey
        >>> BatchSeal.read("a.b.c", CentreKey(OKPKey.generate_key("Ed25519")))
        Traceback (most recent call last):
        ...
        vallum.journal.checkpoint.SignatureError: the signature is not by this centre's key, or was altered
        """
        fields = _read(_BATCH, signature, key)
        return cls(
            originator=str(fields["originator"]),
            first_seq=int(str(fields["first_seq"])),
            size=int(str(fields["size"])),
            root=bytes.fromhex(str(fields["root"])),
        )


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The journal-wide tree at one moment: `size` records, their root (32 bytes), the written time of signing."""

    originator: str
    size: int
    root: bytes
    signed_at: str

    def signed(self, key: CentreKey) -> str:
        """Return the checkpoint: the head as a compact JWS.

        Examples
        --------
        >>> from joserfc.jwk import OKPKey
        >>> key = CentreKey(OKPKey.generate_key("Ed25519"))
        >>> head = TreeHead(originator="guard", size=0, root=bytes(32), signed_at="2021-03-17T15:30:00.000Z")
        >>> TreeHead.read(head.signed(key), key) == head
        True
        """
        fields = {"originator": self.originator, "size": self.size, "signed_at": self.signed_at}
        return _sign(_CHECKPOINT, {**fields, "root": self.root.hex()}, key)

    @classmethod
    def read(cls, checkpoint: str, key: CentreKey) -> "TreeHead":
        """Return the tree head that a checkpoint signs.

        Raises
        ------
        SignatureError
            When the signature is not good under this key or signs something else.

        Examples
        --------
        >>> from joserfc.jwk import OKPKey
        >>> key = CentreKey(OKPKey.generate_key("Ed25519"))
        >>> seal = BatchSeal(originator="guard", first_seq=1, size=1, root=bytes(32))
        >>> TreeHead.read(seal.signed(key), key)
        Traceback (most recent call last):
        ...
        vallum.journal.checkpoint.SignatureError: this signs a vallum-batch+jws, expected a vallum-checkpoint+jws
        """
        fields = _read(_CHECKPOINT, checkpoint, key)
        return cls(
            originator=str(fields["originator"]),
            size=int(str(fields["size"])),
            root=bytes.fromhex(str(fields["root"])),
            signed_at=str(fields["signed_at"]),
        )


def _sign(kind: str, fields: dict[str, object], key: CentreKey) -> str:
    header = {"alg": _ALGORITHM, "typ": kind, "kid": key.key_id}
    return jws.serialize_compact(header, canonical_bytes(fields), key.jwk, algorithms=[_ALGORITHM])


def _read(kind: str, signature: str, key: CentreKey) -> dict[str, object]:
    try:
        signed = jws.deserialize_compact(signature, key.jwk, algorithms=[_ALGORITHM])
    except (JoseError, ValueError):
        raise SignatureError("the signature is not by this centre's key, or was altered") from None
    found = signed.headers().get("typ")
    if found != kind:
        raise SignatureError(f"this signs a {found}, expected a {kind}")
    fields: dict[str, object] = orjson.loads(signed.payload)
    return fields
