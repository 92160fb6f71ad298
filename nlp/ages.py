"""Ages as written, from 0 up: `24`, or `20-29` for a range or a decade. Nothing here starts at eighteen.

A number is an age only beside words that say so: a label ("age: 24"), a unit ("24 yo", "24 años"), a person ("I'm 24"), or
in the places where sites put ages (the `age` field, "Ana, 24", a title that ends in "- 24"). What clients must be
("over 40 only") and what else is counted in years ("10 years experience") is no age.
"""

import re
from collections.abc import Iterator

from nlp.extractor import AdText, Example, Found, Run
from nlp.numerals import NUMERAL, number
from nlp.records import Kind

NAME = "ages"

ONE = rf"(?:(?<![\w.,/:'$€£#+-])\d{{1,2}}(?![\d:/%'\"+#$€£°]|[.,]\d)|\b{NUMERAL}\b)"
TO = r"\s{0,2}(?:-|to|a|ate|hasta|al)\s{0,2}"
# The second number of a range stands right after its dash.
ITEM = rf"(?:{ONE}{TO}\d{{1,2}}(?![\d:/%'+$€£]|[.,]\d|-\d)|{ONE})"
LIST = rf"(?P<ages>{ITEM}(?:\s{{0,2}}(?:,|&|/|and|y|e)\s{{0,2}}{ITEM}){{0,3}})"

OLD = (
    r"(?:[\s-]{0,3}(?:(?:years?|yrs?|yr)[\s.-]{0,2}(?:old|young|of age)\b|y[\s./]{0,2}o\b|years? ?o\b|(?:yrs?|anitos)\b)"
    r"|\s{0,2}anos\b|\s{1,2}of age\b|\s{1,2}de edad\b|\s{1,2}de idade\b)"
)
EXPERIENCE = (
    r"(?! (?:em|en) )(?!\W{0,3}(?:of |de |in |no |en |na )?(?:(?:the|this|el|la|o|a|my|massage|professional) )?"
    r"(?:experi|pratic|practic|trabalh|de uso|exp\b|business|industry|practice|service|licen|work|ago\b|atras|train|together|"
    r"juntos|trabaj|"
    r"negocio|"
    r"market|area|town|city|massage|profession|carreira|carrera|mercado|servicio|servico|garantia|warranty))"
)
LABEL = r"\b(?:(?:age|edad|idade)s?|aged|anos)\s{0,2}(?:is|of|es)?\s{0,2}[:=#-]{0,2}\s{0,3}"
PERSON = (
    r"\b(?:(?:i'?m|i am|she'?s|she is|he'?s|he is|we are|we'?re|am|turned|turning|"
    r"soy de|(?:recien |acabo de )?cumpl\w{1,6}|completei|fiz) (?:both |only |just |a |about |now |currently |ya )?)"
)
# "I'm 24 ..." tells an age unless what is counted follows.
COUNTED = (
    r"(?![\w-]|\s{0,2}(?:min|hr|hour|hora|mile|milla|km|block|cuadra|kilo|lb|pound|libra|cm|inch|ft\b|feet|foot|pie|dollar|"
    r"usd|rose|eur|bucks|real|reais|peso|percent|per\b|am\b|pm\b|a\.m|p\.m|day|dia|week|semana|month|mes|girl|guy|lad|"
    r"person|amig|friend|of a|of the|in a|for\b|weeks|minut|step|exit|floor|star|number|more|x\b|"
    r"years? (?!old|young|of age))|\s{0,1}[.,]?\d)"
)
CLIENTS = re.compile(
    r"\b(?:under|over|above|below|at least|minimum|min|maximum|max|older than|younger than|must be|be at least|mature|"
    r"clients?|gentlem[ae]n|guys|men|mayor(?:es)? de|menor(?:es)? de|mas de|menos de|maior(?:es)? de|acima de|abaixo de|"
    r"minim[oa]|hace|por|desde hace|ha|for|over the age of|legal age of|age of|last|than)(?: the)?(?: age)?(?: of)?\W{0,3}\Z"
)

