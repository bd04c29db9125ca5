"""What is the name of a new record?"""

import secrets
import uuid


def uuid7(now_s: float) -> str:
    """Return a new UUID version 7: sorts by time, cannot be guessed.

    Parameters
    ----------
    now_s
        Unix seconds by the centre's clock; the first 48 bits are its milliseconds (RFC 9562 section 5.7).

    Examples
    --------
    >>> uuid7(1_616_000_000.0)[:14]
    '0178411b-2000-'
    """
    milliseconds = int(now_s * 1000) & ((1 << 48) - 1)
    chance = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | chance & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))
