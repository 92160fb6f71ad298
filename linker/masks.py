"""What stands behind the masks of a text: each token with the mention it hides."""

from collections import Counter
from collections.abc import Iterator, Sequence

from crawlers.records import TEXT_FIELDS
from nlp.records import Kind, Mention, Reading

CONTACT, PAYMENT, NAME, PLACE, AGE, PRICE = "_contact_", "_payment_", "_name_", "_place_", "_age_", "_price_"
TOKENS = {
    Kind.PHONE: CONTACT,
    Kind.EMAIL: CONTACT,
    Kind.URL: CONTACT,
    Kind.HANDLE: CONTACT,
    Kind.PAYMENT: PAYMENT,
    Kind.NAME: NAME,
    Kind.PLACE: PLACE,
    Kind.AGE: AGE,
    Kind.PRICE: PRICE,
}
MASKS = frozenset(TOKENS.values())
ORDER = {field: place for place, field in enumerate(TEXT_FIELDS)}


def said_in(tokens: Sequence[str], reading: Reading) -> Iterator[tuple[str, str]]:
    """For each token its kind and what it says: for a mask the mention's, else "words" and the token.

    A masked text does not keep where its tokens come from. They stand in the order of the mentions, and a kind of mask is
    opened only where there are as many tokens as mentions of it; else it is shown as it is.
    """
    counts = Counter(token for token in tokens if token in MASKS)
    hidden = _hidden(reading) if counts else {}
    queues = {token: iter(mentions) for token, mentions in hidden.items() if len(mentions) == counts[token]}
    for token in tokens:
        if token not in counts:
            yield "words", token
        elif token in queues:
            mention = next(queues[token])
            yield mention.kind.value, mention.label if mention.kind is Kind.PLACE else mention.value
        else:
            yield token.strip("_"), token


def _hidden(reading: Reading) -> dict[str, list[Mention]]:
    """The mentions that masks stand for, by token, each as often as it is written in parts; what overlaps is hidden once."""
    spans = sorted(
        (
            (ORDER[field], start, -end, number)
            for number, one in enumerate(reading.mentions)
            if one.kind in TOKENS and one.value != one.detail.get("method")
            for field, start, end in _written(one)
        ),
    )
    found: dict[str, list[Mention]] = {token: [] for token in MASKS}
    last = (-1, 0)
    for field, start, end, number in spans:
        if (field, start) >= last or field != last[0]:
            mention = reading.mentions[number]
            found[TOKENS[mention.kind]].append(mention)
            last = (field, -end)
    return found


def _written(mention: Mention) -> list[tuple[str, int, int]]:
    parts = mention.detail.get("parts") or []
    if parts:
        return [(str(part["field"]), int(part["start"]), int(part["end"])) for part in parts]
    return [(mention.field, mention.start, mention.end)]