RULES = (
    re.compile(rf"{LABEL}{LIST}(?!\s{{0,2}}(?:\+(?!\d)|-\s?\d|(?:and|or|y|e) (?:up|older|over|above)))"),
    re.compile(rf"{LIST}{OLD}{EXPERIENCE}(?!\s{{0,2}}\+(?!\d)|\s(?:and|or) (?:up|older|over|above))"),
    re.compile(rf"{PERSON}{LIST}{COUNTED}"),
)
ENTRY = re.compile(ITEM)
DECADES = {
    word: 10 * n
    for words in (
        "twenties thirties forties fifties sixties seventies",
        "veinte treinta cuarenta cincuenta sesenta setenta",
        "vinte trinta quarenta cinquenta sessenta setenta",
    )
    for n, word in enumerate(words.split(), start=2)
}
DECADE = re.compile(
    rf"\b(?P<part>early|mid|late|mid to late)?[\s-]{{0,2}}(?:(?:my|her|his|their|the|mis|sus|meus|seus)\s)?\b"
    rf"(?P<decade>[2-7]0'?s(?!\w)|twenties|thirties|forties|fifties|sixties|seventies|"
    rf"(?<=mis )(?:{'|'.join(DECADES)})s?\b|(?<=meus )(?:{'|'.join(DECADES)})\b)"
)
PARTS = {"early": (0, 3), "mid": (4, 6), "late": (7, 9), "mid to late": (4, 9)}
# "Ana, 24", "Ana (24)", "Ana - 24": a capital word at the start of a line, then the age, then a stop.
NAMED = re.compile(
    r"(?:^|[\n*~|!.])\s{0,3}(?P<name>[a-z]{3,14})\s{0,2}[,(|/·-]\s{0,2}(?P<ages>\d{1,2})(?=\)|\s{0,2}(?:[,.!|/*~·\n-]|$))"
)
TAIL = re.compile(r"(?:(?<=[ \])])-|[|,(·])\s{0,2}(?P<ages>\d{1,2})\s{0,2}\)?\s{0,3}\Z")
NO_NAMES = frozenset(
    {
        "only",
        "special",
        "specials",
        "incall",
        "outcall",
        "rates",
        "rate",
        "hour",
        "hours",
        "call",
        "text",
        "age",
        "room",
        "unit",
    }
    | {"apt", "suite", "from", "just", "the", "day", "open", "since", "level", "floor", "days", "top", "channel"}
)


class Ages:
    """Every age stated in the ad."""

    name = NAME
    examples = (
        Example("I'm 24 and new in town", ("24",)),
        Example("24", ("24",), "age"),
        Example("Tengo 24 años y mi amiga veintidós años", ("24", "22")),
        Example("tenho vinte e quatro anos", ("24",)),
        Example("a woman in her early thirties", ("30-33",)),
        Example("Ana, 24, downtown", ("24",), "title"),
        Example("Open 24/7, 10 years experience, must be over 21, 5'4 and 34-24-34, I'm 10 minutes away", ()),
        Example("my daughter is 9 years old", ("9",)),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Each number once, by the surest rule that reads it."""
        seen: set[int] = set()
        for run in text.fields:
            for found in _of_field(text, run):
                if found.start not in seen:
                    seen.add(found.start)
                    yield found


def _of_field(text: AdText, run: Run) -> Iterator[Found]:
    folded = text.folded.text
    if run.name in {"contact", "price", "location"}:
        return
    yield from _decades(folded, run)
    if run.name == "age":
        yield from _items(folded, run.start, run.end, 1.0)
        return
    for rule, confidence in zip(RULES, (0.95, 0.95, 0.85), strict=True):
        for match in rule.finditer(folded, run.start, run.end):
            if not CLIENTS.search(folded, max(run.start, match.start() - 30), match.start()) and not _clients_label(
                match
            ):
                yield from _items(folded, *match.span("ages"), confidence)
    for match in NAMED.finditer(folded, run.start, run.end):
        start = text.folded.starts[match.start("name")]
        if text.original.text[start].isupper() and match["name"] not in NO_NAMES:
            yield _found(match["ages"], *match.span("ages"), 0.8)
    if run.name == "title" and (tail := TAIL.search(folded, run.start, run.end)):
        yield _found(tail["ages"], *tail.span("ages"), 0.8)


def _clients_label(match: "re.Match[str]") -> bool:
    return "age of" in match[0]


def _decades(folded: str, run: Run) -> Iterator[Found]:
    for match in DECADE.finditer(folded, run.start, run.end):
        if CLIENTS.search(folded, max(run.start, match.start() - 30), match.start()):
            continue
        written = match["decade"].removesuffix("s").removesuffix("'")
        first = int(written) if written.isdigit() else DECADES.get(match["decade"]) or DECADES[written]
        low, high = PARTS.get(match["part"] or "", (0, 9))
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        yield Found(Kind.AGE, f"{first + low}-{first + high}", start, match.end(), NAME, 0.8)


def _items(folded: str, start: int, end: int, confidence: float) -> Iterator[Found]:
    for match in ENTRY.finditer(folded, start, end):
        yield _found(match[0], *match.span(), confidence)


def _found(written: str, start: int, end: int, confidence: float) -> Found:
    values = [number(one) for one in re.findall(rf"\d+|{NUMERAL}", written)]
    value = f"{values[0]}-{values[-1]}" if len(values) == 2 and values[0] < values[1] else str(values[0])
    return Found(Kind.AGE, value, start, end, NAME, confidence)
