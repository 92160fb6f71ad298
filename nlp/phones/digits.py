"""Digits however they are written: one word of folded text -> the runs of digits it spells."""

import re
from typing import NamedTuple

from nlp.phones.digit_words import nearly, stretched, vocabulary

# How an atom was written; a number's forms are these, or-ed.
DIGITS, WORDS, LOOK_ALIKE = 1, 2, 4
# Longer words than this spell no number and are not worth remembering.
LONGEST = 48
REMEMBERED = 50_000
SHORTEST_GUESS, LONGEST_GUESS = 3, 16
# "SSS" can stand for 555 and "oI" for 01; longer words of such letters are words.
LONGEST_ALIKE = 4


class Atom(NamedTuple):
    """Digits that stand at `start:end` of the text; `weak` of them hang on a reading that could be an ordinary word."""

    digits: str
    start: int
    end: int
    form: int
    weak: int


class Run(NamedTuple):
    """Atoms glued to each other inside one word, and whether other letters are glued to them before and after."""

    atoms: tuple[Atom, ...]
    glued_before: bool
    glued_after: bool


# With so many digits, or with several bars, the bars are separators; else a bar is a one.
SEPARATED = 7
SERIAL, LONG = frozenset("slizb"), 9
UNBARRED = re.compile(r"[^|]+")
# Digits in place of the letters of a number word: f1ve, thr33.
LEET = str.maketrans("013457", "oieast")
# The same letters before or after each digit are signs: x3x1x2, 3x1x2x5.
SIGNED_ONE_BY_ONE = re.compile(r"(?:[^\W\d_]\d){3,}[^\W\d_]?|(?:\d[^\W\d_]){4,}\d?")
MOST_SIGNS = 1
DIGIT = re.compile(r"\d")
LETTERS_OR_DIGITS = re.compile(r"\d+|\D+")


def _spell(word: str) -> tuple[Run, ...] | None:
    known = vocabulary()
    if "|" in word and (word.count("|") > 1 or sum(letter.isdigit() for letter in word) >= SEPARATED):
        return tuple(run for match in UNBARRED.finditer(word) for run in shift(_spell(match[0]) or (), match.start()))
    if word.isdigit():
        return (Run((Atom(word, 0, len(word), DIGITS, 0),), False, False),)
    if (digits := known.strong.get(word) or known.tens.get(word)) is not None:
        return (Run((Atom(digits, 0, len(word), WORDS, 0),), False, False),)
    if (digits := known.weak.get(word)) is not None:
        return (Run((Atom(digits, 0, len(word), WORDS, len(digits)),), False, False),)
    if not any(letter.isdigit() for letter in word):
        return _spell_letters(word)
    if digits := known.leet.get(word) or known.strong.get(word.translate(LEET)):
        return (Run((Atom(digits, 0, len(word), WORDS | LOOK_ALIKE, 0),), False, False),)
    if SIGNED_ONE_BY_ONE.fullmatch(word) and len({letter for letter in word if letter.isalpha()}) <= MOST_SIGNS:
        places = [(match[0], match.start(), match.end()) for match in DIGIT.finditer(word)]
        return (Run(tuple([Atom(digit, low, high, DIGITS, 0) for digit, low, high in places]), False, False),)
    return _spell_mixed(word)


def _spell_letters(word: str) -> tuple[Run, ...] | None:
    known = vocabulary()
    if digit := stretched(word):
        return (Run((Atom(digit, 0, len(word), WORDS, 0),), False, False),)
    if known.spelled.fullmatch(word):
        return (Run(tuple(_pieces(word, 0)), False, False),)
    if len(word) <= LONGEST_ALIKE and all(ord(letter) in known.look_alike for letter in word):
        weak = len(word) if word in known.ordinary else 0
        return (Run((Atom(word.translate(known.look_alike), 0, len(word), LOOK_ALIKE, weak),), False, False),)
    return None


