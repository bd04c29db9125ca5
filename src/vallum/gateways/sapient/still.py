"""Which picture came with a message?

Only pictures that travel inside the message are taken. An address is never fetched: a sensor must not be able to make
the centre open a connection.
"""

import base64
import binascii
from collections.abc import Iterable

from vallum.gateways.sapient.messages import AssociatedFile

STILL_LIMIT_BYTES = 150_000
_PREFIX = "data:image/png;base64,"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def still_of(files: Iterable[AssociatedFile]) -> tuple[bytes | None, int]:
    r"""Return the first usable still of a message, and how many pictures in it were not usable.

    A picture that is too large, wrongly encoded or no PNG is left out; what it belongs to is still believed.

    Examples
    --------
    >>> url = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    >>> still_of([AssociatedFile(type="image/png", url=url)])
    (b'\x89PNG\r\n\x1a\n', 0)
    >>> still_of([AssociatedFile(type="image/png", url="https://camera/still.png")])
    (None, 0)
    """
    dropped = 0
    for file in files:
        if not file.url.startswith("data:"):
            continue
        picture = _png(file.url)
        if picture is not None:
            return picture, dropped
        dropped += 1
    return None, dropped


def _png(url: str) -> bytes | None:
    if not url.startswith(_PREFIX) or len(url) - len(_PREFIX) > STILL_LIMIT_BYTES * 4 // 3 + 4:
        return None
    try:
        picture = base64.b64decode(url[len(_PREFIX) :], validate=True)
    except (binascii.Error, ValueError):
        return None
    return picture if picture.startswith(_SIGNATURE) and len(picture) <= STILL_LIMIT_BYTES else None
