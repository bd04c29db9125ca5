"""Where does the work over parts run: here in threads, in processes, or on a cluster that a site already has?

One call maps a function over pieces that share nothing; whoever runs it, the results are the same and come in order.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from typing import Any, Literal, Protocol, TypeVar

PieceT = TypeVar("PieceT")
DoneT = TypeVar("DoneT")

Scheduler = str | Literal["threads", "processes"]
"""`threads`, `processes`, or the address of a dask scheduler as tcp://host:port."""


# So often is asked whether to stop while pieces are worked on.
_ASK_EVERY_S = 0.2
_WAITS_FOR_CLUSTER_S = 10.0


class CancelledError(Exception):
    """Somebody asked for the work to stop; nothing of it is kept."""


class _Flag(Protocol):
    def is_set(self) -> bool: ...


# In a process that works for another: whether that one has asked to stop.
_stop: _Flag | None = None


def workers() -> int:
    """Return how many pieces run at once here.

    Examples
    --------
    >>> workers() >= 1
    True
    """
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def go_on() -> None:
    """Raise `CancelledError` in a process of `mapped` whose work was asked to stop; anywhere else do nothing.

    Examples
    --------
    >>> go_on()
    """
    if _stop is not None and _stop.is_set():
        raise CancelledError("stopped as asked; nothing was kept")


def mapped(
    work: Callable[[PieceT], DoneT],
    pieces: Sequence[PieceT],
    scheduler: Scheduler = "threads",
    done: Callable[[int], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
    take: Callable[[DoneT], DoneT] | None = None,
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
        Asked again and again; when it says yes, the rest is not begun and `CancelledError` raised. What has begun goes
        on to its next `go_on`, or to its end.
    take
        Called here, one at a time and in any order, with what was made of a piece; what it returns is kept instead.

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
            return _gathered(lambda piece: pool.submit(work, piece), pieces, done, cancelled, take)
    if scheduler == "processes":
        # Not forked: the parent may hold threads, and theirs would be dead in a child.
        context = get_context("spawn")
        stop = context.Event()
        with ProcessPoolExecutor(
            min(workers(), max(1, len(pieces))), mp_context=context, initializer=_begin, initargs=(stop,)
        ) as processes:
            try:
                return _gathered(lambda piece: processes.submit(work, piece), pieces, done, cancelled, take)
            except BaseException:
                stop.set()
                raise
    if "://" in scheduler:
        return _on_cluster(work, pieces, scheduler, done, cancelled, take)
    raise ValueError(
        f"there is no scheduler {scheduler!r}; give threads, processes, or tcp://HOST:PORT of a dask cluster"
    )


def _begin(stop: _Flag) -> None:
    """Make a process listen to the one it works for, and to nobody at the keyboard."""
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _from_birth_deaf() -> Generator[None, None, None]:
    """Let processes that are begun here not hear the keyboard, not even before they have begun to listen."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _gathered(
    submit: Callable[[PieceT], Future[DoneT]],
    pieces: Sequence[PieceT],
    done: Callable[[int], object] | None,
    cancelled: Callable[[], bool] | None,
    take: Callable[[DoneT], DoneT] | None,
) -> list[DoneT]:
    to_come = iter(enumerate(pieces))
    # One more than there are workers: none waits, and what was made never piles up before it is taken.
    with _from_birth_deaf():
        waiting = {submit(piece): place for place, piece in islice(to_come, workers() + 1)}
    made: dict[int, DoneT] = {}
    try:
        while waiting:
            ready = wait(waiting, timeout=_ASK_EVERY_S, return_when=FIRST_COMPLETED).done
            _ask(cancelled)
            while ready:
                future = ready.pop()
                result, place = future.result(), waiting.pop(future)
                made[place] = result if take is None else take(result)
                # Nothing of it stays here but what was kept.
                del future, result
                waiting |= {submit(piece): next_place for next_place, piece in islice(to_come, 1)}
                if done is not None:
                    done(len(made))
                _ask(cancelled)
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
    return [made[place] for place in range(len(made))]


def _ask(cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise CancelledError("stopped as asked; nothing was kept")


def _on_cluster(
    work: Callable[[PieceT], DoneT],
    pieces: Sequence[PieceT],
    address: str,
    done: Callable[[int], object] | None,
    cancelled: Callable[[], bool] | None,
    take: Callable[[DoneT], DoneT] | None,
) -> list[DoneT]:
    try:
        import distributed
    except ImportError:
        raise ValueError('a dask cluster needs the analysis extra: pip install "vallum[analysis]"') from None
    made: dict[int, DoneT] = {}
    with distributed.Client(address, timeout=_WAITS_FOR_CLUSTER_S) as client:  # type: ignore[no-untyped-call]
        futures: list[Any] = client.map(work, pieces, pure=False)
        waiting = {future: place for place, future in enumerate(futures)}
        del futures
        try:
            while waiting:
                try:
                    ready = distributed.wait(  # type: ignore[no-untyped-call]
                        list(waiting), timeout=_ASK_EVERY_S, return_when="FIRST_COMPLETED"
                    ).done
                except TimeoutError:
                    ready = set()
                _ask(cancelled)
                for future in ready:
                    result, place = future.result(), waiting.pop(future)
                    made[place] = result if take is None else take(result)
                    if done is not None:
                        done(len(made))
        except BaseException:
            client.cancel(list(waiting))
            raise
    return [made[place] for place in range(len(made))]
