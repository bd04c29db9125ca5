"""Where one message ends and the next begins."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.gateways.sapient.framing import (
    FRAME_LIMIT_BYTES,
    FrameCutError,
    FrameTooLongError,
    framed,
    read_frame,
)


def read(stream: bytes, limit_bytes: int = FRAME_LIMIT_BYTES) -> list[bytes]:
    """Every frame of a stream that then ends."""

    async def reading() -> list[bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(stream)
        reader.feed_eof()
        frames = []
        while (frame := await read_frame(reader, limit_bytes)) is not None:
            frames.append(frame)
        return frames

    return asyncio.run(reading())


@given(messages=st.lists(st.binary(max_size=300), max_size=5))
def test_what_is_framed_is_read_again(messages: list[bytes]) -> None:
    assert read(b"".join(map(framed, messages))) == messages


@given(message=st.binary(min_size=1, max_size=50), kept=st.integers(1, 53))
def test_a_stream_that_ends_in_a_frame_is_told_from_one_that_ends_between(message: bytes, kept: int) -> None:
    whole = framed(message)
    with pytest.raises(FrameCutError):
        read(whole[: min(kept, len(whole) - 1)])


def test_a_length_over_the_limit_is_refused_before_anything_is_read() -> None:
    assert read(framed(b"abc"), limit_bytes=3) == [b"abc"]
    with pytest.raises(FrameTooLongError, match="4 bytes was announced and the limit is 3"):
        read(framed(b"abcd"), limit_bytes=3)
    with pytest.raises(FrameTooLongError, match="4294967295"):
        read(b"\xff\xff\xff\xff")


def test_we_send_nothing_that_no_peer_has_to_take() -> None:
    with pytest.raises(FrameTooLongError):
        framed(bytes(FRAME_LIMIT_BYTES + 1))
