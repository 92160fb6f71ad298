"""Names an ad gives for the person advertised: the `name` field, and where a cue or a pattern says "this is a name".

A strong cue ("my name is", "me llamo") takes any word that could be a name. A weak one ("I'm", "call") needs a known given
name, or a capital where the words around it have none. What masking takes from "I am ..." is no name: no word for a group or
a body, unless it is a given name too (Ginger, Maya) and more than a weak cue or a capital says so. Known names and cues are
found in one pass; everything else is matched beside them.
"""

import re
from collections.abc import Iterator

from nlp.extractor import AdText, Example, Found, Run
from nlp.masking import is_group, is_part_of_group
from nlp.names.words import BESIDE, CUE, KNOWN, finder, words
from nlp.records import Kind
from nlp.text.whole_words import MOST, bounded, spaced

NAME = "names"
REPEATED = 20  # names of no list that are looked for elsewhere in the ad
WORD = r"[a-z][a-z'-]{1,19}"
# What a cue points at: a word that is no part of an address of the web.
POINTED = re.compile(rf"(?P<gap>[ :=\n]{{1,3}})(?P<name>{WORD})(?![\w'@/-]|\.\w)")
# Behind a verb ("call Zed today"), what follows a name of no list.
CLOSED = re.compile(
    r"\s{0,2}(?:[.,;!?)\n\x1e]|\Z| (?:and|at|on|for|to|or|today|now|anytime|any|directly|y|e|hoy|hoje|al|para)\b)"
)
# "Ana, 24", "Ana (24)", "Ana - 24" at the start of a line; no clock, no share, no price.
AGED = re.compile(r"(?=[\s,(|/·-]{0,5}+\d)\s{0,2}[,(|/·-]?\s{0,2}\d{2}\b(?![:/%$€£])")
MARKED = re.compile(rf"(?:\A|[\n*~|!.])\s{{0,3}}(?P<name>{WORD})\s{{0,2}}[,(|/·-]\s{{0,2}}\Z")
BEFORE_AGE = re.compile(r"[\n\x1e*~|!.]\s{0,3}\Z")
HERE, HERE_WHOLE = (" here", " aqui"), re.compile(r" (?:here|aqui)\b")
# "Ana -", "Ana |", "Ana in Miami" begins a title, "- Ana" ends it; "Yours, Ana" ends an ad or a line.
HEADED = re.compile(r"\s{0,2}(?:[-|,:*~!·(]|\Z|(?:in|en|em) )")
TAILED = re.compile(r"[-|,:*~!·]\s{0,2}\Z")
SIGNED = re.compile(r"[-,~*\n]\s{0,2}\Z")
JOINED = re.compile(r" (?:and|&|y|e|o|or|ou) ")
FIELD = re.compile(rf"{WORD}(?: {WORD})?")
APART = re.compile(r"\s{0,3}+(?:[,&/+]|\b(?:and|[ye])\b)\s{0,3}+")
# How words for the people of a place end: "I am Ruritanian" names nobody, whether masks.yml knows the place or not.
DEMONYM = re.compile(r"[a-z]{2}(?:ian|ean|ese|ish|ense|stani|lander|landic)\Z")
ENDS = frozenset(["", *"\n.!?,"])  # what stands before a word by which somebody signs
LINK = 5  # characters between two names that are joined
TO_AGE = 6  # characters behind a name in which its age begins
DIGITS = frozenset("0123456789")
EDGE = 5  # characters that may stand outside a name at the edge
NO_AGE = frozenset(":/%$€£")  # behind a number: a clock, a share, a price
MARKS = frozenset(",(|/·-")
READ = frozenset({"title", "body"})


