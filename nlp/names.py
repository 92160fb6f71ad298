"""Names an ad gives for the person advertised: the `name` field, and where a cue or a pattern says "this is a name".

A strong cue ("my name is", "me llamo") takes any word that could be a name. A weak one ("I'm", "call") needs a known given
name, or a capital where the words around it have none. Words for groups are never names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.extractor import AdText, Example, Found, Run
from nlp.masking import masks
from nlp.records import Kind
from store.datafiles import load_data

NAME = "names"
WORD = r"[a-z][a-z'-]{1,19}"
STRONG = re.compile(
    rf"\b(?:my name is|my name's|name is|i am called|they call me|you can call me|me llamo|mi nombre es|meu nome e|"
    rf"me chamo|chamo-me|(?:the|el|o) (?:name is|nombre es|nome e)|(?<!user)(?<!tag )"
    rf"(?:name|nombre|nome)\s?[:=])\s{{0,2}}(?P<name>{WORD})"
)
WEAK = re.compile(
    rf"\b(?:i'?m|i am|this is|it'?s|call|text|ask for|meet|with|contact|hi,? i'?m|see|message|whatsapp|"
    rf"soy|i go by|go by|call me|me chamam de|me dicen|me llaman|i answer to|written by|posted by|escrit[oa]s? por|"
    rf"friends call me|llama a|pregunta por|"
    rf"escribe a|sou a|sou|liga para|fala com|falar com|chama|aqui e a|hola soy|conoce a|conheca)"
    rf" {{1,2}}(?P<name>{WORD})(?![\w'@/]|\.\w)"
)
# "Ana, 24", "Ana (24)", "Ana - 24" at the start of a line; "Ana -", "Ana |", "Ana:" at the start of a title.
AGED = re.compile(
    rf"(?:^|[\n*~|!.])\s{{0,3}}(?P<name>{WORD})\s{{0,2}}(?P<mark>[,(|/·-]?)\s{{0,2}}(?=\d{{2}}\b(?![:/%$€£]))"
)
HERE = re.compile(rf"\b(?P<name>{WORD}) (?:here|aqui)\b")
HEAD = re.compile(rf"\W{{0,4}}(?P<name>{WORD})\s{{0,2}}(?=[-|,:*~!·(]|\Z)")
TAIL = re.compile(rf"[-|,:*~!·]\s{{0,2}}(?P<name>{WORD})\W{{0,4}}\Z")
# A known given name with a capital needs no cue, but beside "San" it is a town; "Ana and Viola" are two.
COUPLE = re.compile(rf"\b(?P<left>{WORD}) (?:and|&|y|e|o|or|ou) (?P<right>{WORD})\b")
LONE = re.compile(
    r"(?<!\bsan )(?<!\bsanta )(?<!\bsao )(?<!\bsaint )(?<!\bst\. )(?<!\bport )(?<!\bfort )"
    r"(?<![\w@.'-])[a-z]{3,14}(?![\w@'-]|\.\w)"
)
FIELD = re.compile(rf"{WORD}(?: {WORD})?")
SIDES = ("left", "right")
GROUPS = frozenset({"_trait_", "person", "persons"})  # tokens of words that name a group
APART = re.compile(r"\s*(?:,|&|/|\+|\band\b|\by\b|\be\b)\s*")


@dataclass(frozen=True, slots=True)
class Words:
    """What names.yml says."""

    known: frozenset[str]
    common: frozenset[str]  # known names that are words too
    never: frozenset[str]


class Names:
    """The names the ad gives."""

    name = NAME
    examples = (
        Example("Ana", ("ana",), "name"),
        Example("Hi, I'm Zuleika and I just arrived", ("zuleika",)),
        Example("me llamo Rocío", ("rocio",)),
        Example("Meu nome é Bruna", ("bruna",)),
        Example("Ana, 24", ("ana",), "title"),
        Example("I'm new, I'm available, call me, I'm Colombian", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Each name once where it stands, by the surest rule; then wherever else in the ad it stands."""
        folded = text.folded.text
        seen: set[int] = set()
        names: set[str] = set()
        for run in text.fields:
            for start, end, sure in _of_field(text, run):
                written = folded[start:end]
                if start not in seen and _could_be(written):
                    seen.add(start)
                    names.add(written)
                    yield Found(Kind.NAME, written, start, end, NAME, sure)
        for match in LONE.finditer(folded) if names else ():
            if match[0] in names and match.start() not in seen and _stands_out(text, *match.span(), alone=False):
                yield Found(Kind.NAME, match[0], match.start(), match.end(), NAME, 0.5)


