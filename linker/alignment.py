"""Two texts word by word: their longest common subsequence.

By the bit-parallel method of Hyyrö (2004): a row of the table is one integer, so the cost is one step for each word of the
second text, whatever the texts are.
"""

from collections.abc import Sequence


def likeness(left: Sequence[str], right: Sequence[str]) -> float:
    """Share of the longer text's words that both have in common order, in [0, 1]."""
    longer = max(len(left), len(right))
    return in_common(left, right) / longer if longer else 1.0


def in_common(left: Sequence[str], right: Sequence[str]) -> int:
    """How many words both have in common order."""
    return len(left) - _rows(left, right)[-1].bit_count()


def aligned(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Positions (in left, in right) of a longest common subsequence, in order."""
    rows = _rows(left, right)
    pairs = []
    i, j = len(left), len(right)
    while i and j:
        if left[i - 1] == right[j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif rows[j] >> (i - 1) & 1:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _rows(left: Sequence[str], right: Sequence[str]) -> list[int]:
    """After each word of `right` (and before the first): bit i is 0 where left's first i + 1 words gain on its first i."""
    places: dict[str, int] = {}
    for position, token in enumerate(left):
        places[token] = places.get(token, 0) | 1 << position
    full = (1 << len(left)) - 1
    state = full
    rows = [state]
    for token in right:
        held = state & places.get(token, 0)
        state = (state + held | state - held) & full
        rows.append(state)
    return rows