Name = tuple[int, int]
Sure = dict[int, tuple[int, float]]  # where a name starts: where it ends, how sure


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
        sure: Sure = {}
        known, cues = _signs(text)
        marked = [
            one for one in text.numbers if one[1] - one[0] == 2 and not MARKS.isdisjoint(folded[one[0] - 2 : one[0]])
        ]
        for run in text.fields:
            if run.name == "name":
                for match in FIELD.finditer(folded, run.start, run.end):
                    sure |= {start: (end, 1.0) for start, end in _split(match)}
            elif run.name in READ:
                if known:
                    _known(text, run, [one for one in known if run.start <= one[0] < run.end], sure)
                if cues:
                    _cued(text, [one for one in cues if run.start <= one[0] < run.end], sure)
                if marked:
                    _aged(text, run, marked, sure)
        kept = {
            start: one
            for start, one in sure.items()
            if _could_be(folded[start : one[0]]) and not is_part_of_group(folded, start, one[0])
        }
        if not kept:
            return
        names = {folded[start:end] for start, (end, _) in kept.items()}
        for start, end in (*known, *_elsewhere(folded, names)):
            if start in kept or folded[start:end] not in names:
                continue
            if _is_whole(folded, start, end) and _stands_out(text, start, end):
                kept[start] = end, 0.5
        for start, (end, confidence) in sorted(kept.items()):
            yield Found(Kind.NAME, folded[start:end], start, end, NAME, confidence)


def _signs(text: AdText) -> tuple[list[Name], list[tuple[int, str]]]:
    """Known names where they stand, and cues where they end, as far as a name could follow them."""
    find, every, kinds = finder()
    folded, original, starts = text.folded.text, text.original.text, text.folded.starts
    known: list[Name] = []
    cues: list[tuple[int, str]] = []
    last = len(folded)
    for index, start, end in bounded(find(spaced(folded)), text.fields):
        kind = kinds[index]
        if kind == KNOWN:
            known.append((start, end - 2))
        elif kind == BESIDE:
            if end - 1 < last and original[starts[end - 1]].isupper():
                cues.append((end - 2, every[index]))
        elif kind == CUE or folded[end - 2 : end].strip()[:1] in {":", "="}:
            cues.append((end - 2, every[index]))
    return known, cues


def _known(text: AdText, run: Run, known: list[Name], sure: Sure) -> None:
    """Known names that need no cue: with a capital, an age behind, or at the edge of a title or an ad."""
    folded, listed = text.folded.text, words()
    last: Name | None = None
    for start, end in known:
        if not _is_whole(folded, start, end):
            continue
        name, large = folded[start:end], _stands_out(text, start, end)
        if large:
            if name not in listed.common and _word_before(folded, start) not in listed.places and not is_group(name):
                _put(sure, start, end, 0.6)
            if folded.startswith(HERE, end) and HERE_WHOLE.match(folded, end, run.end):
                _put(sure, start, end, 0.7)
            if last is not None and start - last[1] <= LINK and JOINED.fullmatch(folded, last[1], start):
                _put(sure, *last, 0.7)
                _put(sure, start, end, 0.7)
        if (
            not DIGITS.isdisjoint(folded[end : end + TO_AGE])
            and AGED.match(folded, end, run.end)
            and (start == run.start or BEFORE_AGE.search(folded, max(start - 4, 0), start))
        ):
            _put(sure, start, end, 0.8)
        if (
            (_heads(folded, run, start, end) or _tails(folded, run, start, end))
            if run.name == "title"
            else (large and _signs_off(folded, run, start, end))
        ):
            _put(sure, start, end, 0.6)
        last = (start, end) if large else None


def _heads(folded: str, run: Run, start: int, end: int) -> bool:
    if start - run.start >= EDGE or any(map(str.isalnum, folded[run.start : start])):
        return False
    return HEADED.match(folded, end, run.end) is not None


def _tails(folded: str, run: Run, start: int, end: int) -> bool:
    if run.end - end >= EDGE or any(map(str.isalnum, folded[end : run.end])):
        return False
    return TAILED.search(folded, max(start - 3, 0), start) is not None


def _signs_off(folded: str, run: Run, start: int, end: int) -> bool:
    after = folded[end : min(end + EDGE, run.end)].partition("\n")[0]
    if any(map(str.isalnum, after)) or SIGNED.search(folded, max(start - 3, 0), start) is None:
        return False
    # "Proud to be *Ebony*" is signed by nobody.
    return not is_group(folded[start:end]) or folded[run.start : start].rstrip(" -~*")[-1:] in ENDS


