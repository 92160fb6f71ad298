"""Many texts word by word: the words they have in common, and where these stand in each of them.

Method: progressive alignment to a profile (Feng and Doolittle 1987). A pair of equal words weighs the more the more texts have
the word, so that a common word is not given up for two chance ones; equal neighbours decide between places of a repeated
word. What enough texts have at one place of the profile is common; each text is then
aligned to that alone, many at once. A pair costs one row of a table per word, in vectors.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from store.database import chunks

# Up to so many texts a common word is in all of them; of more, in four of five.
STRICT, SHARE = 4, 0.8
# Steps back through an alignment.
UP, BACK, BOTH = 0, 1, 2
ROOM = 60_000  # cells of the tables that are worked on at once: what stays near the processor


def enough(texts: int) -> int:
    """In how many of so many texts a word has to stand to be common."""
    return texts if texts <= STRICT else -int(-SHARE * texts // 1)


def common_words(texts: Sequence[Sequence[str]]) -> list[str]:
    """The words that enough texts have in common order; of a single text all."""
    if not texts:
        return []
    spread = Counter(word for text in texts for word in set(text))
    first = max(range(len(texts)), key=lambda one: (_typical(texts[one], spread), -one))
    words, held = list(texts[first]), [1] * len(texts[first])
    for number, text in enumerate(texts):
        if number != first:
            words, held = _merged(words, held, text, spread)
    least = enough(len(texts))
    return [word for word, count in zip(words, held, strict=True) if count >= least]


def places_of(common: Sequence[str], texts: Sequence[Sequence[str]]) -> list[list[int | None]]:
    """For each text the position there of each common word, in order; None where the text lacks it."""
    weights = np.ones(len(common), dtype=np.int32)
    rows: list[list[int | None]] = []
    for part in chunks(texts, max(1, ROOM // ((len(common) + 1) * (max(map(len, texts), default=0) + 1)))):
        for pairs in heaviest(common, part, weights):
            places = dict(pairs)
            rows.append([places.get(one) for one in range(len(common))])
    return rows


def heaviest(
    left: Sequence[str], rights: Sequence[Sequence[str]], weights: NDArray[np.int32]
) -> list[list[tuple[int, int]]]:
    """For each of `rights` the positions (in left, in right) of equal words in common order that weigh most; `weights` are
    those of left's words.

    Among alignments of one weight that with most neighbours equal on both sides is taken: a repeated word stays in its phrase.
    """
    longest = max(map(len, rights), default=0)
    if not len(left) or not longest:
        return [[] for _ in rights]
    number: dict[str, int] = {}
    one = np.array([number.setdefault(word, len(number)) for word in left], dtype=np.int32)
    other = np.full((len(rights), longest), -1, dtype=np.int32)  # behind a text's end stands what is equal to no word
    for row, right in enumerate(rights):
        other[row, : len(right)] = [number.setdefault(word, len(number)) for word in right]
    equal = one[None, :, None] == other[:, None, :]
    pairs = equal[:, 1:, 1:] & equal[:, :-1, :-1]
    most = np.array([2 * min(len(left), len(right)) + 1 for right in rights], dtype=np.int32)
    table = equal * (most[:, None] * weights)[:, :, None]
    table[:, 1:, 1:] += pairs
    table[:, :-1, :-1] += pairs
    turned = len(left) > longest
    steps = table.swapaxes(1, 2) if turned else table  # one step for each word of the shorter side
    best = np.zeros((len(rights), steps.shape[1] + 1, steps.shape[2] + 1), dtype=np.int32)
    for step in range(steps.shape[1]):
        stays, taken = best[:, step, 1:], best[:, step, :-1] + steps[:, step]
        np.maximum.accumulate(np.maximum(stays, taken), axis=1, out=best[:, step + 1, 1:])
    best = best.swapaxes(1, 2) if turned else best
    above, before = best[:, 1:, 1:] == best[:, :-1, 1:], best[:, 1:, 1:] == best[:, 1:, :-1]
    moves = np.where(above, UP, np.where(before, BACK, BOTH)).astype(np.uint8)
    return [_traced(moves[row], len(left), len(right)) for row, right in enumerate(rights)]


def _traced(moves: NDArray[np.uint8], i: int, j: int) -> list[tuple[int, int]]:
    """The pairs of the heaviest alignment, from the table of moves that lead back through it."""
    width, flat = moves.shape[1], moves.tobytes()
    found = []
    while i and j:
        move = flat[(i - 1) * width + j - 1]
        if move != BACK:
            i -= 1
        if move != UP:
            j -= 1
        if move == BOTH:
            found.append((i, j))
    return found[::-1]


def _typical(text: Sequence[str], spread: Counter[str]) -> float:
    """How much of a text others have too: the profile begins with the most typical one."""
    return sum(spread[word] for word in set(text)) / (len(set(text)) + 20)


def _merged(
    words: list[str], held: list[int], text: Sequence[str], spread: Counter[str]
) -> tuple[list[str], list[int]]:
    """The profile with one more text: its own words are put in where they stand in it."""
    weights = np.array([spread[word] * 2 + count for word, count in zip(words, held, strict=True)], dtype=np.int32)
    made, counts = [], []
    begin = start = 0
    for one, other in [*heaviest(words, [text], weights)[0], (len(words), len(text))]:
        made += [*words[begin:one], *text[start:other]]
        counts += [*held[begin:one], *([1] * (other - start))]
        if one < len(words):
            made.append(words[one])
            counts.append(held[one] + 1)
        begin, start = one + 1, other + 1
    return made, counts
