"""What stands behind the masks of a text: each with the mention it hides."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from crawlers.records import TEXT_FIELDS
from nlp.records import Kind, MentionJson, told

CONTACT, PAYMENT, NAME, PLACE, AGE, PRICE = "_contact_", "_payment_", "_name_", "_place_", "_age_", "_price_"
TOKENS: dict[str, str] = {
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


def said_in(tokens: Sequence[str], mentions: Sequence[MentionJson]) -> dict[int, tuple[str, str]]:
    """The kind of the mention behind each mask and what it says, by the mask's place among the tokens.

    A masked text does not keep where its tokens come from. They stand in the order of the mentions, and a kind of mask is
    opened only where there are as many tokens as mentions of it; else it is shown as it is.
    """
    masks = {place: token for place, token in enumerate(tokens) if token in MASKS}
    counts = Counter(masks.values())
    hidden = _hidden(mentions) if masks else {}
    queues = {token: iter(found) for token, found in hidden.items() if len(found) == counts[token]}
    return {
        place: told(next(queues[token])) if token in queues else (token.strip("_"), token)
        for place, token in masks.items()
    }


def _hidden(mentions: Sequence[MentionJson]) -> dict[str, list[MentionJson]]:
    """The mentions that masks stand for, by token, each as often as it is written in parts; what overlaps is hidden once."""
    spans = sorted(
        (ORDER[part["field"]], part["start"], -part["end"], number)
        for number, one in enumerate(mentions)
        if one["kind"] in TOKENS and one["value"] != one["detail"].get("method")
        for part in one["detail"].get("parts") or (one,)
    )
    found: dict[str, list[MentionJson]] = defaultdict(list)
    last = (-1, 0)
    for field, start, end, number in spans:
        if (field, start) >= last or field != last[0]:
            found[TOKENS[mentions[number]["kind"]]].append(mentions[number])
            last = (field, -end)
    return found
