"""Where does one message end and the next begin on the wire?

Each frame is an unsigned 32 bit little-endian length followed by that many bytes of one serialized message
(BSI Flex 335 v2 over TCP, as spoken by Apex 4.2).
"""

import asyncio
import struct

FRAME_LIMIT_BYTES = 1 << 20
_LENGTH = struct.Struct("<I")


class FrameTooLongError(ValueError):
    """A peer announced a frame longer than the limit; where the next frame begins is no longer known."""

    def __init__(self, announced_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"a frame of {announced_bytes} bytes was announced and the limit is {limit_bytes}; "
            "send smaller messages (a length is 4 bytes, little-endian)"
        )
        self.announced_bytes = announced_bytes


class FrameCutError(EOFError):
    """A peer went away in the middle of a frame."""


def framed(message: bytes) -> bytes:
    """Return a message with its length before it.

    Raises
    ------
    FrameTooLongError
        When the message is longer than 1 MiB, which no peer has to accept.

    Examples
    --------
    >>> framed(b"abc").hex()
    '03000000616263'
    """
    if len(message) > FRAME_LIMIT_BYTES:
        raise FrameTooLongError(len(message), FRAME_LIMIT_BYTES)
    return _LENGTH.pack(len(message)) + message


async def read_frame(reader: asyncio.StreamReader, limit_bytes: int = FRAME_LIMIT_BYTES) -> bytes | None:
    """Return the next message of a stream, or None when the peer closed between two frames.

    Raises
    ------
    FrameTooLongError
        When the announced length is above `limit_bytes`; nothing of the frame has been read.
    FrameCutError
        When the stream ends inside a frame.

    Examples
    --------
    >>> async def example() -> bytes | None:
    ...     reader = asyncio.StreamReader()
    ...     reader.feed_data(framed(b"abc"))
    ...     return await read_frame(reader)
    >>> asyncio.run(example())
    b'abc'
    """
    try:
        head = await reader.readexactly(_LENGTH.size)
    except asyncio.IncompleteReadError as end:
        if not end.partial:
            return None
        raise FrameCutError("the connection ended inside the length of a frame") from end
    (length,) = _LENGTH.unpack(head)
    if length > limit_bytes:
        raise FrameTooLongError(length, limit_bytes)
    try:
        return await reader.readexactly(length)
    except asyncio.IncompleteReadError as end:
        raise FrameCutError(f"the connection ended after {len(end.partial)} of {length} bytes of a frame") from end
