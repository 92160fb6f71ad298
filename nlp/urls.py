"""Web addresses: with http:// or without, and where the dots are written as words."""

from collections.abc import Iterator

import re2

from nlp.contact_words import contact_words
from nlp.extractor import AdText, Example, Found
from nlp.records import Kind

WORDS = contact_words()
LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?"
PATH = r"(?::\d{1,5})?(?:[/?#][^\s<>\"`\x1e\x{1100}-\x{11ff}\x{2e80}-\x{d7af}\x{f900}-\x{faff}]*)?"
SCHEMED = re2.compile(
    rf"(?:https?|ftp)://\s?(?:(?:{LABEL}\.)+[a-z][a-z0-9-]{{1,23}}|localhost|\d{{1,3}}(?:\.\d{{1,3}}){{3}}){PATH}"
)
BARE = re2.compile(rf"(?:(?:{LABEL}\.)+{WORDS.domains}\b{PATH}|(?:{LABEL}\.)+{WORDS.word_domains}(?:/[^\s<>\"`\x1e]+))")
SPOKEN = re2.compile(
    rf"\b(?:www(?:\.|\s?[\[({{]?{WORDS.dot}[\])}}]?\s?))?([a-z0-9-]{{3,63}})(?:\s?[\[({{]\s?(?:{WORDS.dot}|\.)\s?[\])}}]\s?|\s{WORDS.dot}\s)"
    rf"(com|net|org|info|biz|example|test|invalid)\b"
)
TRAILING = ".,;:!?'\")]}*~|"
# After a domain, this means that the name goes on and is another one.
GOES_ON = re2.compile(r"\.?[a-z0-9_]|-")


class Urls:
    """Finds web addresses; the value is the address as written, its host in lower case."""

    name = "urls"
    examples = (
        Example("see https://Example.com/Page?x=1.", ("https://example.com/Page?x=1",)),
        Example("more on www.lantern.example", ("www.lantern.example",)),
        Example("my page: lantern dot com", ("lantern.com",)),
        Example("mail me at rose@example.com", ()),
        Example("call me.at home", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Every address, those with a scheme first."""
        folded = text.folded.text
        if "." in folded:
            for start, end in _plain(folded):
                yield _found(text, start, end, "plain")
        if any(word in folded for word in ("dot", "punto", "ponto", "(.)", "[.]", "d0t")):
            for match in SPOKEN.finditer(folded):
                if not folded[: match.start()].rstrip().endswith(("@", "at", "arroba", "]", ")", "}")):
                    value = f"{match[1]}.{match[2]}"
                    yield Found(Kind.URL, value, match.start(), match.end(), Urls.name, 0.8, {"form": "words"})


def _plain(folded: str) -> Iterator[tuple[int, int]]:
    taken = 0
    spans = [match.span() for match in SCHEMED.finditer(folded)] if "://" in folded else []
    schemed = set(spans)
    spans += [match.span() for match in BARE.finditer(folded)]
    for start, last in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < taken:
            continue
        before = folded[max(start - 3, 0) : start]
        if (start, last) not in schemed and (before[-1:] in {"@", "_", "-", ".", "$"} or before.endswith("://")):
            continue
        end = _without_trail(folded, start, last)
        if folded[end : end + 1] == "@" or (folded[end - 1].isalnum() and GOES_ON.match(folded[end : end + 2])):
            continue  # the name of an e-mail address, or no known domain
        taken = end
        yield start, end


def _without_trail(folded: str, start: int, end: int) -> int:
    """Where the address ends, without the signs of the sentence it stands in."""
    while end > start and folded[end - 1] in TRAILING:
        if folded[end - 1] == ")" and folded.count("(", start, end) >= folded.count(")", start, end):
            break
        end -= 1
    return end


def _found(text: AdText, start: int, end: int, form: str) -> Found:
    low, high = text.folded.span(start, end)
    folded, written = text.folded.text[start:end], text.original.text[low:high]
    # The path keeps its capitals where folding changed nothing else.
    scheme = folded.find("://") + 3 if "://" in folded else 0
    host = min((at for sign in "/?#" if (at := folded.find(sign, scheme)) > 0), default=len(folded))
    value = folded[:host] + (written[host:] if len(written) == len(folded) else folded[host:])
    return Found(Kind.URL, value.replace(":// ", "://"), start, end, Urls.name, detail={"form": form})


URLS = Urls()
