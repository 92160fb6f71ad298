"""Telephone numbers however they are written.

Digits, number words and look-alikes are read into chains (chains.py). Every window of a chain that could be a number is
weighed: is it valid where the ad is, how are its digits grouped, what stands around it, does a label name it. The best
windows that do not overlap are the numbers.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from nlp.chains import Chain, Hold, chains
from nlp.digits import DIGITS, LOOK_ALIKE, WORDS, Atom, vocabulary
from nlp.extractor import AdText, Example, Found
from nlp.fold import TABLE
from nlp.numbering import NANP, NANP_REGIONS, abroad, bare_international, international, national
from nlp.records import Kind
from nlp.spread import Spread, spread

# E.164 has at most 15 digits; an exit code (00, 011) may stand before them.
MOST_DIGITS = 18
FEWEST_DIGITS = 7
# Groups no one writes a number without meaning it.
GROUPED = {(10,), (11,), (12,), (3, 3, 4), (1, 3, 3, 4), (3, 7), (6, 4), (1, 10), (3, 3, 2, 2), (1, 3, 7)}
ENOUGH = 1.5
LABELLED = 1.5
MONEY = frozenset("$€£¥₹")
BEFORE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
EXTENSION = re.compile(r"[ ,.;]{0,3}(?:x|ext|extension|ramal|interno)[ .:]{0,2}(\d{1,6})(?!\w)")


@dataclass(frozen=True, slots=True)
class Window:
    """Atoms `first` to `last` of a chain, read as one number."""

    chain: Chain
    first: int
    last: int
    digits: str
    value: str
    valid: bool
    weight: float

    @property
    def atoms(self) -> list[Atom]:
        return self.chain.atoms[self.first : self.last + 1]

    @property
    def gaps(self) -> list[str]:
        return self.chain.gaps[self.first : self.last]

    @property
    def holds(self) -> list[Hold]:
        return self.chain.holds[self.first : self.last]


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
        Example("rates 100 150 200, open 10:30 to 22:30 on 05/14/2021", ()),
        Example("order 2021-05-14 ref #3125550142, total $3125550142", ()),
        Example("168 cm, 55 kg, 34-24-36, zip 60614-2201", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Every number of the ad."""
        folded = text.folded.text
        regions = tuple(dict.fromkeys((text.region or "US", "US")))
        rest: list[Chain] = []
        doubtful: list[Window] = []
        for chain in chains(folded):
            whole = sum(len(atom.digits) for atom in chain.atoms) >= FEWEST_DIGITS
            windows = _best(_windows(folded, chain, regions)) if whole else []
            yield from (_found(window, text) for window in windows if window.valid)
            if not any(window.valid for window in windows):
                rest.append(chain)
                doubtful += windows
        joined: list[Spread] = []
        if len(rest) > 1:
            signed = {atom.start for chain in rest for atom in chain.atoms if plus(folded, atom.start)}
            joined = list(spread(folded, rest, regions, plus=signed))
            yield from (_found_spread(one) for one in joined)
        used = {atom.start for one in joined for group in one.groups for atom in group}
        for window in doubtful:
            if used.isdisjoint(atom.start for atom in window.atoms):
                yield _found(window, text)


