"""What each `field:` of the query language means. A field that is not in FILTERS does not exist."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from indexer import contacts
from indexer.lexer import Is, Lexeme
from indexer.query import (
    And,
    Fuzzy,
    LinkedTo,
    NearPlace,
    Node,
    Phrase,
    Prefix,
    QueryError,
    Range,
    SimilarTo,
    Starts,
    Terms,
    Word,
)
from indexer.tokens import keyword, tokenise
from indexer.values import Moment, date_range, number_range, price_range

HAVE = ("phone", "email", "handle", "url", "payment", "name", "age", "price", "place", "indicator", "image")
BANDS = ("review first", "review", "no signal", "not enough to say")
ROUTES = ("review", "venue", "agency", "spam", "recruitment")
LANES = ("first", "ranked")
REASONS = ("phone", "email", "handle", "payment", "url", "image", "text", "recruitment")
DISTANCE = re.compile(r"\A(\d{1,5}(?:\.\d{1,3})?)\s*(km|mi)\Z", re.IGNORECASE | re.ASCII)
KM_PER_MILE = 1.609344
NEAR_BY = 25.0
FARTHEST = 1_000.0

Reader = Callable[[str, Lexeme, Moment], Node]


@dataclass(frozen=True, slots=True)
class Filter:
    """How a field's value is read, and one example that the documentation shows."""

    read: Reader
    example: str


def read(field: Lexeme, value: Lexeme | None, moment: Moment) -> Node:
    """The node a field and its value mean; raises QueryError."""
    chosen = FILTERS[field.text]
    if value is None or value.start != field.end or value.what not in {Is.STRING, Is.WORD, Is.PREFIX, Is.FUZZY}:
        raise QueryError(f"{field.text}: has no value", field.start, f"write for example {chosen.example}")
    if not value.text.strip():
        raise QueryError(f"{field.text}: has an empty value", value.start, f"write for example {chosen.example}")
    return chosen.read(field.text, value, moment)


def distance(lexeme: Lexeme) -> float | None:
    """Kilometres, where the lexeme is `50km` or `30mi`."""
    found = DISTANCE.match(lexeme.text) if lexeme.what is Is.WORD else None
    if found is None:
        return None
    km = float(found.group(1)) * (KM_PER_MILE if found.group(2).lower() == "mi" else 1)
    if not 0 < km <= FARTHEST:
        raise QueryError(f"{lexeme.text} is no distance to search in", lexeme.start, f"write 1km to {FARTHEST:.0f}km")
    return km


def unknown(name: str) -> str:
    """What to write instead of a field that is not there."""
    near = difflib.get_close_matches(name, FILTERS, n=1)
    if near:
        return f"did you mean {near[0]}:? To search for the words themselves put them between quotation marks"
    return f"the fields are {', '.join(sorted(FILTERS))}; to search for the words themselves put them between quotation marks"


def text_node(text: str, at: int, field: str = "words") -> Node:
    """A word, or the phrase a text of several tokens is."""
    found = tuple(token.text for token in tokenise(text))
    if not found:
        raise QueryError(f"{text!r} holds no letter or digit", at, "write at least one word")
    return Word(found[0], field) if len(found) == 1 else Phrase(found, field)


def stem_node(lexeme: Lexeme, field: str = "words") -> Node:
    """prefix*, or fuzzy~ and fuzzy~2."""
    text, _, edits = lexeme.text.rpartition("~") if lexeme.what is Is.FUZZY else (lexeme.text, "", "")
    found = tokenise(text)
    if len(found) != 1:
        raise QueryError(f"{text!r} is not one word", lexeme.start, "put * or ~ after a single word")
    token = found[0].text
    if lexeme.what is Is.PREFIX:
        if len(token) < 2:
            raise QueryError("a prefix of one character", lexeme.start, "write at least two before the *")
        return Prefix(token, field)
    if edits not in {"1", "2"}:
        raise QueryError(f"~{edits} is too far", lexeme.start, "write word~ or word~2")
    if len(token) < (3 if edits == "1" else 5):
        raise QueryError(
            f"{token!r} is too short to be searched inexactly",
            lexeme.start,
            "write 3 letters or more before ~, 5 before ~2",
        )
    return Fuzzy(token, int(edits), field)


def _text(name: str, value: Lexeme, _: Moment) -> Node:
    if value.what in {Is.PREFIX, Is.FUZZY}:
        return stem_node(value, name)
    return text_node(value.text, value.start, name)


def _plain(name: str, value: Lexeme) -> str:
    if value.what is Is.FUZZY:
        raise QueryError(f"{name}: takes no ~", value.start, f"write {name}:value or {name}:begin*")
    return keyword(value.text)


def _keyword(name: str, value: Lexeme, _: Moment) -> Node:
    plain = _plain(name, value)
    if not plain:
        raise QueryError(f"{value.text!r} is empty once folded", value.start, f"write {FILTERS[name].example}")
    return Starts(name, plain) if value.what is Is.PREFIX else Terms(name, (plain,))


def _currency(name: str, value: Lexeme, _: Moment) -> Node:
    return Terms(name, (_plain(name, value).upper(),))


