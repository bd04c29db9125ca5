"""Which posts see this cell?

One set of bits to a cell. Along a line a cell is seen only by posts near it, so post i has bit i modulo 64 (128, ...):
posts that share a bit must stand so far apart that no cell lies within reach of both. Then one raster answers how many
see a cell, which ones, what is left when one fails, and what only one of them sees, without looking again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
Grid = NDArray[np.bool_]

BITS_OF_A_WORD = 64
# More posts than this within reach of one place are no border watch, but a mistake in a file.
_MOST_WORDS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """Where posts stand on the grid and how far they reach; their order, along the line, gives their bits.

    Attributes
    ----------
    rows, columns
        Shape (posts,), int64: the cells in which they stand, on the grid or beside it.
    reach_cells
        Shape (posts,), float64: beyond this many cells a post sees nothing.
    words
        Words of 64 bits to a cell: as many as keep posts of one bit apart.

    Raises
    ------
    ValueError
        If the arrays differ in length, or more than 1,024 posts would be needed in one set.

    Examples
    --------
    >>> Posts.of(np.arange(600) * 33, np.zeros(600, int), np.full(600, 500.0)).words  # a tower each km, 15 km, 30 m
    1
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    reach_cells: NDArray[np.float64]
    words: int

    @classmethod
    def of(cls, rows: object, columns: object, reach_cells: object) -> Posts:
        """Return posts with the fewest words that keep those of one bit apart."""
        places = np.asarray(rows, np.int64), np.asarray(columns, np.int64)
        reaches = np.asarray(reach_cells, np.float64)
        if not (places[0].shape == places[1].shape == reaches.shape and reaches.ndim == 1):
            raise ValueError(
                f"Posts: {places[0].shape} rows, {places[1].shape} columns, {reaches.shape} reaches; expected three "
                "lists of one length."
            )
        for words in range(1, _MOST_WORDS + 1):
            if _clash(*places, reaches, words * BITS_OF_A_WORD) is None:
                return cls(*places, reaches, words)
        raise ValueError(
            f"More than {_MOST_WORDS * BITS_OF_A_WORD} posts reach one place; give them in order along the line, or "
            "check their ranges."
        )

    def __post_init__(self) -> None:
        clash = _clash(self.rows, self.columns, self.reach_cells, self.bits)
        if clash is not None:
            raise ValueError(
                f"Posts {clash[0]} and {clash[1]} would share a bit of {self.bits} and reach the same cells; give more "
                "words, or the posts in order along the line."
            )

    @property
    def bits(self) -> int:
        """Bits of a set."""
        return self.words * BITS_OF_A_WORD

    def empty(self, shape: tuple[int, int]) -> Bits:
        """Return sets of nobody, shape (rows, columns, words), uint64.

        Examples
        --------
        >>> Posts.of([0], [0], [1.0]).empty((2, 3)).shape
        (2, 3, 1)
        """
        return np.zeros((*shape, self.words), np.uint64)

    def who(self, sets: Bits, row: int, column: int) -> tuple[int, ...]:
        """Return the posts that see one cell.

        Examples
        --------
        >>> posts = Posts.of([0, 0], [0, 5], [4.0, 4.0])
        >>> sets = posts.empty((1, 6))
        >>> sets[0, 3, 0] = 0b11
        >>> posts.who(sets, 0, 3)
        (0, 1)
        """
        word, bit = np.arange(len(self.rows)) % self.bits // 64, np.arange(len(self.rows)) % 64
        has = (sets[row, column][word] >> bit.astype(np.uint64)) & np.uint64(1) == 1
        near = np.hypot(self.rows - row, self.columns - column) <= self.reach_cells + 1.0
        return tuple(int(post) for post in np.flatnonzero(has & near))

    def without(self, sets: Bits, post: int) -> Bits:
        """Return the sets as they are when a post fails: its bit cleared where it reaches, a copy.

        Examples
        --------
        >>> posts = Posts.of([0, 0], [0, 5], [4.0, 4.0])
        >>> sets = posts.empty((1, 6))
        >>> sets[0, 3, 0] = 0b11
        >>> int(posts.without(sets, 1)[0, 3, 0])
        1
        """
        left = sets.copy()
        reach = math.ceil(self.reach_cells[post]) + 1
        row, column = int(self.rows[post]), int(self.columns[post])
        rows = slice(max(0, row - reach), max(0, row + reach + 1))
        columns = slice(max(0, column - reach), max(0, column + reach + 1))
        bit = post % self.bits
        left[rows, columns, bit // 64] &= ~np.uint64(1 << (bit % 64))
        return left


def seen_by(sets: Bits) -> NDArray[np.uint16]:
    """Return how many posts see each cell, shape (rows, columns).

    Examples
    --------
    >>> seen_by(np.array([[[0b1011, 0b1]]], np.uint64))
    array([[4]], dtype=uint16)
    """
    return np.asarray(np.bitwise_count(sets).sum(axis=2, dtype=np.uint16))


def seen_by_at_least(sets: Bits, k: int) -> Grid:
    """Return where at least k posts see the cell, shape (rows, columns).

    Examples
    --------
    >>> seen_by_at_least(np.array([[[0b1011], [0b1]]], np.uint64), 2)
    array([[ True, False]])
    """
    return np.asarray(seen_by(sets) >= k)


@njit(cache=True, nogil=True)
def mark(
    sets: Bits,
    word: int,
    bit: int,
    seen_at_m: NDArray[np.float32],
    row: int,
    column: int,
    highest_m: float,
) -> None:
    """Set a post's bit where a target shows.

    Parameters
    ----------
    sets
        Shape (rows, columns, words); changed in place.
    word, bit
        The post's place in the sets.
    seen_at_m
        As `viewshed.minimum_visible_height` gives it.
    row, column
        The post's cell on the grid of the sets; it may lie beside it.
    highest_m
        What the target shows above the ground: cells whose minimum visible height is at most that are seen.
    """
    radius = seen_at_m.shape[0] // 2
    mask = np.uint64(1) << np.uint64(bit)
    for i in range(max(0, radius - row), min(seen_at_m.shape[0], sets.shape[0] - row + radius)):
        for j in range(max(0, radius - column), min(seen_at_m.shape[1], sets.shape[1] - column + radius)):
            if seen_at_m[i, j] <= highest_m:
                sets[row - radius + i, column - radius + j, word] |= mask


def _clash(
    rows: NDArray[np.int64], columns: NDArray[np.int64], reach_cells: NDArray[np.float64], bits: int
) -> tuple[int, int] | None:
    """Return two posts that share a bit and reach a common cell, if there are any."""
    posts = np.arange(len(rows))
    for apart in range(bits, len(rows), bits):
        first, second = posts[:-apart], posts[apart:]
        away = np.hypot(rows[first] - rows[second], columns[first] - columns[second])
        # A cell more each: reach is measured from where a sensor stands, sets from the middle of its cell.
        near = np.flatnonzero(away <= reach_cells[first] + reach_cells[second] + 2.0)
        if near.size:
            return int(first[near[0]]), int(second[near[0]])
    return None