def _best(windows: Iterable[Window]) -> list[Window]:
    kept: list[Window] = []
    taken: set[int] = set()
    for window in sorted(windows, key=lambda one: (not one.valid, -one.weight, one.first, -one.last)):
        span = range(window.first, window.last + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(window)
    return sorted(kept, key=lambda one: one.first)


def _windows(folded: str, chain: Chain, regions: tuple[str, ...]) -> Iterator[Window]:
    atoms = chain.atoms
    for first in range(len(atoms)):
        if first and chain.holds[first - 1] is Hold.GLUED:
            continue
        digits = ""
        sign = plus(folded, atoms[first].start)
        label: bool | None = None
        for last in range(first, len(atoms)):
            digits += atoms[last].digits
            if len(digits) > MOST_DIGITS:
                break
            if len(digits) < FEWEST_DIGITS:
                continue
            value = _value(digits, regions, sign=sign)
            if value is None:
                if label is None:
                    label = labelled(folded, atoms[first].start)
                named = label and last == len(atoms) - 1 and _may_be_invalid(digits, atoms[first : last + 1], regions)
                if not named and not _is_certain(folded, chain, first, last):
                    continue
            if label is None:
                label = labelled(folded, atoms[first].start)
            weight = _weight(folded, chain, first, last, digits, value, sign=sign, label=label)
            if weight >= ENOUGH:
                yield Window(chain, first, last, digits, value or digits, value is not None, weight)


def plus(folded: str, start: int) -> bool:
    """A plus stands before the number, not as a sign of addition."""
    before = folded[max(start - 3, 0) : start]
    bare = before.rstrip(" (")
    if not bare.endswith("+"):
        return False
    ahead = bare[-2:-1]
    return not (ahead.isdigit() or ahead in {")", "*", "="})


def labelled(folded: str, start: int) -> bool:
    """A word such as "call" or "tel" leads up to `start`, with at most a few words between."""
    known = vocabulary()
    words = BEFORE.findall(folded[max(start - 40, 0) : start].rpartition("\x1e")[2])
    for index in range(len(words) - 1, max(len(words) - 8, -1), -1):
        word = words[index]
        if word in known.labels:
            return known.others.isdisjoint(words[max(index - 3, 0) : index])
        if word == "/" or (word.isalnum() and word not in known.fillers):
            return word.endswith(("电话号是", "电话", "手机"))
    return False


def _value(digits: str, regions: tuple[str, ...], *, sign: bool) -> str | None:
    if sign:
        return international(digits) if len(digits) > FEWEST_DIGITS else None
    if digits.startswith(("00", "011")) and len(digits) > 10 and (found := international(digits[2 if digits[1] == "0" else 3 :])):
        return found
    if len(digits) in (10, 11) and NANP.fullmatch(digits) and (found := national(digits, "US")):
        return found
    for region in regions:
        if len(digits) > FEWEST_DIGITS and (found := national(digits, region)) is not None:
            return found
    return abroad(digits) or bare_international(digits)


def _may_be_invalid(digits: str, atoms: Sequence[Atom], regions: tuple[str, ...]) -> bool:
    """A label can make a number of digits that no plan knows, but not of words that only might be digits."""
    if any(atom.weak for atom in atoms):
        return False
    return len(digits) > FEWEST_DIGITS or regions[0] not in NANP_REGIONS or digits[0] > "1"


def _is_certain(folded: str, chain: Chain, first: int, last: int) -> bool:
    """Written as only a number is, (ddd) ddd-dddd or ddd-ddd-dddd, so that it is one even where no plan knows it."""
    atoms, gaps = chain.atoms[first : last + 1], chain.gaps[first:last]
    if tuple(len(atom.digits) for atom in atoms) != (3, 3, 4) or any(atom.form != DIGITS for atom in atoms):
        return False
    bracketed = folded[max(atoms[0].start - 1, 0) : atoms[0].start] == "(" and gaps[0].startswith(")")
    return (bracketed and gaps[1] in {"-", ".", " "}) or (gaps[0] == gaps[1] and gaps[0] in {"-", "."})


def _weight(folded: str, chain: Chain, first: int, last: int, digits: str, value: str | None, *, sign: bool, label: bool) -> float:
    atoms, gaps, holds = chain.atoms[first : last + 1], chain.gaps[first:last], chain.holds[first:last]
    if _is_amount(folded, atoms, gaps) or sum(len(atom.digits) - atom.weak for atom in atoms) < len(digits) / 2:
        return 0.0
    plain = sum(len(atom.digits) for atom in atoms if atom.form == DIGITS)
    if plain > 0.6 * len(digits) and _has_stray_word(atoms, holds):
        return 0.0
    loosest = max(holds, default=Hold.GLUED)
    weight = _shape(atoms, gaps, holds, nanp=(value or "+1").startswith("+1"))
    weight += LABELLED * label + 4.0 * sign
    single = all(len(atom.digits) == 1 for atom in atoms)
    before = chain.holds[first - 1] if first and _joins(chain.atoms[first - 1], single) else None
    after = chain.holds[last] if last < len(chain.holds) and _joins(chain.atoms[last + 1], single) else None
    for side in (before, after):
        if side is None:
            weight += 0.25
        elif side <= loosest:
            weight -= 3.0 if side != Hold.SPACE else 1.0 if len(holds) > 8 else 0.5
        elif side == Hold.MARK and folded.find("://", max(atoms[0].start - 200, 0), atoms[0].start) < 0:
            weight -= 1.5
    if value is not None and not value.startswith("+1") and before is after is None and loosest < Hold.LOOSE:
        weight += 1.0  # other plans group as they like
    if value is None and (before is not None or after is not None):
        weight -= 1.0
    if (first == 0 and chain.glued_before) or (last == len(chain.atoms) - 1 and chain.glued_after):
        weight -= 0.0 if len(atoms) == 1 or label else 0.5
    return weight


def _has_stray_word(atoms: Sequence[Atom], holds: Sequence[Hold]) -> bool:
    """An ordinary word at an end or among groups of digits: not a digit in disguise."""
    for index, atom in enumerate(atoms):
        beside = atoms[max(index - 1, 0) : index + 2]
        apart = Hold.MARK not in holds[max(index - 1, 0) : index + 1]
        if atom.weak and apart and (index in {0, len(atoms) - 1} or any(len(one.digits) > 1 for one in beside)):
            return True
    return False


def _joins(neighbour: Atom, single: bool) -> bool:
    """The neighbour could be part of the number: no ordinary word, and no group beside digits that stand singly."""
    return not neighbour.weak and not (single and len(neighbour.digits) > 1)


def _shape(atoms: Sequence[Atom], gaps: Sequence[str], holds: Sequence[Hold], *, nanp: bool) -> float:
    """How much the grouping of the digits looks like a number's."""
    lengths = tuple(len(atom.digits) for atom in atoms)
    if len(lengths) == 1:
        return 3.0
    for limit in (None, Hold.GLUED, Hold.MARK):
        lengths = _merged(tuple(len(atom.digits) for atom in atoms), holds, limit)
        if lengths in GROUPED and (max(holds) < Hold.LOOSE or limit is not None):
            return 3.0
    lengths = _merged(tuple(len(atom.digits) for atom in atoms), holds, Hold.GLUED)
    sums = set(accumulate(lengths))
    offset = sum(lengths) - 10
    odd = len({gap.strip() for gap in gaps}) == 1 and gaps[0].strip() not in {"", ",", "/", "."}
    bonus = 0.75 * odd + 1.0 * any(atom.form & WORDS for atom in atoms)
    single = all(len(atom.digits) == 1 or atom.form == WORDS for atom in atoms)  # "double five" is said as one
    if Hold.LOOSE in holds and not single and not odd:
        bonus -= 1.0
    if nanp and {3 + offset, 6 + offset} <= sums:
        return 2.0 + bonus
    if not nanp and 2 <= min(lengths[1:], default=2) and len(lengths) <= 6:
        return 2.0 + bonus
    if single:
        return 1.5 + bonus
    return 0.5 + bonus


def _merged(lengths: Sequence[int], holds: Sequence[Hold], limit: Hold | None) -> tuple[int, ...]:
    """The lengths of the groups when atoms that hold at least as firmly as `limit` are one group."""
    groups = [lengths[0]]
    for length, hold in zip(lengths[1:], holds, strict=True):
        if limit is not None and hold <= limit:
            groups[-1] += length
        else:
            groups.append(length)
    return tuple(groups)


def _is_amount(folded: str, atoms: Sequence[Atom], gaps: Sequence[str]) -> bool:
    """Money, a sum, a reference: signs that no number carries."""
    start, end = atoms[0].start, atoms[-1].end
    before, after = folded[max(start - 2, 0) : start], folded[end : end + 1]
    equals = any("=" in gap for gap in gaps)
    if any(not MONEY.isdisjoint(gap) for gap in gaps) or (equals and sum("=" not in gap for gap in gaps) > 1):
        return True
    lengths = [len(atom.digits) for atom in atoms]
    if len(lengths) == 4 and set(gaps) == {"."} and max(lengths) < 4 and set(lengths) != {2}:
        return True  # an address of the internet
    solid = len(atoms) == 1
    if before[-1:] in MONEY or (after in MONEY and after):
        return True
    if solid and (before[-1:] == "#" or before in {"-", " -"} or before[-1:] == "="):
        return True
    return (after == "=" and not equals) or (solid and before[-1:] == "*")


def _found(window: Window, text: AdText) -> Found:
    atoms = window.atoms
    start, end = atoms[0].start, atoms[-1].end
    folded = text.folded.text
    while start and folded[start - 1] in "+(" and start > 0:
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


KEYCAP = "\N{COMBINING ENCLOSING KEYCAP}"
MOST_PLAIN = ord("\N{NO-BREAK SPACE}")
JOINERS = vocabulary().joiners
PLAIN_GAP = re.compile(r"[ ]?[-.()/]?[ ]?|\) ?-? ?| \(|-\(")


def form(atoms: Sequence[Atom], gaps: Sequence[str], surface: str) -> str:
    """How the number is hidden: plain, separators, look-alike, words or mixed."""
    forms = 0
    for atom in atoms:
        forms |= atom.form
    if not surface.isascii() and any(letter == KEYCAP or TABLE[letter].isdigit() for letter in surface if not letter.isascii()):
        forms |= LOOK_ALIKE
    if forms == WORDS or forms == LOOK_ALIKE:
        return "words" if forms == WORDS else "look-alike"
    if forms == DIGITS | LOOK_ALIKE:
        return "look-alike"
    if forms != DIGITS:
        return "mixed"
    if any(not JOINERS.isdisjoint(gap.split()) for gap in gaps):
        return "split"
    if len(atoms) > 6 or any(ord(letter) > MOST_PLAIN for letter in surface) or not all(PLAIN_GAP.fullmatch(gap) for gap in gaps):
        return "separators"
    return "plain"


PHONES = Phones()
