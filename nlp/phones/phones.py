"""Telephone numbers however they are written.

Digits, number words and look-alikes are read into chains (chains.py). Every window of a chain that could be a number is
weighed (windows.py, weighing.py): is it valid where the ad is, how are its digits grouped, what stands around it, does a
label name it. The best windows that do not overlap are the numbers; what is left may be a number in several places
(spread.py).
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from nlp.extractor import AdText, Example, Found
from nlp.phones.chains import Chain, chains, straight
from nlp.phones.digit_words import vocabulary
from nlp.phones.digits import DIGITS, LOOK_ALIKE, WORDS, Atom
from nlp.phones.lone import Lone, lone
from nlp.phones.spread import Spread, spread
from nlp.phones.stretches import stretches
from nlp.phones.windows import EXTENSION, Window, best, plus, windows
from nlp.records import Kind
from nlp.text.fold import TABLE

KEYCAP = "\N{COMBINING ENCLOSING KEYCAP}"
MOST_PLAIN, LAST_ASCII = "\N{NO-BREAK SPACE}", "\x7f"
JOINERS = vocabulary().joiners
PLAIN_GAP = re.compile(r"[ ]?[-.()/]?[ ]?|\) ?-? ?| \(|-\(")


class Phones:
    """Finds telephone numbers; the value is E.164 where the number is valid, else its bare digits."""

    name = "phones"
    examples = (
        Example("Call 312-555-0142 today", ("+13125550142",)),
        Example("three one two five five five oh one four two", ("+13125550142",)),
        Example("text me 3one2 fiveFIVE5 0one4two", ("+13125550142",)),
        Example("(3l2) S55-O142", ("+13125550142",)),
        Example("3*1*2*5*5*5*0*1*4*2", ("+13125550142",)),
        Example("tres uno dos cinco cinco cinco cero uno cuatro dos", ("+13125550142",)),
        Example("tres um dois cinco cinco cinco zero um quatro dois", ("+13125550142",)),
        Example("call 020 7946 0958", ("+442079460958",), region="GB"),
        Example("whatsapp +44 20 7946 0958", ("+442079460958",)),
        Example("3\n1\n2\n5\n5\n5\n0\n1\n4\n2", ("+13125550142",)),
        Example("312 dot 555 dot 0142 ext 12", ("+13125550142",)),
        Example("thr33 0n3 tw0, f1ve f1ve f1ve, z3r0 0ne f0ur 2wo", ("+13125550142",)),
        Example("thre oen twoo, fiive fvie five, zreo one fuor two", ("+13125550142",)),
        Example("3x1x2x5x5x5x0x1x4x2", ("+13125550142",)),
        Example("三一二 五五五 〇一四二", ("+13125550142",)),
        Example("ZIZ-SSS-OIOI", ("+12125550101",)),
        Example("plus one, three twelve, five hundred fifty five, zero one forty-two", ("+13125550142",)),
        Example("wa.me/13125550142", ("+13125550142",)),
        Example("5.5.5.0.1.3.4", ("5550134",)),
        Example("scores 1-2-1-1-2-2-1, steps 1.2.3.4.5.6.7, release 10.2.5.5.0.1.3.4", ()),
        Example("permit 3125550142. Three rooms", ()),
        Example("from one to two, free for four, ten to five", ()),
        Example("rates 100 150 200, open 10:30 to 22:30 on 05/14/2021", ()),
        Example("order 2021-05-14 ref #3125550142, total $3125550142", ()),
        Example("168 cm, 55 kg, 34-24-36, zip 60614-2201", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Every number of the ad."""
        folded = text.folded.text
        regions = (text.region, "US") if text.region and text.region != "US" else ("US",)
        found: list[Found] = []
        rest: list[Chain] = []
        doubtful: list[Window] = []
        for chain in _chains(text, regions, found):
            kept = best(windows(folded, chain, regions))
            valid = [window for window in kept if window.valid]
            if not valid:
                rest.append(chain)
                doubtful += kept
                continue
            found += [_found(window, text) for window in valid]
            if (after := chain.after(valid[-1].last)) is not None:
                rest.append(after)
        yield from found
        if not rest:
            return
        joined: list[Spread] = []
        if len(rest) > 1:
            signed = {atom.start for chain in rest for atom in chain.atoms if plus(folded, atom.start)}
            joined = list(spread(folded, rest, regions, plus=signed))
            yield from (_found_spread(one) for one in joined)
        used = {atom.start for one in joined for group in one.groups for atom in group}
        for window in doubtful:
            if used.isdisjoint(atom.start for atom in window.atoms):
                yield _found(window, text)


