"""Is this record really in that tree, and is this tree a continuation of that one?

The Merkle tree of RFC 9162 section 2.1 with SHA-256. Entries are the chained hashes of records. Sizes and indices
count entries; every hash is 32 bytes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry: SHA-256(0x00 || entry), RFC 9162 section 2.1.1.

    Examples
    --------
    >>> leaf_hash(b"").hex()[:8]
    '6e340b9c'
    """
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right), RFC 9162 section 2.1.1.

    Examples
    --------
    >>> len(node_hash(bytes(32), bytes(32)))
    32
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Levels:
    """A whole tree, kept level by level: level 0 the leaf hashes, the last level the root alone.

    A last node without a sibling is carried up unchanged, which gives the same tree as the split at the largest power
    of two in the RFC.

    Examples
    --------
    >>> tree = Levels.of([b"a", b"b", b"c"])
    >>> proves_inclusion(b"c", 2, 3, tree.inclusion_path(2), tree.root)
    True
    """

    rows: tuple[tuple[bytes, ...], ...]

    @classmethod
    def of(cls, entries: Sequence[bytes]) -> "Levels":
        """Build the tree over entries.

        Examples
        --------
        >>> Levels.of([]).root == EMPTY_ROOT
        True
        """
        row = tuple(leaf_hash(entry) for entry in entries)
        rows = [row]
        while len(row) > 1:
            pairs = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
            row = tuple(pairs + ([row[-1]] if len(row) % 2 else []))
            rows.append(row)
        return cls(rows=tuple(rows))

    @property
    def size(self) -> int:
        """Return the number of entries.

        Examples
        --------
        >>> Levels.of([b"a", b"b"]).size
        2
        """
        return len(self.rows[0])

    @property
    def root(self) -> bytes:
        """Return the Merkle tree hash.

        Examples
        --------
        >>> Levels.of([b"a"]).root == leaf_hash(b"a")
        True
        """
        return self.rows[-1][0] if self.size else EMPTY_ROOT

    def inclusion_path(self, index: int) -> tuple[bytes, ...]:
        """Return the siblings from an entry up to the root, lowest first (RFC 9162 section 2.1.3.1).

        Raises
        ------
        IndexError
            When the tree has no such entry.

        Examples
        --------
        >>> Levels.of([b"a", b"b"]).inclusion_path(0) == (leaf_hash(b"b"),)
        True
        """
        if not 0 <= index < self.size:
            raise IndexError(f"entry {index} of a tree of {self.size}")
        path = []
        for row in self.rows[:-1]:
            sibling = index ^ 1
            if sibling < len(row):
                path.append(row[sibling])
            index //= 2
        return tuple(path)

    def consistency_path(self, first_size: int) -> tuple[bytes, ...]:
        """Return the proof that the tree of the first `first_size` entries is the start of this one.

        RFC 9162 section 2.1.4.1.

        Raises
        ------
        ValueError
            When `first_size` is not between 1 and the size of the tree.

        Examples
        --------
        >>> old, new = Levels.of([b"a"]), Levels.of([b"a", b"b"])
        >>> proves_consistency(1, 2, old.root, new.root, new.consistency_path(1))
        True
        """
        if not 1 <= first_size <= self.size:
            raise ValueError(f"a tree of {self.size} has no consistency path from size {first_size}")
        if first_size == self.size:
            return ()
        # Climb from the last entry of the old tree to the top of the perfect subtree that it closes: that node
        # stands in both trees, and from there on the path is an inclusion path.
        level, node = 0, first_size - 1
        while node % 2:
            level, node = level + 1, node // 2
        path = [] if node == 0 else [self.rows[level][node]]
        for row in self.rows[level:-1]:
            sibling = node ^ 1
            if sibling < len(row):
                path.append(row[sibling])
            node //= 2
        return tuple(path)


@dataclass(frozen=True, slots=True)
class Peaks:
    """The roots of the perfect subtrees of a growing tree, largest first: all that is needed to go on.

    At most one hash per bit of `size`, so appending and asking for the root cost O(log n).

    Examples
    --------
    >>> Peaks().appended(b"a").appended(b"b").root == Levels.of([b"a", b"b"]).root
    True
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse peaks that do not belong to the size."""
        if len(self.roots) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} has {self.size.bit_count()} peaks, not {len(self.roots)}")

    def appended(self, entry: bytes) -> "Peaks":
        """Return the peaks after one more entry.

        Examples
        --------
        >>> Peaks().appended(b"a").size
        1
        """
        roots = list(self.roots)
        node, size = leaf_hash(entry), self.size
        while size & 1:
            node = node_hash(roots.pop(), node)
            size >>= 1
        return Peaks(size=self.size + 1, roots=(*roots, node))

    @property
    def root(self) -> bytes:
        """Return the Merkle tree hash of all entries so far.

        Examples
        --------
        >>> Peaks().root == EMPTY_ROOT
        True
        """
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for peak in reversed(self.roots[:-1]):
            root = node_hash(peak, root)
        return root


def proves_inclusion(entry: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether a path shows that an entry stands at an index of the tree with this root.

    RFC 9162 section 2.1.3.2.

    Examples
    --------
    >>> proves_inclusion(b"a", 0, 1, [], leaf_hash(b"a"))
    True
    """
    if not 0 <= index < size:
        return False
    node, last, reached = index, size - 1, leaf_hash(entry)
    for sibling in path:
        if last == 0:
            return False
        if node % 2 or node == last:
            reached = node_hash(sibling, reached)
            while not node % 2 and node:
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and reached == root


def proves_consistency(
    first_size: int, second_size: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Return whether a path shows that the second tree only appended to the first.

    RFC 9162 section 2.1.4.2.

    Examples
    --------
    >>> proves_consistency(2, 2, bytes(32), bytes(32), [])
    True
    """
    if not 1 <= first_size <= second_size:
        return False
    if first_size == second_size:
        return first_root == second_root and not path
    # A first tree that is one perfect subtree is itself the first step of the path and is left out of it.
    steps = [first_root, *path] if first_size & (first_size - 1) == 0 else list(path)
    if not steps:
        return False
    node, last = first_size - 1, second_size - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not node % 2 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, step)
        node, last = node >> 1, last >> 1
    return last == 0 and first == first_root and second == second_root