def _one_of(choices: tuple[str, ...], field: str) -> Reader:
    def choose(name: str, value: Lexeme, _: Moment) -> Node:
        plain = _plain(name, value).replace("_", " " if " " in "".join(choices) else "_")
        if plain not in choices:
            listed = ", ".join(f'"{one}"' if " " in one else one for one in choices)
            raise QueryError(f"{name}: knows no {value.text!r}", value.start, f"write one of {listed}")
        return Terms(field, (plain,))

    return choose


def _exact(field: str, before: str = "") -> Reader:
    return lambda _name, value, _moment: Terms(field, (before + value.text.strip(),))


def _number(field: str) -> Reader:
    return lambda name, value, _: number_range(
        field, value.text, value.start, f"write {name}:21, {name}:<21 or {name}:18..25"
    )


def _price(_: str, value: Lexeme, __: Moment) -> Range:
    return price_range(value.text, value.start)


def _date(field: str) -> Reader:
    def span(name: str, value: Lexeme, moment: Moment) -> Node:
        found = date_range(name, value.text, value.start, moment)
        return Range(field, found.low, found.high, found.include_low, found.include_high)

    return span


def _seen(_: str, value: Lexeme, moment: Moment) -> Node:
    plain = value.text.lower()
    if plain in {"gone", "live"}:
        return Terms("state", (plain,))
    try:
        found = date_range("seen", value.text, value.start, moment)
    except QueryError as problem:
        raise QueryError(problem.problem, value.start, "write seen:gone, seen:live or seen:last-7-days") from None
    # Seen in a span: the stretch from first to last sighting touches it.
    parts: list[Node] = []
    if found.high is not None:
        parts.append(Range("first_seen", high=found.high, include_high=found.include_high))
    if found.low is not None:
        parts.append(Range("last_seen", low=found.low, include_low=found.include_low))
    return And(tuple(parts))


def _contact(name: str, value: Lexeme, _: Moment) -> Node:
    if value.what is not Is.FUZZY and (found := contacts.of_field(name, value.text, begins=value.what is Is.PREFIX)):
        return found
    raise QueryError(
        f"{value.text!r} is no {name} that can be searched", value.start, f"write for example {FILTERS[name].example}"
    )


def _linked(_: str, value: Lexeme, __: Moment) -> Node:
    if value.what is Is.WORD or value.what is Is.STRING:
        found = contacts.whole(value.text)
        if found is not None:
            return LinkedTo(found, value.start)
    raise QueryError(
        f"{value.text!r} is no contact",
        value.start,
        'write linked:"(202) 555-0143", linked:name@example.com or linked:telegram:name',
    )


def _similar(_: str, value: Lexeme, __: Moment) -> Node:
    if value.what is not Is.STRING and value.what is not Is.WORD:
        raise QueryError(
            "similar: needs the id of an ad", value.start, f"write for example {FILTERS['similar'].example}"
        )
    return SimilarTo(value.text.strip(), value.start)


def _near(_: str, value: Lexeme, __: Moment) -> Node:
    if value.what is not Is.STRING and value.what is not Is.WORD:
        raise QueryError("near: needs a place", value.start, 'write near:"Austin" 50km')
    return NearPlace(value.text.strip(), NEAR_BY, value.start)


FILTERS: Mapping[str, Filter] = {
    "ad": Filter(_exact("key", "ad:"), "ad:harbor:1042"),
    "age": Filter(_number("age"), "age:<21"),
    "band": Filter(_one_of(BANDS, "band"), 'band:"review first"'),
    "currency": Filter(_currency, "currency:USD"),
    "email": Filter(_contact, "email:name@example.com"),
    "found": Filter(_date("first_seen"), "found:last-7-days"),
    "group": Filter(_exact("group"), "group:3f9a0c"),
    "handle": Filter(_contact, "handle:telegram:name"),
    "has": Filter(_one_of(HAVE, "has"), "has:phone"),
    "indicator": Filter(_keyword, "indicator:third_party_control"),
    "lane": Filter(_one_of(LANES, "lane"), "lane:first"),
    "linked": Filter(_linked, 'linked:"(202) 555-0143"'),
    "location": Filter(_text, "location:downtown"),
    "name": Filter(_keyword, "name:anna"),
    "near": Filter(_near, 'near:"Austin" 50km'),
    "payment": Filter(_keyword, "payment:transfer"),
    "phone": Filter(_contact, 'phone:"202 555 0143"'),
    "place": Filter(_keyword, "place:austin"),
    "posted": Filter(_date("posted"), "posted:2026-05-01..2026-06-01"),
    "price": Filter(_price, "price:<100/60min"),
    "priority": Filter(_number("priority"), "priority:>0.5"),
    "reason": Filter(_one_of(REASONS, "reason"), "reason:phone"),
    "route": Filter(_one_of(ROUTES, "route"), "route:review"),
    "seen": Filter(_seen, "seen:gone"),
    "similar": Filter(_similar, "similar:harbor:1042"),
    "site": Filter(_keyword, "site:harbor"),
    "size": Filter(_number("size"), "size:>=5"),
    "title": Filter(_text, "title:evening"),
    "url": Filter(_contact, "url:example.com*"),
}
