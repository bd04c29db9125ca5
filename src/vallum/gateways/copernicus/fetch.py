"""Which of the tiles that a strip needs are here, and what became of the others?

Tiles stay in a cache folder: NAME.tif, and beside it its SHA-256, with which it is checked whenever it is used again.
A file enters under its name only when it is whole and every block of it decodes; one that does not is kept as
NAME.tif.refused with its reason. Each tile has its own fate; run again, the work goes on where it ended.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vallum.gateways.copernicus import check
from vallum.gateways.copernicus.loading import AbsentError, LoadError, Pause, UnreachableError, discard, forget, load
from vallum.gateways.copernicus.tile import Tile

try:
    import fcntl
except ImportError:  # not on Windows: there, two fetches at once are not kept apart
    fcntl = None  # type: ignore[assignment]

State = Literal["cached", "fetched", "absent", "refused", "missing"]

LIST = "tileList.txt"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one tile.

    Attributes
    ----------
    tile
        Which one.
    state
        "cached" (it was here), "fetched", "absent" (the server has none: sea, or not released), "refused" (it came but
        cannot be believed), "missing" (it did not come).
    path
        Where it lies, if it is here.
    reason
        Why not, in words; empty if it is here.
    """

    tile: Tile
    state: State
    path: Path | None
    reason: str = ""


def cache_folder(environment: dict[str, str] | os._Environ[str] = os.environ) -> Path:
    """Return where tiles are kept unless told otherwise: vallum's folder in the user's cache (XDG).

    Examples
    --------
    >>> cache_folder({"XDG_CACHE_HOME": "/cache"}).as_posix()
    '/cache/vallum/copernicus'
    """
    home = environment.get("XDG_CACHE_HOME", "")
    # By the specification a relative one is to be ignored.
    base = Path(home) if Path(home).is_absolute() else Path.home() / ".cache"
    return base / "vallum" / "copernicus"


def fetch(
    tiles: Iterable[Tile],
    cache: Path,
    *,
    base_url: str | None = None,
    offline: bool = False,
    progress: Callable[[Tile, int, int | None], object] = lambda tile, done, total: None,
    pause: Pause = time.sleep,
) -> tuple[Fetched, ...]:
    """Bring tiles into the cache.

    Parameters
    ----------
    tiles
        Of one product.
    cache
        Its folder; each product has a folder of its own in it.
    base_url
        Where the same names are served; the product's public address unless told otherwise.
    offline
        Use what is here and ask nobody.
    progress
        Called with a tile, the bytes of it that are here and those in all, if known.
    pause
        Waits between tries.

    Returns
    -------
    tuple of Fetched
        In the order of the tiles. Once the server cannot be reached, tiles that are not here are "missing".

    Raises
    ------
    ValueError
        If the address is not one of HTTP.
    OSError
        If the cache cannot be written.
    """
    tiles = tuple(tiles)
    with ExitStack() as alone:
        for folder in sorted({cache / tile.product.name for tile in tiles}):
            folder.mkdir(parents=True, exist_ok=True)
            alone.enter_context(_alone_in(folder))
        return _all_fetched(tiles, cache, base_url, offline, progress, pause)


def _all_fetched(
    tiles: tuple[Tile, ...],
    cache: Path,
    base_url: str | None,
    offline: bool,
    progress: Callable[[Tile, int, int | None], object],
    pause: Pause,
) -> tuple[Fetched, ...]:
    fetched: list[Fetched] = []
    listed: frozenset[str] | None = None
    asked_for_list = False
    unreachable = ""
    for tile in tiles:
        folder = cache / tile.product.name
        here = _from_cache(tile, folder)
        if here.state == "cached":
            fetched.append(here)
            continue
        server = (base_url or tile.product.base_url).rstrip("/")
        if not asked_for_list:
            listed, asked_for_list = _listed(server, folder, offline, pause), True
        if offline:
            fetched.append(_offline(tile, folder, listed, here))
        elif listed is not None and tile.name not in listed:
            fetched.append(Fetched(tile, "absent", None, f"not in {server}/{LIST}: sea, or not released"))
        elif unreachable:
            fetched.append(Fetched(tile, "missing", None, unreachable))
        else:
            try:
                fetched.append(_fetched(tile, folder, server, progress, pause))
            except UnreachableError as error:
                unreachable = str(error)
                fetched.append(Fetched(tile, "missing", None, unreachable))
    return tuple(fetched)