def _spell_mixed(word: str) -> tuple[Run, ...]:
    runs: list[Run] = []
    atoms: list[Atom] = []
    glued = False
    parts = [(match[0], match.start()) for match in LETTERS_OR_DIGITS.finditer(word)]
    for index, (part, start) in enumerate(parts):
        if part.isdigit():
            atoms.append(Atom(part, start, start + len(part), DIGITS, 0))
            continue
        before, after = index > 0, index + 1 < len(parts)
        if before and after and part in vocabulary().separators:
            continue  # 312dash555dash0142
        # One letter before a long number is a serial's: s666666666.
        serial = not before and after and part in SERIAL and len(parts[1][0]) >= LONG
        if not serial and (whole := _whole(part, start)):
            atoms += whole
            continue
        head, tail = (
            (_edge(part, start, last=False) if before else None),
            (_edge(part, start, last=True) if after else None),
        )
        if head:
            atoms.append(head)
        if atoms:
            runs.append(Run(tuple(atoms), glued, True))
        atoms = [tail] if tail else []
        glued = True
    if atoms:
        runs.append(Run(tuple(atoms), glued, False))
    return tuple(runs)


def _whole(part: str, start: int) -> list[Atom] | None:
    """The digits a run of letters spells when all of its letters take part."""
    known = vocabulary()
    if part in known.weak and any(ord(letter) not in known.look_alike for letter in part):
        weak = 0 if part in known.glued else len(known.weak[part])
        return [Atom(known.weak[part], start, start + len(part), WORDS, weak)]
    atoms = list(_pieces(part, start))
    return atoms if sum(atom.end - atom.start for atom in atoms) == len(part) else None


def _pieces(part: str, start: int) -> list[Atom]:
    known = vocabulary()
    atoms = []
    for match in known.pieces.finditer(part):
        if word := match["word"]:
            atoms.append(Atom(known.glued[word], start + match.start(), start + match.end(), WORDS, 0))
        else:
            digit = known.look_alike[ord(match["alike"])]
            atoms.append(Atom(digit, start + match.start(), start + match.end(), LOOK_ALIKE, 0))
    return atoms


def _edge(part: str, start: int, *, last: bool) -> Atom | None:
    """A number word of three letters or more at the end of a run of letters that leads on to a digit, or at its head."""
    known = vocabulary()
    for length in range(min(8, len(part) - 1), 2, -1):
        word, begin = (part[-length:], start + len(part) - length) if last else (part[:length], start)
        if word in known.strong:
            return Atom(known.strong[word], begin, begin + length, WORDS, 0)
    return None


class _Spelled(dict[str, tuple[Run, ...] | None]):
    """word -> the runs of digits it spells, counted from its start; None for an ordinary word. Remembers short words."""

    def __missing__(self, word: str) -> tuple[Run, ...] | None:
        if len(word) > LONGEST:
            return (_spell_mixed(word) or None) if any(letter.isdigit() for letter in word) else None
        if len(self) >= REMEMBERED:
            self.clear()
        self[word] = runs = _spell(word) or None
        return runs


SPELLED = _Spelled()


class _Guessed(dict[str, tuple[Run, ...] | None]):
    """word -> the digit whose word it nearly is, as a weak reading; None for any other. Remembers short words."""

    def __missing__(self, word: str) -> tuple[Run, ...] | None:
        if not SHORTEST_GUESS <= len(word) <= LONGEST_GUESS:
            return None
        if len(self) >= REMEMBERED:
            self.clear()
        digits = nearly(word)
        self[word] = runs = (Run((Atom(digits, 0, len(word), WORDS, len(digits)),), False, False),) if digits else None
        return runs


GUESSED = _Guessed()


def shift(runs: tuple[Run, ...], start: int) -> tuple[Run, ...]:
    """The same runs of a word that stands at `start`."""
    return tuple(
        [
            Run(
                tuple(
                    [Atom(digits, begin + start, end + start, form, weak) for digits, begin, end, form, weak in atoms]
                ),
                glued_before,
                glued_after,
            )
            for atoms, glued_before, glued_after in runs
        ]
    )
