"""How does a file come over HTTP whole, though the line is cut in the middle?

What has come is kept in a `.part` file, and beside it what the server said of it. After a cut the rest is asked for
(RFC 9110 section 14, If-Range), and only if it is still the same file: a server that has another by now, or knows no
ranges, sends it from the beginning. Ctrl-C leaves the part as it is.
"""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

import vallum

# The largest tile of this model has 50 MB; a server that sends more sends something else.
LONGEST_BYTES = 500_000_000
ATTEMPTS = 6

_PIECE_BYTES = 256 * 1024
_LONGEST_PAUSE_S = 60.0
_TIMEOUT_S = 30.0
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})

Progress = Callable[[int, int | None], object]
Pause = Callable[[float], object]


class LoadError(RuntimeError):
    """The file did not come; the words say why. What came is kept."""


class UnreachableError(LoadError):
    """The server cannot be reached, or the line is cut again and again."""


class AbsentError(LoadError):
    """The server has no such file."""


class _CutError(Exception):
    """The line was cut, or the server is busy: to be tried again."""

    def __init__(self, why: str, pause_s: float | None = None) -> None:
        super().__init__(why)
        self.pause_s = pause_s


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the server said of a file that has come whole.

    Attributes
    ----------
    length
        Bytes.
    etag
        The server's name of this version, or None.
    resumed
        Whether it was put together from pieces.
    """

    length: int
    etag: str | None
    resumed: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept beside a part."""

    url: str
    etag: str | None
    length: int | None
    resumed: bool


def load(url: str, part: Path, progress: Progress, pause: Pause = time.sleep, attempts: int = ATTEMPTS) -> Loaded:
    """Bring a file to `part`, going on with what is there.

    Parameters
    ----------
    url
        An http or https address.
    part
        Where to put it; what lies there from an earlier try of the same address is gone on with.
    progress
        Called with bytes that are here and bytes in all (None where the server does not say).
    pause
        Waits so many seconds between tries: 1, 2, 4 and so on, or what the server asks for, a minute at most.
    attempts
        So many tries in a row may bring nothing new.

    Raises
    ------
    AbsentError
        If the server has no such file.
    UnreachableError
        If so many tries in a row brought nothing new.
    LoadError
        If it cannot be had from this server.
    ValueError
        If the address is not one of HTTP.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f"{url}: give an address that begins with http:// or https://.")
    furthest, failures = _size(part), 0
    while True:
        try:
            return _tried(url, part, progress)
        except _CutError as cut:
            failures = 0 if _size(part) > furthest else failures + 1
            furthest = max(furthest, _size(part))
            if failures >= attempts:
                raise UnreachableError(f"{url}: {cut}, {attempts} times in a row") from cut
            pause(min(_LONGEST_PAUSE_S, 2.0 ** max(0, failures - 1) if cut.pause_s is None else cut.pause_s))


def discard(part: Path) -> None:
    """Forget a part and what is known of it."""
    part.unlink(missing_ok=True)
    _beside(part).unlink(missing_ok=True)


def forget(part: Path) -> None:
    """Forget what is known of a part that has been moved away."""
    _beside(part).unlink(missing_ok=True)


def _tried(url: str, part: Path, progress: Progress) -> Loaded:
    known, held = _known(part), _size(part)
    if known is None or known.url != url or (known.length is not None and held > known.length):
        discard(part)
        known, held = None, 0
    if known is not None and held == known.length:
        return Loaded(held, known.etag, known.resumed)  # whole already: the program ended before it was accepted
    asked = {"User-Agent": f"vallum/{vallum.__version__}", "Accept-Encoding": "identity"}
    if held:
        asked["Range"] = f"bytes={held}-"
        if known is not None and known.etag is not None and not known.etag.startswith("W/"):
            asked["If-Range"] = known.etag
    with _answer(url, asked, part) as answer:
        return _received(url, part, known, held, answer, progress)


def _answer(url: str, asked: dict[str, str], part: Path) -> Any:
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=asked), timeout=_TIMEOUT_S)
    except HTTPError as error:
        with error:
            if error.code in (404, 410):
                raise AbsentError(f"{url}: the server has no such file") from error
            if error.code == 416:
                discard(part)
                raise _CutError("the file on the server has become shorter") from error
            if error.code in _TRY_AGAIN:
                after = error.headers.get("Retry-After") or ""
                pause_s = float(after) if re.fullmatch(r"\d{1,6}", after) else None
                raise _CutError(f"the server is busy ({error.code} {error.reason})", pause_s) from error
            raise LoadError(f"{url}: the server answers {error.code} {error.reason}") from error
    except (HTTPException, URLError, OSError) as error:
        raise _CutError(f"the server cannot be reached ({_reason(error)})") from error


def _received(url: str, part: Path, known: _Known | None, held: int, answer: Any, progress: Progress) -> Loaded:
    etag = answer.headers.get("ETag")
    if answer.status == 206:
        length = _goes_on_at(answer.headers.get("Content-Range") or "", held)
        other = known is None or length is None or (known.length is not None and length != known.length)
        if other or (known is not None and etag is not None and known.etag is not None and etag != known.etag):
            discard(part)
            raise _CutError("the server has another file by now")
    else:
        held = 0
        said = answer.headers.get("Content-Length") or ""
        length = int(said) if said.isdigit() else None
    if length is not None and length > LONGEST_BYTES:
        raise LoadError(f"{url}: the server would send {length / 1e6:,.0f} MB; a tile has at most 50 MB")
    resumed = held > 0
    _beside(part).write_text(json.dumps(asdict(_Known(url, etag, length, resumed))), encoding="utf-8")
    with part.open("ab" if resumed else "wb") as stream:
        progress(held, length)
        while piece := _piece(answer):
            stream.write(piece)
            held += len(piece)
            progress(held, length)
            if held > (LONGEST_BYTES if length is None else length):
                break
    if length is not None and held > length:
        discard(part)
        raise _CutError(f"the server sent more than the {length:,} bytes it spoke of")
    if held > LONGEST_BYTES:
        discard(part)
        raise LoadError(f"{url}: the server sends without end")
    if length is not None and held < length:
        raise _CutError(f"the line was cut after {held:,} of {length:,} bytes")
    return Loaded(held, etag, resumed)


def _piece(answer: Any) -> bytes:
    try:
        return bytes(answer.read(_PIECE_BYTES))
    except (HTTPException, OSError) as error:
        raise _CutError(f"the line was cut ({_reason(error)})") from error


def _goes_on_at(content_range: str, held: int) -> int | None:
    """Return the length of the whole file if the answer goes on where the part ends."""
    place = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", content_range.strip())
    if place is None or int(place[1]) != held or int(place[2]) + 1 != int(place[3]):
        return None
    return int(place[3])


def _known(part: Path) -> _Known | None:
    try:
        return _Known(**json.loads(_beside(part).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _beside(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason or error) or type(error).__name__