def _from_cache(tile: Tile, folder: Path) -> Fetched:
    path = folder / f"{tile.name}.tif"
    if not path.exists():
        return Fetched(tile, "missing", None, "not in the cache")
    try:
        stated = _sum_file(path).read_text(encoding="ascii").split()[0]
    except (OSError, ValueError, IndexError):
        # Somebody put it there by hand: it is checked as if it had just come.
        reason = check.why_not(path, tile, None)
        if reason is None:
            _write(_sum_file(path), f"{check.digest(path)}  {path.name}\n")
            return Fetched(tile, "cached", path)
        return _refused(tile, path, path, reason)
    if check.digest(path) == stated:
        return Fetched(tile, "cached", path)
    return _refused(tile, path, path, "it has changed on the disk since it was fetched: its SHA-256 is another")


def _offline(tile: Tile, folder: Path, listed: frozenset[str] | None, here: Fetched) -> Fetched:
    if (listed is not None and tile.name not in listed) or _absent_file(folder, tile).exists():
        return Fetched(tile, "absent", None, "the server had none: sea, or not released")
    if here.state == "refused":
        return here
    return Fetched(tile, "missing", None, "not in the cache, and offline nobody is asked")


def _fetched(
    tile: Tile, folder: Path, server: str, progress: Callable[[Tile, int, int | None], object], pause: Pause
) -> Fetched:
    path, url = folder / f"{tile.name}.tif", f"{server}/{tile.path}"
    part = path.with_name(path.name + ".part")
    while True:
        try:
            loaded = load(url, part, lambda done, total: progress(tile, done, total), pause)
        except AbsentError:
            discard(part)
            _write(_absent_file(folder, tile), f"{url}\n")
            return Fetched(tile, "absent", None, "the server has none: sea, or not released")
        except UnreachableError:
            raise
        except LoadError as error:
            return Fetched(tile, "missing", None, str(error))
        reason = check.why_not(part, tile, loaded.etag)
        if reason is None:
            break
        refused = _refused(tile, part, path, reason)
        forget(part)
        if not loaded.resumed:
            return refused
        # The pieces may have been of two files; only as a whole does it say something about the server.
    _write(_sum_file(path), f"{check.digest(part)}  {path.name}\n")
    _durable(part)
    part.replace(path)
    forget(part)
    _absent_file(folder, tile).unlink(missing_ok=True)
    for old in (_refused_file(path), _reason_file(path)):
        old.unlink(missing_ok=True)
    return Fetched(tile, "fetched", path)


def _refused(tile: Tile, found: Path, path: Path, reason: str) -> Fetched:
    """Set a file aside with its reason."""
    found.replace(_refused_file(path))
    _sum_file(path).unlink(missing_ok=True)
    _write(_reason_file(path), f"{reason}\n")
    return Fetched(tile, "refused", None, f"{reason}; kept as {_refused_file(path).name}")


def _listed(server: str, folder: Path, offline: bool, pause: Pause) -> frozenset[str] | None:
    """Return the names that the server has tiles of, or None where nobody knows."""
    path = folder / LIST
    if not offline:
        part = path.with_name(path.name + ".part")
        discard(part)  # a list is short, and an old piece of it says nothing
        try:
            load(f"{server}/{LIST}", part, lambda done, total: None, pause, attempts=2)
            part.replace(path)
        except AbsentError:
            path.unlink(missing_ok=True)
        except LoadError:
            discard(part)
        forget(part)
    try:
        names = frozenset(path.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return None
    return names if any(name.startswith("Copernicus_DSM_COG_") for name in names) else None


@contextmanager
def _alone_in(folder: Path) -> Generator[None, None, None]:
    """Keep a second fetch out of a cache folder: two that append to one part would spoil it."""
    with (folder / ".lock").open("w") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OSError(f"{folder}: another fetch is at work here; wait for it or give another --cache") from None
        yield


def _write(path: Path, words: str) -> None:
    part = path.with_name(path.name + ".new")
    part.write_text(words, encoding="utf-8")
    part.replace(path)


def _durable(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _sum_file(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _refused_file(path: Path) -> Path:
    return path.with_name(path.name + ".refused")


def _reason_file(path: Path) -> Path:
    return path.with_name(path.name + ".refused.txt")


def _absent_file(folder: Path, tile: Tile) -> Path:
    return folder / f"{tile.name}.absent"
