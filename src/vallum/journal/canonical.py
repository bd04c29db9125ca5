"""Which bytes of a record are hashed and signed?

The rule: the record as JSON without its `proof`, keys of every object sorted, no white space, UTF-8 without escapes
beyond those JSON demands, times in UTC as `2021-03-17T15:30:00.000Z`, numbers in the shortest form that reads back to
the same value, no NaN and no infinity. Fields that are empty are written as null, [] or {}, so that the bytes of a
record do not depend on who filled what in.
"""

import hashlib
import math
import unicodedata
from typing import Any

import orjson

# Embeddings, overrides and isolates can make a text read differently from what it says. The three invisible marks
# U+200E, U+200F and U+061C reorder nothing on their own and Arabic keyboards type them, so they stay.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ALLOWED_CONTROLS = frozenset("\n\t\r")


def canonical_bytes(value: Any) -> bytes:
    """Return the one byte form of a JSON value.

    Parameters
    ----------
    value
        Mappings with text keys, lists, text, finite numbers within 64 bits, booleans, None.

    Raises
    ------
    TypeError
        When the value holds something JSON has no form for.

    Examples
    --------
    >>> canonical_bytes({"b": [1, 2.5], "a": None})
    b'{"a":null,"b":[1,2.5]}'
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def chained_hash(previous_hash: bytes, content: bytes) -> bytes:
    """Return the hash of a record: SHA-256 over the hash of the record before it and its own canonical bytes.

    Parameters
    ----------
    previous_hash
        32 bytes; all zero for the first record.
    content
        Canonical bytes of the record.

    Examples
    --------
    >>> chained_hash(bytes(32), b"{}").hex()[:16]
    'fb1634c4e6cd4b1f'
    """
    return hashlib.sha256(previous_hash + content).digest()


def refuse_unwritable(value: Any, where: str = "") -> None:
    r"""Refuse what a record must not hold: deceptive or broken text, numbers without a value.

    Parameters
    ----------
    value
        A JSON value.
    where
        Path of the value for the message, for example `body`.

    Raises
    ------
    ValueError
        Naming the place and the character or number.

    Examples
    --------
    >>> refuse_unwritable({"text": "\u202egnp.exe"}, "body")
    Traceback (most recent call last):
    ...
    ValueError: body.text: holds U+202E RIGHT-TO-LEFT OVERRIDE, which can hide what the text says; remove it
    """
    if isinstance(value, str):
        _refuse_text(value, where)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where}: {value} is not a number that can be recorded; leave the field empty instead")
    elif isinstance(value, dict):
        for key, part in value.items():
            path = f"{where}.{key}" if where else str(key)
            _refuse_text(str(key), path)
            refuse_unwritable(part, path)
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            refuse_unwritable(part, f"{where}[{index}]")


def _refuse_text(text: str, where: str) -> None:
    # Nearly all text is printable, and this asks so at C speed.
    if text.isprintable():
        return
    for character in text:
        if character in BIDI_CONTROLS:
            name = f"U+{ord(character):04X} {unicodedata.name(character)}"
            raise ValueError(f"{where}: holds {name}, which can hide what the text says; remove it")
        if unicodedata.category(character) in ("Cc", "Cs") and character not in _ALLOWED_CONTROLS:
            raise ValueError(f"{where}: holds the control character U+{ord(character):04X}; remove it")
