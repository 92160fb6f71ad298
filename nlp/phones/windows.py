"""Windows: stretches of a chain that could each be one number, and the best of them that do not overlap."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from nlp.phones.chains import GLUED, Chain
from nlp.phones.digit_words import vocabulary
from nlp.phones.digits import DIGITS, WORDS, Atom
from nlp.phones.numbering import BARE_CODES, NANP_REGIONS, international, national, number
from nlp.phones.stretches import FEWEST_DIGITS
from nlp.phones.weighing import ENOUGH, LABELLED, weigh

# E.164 has at most 15 digits; an exit code (00, 011) may stand before them.
MOST_DIGITS = 18
SHORTEST_CODED = 11
BEFORE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
LENGTHS = (10, 13)  # of a number with its country code
EXTENSION = re.compile(r"[ ,.;]{0,3}(?:x|ext|extension|ramal|interno)[ .:]{0,2}(\d{1,6})(?!\w)")
PLUS = re.compile(r"\b(?:plus|mais|mas) \Z")
NAMED = 24  # characters before a number that may say what it is
LETTER = re.compile(r"[^\W\d_]")
LABEL_REACH = 40  # characters before a number
LABEL_WORDS = 7
LABELS_BY_END = ("电话号是", "电话", "手机")
APART = frozenset("-.*_~|•·")  # marks that take a number apart, digit by digit
MOST_ALIKE = 2  # a row of ones and zeros is no number
IN_ORDER = "01234567890 09876543210"


class Window(NamedTuple):
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
        """Its atoms, in reading order."""
        return self.chain.atoms[self.first : self.last + 1]

    @property
    def gaps(self) -> list[str]:
        """The texts between its atoms."""
        return self.chain.gaps[self.first : self.last]


def best(windows: list[Window]) -> list[Window]:
    """The windows of a chain that stay, in reading order: valid before invalid, then by weight."""
    if len(windows) < 2:
        return windows
    kept: list[Window] = []
    taken: set[int] = set()
    for window in sorted(windows, key=lambda one: (not one.valid, -one.weight, one.first, -one.last)):
        span = range(window.first, window.last + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(window)
    return sorted(kept, key=lambda one: one.first)


def windows(folded: str, chain: Chain, regions: tuple[str, ...]) -> list[Window]:
    """Every window that is a number, by a plan, by its look or by its label, and weighs enough."""
    atoms = chain.atoms
    final = len(atoms) - 1
    whole = "".join([atom[0] for atom in atoms])
    if len(whole) < FEWEST_DIGITS:
        return []
    found: list[Window] = []
    sign = plus(folded, chain.start)
    if len(whole) <= MOST_DIGITS and (value := number(whole, regions, sign=sign) or _coded(folded, chain, whole)):
        weight = weigh(folded, chain, 0, final, whole, value, sign=sign, label=False)
        if weight and ENOUGH - LABELLED <= weight < ENOUGH and labelled(folded, chain.start):
            weight += LABELLED
        if weight >= ENOUGH and not _is_other(folded, chain, final, sign=sign):
            return [Window(chain, 0, final, whole, value, valid=True, weight=weight)]  # too few are left for another
    if _is_taken_apart(chain, whole):
        return [Window(chain, 0, final, whole, whole, valid=False, weight=ENOUGH)]
    begins = [0, *accumulate([len(atom[0]) for atom in atoms])]
    for first in range(len(atoms)):
        begin = begins[first]
        if len(whole) - begin < FEWEST_DIGITS:
            break
        if first and chain.holds[first - 1] == GLUED:
            continue
        sign = plus(folded, atoms[first].start)
        apart = not first or atoms[first - 1].weak or LETTER.search(chain.gaps[first - 1])
        label: bool | None = None if apart else False
        for last in range(bisect_left(begins, begin + FEWEST_DIGITS, first) - 1, final + 1):
            if begins[last + 1] - begin > MOST_DIGITS:
                break
            digits = whole[begin : begins[last + 1]]
            value = number(digits, regions, sign=sign)
            if value is None and last == final and len(digits) == FEWEST_DIGITS and EXTENSION.match(folded, chain.end):
                value = national(digits, regions[0])
            if value is None and not (last - first == 2 and _is_certain(folded, chain, first, last)):
                if last < final:
                    continue
                if sign and LENGTHS[0] <= len(digits) <= LENGTHS[1]:
                    label = True  # a plus names it
                if label is False:
                    continue
                if label is None:
                    label = labelled(folded, atoms[first].start)
                if not label or not _may_be_invalid(digits, atoms[first:], regions):
                    continue
            if label is None:
                label = labelled(folded, atoms[first].start)
            weight = weigh(folded, chain, first, last, digits, value, sign=sign, label=label)
            if weight >= ENOUGH and not (first == 0 and _is_other(folded, chain, last, sign=sign)):
                found.append(Window(chain, first, last, digits, value or digits, value is not None, weight))
    return found


def _coded(folded: str, chain: Chain, digits: str) -> str | None:
    """The number whose country code stands without a plus, but is told apart: plus four four, 44-20-7946-0958, phone=4420..."""
    if len(digits) < SHORTEST_CODED or digits[0] == "0":
        return None
    first, start = chain.atoms[0], chain.start
    grouped = len(chain.atoms) > 2 and len(set(chain.gaps)) == 1 and first.digits in BARE_CODES and first.form == DIGITS
    field = not grouped and folded[start - 1 : start] == "=" and labelled(folded, start - 1)
    if grouped or field or (first.form == WORDS and PLUS.search(folded[max(start - 8, 0) : start])):
        return international(digits)
    return None


def _is_other(folded: str, chain: Chain, last: int, *, sign: bool) -> bool:
    """Named as something else (a permit, an account) and not grouped as numbers are."""
    start = chain.start
    named = folded[max(start - NAMED, 0) : start].rpartition("\n")[2].split()[-2:]
    if sign or vocabulary().others.isdisjoint([word.strip(".:#") for word in named]):
        return False
    if tuple(len(atom.digits) for atom in chain.atoms[: last + 1]) in {(3, 3, 4), (1, 3, 3, 4)}:
        return False
    return all(len(atom.digits) > 1 for atom in chain.atoms[:1]) and not labelled(folded, start)


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
    words: list[str] = BEFORE.findall(folded[max(start - LABEL_REACH, 0) : start].rpartition("\x1e")[2])
    for index in range(len(words) - 1, max(len(words) - LABEL_WORDS - 1, -1), -1):
        word = words[index]
        if word in known.labels:
            return known.others.isdisjoint(words[max(index - 3, 0) : index])
        if word == "/" or (word.isalnum() and word not in known.fillers):
            return word.endswith(LABELS_BY_END)
    return False


def _is_taken_apart(chain: Chain, digits: str) -> bool:
    """Every digit stands alone, the same mark between any two, as in 5.5.5.0.1.3.4: no list, version or score looks so."""
    return (
        len(digits) == len(chain.atoms) <= MOST_DIGITS
        and len(set(chain.gaps)) == 1
        and chain.gaps[0] in APART
        and len(set(digits)) > MOST_ALIKE
        and digits not in IN_ORDER
        and all(atom.form == DIGITS for atom in chain.atoms)
    )


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