def _chains(text: AdText, regions: tuple[str, ...], found: list[Found]) -> Iterator[Chain]:
    """The chains of an ad; plain numbers that stand alone go to `found` unread."""
    folded = text.folded.text
    for stretch in stretches(folded, text.numbers):
        alone = None if stretch.worded else lone(folded, stretch.anchors, regions)
        if alone is not None:
            found += [_found_lone(one, text) for one in alone]
            continue
        low, high = stretch.bounds(folded)
        whole = low == stretch.anchors[0][0] and high == stretch.anchors[-1][1]
        if whole and not stretch.worded and (chain := straight(folded, stretch.anchors)):
            yield chain
        else:
            yield from chains(folded, low, high)


def _found_lone(alone: Lone, text: AdText) -> Found:
    low, high = text.folded.span(alone.start, alone.end)
    detail: dict[str, object] = {"valid": True, "form": _plain_form(text.original.text[low:high])}
    if extension := EXTENSION.match(text.folded.text, alone.end):
        detail["extension"] = extension[1]
    return Found(Kind.PHONE, alone.value, alone.start, alone.end, Phones.name, alone.confidence, detail)


def _found(window: Window, text: AdText) -> Found:
    atoms = window.atoms
    start, end = atoms[0].start, atoms[-1].end
    folded = text.folded.text
    while start and folded[start - 1] in "+(":
        start -= 1
    low, high = text.folded.span(start, end)
    how = form(atoms, window.gaps, text.original.text[low:high])
    if how == "plain" and (folded[max(start - 1, 0) : start].isalpha() or folded[end : end + 1].isalpha()):
        how = "separators"  # glued to a word: no pattern for plain numbers finds it
    detail: dict[str, object] = {"valid": window.valid, "form": how}
    if extension := EXTENSION.match(folded, end):
        detail["extension"] = extension[1]
    return Found(
        Kind.PHONE, window.value, start, end, Phones.name, confidence=min(0.5 + window.weight / 8, 1.0), detail=detail
    )


def _found_spread(one: Spread) -> Found:
    parts = tuple((group[0].start, group[-1].end) for group in one.groups)
    detail = {"valid": True, "form": "split"}
    return Found(Kind.PHONE, one.value, parts[0][0], parts[-1][1], Phones.name, 0.8, detail, parts)


def form(atoms: Sequence[Atom], gaps: Sequence[str], surface: str) -> str:
    """How the number is hidden: plain, separators, look-alike, words or mixed."""
    forms = 0
    for atom in atoms:
        forms |= atom[3]
    if not surface.isascii() and _has_other_digits(surface):
        forms |= LOOK_ALIKE
    if forms in (WORDS, LOOK_ALIKE):
        return "words" if forms == WORDS else "look-alike"
    if forms == DIGITS | LOOK_ALIKE:
        return "look-alike"
    if forms != DIGITS:
        return "mixed"
    written = _between(tuple(gaps))
    if written == "plain" and (len(atoms) > 6 or (not surface.isascii() and max(surface) > MOST_PLAIN)):
        return "separators"
    return written


@lru_cache(maxsize=10_000)
def _between(gaps: tuple[str, ...]) -> str:
    """The form of a number of digits with these between its groups."""
    if any(not JOINERS.isdisjoint(gap.split()) for gap in gaps):
        return "split"
    return "plain" if all(PLAIN_GAP.fullmatch(gap) for gap in gaps) else "separators"


def _plain_form(surface: str) -> str:
    if surface.isascii():
        return "plain"
    if _has_other_digits(surface):
        return "look-alike"
    return "separators" if max(surface) > MOST_PLAIN else "plain"


def _has_other_digits(surface: str) -> bool:
    return any(letter == KEYCAP or TABLE[letter].isdigit() for letter in set(surface) if letter > LAST_ASCII)


PHONES = Phones()
