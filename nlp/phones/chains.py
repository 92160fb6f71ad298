"""Chains: runs of digits in an ad that could belong to one number, with how firmly their neighbours hold together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nlp.phones.digit_words import vocabulary
from nlp.phones.digits import DIGITS, GUESSED, SPELLED, WORDS, Atom, Run
from nlp.text.mapped import BREAK

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
DATED, AMOUNTS = frozenset(":/%$€£¥₹|"), frozenset("$€£¥₹=%")
LETTERS = re.compile(r"[^\W_]")
REMEMBERED = 50_000
# Longer than any number in an ad; of a longer chain the head and the tail are looked at.
MOST_ATOMS = 300
# A gap wider than this holds nothing together, unless it is words in brackets, up to so wide: 312 (then) 555 (and) 0142.
WIDEST, WIDEST_ASIDE = 14, 28
ASIDE = re.compile(r" ?\(([^\W\d_][^\d()\n]{1,22})\) ?")
# Of an atom, without the checks of its arguments: there are many.
make = tuple.__new__
# How two atoms hang together, ever looser: glued; one dash or dot; a blank; a comma, a line end or several signs.
GLUED, MARK, SPACE, LOOSE = range(4)


@dataclass(slots=True)
class Chain:
    """Atoms in reading order; `gaps[i]` is the text between atoms i and i + 1, `holds[i]` how loose it is."""

    atoms: list[Atom] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    holds: list[int] = field(default_factory=list)
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
        text, known = self.text, self.words
        never = NEVER.finditer(text, low, high if not SIGNS.isdisjoint(text[low:high]) else low)
        ban = next(never, None)
        waiting: list[tuple[tuple[Run, ...], int, bool]] = []  # ordinary words that count if a digit (a word) follows
        passed = low  # to the end of words in brackets
        for match in WORD.finditer(text, low, high):
            start, end = match.span()
            if start < passed:
                continue
            word = match[0]
            atoms = self.chain.atoms
            if atoms and text[start - 1] == "(" and (aside := ASIDE.match(text, atoms[-1][2])) and is_aside(aside[0]):
                passed = aside.end()
                continue
            runs = SPELLED[word]
            guessed = False
            if runs is None and (not atoms or atoms[-1][3] == WORDS):
                runs = GUESSED[word]
                guessed = runs is not None
            if not atoms:
                if runs is None:
                    waiting.clear()
                    if word in known.times:
                        self.times = known.times[word]
                    continue
                if runs[0][0][-1][4]:
                    waiting.append((runs, start, guessed))
                    continue
            while ban is not None and ban.end() <= start:
                self.close()
                ban = next(never, None)
            if ban is not None and ban.start() < end:
                self.close()
                if ban.end() >= end:
                    continue
            if runs is not None:
                if waiting:
                    for early, place, guess in waiting:
                        if not guess or runs[0].atoms[0].form == WORDS:
                            self.take_all(early, place)
                    waiting.clear()
                self.take_all(runs, start)
            elif word in known.times:
                self.times = known.times[word]
            elif word not in known.skipped and (atoms := self.chain.atoms):
                if word in known.hundreds and len(atoms[-1].digits) == 1:
                    self.extend_last("00", end)
                else:
                    self.close()
        self.close()
        return self.done

    def take_all(self, runs: tuple[Run, ...], start: int) -> None:
        for run, glued_before, glued_after in runs:
            atoms = self.chain.atoms
            first = True
            for digits, low, high, form, weak in run:
                if atoms:
                    last = atoms[-1]
                    gap = self.text[last[2] : start + low]
                    held = HOLDS[gap] if len(gap) <= WIDEST_ASIDE else None
                    if first and (held is None or (glued_before and not self.is_code(gap))):
                        self.close()
                        atoms = self.chain.atoms
                    elif form == WORDS == last[3] and len(last[0]) > 1 and self.join(gap, digits, start + high):
                        first = False
                        continue
                    else:
                        self.chain.gaps.append(gap)
                        self.chain.holds.append(held or GLUED)
                if first and not atoms:
                    self.chain.glued_before = glued_before
                first = False
                if self.times == 1 or len(digits) > 1:
                    atoms.append(make(Atom, (digits, start + low, start + high, form, weak)))
                else:
                    atoms.append(Atom(digits * self.times, start + low, start + high, form | WORDS, weak))
                self.times = 1
            if glued_after:
                self.chain.glued_after = True
                self.close()

    def is_code(self, gap: str) -> bool:
        """What came before is a country code, and a label is glued to the number: +44 call2079460142."""
        start = self.chain.atoms[-1].start
        if self.text[max(start - 1, 0) : start] != "+":
            return False
        label = gap.strip()
        return label in self.words.labels or label in self.words.fillers

    def join(self, gap: str, digits: str, end: int) -> bool:
        """Add the units to a chain that ends in tens: thirty two."""
        last = self.chain.atoms[-1]
        tens = last.digits
        if digits[0] == "0" or gap.strip(" -") not in AND or " -" in gap:
            return False
        if tens[1:] == "00" and len(digits) < 3:
            tens = tens[: -len(digits)] + digits
        elif _is_tens(tens) and self.times == 1 and len(digits) == 1:
            tens = tens[:-1] + digits
        else:
            return False
        self.chain.atoms[-1] = last._replace(digits=tens, end=end)
        return True

    def extend_last(self, digits: str, end: int) -> None:
        last = self.chain.atoms[-1]
        self.chain.atoms[-1] = last._replace(digits=last.digits + digits, end=end)

    def close(self) -> None:
        chain = self.chain
        self.times = 1
        if not chain.atoms:
            return
        self.chain = Chain()
        if sum([len(atom[0]) - atom[4] for atom in chain.atoms]) > 2:
            self.done += [chain] if len(chain.atoms) <= MOST_ATOMS else _ends(chain)


def _ends(chain: Chain) -> list[Chain]:
    half = MOST_ATOMS // 2
    head = Chain(chain.atoms[:half], chain.gaps[: half - 1], chain.holds[: half - 1], glued_before=chain.glued_before)
    tail = Chain(chain.atoms[-half:], chain.gaps[1 - half :], chain.holds[1 - half :], glued_after=chain.glued_after)
    return [head, tail]


def _is_tens(digits: str) -> bool:
    return 1 < len(digits) < 4 and digits[-1] == "0" and digits[-2] > "1"


class _Holds(dict[str, int | None]):
    """gap -> how loosely it ties what stands on its two sides; None across fields."""

    def __missing__(self, gap: str) -> int | None:
        if len(self) >= REMEMBERED:
            self.clear()
        self[gap] = found = LOOSE if is_aside(gap) else None if BREAK[1] in gap or len(gap) > WIDEST else _hold(gap)
        return found


HOLDS = _Holds()


def is_aside(gap: str) -> bool:
    """Words in brackets that say nothing of money, measures or times, and are no digits."""
    aside = ASIDE.fullmatch(gap)
    if aside is None or not AMOUNTS.isdisjoint(aside[1]):
        return False
    known, words = vocabulary(), aside[1].split()
    return (
        known.units.isdisjoint(words)
        and known.strong.keys().isdisjoint(words)
        and any(SPELLED[word] is None for word in words)
    )


def straight(text: str, spans: Sequence[tuple[int, int]]) -> Chain | None:
    """The chain of runs of digits with nothing but signs and blanks between; None where something could be read otherwise."""
    start, end = spans[0][0], spans[-1][1]
    around = text[max(start - 2, 0) : end + 2]
    if len(spans) > MOST_ATOMS or not DATED.isdisjoint(around):
        return None
    if ("-" in around or "." in around) and NEVER.search(text, start, end + 2):
        return None
    atoms: list[Atom] = []
    gaps: list[str] = []
    holds: list[int] = []
    last = start
    for low, high in spans:
        if atoms:
            gap = text[last:low]
            held = HOLDS[gap] if len(gap) <= WIDEST_ASIDE else None
            if held is None:
                return None
            gaps.append(gap)
            holds.append(held)
        atoms.append(make(Atom, (text[low:high], low, high, DIGITS, 0)))
        last = high
    if LETTERS.search("".join(gaps)) or text[max(start - 1, 0) : start].isalpha() or text[end : end + 1].isalpha():
        return None
    return Chain(atoms, gaps, holds)


def _hold(gap: str) -> int:
    """How loosely `gap` ties what stands on its two sides."""
    if not gap:
        return GLUED
    if len(gap) == 1:
        return SPACE if gap == " " else LOOSE if gap in "\n,;/&" else MARK
    if (
        "\n" in gap
        or "," in gap
        or (gap[0] in ".!?" and len(gap) > 2)
        or (len(gap) > 6 and not any(letter.isalpha() for letter in gap))
    ):
        return LOOSE
    return SPACE