def _cued(text: AdText, cues: list[tuple[int, str]], sure: Sure) -> None:
    """Names behind cues."""
    folded, known = text.folded.text, words()
    for at, cue in cues:
        match = POINTED.match(folded, at)
        if match is None:
            continue
        gap, name = match.groups()
        start, end = match.span(2)
        if cue in known.strong or cue in known.labels:
            _put(sure, start, end, 0.95)
        elif gap in {" ", "  "}:
            large = _stands_out(text, start, end)
            if name in known.known:
                if (large or (cue not in known.beside and name not in known.praise)) and not is_group(name):
                    _put(sure, start, end, 0.6 if cue in known.beside else 0.8)
            elif (
                large
                and not DEMONYM.search(name)
                and (cue in known.weak or (cue in known.verbs and CLOSED.match(folded, end)))
            ):
                headline = _is_headline(text, start, end)
                if not headline:
                    _put(sure, start, end, 0.8)


def _aged(text: AdText, run: Run, marked: list[Name], sure: Sure) -> None:
    """A word of no list with a capital that begins a line and has an age behind a mark: one of the numbers `marked`."""
    folded = text.folded.text
    looked_at = 0
    for start, end in marked:
        if not run.start < start < run.end:
            continue
        looked_at += 1
        if folded[end : end + 1] in NO_AGE or looked_at > MOST:
            continue
        low = max(run.start, start - 30)
        match = MARKED.search(folded, low, start) if low == run.start else MARKED.search(" " + folded[low:start])
        if match is None:
            continue
        begin, stop = match.span("name")
        if low != run.start:
            begin, stop = begin + low - 1, stop + low - 1
        if _stands_out(text, begin, stop):
            _put(sure, begin, stop, 0.8)


def _put(sure: Sure, start: int, end: int, confidence: float) -> None:
    if start not in sure or sure[start][1] < confidence:
        sure[start] = end, confidence


def _elsewhere(folded: str, names: set[str]) -> Iterator[Name]:
    """Where else names of no list stand."""
    for name in sorted(names - words().known)[:REPEATED]:
        start, count = folded.find(name), 0
        while start >= 0 and count < MOST:
            yield start, start + len(name)
            start, count = folded.find(name, start + len(name)), count + 1


def _split(match: "re.Match[str]") -> Iterator[Name]:
    position = match.start()
    for part in APART.split(match[0]):
        start = match.string.index(part, position)
        position = start + len(part)
        if part:
            yield start, position


def _is_whole(folded: str, start: int, end: int) -> bool:
    """Whether it is a word by itself, not half of one with a hyphen, and no part of an address of the web."""
    left, right = folded[start - 1 : start], folded[end : end + 2]
    if left.isalnum() or left in {"_", "@", ".", "'", "-"} or right[:1].isalnum() or right[:1] in {"_", "@", "'", "-"}:
        return False
    return not (right[:1] == "." and (right[1:].isalnum() or right[1:] == "_"))


def _word_before(folded: str, start: int) -> str:
    return folded[max(0, start - 8) : start].rstrip(" .").rpartition(" ")[2]


def _stands_out(text: AdText, start: int, end: int) -> bool:
    """A capital and small letters after it."""
    low, high = text.folded.span(start, end)
    written = text.original.text[low:high]
    return written[:1].isupper() and written[1:].islower()


def _is_headline(text: AdText, start: int, end: int) -> bool:
    """Whether the word before (but for "I" and verbs) or the word after has a capital too."""
    original, folded = text.original.text, text.folded
    low, after = folded.span(start, end)
    if original[after : after + 1].isspace() and original[after : after + 4].lstrip()[:1].isupper():
        return True
    before = original[max(0, low - 15) : low].split()
    if not before or not before[-1][:1].isupper() or len(before[-1]) < 2:
        return False
    return before[-1].lower() not in words().weak and before[-1].lower() not in words().verbs


def _could_be(written: str) -> bool:
    if len(written) < 2 or written.split(maxsplit=1)[0] in words().never:
        return False
    return written in words().known or not is_group(written)
