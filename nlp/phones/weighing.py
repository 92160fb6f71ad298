"""How much a window of digits looks like a telephone number: its grouping, its neighbours, its label."""

import re
from collections.abc import Sequence
from itertools import accumulate

from nlp.phones.chains import GLUED, LOOSE, MARK, SPACE, Chain
from nlp.phones.digit_words import vocabulary
from nlp.phones.digits import DIGITS, WORDS, Atom

# A window that weighs less is no number.
ENOUGH = 1.5
LABELLED = 1.5
SIGNED = 4.0  # a plus stands before it
# Groups no one writes a number without meaning it.
GROUPED = {(10,), (11,), (12,), (3, 3, 4), (1, 3, 3, 4), (3, 7), (6, 4), (1, 10), (3, 3, 2, 2), (1, 3, 7)}
SENTENCE_END = re.compile(r"[.!?]\s")
# So many plain digits need no single word to help them out.
MOST_PLAIN = 8
IN_A_ROW = 10
MONEY = frozenset("$€£¥₹")
FIELD = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,40}+)=\Z")
SIGNS = MONEY | set("-#=*")  # beside a number they may make it something else
REMEMBERED = 10_000
# How atoms are written and what stands between them -> what they weigh by themselves, and their loosest gap.
LOOKS: dict[tuple[tuple[tuple[int, int, int], ...], tuple[str, ...], bool], tuple[float, int]] = {}


def weigh(
    folded: str, chain: Chain, first: int, last: int, digits: str, value: str | None, *, sign: bool, label: bool
) -> float:
    """The weight of atoms `first` to `last` read as `digits`; 0 where they are money, a sum or ordinary words."""
    atoms, gaps = chain.atoms[first : last + 1], chain.gaps[first:last]
    start, end = atoms[0].start, atoms[-1].end
    ahead, behind = folded[max(start - 2, 0) : start], folded[end : end + 1]
    if not (SIGNS.isdisjoint(ahead) and SIGNS.isdisjoint(behind)):
        if ahead[-1:] == "=" and (field := FIELD.search(folded[max(start - 16, 0) : start])):
            label = label or field[1] in vocabulary().labels  # send?phone=13125550142
            ahead = "" if label else ahead
        if _is_amount(ahead, behind, gaps):
            return 0.0
    nanp = value is None or value.startswith("+1")
    key = (tuple([(len(atom[0]), atom[3], atom[4]) for atom in atoms]), tuple(gaps), nanp)
    look = LOOKS.get(key)
    if look is None:
        if len(LOOKS) >= REMEMBERED:
            LOOKS.clear()
        look = LOOKS[key] = _look(atoms, gaps, chain.holds[first:last], len(digits), nanp=nanp)
    weight, loosest = look
    if not weight:
        return 0.0
    weight += LABELLED * label + SIGNED * sign
    before = after = None
    if first or last < len(chain.holds):
        single = not any(len(atom[0]) > 1 for atom in atoms)
        before = chain.holds[first - 1] if first and _joins(chain.atoms[first - 1], single=single) else None
        after = chain.holds[last] if last < len(chain.holds) and _joins(chain.atoms[last + 1], single=single) else None
    for side in (before, after):
        if side is None:
            weight += 0.25
        elif side <= loosest:
            weight -= 3.0 if side != SPACE else 1.0 if len(gaps) > 8 else 0.5
        elif side == MARK and folded.find("://", max(start - 200, 0), start) < 0:
            weight -= 1.5
    if not nanp and before is after is None and loosest < LOOSE:
        weight += 1.0  # other plans group as they like
    if value is None and (before is not None or after is not None):
        weight -= 1.0
    if (first == 0 and chain.glued_before) or (last == len(chain.atoms) - 1 and chain.glued_after):
        weight -= 0.0 if len(atoms) == 1 or label else 0.5
    return weight


def _look(
    atoms: Sequence[Atom], gaps: Sequence[str], holds: Sequence[int], digits: int, *, nanp: bool
) -> tuple[float, int]:
    """What the atoms weigh by themselves (0: they are no number), and how loose the loosest gap is."""
    nothing = 0.0, GLUED
    if _is_sum(atoms, gaps) or _is_doubtful(atoms, digits):
        return nothing
    plain = sum([len(atom.digits) for atom in atoms if atom.form == DIGITS])
    if plain > 0.6 * digits and _has_stray_word(atoms, holds):
        return nothing
    if plain >= MOST_PLAIN and _is_next_sentence(atoms, gaps):
        return nothing
    return _shape(atoms, gaps, holds, nanp=nanp), max(holds, default=GLUED)


