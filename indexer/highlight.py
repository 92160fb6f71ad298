"""Where an ad says what was asked for, in its original text: the spans come from the offset map of the fold."""

from collections.abc import Iterator
from functools import lru_cache

from crawlers.records import TEXT_FIELDS
from indexer.forms import forms
from indexer.query import TEXTUAL, WORDS, Fuzzy, Near, Node, Phrase, Prefix, Range, Starts, Terms, Word, wanted
from indexer.records import AdDocument, Highlight, Span
from indexer.tokens import cut, spans
from nlp.text.fold import fold

MOST = 50
# Which field of the index holds the values of which kind of span.
SPAN_FIELDS = {
    "digits": "phone",
    "digits_reversed": "phone",
    "email": "email",
    "handle": "handle",
    "url": "url",
    "payment": "payment",
    "name": "name",
    "place": "place",
    "indicator": "indicator",
    "age": "age",
    "amount": "price",
    "rate": "price",
}


def highlights(document: AdDocument, asked: Node, resolved: Node) -> tuple[Highlight, ...]:
    """At most MOST runs of the ad's fields, in reading order, none inside another.

    The query as asked tells which contact the groups were linked by, as resolved which places were meant.
    """
    leaves = list(dict.fromkeys((*wanted(asked), *wanted(resolved))))
    found: set[tuple[int, int, int]] = set()
    textual = [leaf for leaf in leaves if isinstance(leaf, TEXTUAL)]
    for number, field in enumerate(TEXT_FIELDS):
        text = getattr(document, field)
        of_field = [leaf for leaf in textual if leaf.field in {WORDS, field}]
        if not (text and of_field):
            continue
        folded = fold(text)
        words = cut(folded.text)
        # Where the words stand is worked out only where one of them is asked for.
        if runs := {run for leaf in of_field for run in _of_words(leaf, words)}:
            places = spans(folded, max(last for _, last in runs) + 1)
            found.update(
                (number, folded.span(*places[first])[0], folded.span(*places[last])[1]) for first, last in runs
            )
    for leaf in leaves:
        for span in _of_values(leaf, document):
            found.add((TEXT_FIELDS.index(span.field), span.start, span.end))
    shown: list[Highlight] = []
    last = (-1, -1)
    for number, start, end in sorted(found, key=lambda one: (one[0], one[1], -one[2])):
        if (number, end) > last and len(shown) < MOST and not (number == last[0] and start < last[1]):
            field = TEXT_FIELDS[number]
            shown.append(Highlight(field, start, end, getattr(document, field)[start:end]))
            last = (number, end)
    return tuple(shown)


def _of_words(leaf: Node, words: list[str]) -> Iterator[tuple[int, int]]:
    """The runs of words, from the first to the last, that the leaf asks for."""
    match leaf:
        case Word(token):
            yield from ((index, index) for index in _at(token, words))
        case Phrase(tokens):
            for index in _at(tokens[0], words):
                if words[index : index + len(tokens)] == list(tokens):
                    yield index, index + len(tokens) - 1
        case Near(left, right, distance):
            for one, other in ((left, right), (right, left)):
                for index in _at(one, words):
                    if other in words[max(index - distance, 0) : index + distance + 1]:
                        yield index, index
        case Prefix(stem):
            yield from ((index, index) for index, word in enumerate(words) if word.startswith(stem))
        case Fuzzy(token, edits):
            near = _near(token, edits, words)
            yield from ((index, index) for index, word in enumerate(words) if word in near)


def _at(token: str, words: list[str]) -> list[int]:
    return [index for index, word in enumerate(words) if word == token] if token in words else []


def _near(token: str, edits: int, words: list[str]) -> set[str]:
    """The words within so many slips. Each slip makes up for one letter that only one of the two has; most have more."""
    letters = set(token)
    short, long = len(token) - edits, len(token) + edits
    return {
        word
        for word in set(words)
        if short <= len(word) <= long
        and len(letters.difference(word)) <= edits
        and len(set(word).difference(letters)) <= edits
        and within(word, token, edits)
    }


@lru_cache(maxsize=10_000)  # the ads of a page share most of their words
def within(left: str, right: str, edits: int) -> bool:
    """Whether so many insertions, deletions, replacements and swaps of neighbours turn one word into the other."""
    if abs(len(left) - len(right)) > edits:
        return False
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        before_that, before, row = before, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before_that[j - 2] + 1)
            row.append(cost)
    return row[-1] <= edits


def _of_values(leaf: Node, document: AdDocument) -> Iterator[Span]:
    if not isinstance(leaf, Terms | Starts | Range) or (kind := SPAN_FIELDS.get(leaf.field)) is None:
        return
    for span in document.spans:
        if span.kind != kind:
            continue
        surface = getattr(document, span.field)[span.start : span.end]
        if any(_holds(leaf, value) for value in forms(span.kind, span.value, surface).get(leaf.field, ())):
            yield span


def _holds(leaf: Terms | Starts | Range, value: str | float) -> bool:
    match leaf:
        case Terms(_, values):
            return value in values
        case Starts(_, prefix):
            return str(value).startswith(prefix)
        case Range(_, low, high, include_low, include_high):
            number = float(value)
            above = low is None or number > low or (include_low and number == low)
            return above and (high is None or number < high or (include_high and number == high))