def _of_field(text: AdText, run: Run) -> Iterator[tuple[int, int, float]]:
    folded, known = text.folded.text, words().known
    if run.name == "name":
        for match in FIELD.finditer(folded, run.start, run.end):
            yield from ((start, end, 1.0) for start, end in _split(match))
        return
    if run.name not in {"title", "body"}:
        return
    for match in STRONG.finditer(folded, run.start, run.end):
        yield *match.span("name"), 0.95
    for match in WEAK.finditer(folded, run.start, run.end):
        if match["name"] in known or _stands_out(text, *match.span("name")):
            yield *match.span("name"), 0.8
    for match in AGED.finditer(folded, run.start, run.end):
        if match["name"] in known or (match["mark"] and _stands_out(text, *match.span("name"))):
            yield *match.span("name"), 0.8
    for match in HERE.finditer(folded, run.start, run.end):
        if match["name"] in known and _stands_out(text, *match.span("name"), alone=False):
            yield *match.span("name"), 0.7
    for match in LONE.finditer(folded, run.start, run.end):
        if match[0] in known and match[0] not in words().common and _stands_out(text, *match.span(), alone=False):
            yield *match.span(), 0.6
    for match in COUPLE.finditer(folded, run.start, run.end):
        if {match["left"], match["right"]} <= known and all(
            _stands_out(text, *match.span(one), alone=False) for one in SIDES
        ):
            yield from ((*match.span(one), 0.7) for one in SIDES)
    if run.name == "title":
        for pattern in (HEAD.match(folded, run.start, run.end), TAIL.search(folded, run.start, run.end)):
            if pattern is not None and pattern["name"] in known:
                yield *pattern.span("name"), 0.6


def _split(match: "re.Match[str]") -> Iterator[tuple[int, int]]:
    position = match.start()
    for part in APART.split(match[0]):
        start = match.string.index(part, position)
        position = start + len(part)
        if part:
            yield start, position


def _stands_out(text: AdText, start: int, end: int, *, alone: bool = True) -> bool:
    """A capital and small letters after it; `alone`: neither the word before nor the word after has a capital."""
    folded, original = text.folded, text.original.text
    written = original[folded.starts[start] : folded.ends[end - 1]]
    if not alone or not (written[:1].isupper() and written[1:].islower()):
        return written[:1].isupper() and written[1:].islower()
    after = re.match(r"\s[A-Z]", original[folded.ends[end - 1] : folded.ends[end - 1] + 2])
    before = re.search(r"\b[A-Z]\w+[ ]\Z", original[max(0, folded.starts[start] - 15) : folded.starts[start]])
    cue_capital = before is not None and before[0].strip().lower() not in {
        "soy",
        "sou",
        "call",
        "text",
        "meet",
        "contact",
    }
    return after is None and not cue_capital


def _could_be(written: str) -> bool:
    if len(written) < 2 or written.split(maxsplit=1)[0] in words().never:
        return False
    if written in words().known:
        return True
    known = masks()
    return not any(known.of_row[str(row)] in GROUPS for _, _, row in known.hits(written))


@cache
def words() -> Words:
    """The one set of words."""
    data = load_data(Path(__file__).with_name("names.yml"))
    return Words(*(frozenset(map(str, data[name])) for name in ("known", "common", "never")))
