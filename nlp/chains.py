"""Chains: runs of digits in an ad that could belong to one number, with how firmly their neighbours hold together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise

from nlp.digit_words import vocabulary
from nlp.digits import DIGITS, GUESSED, SPELLED, WORDS, Atom, Run
from nlp.mapped import BREAK

# A bar inside a word can be a one, but not between two groups of digits.
WORD = re.compile(r"[^\W_]+(?:(?:(?<!\d\d)\||\|(?!\d\d))[^\W_]+)*")
# Times, dates and amounts are no part of a number.
NEVER = re.compile(
    r"[\d$€£¥₹](?:(?<=\d)(?<![\d.:/-]\d)(?:"
    r"\d?:\d\d(?::\d\d)?(?![\d:])|4 ?[/x-] ?7(?!\d)"
    r"|(?:\d{3}[-/.]\d{1,2}[-/.]\d{1,2}|\d?[-/.]\d{1,2}[-/.](?:19|20)\d\d|\d?/\d{1,2}/\d\d)(?![\d/.-])"
    r"|\d{0,3}(?: ?[%€£¥₹]|\$)(?!\d))"
    r"|(?<=[$€£¥₹])\s?\d{1,4}(?:[.,]\d{2,3})?(?![\d-]))"
)
# One of these stands in each of them.
SIGNS = frozenset(":/-.x%$€£¥₹")
AND = frozenset({"", "and", "y", "e"})
DATED = frozenset(":/%$€£¥₹|")
LETTERS = re.compile(r"[^\W_]")
REMEMBERED = 50_000
# Longer than any number in an ad; of a longer chain the head and the tail are looked at.
MOST_ATOMS = 300
# A gap wider than this holds nothing together.
WIDEST = 14


class Hold(IntEnum):
    """How loosely two atoms hang together."""

    GLUED = 0
    MARK = 1  # one dash or dot
    SPACE = 2
    LOOSE = 3  # a comma, a line end, several signs


@dataclass(slots=True)
class Chain:
    """Atoms in reading order; `gaps[i]` is the text between atoms i and i + 1, `holds[i]` how loose it is."""

    atoms: list[Atom] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    glued_before: bool = False
    glued_after: bool = False

    @property
    def start(self) -> int:
        return self.atoms[0].start

    @property
    def end(self) -> int:
        return self.atoms[-1].end

    def after(self, index: int) -> "Chain | None":
        """What follows atom `index`, if a word announces it: 312 555 0142, then 0143."""
        if index + 1 >= len(self.atoms) or vocabulary().endings.isdisjoint(self.gaps[index].split()):
            return None
        return Chain(self.atoms[index + 1 :], self.gaps[index + 1 :], self.holds[index + 1 :])


def chains(text: str, start: int, end: int) -> list[Chain]:
    """Every chain of `text[start:end]` (folded) with at least three digits that can be meant as such."""
    return _Reader(text).read(start, end)


class _Reader:
    """One pass over the words of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.done: list[Chain] = []
        self.chain = Chain()
        self.times = 1  # of the next digit: "double five"
        self.words = vocabulary()

    def read(self, low: int, high: int) -> list[Chain]:
        never = NEVER.finditer(self.text, low, high if not SIGNS.isdisjoint(self.text[low:high]) else low)
        ban = next(never, None)
        skip = self.words.skipped
        waiting: list[tuple[tuple[Run, ...], int, bool]] = []  # ordinary words that count if a digit (a word) follows
        for match in WORD.finditer(self.text, low, high):
            word = match[0]
            runs = SPELLED[word]
            guessed = False
            if runs is None and (not self.chain.atoms or self.chain.atoms[-1].form == WORDS):
                runs = GUESSED[word]
                guessed = runs is not None
            if not self.chain.atoms:
                if runs is None:
                    waiting.clear()
                    if word in self.words.times:
                        self.times = self.words.times[word]
                    continue
                if runs[0].atoms[-1].weak:
                    waiting.append((runs, match.start(), guessed))
                    continue
            start, end = match.span()
            while ban is not None and ban.end() <= start:
                self.close()
                ban = next(never, None)
            if ban is not None and ban.start() < end:
                self.close()
                if ban.end() >= end:
                    continue
            if runs is not None:
                for early, place, guess in waiting:
                    if not guess or runs[0].atoms[0].form == WORDS:
                        self.take_all(early, place)
                if waiting:
                    waiting.clear()
                self.take_all(runs, start)
            elif word in self.words.times:
                self.times = self.words.times[word]
            elif self.chain.atoms and word not in skip:
                if word in self.words.hundreds and len(self.chain.atoms[-1].digits) == 1:
                    self.extend_last("00", end)
                else:
                    self.close()
        self.close()
        return self.done

    def take_all(self, runs: tuple[Run, ...], start: int) -> None:
        for atoms, glued_before, glued_after in runs:
            chain = self.chain
            first = True
            for digits, low, high, form, weak in atoms:
                atom = Atom(digits, low + start, high + start, form, weak)
                if chain.atoms:
                    gap = self.text[chain.atoms[-1].end : atom.start]
                    held = HOLDS[gap] if len(gap) <= WIDEST else None
                    if first and (held is None or (glued_before and not self.is_code(gap))):
                        self.close()
                        chain = self.chain
                    elif self.join(gap, atom):
                        first = False
                        continue
                    else:
                        chain.gaps.append(gap)
                        chain.holds.append(held or Hold.GLUED)
                if first and not chain.atoms:
                    chain.glued_before = glued_before
                first = False
                if self.times > 1:
                    if len(digits) == 1:
                        atom = atom._replace(digits=digits * self.times, form=form | WORDS)
                    self.times = 1
                chain.atoms.append(atom)
            if glued_after:
                chain.glued_after = True
                self.close()

    def is_code(self, gap: str) -> bool:
        """What came before is a country code, and a label is glued to the number: +44 call2079460142."""
        start = self.chain.atoms[-1].start
        if self.text[max(start - 1, 0) : start] != "+":
            return False
        label = gap.strip()
        return label in self.words.labels or label in self.words.fillers

    def join(self, gap: str, atom: Atom) -> bool:
        """Add the units to a chain that ends in tens: thirty two."""
        last = self.chain.atoms[-1]
        if (
            last.form == WORDS == atom.form
            and last.digits[1:] == "00"
            and len(atom.digits) < 3
            and atom.digits[0] != "0"
            and gap.strip(" -") in AND
        ):
            self.chain.atoms[-1] = last._replace(digits=last.digits[: -len(atom.digits)] + atom.digits, end=atom.end)
            return True
        if (
            last.form == WORDS == atom.form
            and _is_tens(last)
            and self.times == 1
            and len(atom.digits) == 1
            and atom.digits != "0"
            and gap.strip(" -") in AND
        ):
            self.chain.atoms[-1] = last._replace(digits=last.digits[:-1] + atom.digits, end=atom.end)
            return True
        return False

    def extend_last(self, digits: str, end: int) -> None:
        last = self.chain.atoms[-1]
        self.chain.atoms[-1] = last._replace(digits=last.digits + digits, end=end)

    def close(self) -> None:
        chain = self.chain
        self.times = 1
        if not chain.atoms:
            return
        self.chain = Chain()
        if sum([len(atom.digits) - atom.weak for atom in chain.atoms]) > 2:
            self.done += [chain] if len(chain.atoms) <= MOST_ATOMS else _ends(chain)


