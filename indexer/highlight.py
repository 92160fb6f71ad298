"""Where an ad says what was asked for, in its original text: the spans come from the offset map of the fold."""

from collections.abc import Callable, Iterator

from crawlers.records import TEXT_FIELDS
from indexer.forms import forms
from indexer.query import Fuzzy, Near, Node, Phrase, Prefix, Range, Starts, Terms, Word, wanted
from indexer.records import AdDocument, Highlight, Span
from indexer.tokens import Token, tokenise

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
Match = Callable[[str], bool]


def highlights(document: AdDocument, asked: Node, resolved: Node) -> tuple[Highlight, ...]:
    """At most MOST runs of the ad's fields, in reading order, none inside another.

    The query as asked tells which contact the groups were linked by, as resolved which places were meant.
    """
    leaves = list(dict.fromkeys((*wanted(asked), *wanted(resolved))))
    found: set[tuple[int, int, int]] = set()
    for number, field in enumerate(TEXT_FIELDS):
        text = getattr(document, field)
        if not text:
            continue
        tokens = tokenise(text)
        for leaf in leaves:
            if getattr(leaf, "field", "words") in {"words", field}:
                found.update((number, start, end) for start, end in _of_words(leaf, tokens))
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


def _of_words(leaf: Node, tokens: list[Token]) -> Iterator[tuple[int, int]]:
    match leaf:
        case Phrase(words):
            for index in range(len(tokens) - len(words) + 1):
                if all(tokens[index + place].text == word for place, word in enumerate(words)):
                    yield tokens[index].start, tokens[index + len(words) - 1].end
        case Near(left, right, distance):
            for index, token in enumerate(tokens):
                if token.text in {left, right}:
                    other = right if token.text == left else left
                    around = tokens[max(index - distance, 0) : index + distance + 1]
                    if any(one.text == other for one in around):
                        yield token.start, token.end
        case Word() | Prefix() | Fuzzy():
            said = _says(leaf)
            yield from ((token.start, token.end) for token in tokens if said(token.text))


def _says(leaf: Word | Prefix | Fuzzy) -> Match:
    match leaf:
        case Word(token):
            return lambda text: text == token
        case Prefix(stem):
            return lambda text: text.startswith(stem)
        case Fuzzy(token, edits):
            return lambda text: within(text, token, edits)


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
