"""Many texts word by word: the words they have in common, and where these stand in each of them.

Method: progressive alignment to a profile (Feng and Doolittle 1987). A pair of equal words weighs the more the more texts have
the word, so that a common word is not given up for two chance ones; equal neighbours decide between places of a repeated
word. What enough texts have at one place of the profile is common; each text is then
aligned to that alone. A pair costs one row of a table per word, in vectors.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Up to so many texts a common word is in all of them; of more, in four of five.
STRICT, SHARE = 4, 0.8


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


def places_of(common: Sequence[str], text: Sequence[str]) -> list[int | None]:
    """For each common word its position in the text, in order; None where the text lacks it."""
    found: list[int | None] = [None] * len(common)
    for one, other in heaviest(common, text, np.ones(len(common), dtype=np.int64)):
        found[one] = other
    return found


def heaviest(left: Sequence[str], right: Sequence[str], weights: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Positions (in left, in right) of equal words in common order that weigh most; `weights` are those of left's words.

    Among alignments of one weight that with most neighbours equal on both sides is taken: a repeated word stays in its phrase.
    """
    if not len(left) or not len(right):
        return []
    number: dict[str, int] = {}
    one = np.array([number.setdefault(word, len(number)) for word in left])
    other = np.array([number.setdefault(word, len(number)) for word in right])
    equal = one[:, None] == other[None, :]
    pairs = equal[1:, 1:] & equal[:-1, :-1]
    most = 2 * min(len(left), len(right)) + 1
    table = np.where(equal, most * weights[:, None], 0)
    table[1:, 1:] += pairs
    table[:-1, :-1] += pairs
    best = np.zeros((len(left) + 1, len(right) + 1), dtype=np.int64)
    for row in range(len(left)):
        best[row + 1, 1:] = np.maximum.accumulate(np.maximum(best[row, 1:], best[row, :-1] + table[row]))
    found = []
    i, j = len(left), len(right)
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((i, j))
    return found[::-1]


def _typical(text: Sequence[str], spread: Counter[str]) -> float:
    """How much of a text others have too: the profile begins with the most typical one."""
    return sum(spread[word] for word in set(text)) / (len(set(text)) + 20)


def _merged(
    words: list[str], held: list[int], text: Sequence[str], spread: Counter[str]
) -> tuple[list[str], list[int]]:
    """The profile with one more text: its own words are put in where they stand in it."""
    weights = np.array([spread[word] * 2 + count for word, count in zip(words, held, strict=True)], dtype=np.int64)
    made, counts = [], []
    begin = start = 0
    for one, other in [*heaviest(words, text, weights), (len(words), len(text))]:
        made += [*words[begin:one], *text[start:other]]
        counts += [*held[begin:one], *([1] * (other - start))]
        if one < len(words):
            made.append(words[one])
            counts.append(held[one] + 1)
        begin, start = one + 1, other + 1
    return made, counts
