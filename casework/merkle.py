"""The tree of hashes over the audit log, as RFC 6962 (Certificate Transparency) defines it.

A leaf is an event's digest. The root stands for all events up to it, in their order; a consistency proof of a few hashes
shows that one root's events are the beginning of another's, without showing any event.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows by leaves and remembers no more than the roots of its whole subtrees, largest first."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if size.bit_count() != len(self.peaks):
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(self.peaks)}")

    def add(self, digest: bytes) -> None:
        """Put one event's digest at the end."""
        hashed = sha256(b"\x00" + digest).digest()
        size = self.size
        while size & 1:
            hashed = sha256(b"\x01" + self.peaks.pop() + hashed).digest()
            size >>= 1
        self.peaks.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        """The hash over all leaves."""
        if not self.peaks:
            return EMPTY
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node(peak, found)
        return found


def root(digests: Sequence[bytes]) -> bytes:
    """The root over these digests."""
    tree = Tree()
    for one in digests:
        tree.add(one)
    return tree.root()


def consistency(digests: Sequence[bytes], old: int) -> list[bytes]:
    """The proof that the tree over the first `old` digests is the beginning of the tree over all (RFC 6962, 2.1.2)."""
    if not 0 < old <= len(digests):
        raise ValueError(f"no tree of {old} leaves is the beginning of one of {len(digests)}")
    return _subproof(old, digests, whole=True)


def _subproof(old: int, digests: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if old == len(digests):
        return [] if whole else [root(digests)]
    half = 1 << (len(digests) - 1).bit_length() - 1
    if old <= half:
        return [*_subproof(old, digests[:half], whole=whole), root(digests[half:])]
    return [*_subproof(old - half, digests[half:], whole=False), root(digests[:half])]


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `old` leaves is the beginning of that of `new` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old.bit_count() == 1 else list(proof)
    if not path:
        return False
    first, second = old - 1, new - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    found_old = found_new = path[0]
    for one in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            found_old, found_new = node(one, found_old), node(one, found_new)
            while first and not first & 1:
                first, second = first >> 1, second >> 1
        else:
            found_new = node(found_new, one)
        first, second = first >> 1, second >> 1
    return second == 0 and found_old == old_root and found_new == new_root
