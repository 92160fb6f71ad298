"""What stands between two numbers of an ad: words for money, lengths of time, and how closely those are joined.

An ad's numbers are few and so are the ways to go on from one to the next; each is read once and remembered.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from nlp.prices.joins import Join, join_of
from nlp.prices.money import LETTERS, SHORT, WORD, Words, words

REMEMBERED = 16_384  # gaps, of up to SHARED characters
LONG = 28  # characters of a gap that are looked at from either end
SHARED = 2 * LONG  # a gap of so many is read in one piece
# "120/200", "120 or 200": what a word for rates says of the first number holds for the next.
NEXT = re.compile(r"\s{0,2}(?:[/,&-]|or|and|y|e|o|ou)\s{0,2}[$€£]?\Z")
ROW = re.compile(r"/[a-z]{2,6}\b| ?[a-z]{1,2}(?:\n|\Z)")
SIGN = re.compile(r"[^\w\s]{1,3}")

HOUR = 60  # minutes
MEASURES = frozenset('%"°')  # signs behind a measure
DIGITLIKE = frozenset("osilzbgq")

Token = tuple[str, int, int]


class Time(NamedTuple):
    """A time that money may buy. `weak`: by a word that means one only beside others."""

    start: int
    end: int
    minutes: int
    weak: bool


class Gap(NamedTuple):
    """What a gap says of the number before it, of the one after it, and in between. Offsets count from its start."""

    after: str | None = None  # the money of the number before
    shy: bool = False  # a word for money that means other things too
    scale: int = 1
    scaled: int = 0  # where the word for the scale ends
    left: int = 0  # where what belongs to the number before ends
    before: str | None = None  # the money of the number after
    right: int = 0  # where that begins
    either: bool = False  # one sign, of either number
    leans: bool = False  # ... but closer to the one after
    unit: bool = False  # the first time is a unit that the number before may count
    times: tuple[Time, ...] = ()
    joins: tuple[Join | None, ...] = (None,)  # before, between and behind the times
    glued: bool = False  # a word runs into the number after, and is no time
    tight: bool = False  # one that says nothing runs on from the number before
    cue_before: bool = False  # a word for rates makes the number after money
    cue_after: bool = False  # ... the number before
    next: bool = False
    row: bool = False  # the number before is followed by what could be a unit in a table of prices
    no_money_before: bool = False  # the number before is a measure
    no_money_after: bool = False  # the number after is of a room, a bus ...


NOTHING = Gap()


def head(folded: str, start: int, end: int, *, shared: bool = False) -> Gap:
    """What `folded` says behind the number that ends at `start`; `shared`: up to one at `end` that is read too."""
    if shared and end - start <= SHARED:
        return read(folded[start:end])
    text = folded[start : min(end + 1, start + LONG)]  # a word that runs into a digit says nothing
    if start + LONG < end and folded[start + LONG].isalpha():
        text = text.rstrip(LETTERS)
    # Nothing is joined over the end of a line or a sentence that is not close by.
    line = text.find("\n", 1)
    return read(text if line < 0 else text[: line + 1])


def tail(folded: str, start: int, end: int) -> tuple[Gap, int]:
    """What it says before the number that starts at `end`, and where in it that begins."""
    begin = max(start, end - LONG)
    text = folded[begin:end]
    if begin > start and folded[begin - 1].isalpha():
        text = text.lstrip(LETTERS)
    text = text[text.rfind("\n", 0, -2) + 1 :]
    return read(text), end - len(text)


@lru_cache(maxsize=REMEMBERED)
def read(text: str) -> Gap:
    """A gap of a folded text, read."""
    known = words()
    tokens: list[Token] = [(match[0], *match.span()) for match in WORD.finditer(text)]
    said = {token[0] for token in tokens}
    after, shy, scale, scaled, left, used = _head_money(text, tokens, known)
    before, right = _tail_money(text, tokens, known)
    either = before is not None and after is not None and right < left
    times: tuple[Time, ...] = ()
    joins: tuple[Join | None, ...]
    unit = first = False
    if text[:1] == "'" or not known.timely.isdisjoint(said):
        times, unit, first = _times(text, tokens, used, left, known)
    if times:
        edges = [left, *[edge for one in times for edge in one[:2]], right]
        joins = tuple([join_of(text[edges[index] : edges[index + 1]]) for index in range(0, len(edges), 2)])
    else:
        joins = (join_of(text[left:right]),)
    bridged = text in known.glue  # "100x30mins"
    measured = after is None and text[:1] in MEASURES
    if used < len(tokens) and after is None and not first and not bridged:
        word, begin, _ = tokens[used]
        measured = measured or (word in known.not_after and text[:begin] in {"", " ", "-", ". "})
    begins = ends = False  # whether a word begins or ends the gap
    if tokens and not bridged:
        begins = not tokens[0][1] and not used and not first
        ends = before is None and tokens[-1][2] == len(text) and not (times and times[-1].end == len(text))
    cues = (False, False)
    if not known.cueing.isdisjoint(said):
        cues = _cues(text[: right if before is not None else None], tokens, left, known)
    return Gap(
        after,
        shy,
        scale,
        scaled,
        left,
        before,
        right,
        either,
        either and text[0] == " " != text[-1],
        unit,
        times,
        joins,
        ends,
        begins and not cues[1],
        *cues,
        NEXT.match(text) is not None,
        ROW.match(text) is not None,
        measured,
        bool(tokens) and tokens[-1][0] in known.not_before and len(text) - tokens[-1][2] <= 3,
    )


def _head_money(text: str, tokens: list[Token], known: Words) -> tuple[str | None, bool, int, int, int, int]:
    """Currency, whether shy, scale and its end, where all ends, and how many tokens that takes."""
    used, scale, scaled, code, shy = 0, 1, 0, None, False
    at = _skip(text, 0)
    if at > 2:
        return None, False, 1, 0, 0, 0
    if tokens and tokens[0][1] == at and tokens[0][0] in known.scales:
        scale, scaled, used = known.scales[tokens[0][0]], tokens[0][2], 1
        at = _skip(text, scaled)
    end = at
    if used < len(tokens) and tokens[used][1] == at:
        word, _, stop = tokens[used]
        pair = f"{word} {tokens[used + 1][0]}" if used + 1 < len(tokens) else ""
        if pair in known.currencies:
            code, end, used = known.currencies[pair], tokens[used + 1][2], used + 2
        else:
            for sign in (text[at : stop + 2], text[at : stop + 1], word):
                if sign in known.currencies:
                    code, end, used = known.currencies[sign], at + len(sign), used + 1
                    break
            else:
                if word in known.shy:
                    code, shy, end, used = known.shy[word], True, stop, used + 1
    elif sign_match := SIGN.match(text, at):
        sign = sign_match[0]
        while sign and sign not in known.currencies:
            sign = sign[:-1]
        if sign:
            code, end = known.currencies[sign], at + len(sign)
    if code is None:
        return None, False, scale, scaled, 0, 0
    if scale == 1 and used < len(tokens) and tokens[used][1] == _skip(text, end) and len(tokens[used][0]) > 2:
        scale = known.scales.get(tokens[used][0], 1)
        if scale > 1:
            end, used = tokens[used][2], used + 1
    return code, shy, scale, scaled, end, used


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _tail_money(text: str, tokens: list[Token], known: Words) -> tuple[str | None, int]:
    """The currency that stands before the next number, and where it begins."""
    stop = len(text.rstrip(" "))
    if not stop or len(text) - stop > 2:
        return None, len(text)
    for size in range(min(SHORT + 1, stop), 0, -1):
        begin = stop - size
        code = known.currencies.get(text[begin:stop])
        letters = text[begin].isalpha()
        if code is None or (
            letters and (text[begin - 1 : begin].isalpha() or (size > SHORT and text[stop - 1].isalpha()))
        ):
            continue
        if code == "$" and tokens and begin - tokens[-1][2] in {0, 1}:  # "nzd $", "c $"
            word = tokens[-1][0]
            named = known.currencies.get(f"{word}$") or (len(word) <= SHORT and known.currencies.get(word))
            if named:
                return named, tokens[-1][1]
        return code, begin
    return None, len(text)


def _times(text: str, tokens: list[Token], used: int, left: int, known: Words) -> tuple[tuple[Time, ...], bool, bool]:
    """The times, whether the first is a unit right behind the number before, and whether any is right behind it."""
    found: list[Time] = []
    unit = first = False
    if text[:1] == "'" and text[1:2] != "'":
        return (Time(0, 1, 1, False),), True, True
    index = used
    while index < len(tokens):
        size = min(known.times.get(tokens[index][0], 0), len(tokens) - index)
        while size and not _phrase(text, tokens[index : index + size], known):
            size -= 1
        if not size:
            index += 1
            continue
        start, end = tokens[index][1], tokens[index + size - 1][2]
        phrase = " ".join([word for word, _, _ in tokens[index : index + size]])
        index += size
        counts = not found and start - left <= 2 and not text[left:start].strip(" -")
        first = first or counts
        if end < len(text) and text[end].isdigit():
            continue  # of a phone
        if end == len(text) and not start and DIGITLIKE.issuperset(phrase):
            continue  # "737ss50": a phone in look-alikes
        if index < len(tokens) and tokens[index][0] in known.away and tokens[index][1] - end <= 2:
            continue
        if phrase in known.fixed:
            found.append(Time(start, end, known.fixed[phrase], False))
            continue
        weak = phrase in known.tables
        minutes = known.tables[phrase] if weak else known.units[phrase]
        # Nothing is paid by the minute, and "hours 10 to 20" is when one is there.
        if counts or (minutes > 1 and not (minutes == HOUR and phrase.endswith("s"))):
            unit = unit or counts
            found.append(Time(start, end, minutes, weak))
    return tuple(found), unit, first


def _phrase(text: str, tokens: list[Token], known: Words) -> bool:
    phrase = " ".join([word for word, _, _ in tokens])
    if phrase not in known.fixed and phrase not in known.units and phrase not in known.tables:
        return False
    return all(
        next_start - end <= 2 and not text[end:next_start].strip(" /-.")
        for (_, _, end), (_, next_start, _) in pairwise(tokens)
    )


def _cues(text: str, tokens: list[Token], left: int, known: Words) -> tuple[bool, bool]:
    """Whether a word for rates makes money of the number after, and of the one before."""
    said = [token for token in tokens if token[2] <= len(text)]
    before = after = False
    if said and len(text) - said[-1][2] <= 4:
        ends = said[:-1] if said[-1][0] in known.cue_links and len(said) > 1 else said
        for size in range(1, min(3, len(ends)) + 1):
            before = before or " ".join([word for word, _, _ in ends[-size:]]) in known.cues
    starts = [token for token in tokens[:4] if token[1] >= left]
    if starts and not text[left : starts[0][1]].strip(" -"):
        for size in range(1, min(2, len(starts)) + 1):
            after = after or " ".join([word for word, _, _ in starts[:size]]) in known.cues_after
    return before, after
