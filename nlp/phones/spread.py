"""Numbers in several places: groups with words between them, or a head in the title whose last digits end the body."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.phones.chains import SPACE, Chain
from nlp.phones.digit_words import vocabulary
from nlp.phones.digits import Atom
from nlp.phones.numbering import number
from nlp.text.mapped import BREAK

WORD = re.compile(r"[^\W\d_]+")
# A word between two groups, with its blanks; longer is a sentence.
FURTHEST = 16
# The words that announce the rest stand close before it.
CUE = 24
NEAREST = 2
LAST = 4
# The head is one of an ad's first chains, or not far back.
FIRST, BACK = 10, 20
HEADS = frozenset({(3, 3), (6,), (3, 4), (4, 3), (7,)})
GROUPS = ((3, 3, 4), (3, 4, 4), (4, 3, 4))


@dataclass(frozen=True, slots=True)
class Spread:
    """Groups of atoms, each in its own place, that are one valid number."""

    value: str
    groups: tuple[tuple[Atom, ...], ...]


def spread(folded: str, chains: Sequence[Chain], regions: tuple[str, ...], *, plus: set[int]) -> Iterator[Spread]:
    """Numbers made of the chains given (those that hold no number by themselves); `plus`: starts of atoms after a plus."""
    taken: set[int] = set()
    for index, (first, second) in enumerate(pairwise(chains)):
        third = chains[index + 2] if index + 2 < len(chains) else None
        found = _worded(folded, first, second, third, regions, plus)
        if found and taken.isdisjoint(group[0].start for group in found.groups):
            taken.update(atom.start for group in found.groups for atom in group)
            yield found
    free = [chain for chain in chains if not any(atom.start in taken for atom in chain.atoms)]
    for index, tail in enumerate(free):
        near = [*free[:FIRST], *free[max(index - BACK, FIRST) : index]]
        if (found := _ended(folded, near, tail, regions, plus)) and taken.isdisjoint(
            group[0].start for group in found.groups
        ):
            taken.update(atom.start for group in found.groups for atom in group)
            yield found


def _worded(
    folded: str, first: Chain, second: Chain, third: Chain | None, regions: tuple[str, ...], plus: set[int]
) -> Spread | None:
    """213 plus 555 now 0142: one word between groups, none of them a unit or the end of a sentence."""
    if not _between(folded, first, second):
        return None
    heads = _suffixes(first)
    if third is not None and _between(folded, second, third):
        for head in heads:
            for tail in _prefixes(third):
                if found := _number((*head, tuple(second.atoms), tail), regions, plus):
                    return found
    for head in heads:
        for tail in _prefixes(second):
            if len(head) + 1 > 1 and (found := _number((*head, tail), regions, plus)):
                return found
    return None


def _between(folded: str, left: Chain, right: Chain) -> bool:
    gap = folded[left.end : right.start]
    known = vocabulary()
    words = WORD.findall(gap)
    return (
        len(gap) <= FURTHEST
        and len(words) == 1
        and not (gap[0].isalnum() or gap[-1].isalnum())
        and words[0] not in known.units
        and not any(letter.isdigit() or letter in ".!?\n$€£" for letter in gap)
    )


def _suffixes(chain: Chain) -> list[tuple[tuple[Atom, ...], ...]]:
    """The last one to four groups of a chain, as separate groups."""
    atoms = chain.atoms
    return [tuple((atom,) for atom in atoms[-count:]) for count in range(min(4, len(atoms)), 0, -1)]


def _prefixes(chain: Chain) -> list[tuple[Atom, ...]]:
    return [tuple(chain.atoms[:count]) for count in range(min(2, len(chain.atoms)), 0, -1)]


def _number(groups: tuple[tuple[Atom, ...], ...], regions: tuple[str, ...], plus: set[int]) -> Spread | None:
    atoms = [atom for group in groups for atom in group]
    digits = "".join(atom.digits for atom in atoms)
    sign = atoms[0].start in plus
    lengths = tuple(len(atom.digits) for atom in (atoms[1:] if sign else atoms))
    if not 10 <= len(digits) <= 13 or (lengths not in GROUPS and lengths not in {(2, 4, 4), (6, 4), (3, 7), (7, 4)}):
        return None
    value = number(digits, regions, sign=sign)
    return Spread(value, groups) if value else None


def _ended(
    folded: str, chains: Sequence[Chain], tail: Chain, regions: tuple[str, ...], plus: set[int]
) -> Spread | None:
    """A head of all but four digits, and elsewhere "ends in" or "then" before the last four."""
    known = vocabulary()
    for last in _fours(tail):
        cue = folded[max(last[0].start - CUE, 0) : last[0].start].rpartition(BREAK)[2]
        words = WORD.findall(cue)[-NEAREST:]
        if known.endings.isdisjoint(words) or words[-1] in known.units - known.fillers - known.endings:
            continue
        for head in sorted(chains, key=lambda one: (BREAK not in folded[one.end : last[0].start], -one.start)):
            if head.start < tail.start and (found := _headed(head, last, regions, plus)):
                return found
    return None


def _headed(head: Chain, last: tuple[Atom, ...], regions: tuple[str, ...], plus: set[int]) -> Spread | None:
    for count in range(min(4, len(head.atoms)), 0, -1):
        atoms = tuple(head.atoms[-count:])
        lengths = tuple(len(atom.digits) for atom in atoms)
        sign = atoms[0].start in plus
        tight = all(hold <= SPACE for hold in head.holds[len(head.holds) - count + 1 :])
        if tight and (sign or lengths in HEADS):
            digits = "".join(atom.digits for atom in (*atoms, *last))
            if value := number(digits, regions, sign=sign):
                return Spread(value, (atoms, last))
    return None


def _fours(chain: Chain) -> Iterator[tuple[Atom, ...]]:
    """Atoms of four digits together, none of them an ordinary word."""
    for first in range(len(chain.atoms)):
        for count in range(1, LAST + 1):
            atoms = chain.atoms[first : first + count]
            if (
                len(atoms) == count
                and sum(len(atom.digits) for atom in atoms) == LAST
                and not any(atom.weak for atom in atoms)
            ):
                yield tuple(atoms)
