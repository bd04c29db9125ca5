"""The tree is that of RFC 9162: checked against its definitions, written out once more and naively."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.journal.merkle import EMPTY_ROOT, Levels, Peaks, proves_consistency, proves_inclusion

entries = st.lists(st.binary(max_size=4), max_size=70)
some_entries = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


def sha(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def split(size: int) -> int:
    """The largest power of two smaller than size."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of section 2.1.1."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\x00" + leaves[0])
    k = split(len(leaves))
    return sha(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:]))


def audit_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*audit_path(m, leaves[:k]), tree_hash(leaves[k:])]
    return [*audit_path(m - k, leaves[k:]), tree_hash(leaves[:k])]


def consistency(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of section 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*consistency(m, leaves[:k], whole), tree_hash(leaves[k:])]
    return [*consistency(m - k, leaves[k:], False), tree_hash(leaves[:k])]


@given(entries)
def test_the_root_is_the_tree_hash_of_the_rfc(leaves: list[bytes]) -> None:
    assert Levels.of(leaves).root == tree_hash(leaves)


@given(entries)
def test_a_growing_tree_has_the_root_of_the_whole_tree_at_every_size(leaves: list[bytes]) -> None:
    peaks = Peaks()
    for count, leaf in enumerate(leaves, start=1):
        peaks = peaks.appended(leaf)
        assert peaks.root == tree_hash(leaves[:count])
        assert len(peaks.roots) == count.bit_count()


@given(some_entries, st.data())
def test_inclusion_paths_are_those_of_the_rfc_and_prove_their_entry_only(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    tree = Levels.of(leaves)
    path = tree.inclusion_path(index)
    assert list(path) == audit_path(index, leaves)
    assert proves_inclusion(leaves[index], index, len(leaves), path, tree.root)
    assert not proves_inclusion(leaves[index] + b"!", index, len(leaves), path, tree.root)
    assert not proves_inclusion(leaves[index], index, len(leaves), [*path, bytes(32)], tree.root)
    assert not proves_inclusion(leaves[index], index, len(leaves), path[:-1], tree.root) or not path
    assert not proves_inclusion(leaves[index], len(leaves), len(leaves), path, tree.root)


@given(some_entries, st.data())
def test_consistency_paths_are_those_of_the_rfc_and_prove_continuation(
    leaves: list[bytes], data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    tree = Levels.of(leaves)
    path = tree.consistency_path(first)
    assert list(path) == consistency(first, leaves)
    assert proves_consistency(first, len(leaves), tree_hash(leaves[:first]), tree.root, path)


@given(some_entries, st.data())
def test_a_rewritten_past_has_no_consistency_proof(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    changed = data.draw(st.integers(0, first - 1))
    rewritten = [leaf + b"!" if index == changed else leaf for index, leaf in enumerate(leaves)]
    path = Levels.of(rewritten).consistency_path(first)
    assert not proves_consistency(first, len(leaves), tree_hash(leaves[:first]), tree_hash(rewritten), path)


def test_nonsense_sizes_and_paths_prove_nothing() -> None:
    root = Levels.of([b"a", b"b"]).root
    assert not proves_consistency(0, 2, EMPTY_ROOT, root, [])
    assert not proves_consistency(3, 2, root, root, [])
    assert not proves_consistency(1, 2, bytes(32), root, [])
    assert not proves_consistency(3, 4, root, root, [])
    assert not proves_consistency(2, 2, root, root, [root])
    assert not proves_consistency(1, 2, Levels.of([b"a"]).root, root, [bytes(32), bytes(32), bytes(32)])


def test_a_tree_refuses_what_it_does_not_hold() -> None:
    tree = Levels.of([b"a"])
    with pytest.raises(IndexError, match="entry 1 of a tree of 1"):
        tree.inclusion_path(1)
    with pytest.raises(ValueError, match="no consistency path from size 2"):
        tree.consistency_path(2)
    with pytest.raises(ValueError, match="a tree of 3 has 2 peaks, not 1"):
        Peaks(size=3, roots=(bytes(32),))
