"""Does every block of a TIFF still hold what its maker put in?

A library that reads heights stops when it has as many as it wanted and never looks at the check sum (Adler-32, RFC
1950) behind each deflated block: a damaged block comes out as a plausible mountain. Here every block is unpacked to its
end. The layout is that of TIFF 6.0 and of BigTIFF.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

_DEFLATED = frozenset({8, 32946})
_COMPRESSION = 259
# Offsets and byte counts: of strips, of tiles.
_PLACES = {273: 279, 324: 325}
# Bytes of one value by its type: SHORT, LONG, LONG8.
_VALUE = {3: ("H", 2), 4: ("I", 4), 16: ("Q", 8)}
_MOST_BLOCKS = 1_000_000
_LARGEST_BLOCK, _PIECE = 2**28, 2**20


def broken_block(path: Path) -> str | None:
    """Say which block is broken, or None if none is, or if its packing has no check sum.

    Parameters
    ----------
    path
        A TIFF file, its overviews included.
    """
    with path.open("rb") as stream:
        content = stream.read()
    try:
        for picture, fields in enumerate(_directories(content)):
            if fields.get(_COMPRESSION, (1,))[0] not in _DEFLATED:
                continue
            places = next(((fields[key], fields[count]) for key, count in _PLACES.items() if key in fields), ((), ()))
            for block, (offset, length) in enumerate(zip(*places, strict=True)):
                # An empty block is one that was never written.
                if length and not _is_whole(content[offset : offset + length]):
                    return f"block {block + 1} of picture {picture + 1} is damaged"
    except (struct.error, OverflowError, ValueError) as error:
        return f"its table of blocks is damaged ({error})"
    return None


def _is_whole(packed: bytes) -> bool:
    unpacking, unpacked = zlib.decompressobj(), 0
    try:
        while not unpacking.eof and packed and unpacked <= _LARGEST_BLOCK:
            unpacked += len(unpacking.decompress(packed, _PIECE))
            packed = unpacking.unconsumed_tail
    except zlib.error:
        return False
    return unpacking.eof


def _directories(content: bytes) -> Iterator[dict[int, tuple[int, ...]]]:
    """Yield the whole-number fields of each directory: the picture and its overviews."""
    order = {b"II": "<", b"MM": ">"}.get(content[:2])
    if order is None:
        raise ValueError("no TIFF")
    (version,) = struct.unpack_from(f"{order}H", content, 2)
    big = version == 43
    count_format, entry_bytes, word = ("Q", 20, "Q") if big else ("H", 12, "I")
    word_bytes = struct.calcsize(f"{order}{word}")
    (at,) = struct.unpack_from(f"{order}{word}", content, 8 if big else 4)
    seen: set[int] = set()
    while at:
        if at in seen or at >= len(content):
            raise ValueError("it leads nowhere")
        seen.add(at)
        (count,) = struct.unpack_from(f"{order}{count_format}", content, at)
        at += struct.calcsize(f"{order}{count_format}")
        fields: dict[int, tuple[int, ...]] = {}
        for _ in range(count):
            tag, kind = struct.unpack_from(f"{order}HH", content, at)
            (values,) = struct.unpack_from(f"{order}{word}", content, at + 4)
            if kind in _VALUE and values <= _MOST_BLOCKS:
                letter, size = _VALUE[kind]
                place = at + 4 + word_bytes
                if values * size > word_bytes:
                    (place,) = struct.unpack_from(f"{order}{word}", content, place)
                fields[tag] = struct.unpack_from(f"{order}{values}{letter}", content, place)
            at += entry_bytes
        yield fields
        (at,) = struct.unpack_from(f"{order}{word}", content, at)
