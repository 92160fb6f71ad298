"""E-mail addresses, plain or written so that software cannot read them: "rose (at) example dot com", r o s e @ ..."""

from collections.abc import Iterator

import re2

from nlp.contact_words import contact_words
from nlp.extractor import AdText, Example, Found, disguised
from nlp.records import Kind

WORDS = contact_words()
OPEN, SHUT = r"[\[({<*_|-]+\s?", r"\s?[\])}>*_|-]+"
AT = rf"(?:\s{{0,2}}@\s{{0,2}}|\s?{OPEN}(?:{WORDS.at}|a|@){SHUT}\s?|\s{{1,3}}{WORDS.at}\s{{1,3}})"
# A full stop with a blank after it alone ends a sentence.
DOT = rf"(?:\.|\s\.\s?|\s?{OPEN}(?:{WORDS.dot}|\.){SHUT}\s?|\s{{1,3}}{WORDS.dot}\s{{1,3}})"
SIGN = rf"(?:[._+-]+|\s?{OPEN}(?:{WORDS.joint}|\.){SHUT}\s?|\s{{1,3}}{WORDS.joint}\s{{1,3}})"
TOP = rf"(?:{WORDS.domains}|{WORDS.word_domains}|xn--[a-z0-9-]{{2,40}})"
PLAIN = re2.compile(
    r"[a-z0-9][a-z0-9._%+'-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:xn--[a-z0-9-]{2,40}|[a-z]{2,24})"
)
HIDDEN = re2.compile(rf"\b((?:[a-z0-9]+{SIGN}){{0,4}}[a-z0-9]+){AT}((?:[a-z0-9]+(?:-[a-z0-9]+)*{DOT}){{1,4}}{TOP})\b")
SPACED = re2.compile(r"\b((?:[a-z0-9._-] ){2,40})@ ((?:[a-z0-9.-] ){2,40}[a-z])\b")
HINTS = re2.compile(rf"@|[\[({{<*_|-]\s?(?:{WORDS.at}|a)\s?[\])}}>*_|-]|\s{WORDS.at}\s")
PART = re2.compile(rf"{SIGN}")
DOTS = re2.compile(DOT)
WORD = re2.compile(r"[a-z]+")
# Words before a bare "at" that begin a sentence, not an address.
SENTENCE = frozenset(
    [
        "me",
        "us",
        "i",
        "am",
        "look",
        "here",
        "available",
        "located",
        "meet",
        "only",
        "now",
        "open",
        "start",
        "starting",
        "is",
        "and",
        "call",
        "text",
        "work",
    ]
)


class Emails:
    """Finds e-mail addresses; the value is lower case with plain signs."""

    name = "emails"
    examples = (
        Example("write to Rose.Lane+a@Example.com.", ("rose.lane+a@example.com",)),
        Example("rose (at) example (dot) com", ("rose@example.com",)),
        Example("rose arroba example punto com", ("rose@example.com",)),
        Example("rose dot lane at example dot org", ("rose.lane@example.org",)),
        Example("r o s e @ e x a m p l e . c o m", ("rose@example.com",)),
        Example("rose[at]example.com", ("rose@example.com",)),
        Example("meet me at example.com, open at 9.15", ()),
        Example("rates @ 100", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Every address, each once."""
        folded = text.folded.text
        spans: list[tuple[int, int]] = []
        if "@" in folded:
            for match in PLAIN.finditer(folded):
                if (
                    folded[match.end() : match.end() + 1] != "@"
                    and folded[max(match.start() - 1, 0) : match.start()] != "@"
                ):
                    spans.append(match.span())
                    yield _found(match[0], match.span(), "look-alike" if disguised(text, *match.span()) else "plain")
            for match in SPACED.finditer(folded):
                spans.append(match.span())
                yield _found(f"{match[1]}@{match[2]}".replace(" ", ""), match.span(), "separators")
        if HINTS.search(folded):
            for match in HIDDEN.finditer(folded):
                span = match.span()
                if any(span[0] < end and start < span[1] for start, end in spans):
                    continue
                value, words = _join(folded, match)
                if value is not None:
                    yield _found(value, span, "words" if words else "separators")


def _join(folded: str, match: "re2._Match[str]") -> tuple[str | None, bool]:
    name, home = match[1], match[2]
    between = folded[match.end(1) : match.start(2)]
    domain = ".".join(part for part in DOTS.split(home) if part)
    local = name
    for sign in PART.finditer(name):
        spelled = WORD.search(sign[0])
        if spelled:
            local = local.replace(sign[0], WORDS.signs.get(spelled[0], "."), 1)
    spoken_dot = DOTS.search(home)
    hidden_dot = spoken_dot is not None and spoken_dot[0] != "."
    if between.strip() == "at":
        # The rest must leave no doubt.
        first = local.rpartition(".")[2]
        if first in SENTENCE or not (hidden_dot or domain.split(".")[0] in WORDS.mail) or domain[0].isdigit():
            return None, False
        if domain.split(".")[0] not in WORDS.mail and spoken_dot is not None and spoken_dot[0].strip() == ".":
            return None, False
    if "." not in domain or domain.replace(".", "").isdigit():
        return None, False
    return f"{local}@{domain}", bool(WORD.search(between)) or (
        spoken_dot is not None and WORD.search(spoken_dot[0]) is not None
    )


def _found(value: str, span: tuple[int, int], form: str) -> Found:
    return Found(Kind.EMAIL, value, *span, Emails.name, detail={"form": form})


EMAILS = Emails()