def _is_doubtful(atoms: Sequence[Atom], digits: int) -> bool:
    """Too many of the words could be ordinary ones; ten in a row that all read as digits are hardly so by chance."""
    weak = sum([atom.weak for atom in atoms])
    if weak <= digits / 2:
        return False
    in_a_row = digits >= IN_A_ROW and all(atom.form == WORDS and len(atom.digits) == 1 for atom in atoms)
    return not in_a_row or weak > 0.8 * digits


def _is_next_sentence(atoms: Sequence[Atom], gaps: Sequence[str]) -> bool:
    """A sentence ends within: views 0862619. 190 per hour, or permit 1656369291. Three rooms."""
    if any(SENTENCE_END.match(gap) for gap in gaps) and (len(gaps) == 1 or len(set(gaps)) > 1):
        return True
    words = [index for index, atom in enumerate(atoms) if atom.form & WORDS]
    if len(words) != 1 or words[0] not in {0, len(atoms) - 1}:
        return False
    return (
        gaps[0 if words[0] == 0 else -1].strip() in {".", ",", ";", "!", "?"}
        or "\n" in gaps[0 if words[0] == 0 else -1]
    )


def _has_stray_word(atoms: Sequence[Atom], holds: Sequence[int]) -> bool:
    """An ordinary word at an end or among groups of digits: not a digit in disguise."""
    for index, atom in enumerate(atoms):
        beside = atoms[max(index - 1, 0) : index + 2]
        apart = MARK not in holds[max(index - 1, 0) : index + 1]
        if atom.weak and apart and (index in {0, len(atoms) - 1} or any(len(one.digits) > 1 for one in beside)):
            return True
    return False


def _joins(neighbour: Atom, *, single: bool) -> bool:
    """The neighbour could be part of the number: no ordinary word, and no group beside digits that stand singly."""
    return not neighbour.weak and not (single and len(neighbour.digits) > 1)


def _shape(atoms: Sequence[Atom], gaps: Sequence[str], holds: Sequence[int], *, nanp: bool) -> float:
    """How much the grouping of the digits looks like a number's."""
    lengths = tuple([len(atom.digits) for atom in atoms])
    if len(lengths) == 1:
        return 3.0
    if lengths in GROUPED and max(holds) < LOOSE:
        return 3.0
    marked = _merged(lengths, holds, MARK) if MARK in holds else ()
    if GLUED in holds:
        lengths = _merged(lengths, holds, GLUED)
    if lengths in GROUPED or marked in GROUPED:
        return 3.0
    sums = set(accumulate(lengths))
    offset = sum(lengths) - 10
    odd = len({gap.strip() for gap in gaps}) == 1 and gaps[0].strip() not in {"", ",", "/", "."}
    bonus = 0.75 * odd + 1.0 * any(atom.form & WORDS for atom in atoms)
    single = all(len(atom.digits) == 1 or atom.form == WORDS for atom in atoms)  # "double five" is said as one
    if LOOSE in holds and not single and not odd:
        bonus -= 1.0
    if nanp and {3 + offset, 6 + offset} <= sums:
        return 2.0 + bonus
    if not nanp and min(lengths[1:], default=2) >= 2 and len(lengths) <= 6:
        return 2.0 + bonus
    if single:
        return 1.5 + bonus
    return 0.5 + bonus


def _merged(lengths: Sequence[int], holds: Sequence[int], limit: int) -> tuple[int, ...]:
    """The lengths of the groups when atoms that hold at least as firmly as `limit` are one group."""
    groups = [lengths[0]]
    for length, hold in zip(lengths[1:], holds, strict=True):
        if hold <= limit:
            groups[-1] += length
        else:
            groups.append(length)
    return tuple(groups)


def _is_sum(atoms: Sequence[Atom], gaps: Sequence[str]) -> bool:
    """Money or a sum within, or an address of the internet."""
    between = "".join(gaps)
    if not MONEY.isdisjoint(between) or ("=" in between and sum(["=" not in gap for gap in gaps]) > 1):
        return True
    lengths = [len(atom.digits) for atom in atoms]
    return len(lengths) == 4 and set(gaps) == {"."} and max(lengths) < 4 and set(lengths) != {2}


def _is_amount(before: str, after: str, gaps: Sequence[str]) -> bool:
    """Money, a sum, a reference: signs around it that no number carries."""
    last = before[-1:]
    if last in MONEY or after in MONEY:
        return True
    if after == "=" and not any("=" in gap for gap in gaps):
        return True
    if gaps:
        return False
    if last == "-" and before[:-1].isalpha() and not before.isascii():
        return True  # a name and its number in one word of another script
    return last in {"#", "=", "*"} or before in {"-", " -"}
