"""Where does the work over parts run: here in threads, in processes, or on a cluster that a site already has?

One call maps a function over pieces that share nothing; whoever runs it, the results are the same and come in order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any, Literal, TypeVar

PieceT = TypeVar("PieceT")
DoneT = TypeVar("DoneT")

Scheduler = str | Literal["threads", "processes"]
"""`threads`, `processes`, or the address of a dask scheduler as tcp://host:port."""


class CancelledError(Exception):
    """Somebody asked for the work to stop; nothing of it is kept."""


def workers() -> int:
    """Return how many pieces run at once here.

    Examples
    --------
    >>> workers() >= 1
    True
    """
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def mapped(
    work: Callable[[PieceT], DoneT],
    pieces: Sequence[PieceT],
    scheduler: Scheduler = "threads",
    done: Callable[[int], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[DoneT]:
    """Return what a function makes of each piece, in their order.

    Parameters
    ----------
    work
        Pure; for processes and clusters it and the pieces must be picklable.
    pieces
        What is worked on.
    scheduler
        Where.
    done
        Called with the number of pieces that are done, as they are.
    cancelled
        Asked after every piece; when it says yes, the rest is not begun and `CancelledError` raised.

    Raises
    ------
    ValueError
        If there is no such scheduler, or the library it needs is not installed.
    CancelledError
        When asked to stop.

    Examples
    --------
    >>> mapped(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    if scheduler == "threads":
        with ThreadPoolExecutor(min(workers(), max(1, len(pieces)))) as pool:
            return _gathered([pool.submit(work, piece) for piece in pieces], done, cancelled)
    if scheduler == "processes":
        # Not forked: the parent may hold threads, and theirs would be dead in a child.
        with ProcessPoolExecutor(min(workers(), max(1, len(pieces))), mp_context=get_context("spawn")) as processes:
            return _gathered([processes.submit(work, piece) for piece in pieces], done, cancelled)
    if "://" in scheduler:
        return list(_on_cluster(work, pieces, scheduler, done, cancelled))
    raise ValueError(
        f"there is no scheduler {scheduler!r}; give threads, processes, or tcp://HOST:PORT of a dask cluster"
    )


def _gathered(
    futures: Sequence[Future[DoneT]], done: Callable[[int], object] | None, cancelled: Callable[[], bool] | None
) -> list[DoneT]:
    try:
        for count, future in enumerate(as_completed(futures), start=1):
            future.result()
            if done is not None:
                done(count)
            if cancelled is not None and cancelled():
                raise CancelledError("stopped as asked; nothing was kept")
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return [future.result() for future in futures]


def _on_cluster(
    work: Callable[[PieceT], DoneT],
    pieces: Sequence[PieceT],
    address: str,
    done: Callable[[int], object] | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[DoneT]:
    try:
        import distributed
    except ImportError:
        raise ValueError('a dask cluster needs the analysis extra: pip install "vallum[analysis]"') from None
    with distributed.Client(address) as client:  # type: ignore[no-untyped-call]
        futures: list[Any] = client.map(work, pieces, pure=False)
        try:
            for count, _ in enumerate(distributed.as_completed(futures), start=1):  # type: ignore[no-untyped-call]
                if done is not None:
                    done(count)
                if cancelled is not None and cancelled():
                    raise CancelledError("stopped as asked; nothing was kept")
        except BaseException:
            client.cancel(futures)
            raise
        yield from client.gather(futures)
