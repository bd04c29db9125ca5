"""Which of many posts see which cells, the whole line at once?

Posts are cut into contiguous runs along the grid, one for each thread, and each run fills a slab of its own: no locks.
Where slabs overlap they are joined by OR. Heights are worked out, read and forgotten; the sets stay.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import numpy as np
from numpy.typing import NDArray

from vallum.terrain.viewshed import REFRACTION_K, minimum_visible_height
from vallum.terrain.whosees import Bits, Posts, mark


class StoppedError(Exception):
    """Somebody asked for the survey to stop; nothing of it is kept."""


def survey(
    ground_m: NDArray[np.float32],
    posts: Posts,
    mast_m: NDArray[np.float64],
    radius_m: float,
    cell_m: float,
    target_m: float,
    *,
    refraction_k: float = REFRACTION_K,
    threads: int = 2,
    progress: Callable[[int, int], object] | None = None,
    stop: Event | None = None,
) -> Bits:
    """Return who sees a target in each cell.

    Parameters
    ----------
    ground_m
        Shape (rows, columns), float32; the line runs along the columns.
    posts
        Where they stand; in order of their columns.
    mast_m
        Shape (posts,): heights of their eyes above the ground, metres.
    radius_m
        How far they look, metres.
    cell_m
        Side of a cell.
    target_m
        What the target shows above the ground, metres.
    refraction_k
        As for `minimum_visible_height`.
    threads
        How many runs work at once.
    progress
        Called with posts done and posts in all, from any thread.
    stop
        When set, the survey ends.

    Returns
    -------
    numpy.ndarray
        Sets, shape (rows, columns, words), uint64; `whosees.seen_by` counts them.

    Raises
    ------
    ValueError
        If a post cannot look; says which and why.
    StoppedError
        When asked to stop.

    Examples
    --------
    >>> posts = Posts.of([20, 20], [10, 60], [12.0, 12.0])
    >>> sets = survey(np.zeros((40, 80), np.float32), posts, np.array([9.0, 9.0]), 300.0, 30.0, 1.0)
    >>> int((sets[..., 0] == 1).sum()), int((sets[..., 0] == 2).sum())
    (317, 317)
    """
    counted, lock = [0], Lock()
    columns = ground_m.shape[1]
    reach = int(radius_m / cell_m) + 1

    def run(which: NDArray[np.int64]) -> tuple[int, Bits]:
        first = max(0, int(posts.columns[which].min()) - reach)
        end = min(columns, int(posts.columns[which].max()) + reach + 1)
        slab = posts.empty((ground_m.shape[0], max(0, end - first)))
        for post in which:
            if stop is not None and stop.is_set():
                raise StoppedError(f"stopped after {counted[0]} of {len(posts.rows)} posts; nothing was kept")
            row, column = int(posts.rows[post]), int(posts.columns[post])
            try:
                seen_at_m = minimum_visible_height(
                    ground_m, row, column, float(mast_m[post]), radius_m, cell_m, refraction_k
                )
            except ValueError as error:
                raise ValueError(f"Post {post}: {error}") from error
            bit = int(post) % posts.bits
            mark(slab, bit // 64, bit % 64, seen_at_m, row, column - first, target_m)
            with lock:
                counted[0] += 1
                done = counted[0]
            if progress is not None:
                progress(done, len(posts.rows))
        return first, slab

    sets = posts.empty((ground_m.shape[0], columns))
    runs = [run_of for run_of in np.array_split(np.arange(len(posts.rows)), max(1, threads)) if run_of.size]
    with ThreadPoolExecutor(max(1, threads)) as pool:
        for first, slab in pool.map(run, runs):
            sets[:, first : first + slab.shape[1]] |= slab
    return sets