def _ends(chain: Chain) -> list[Chain]:
    half = MOST_ATOMS // 2
    head = Chain(chain.atoms[:half], chain.gaps[: half - 1], chain.holds[: half - 1], glued_before=chain.glued_before)
    tail = Chain(chain.atoms[-half:], chain.gaps[1 - half :], chain.holds[1 - half :], glued_after=chain.glued_after)
    return [head, tail]


def _is_tens(atom: Atom) -> bool:
    return 1 < len(atom.digits) < 4 and atom.digits[-1] == "0" and atom.digits[-2] > "1"


class _Holds(dict[str, Hold | None]):
    """gap -> how loosely it ties what stands on its two sides; None across fields."""

    def __missing__(self, gap: str) -> Hold | None:
        if len(self) >= REMEMBERED:
            self.clear()
        self[gap] = found = None if BREAK[1] in gap else _hold(gap)
        return found


HOLDS = _Holds()


def straight(text: str, spans: Sequence[tuple[int, ...]]) -> Chain | None:
    """The chain of runs of digits with nothing but signs and blanks between; None where something could be read otherwise."""
    start, end = spans[0][0], spans[-1][1]
    around = text[max(start - 2, 0) : end + 2]
    if len(spans) > MOST_ATOMS or not DATED.isdisjoint(around) or any(len(span) > 2 for span in spans):
        return None
    if ("-" in around or "." in around) and NEVER.search(text, start, end + 2):
        return None
    gaps = [text[one[1] : other[0]] for one, other in pairwise(spans)]
    if LETTERS.search("".join(gaps)) or text[max(start - 1, 0) : start].isalpha() or text[end : end + 1].isalpha():
        return None
    holds = [HOLDS[gap] if len(gap) <= WIDEST else None for gap in gaps]
    kept = [held for held in holds if held is not None]
    if len(kept) < len(holds):
        return None
    return Chain([Atom(text[low:high], low, high, DIGITS, 0) for low, high, *_ in spans], gaps, kept)


def _hold(gap: str) -> Hold:
    """How loosely `gap` ties what stands on its two sides."""
    if not gap:
        return Hold.GLUED
    if len(gap) == 1:
        return Hold.SPACE if gap == " " else Hold.LOOSE if gap in "\n,;/&" else Hold.MARK
    if (
        "\n" in gap
        or "," in gap
        or (gap[0] in ".!?" and len(gap) > 2)
        or (len(gap) > 6 and not any(letter.isalpha() for letter in gap))
    ):
        return Hold.LOOSE
    return Hold.SPACE
