"""A small market that tests of this room share, and a reader of disguised numbers that owes nothing to its writer."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from market.make import Entry, generate, make

SEED = 20260302
WORDS = {
    word: str(digit)
    for words in (
        "zero one two three four five six seven eight nine",
        "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "zero um dois três quatro cinco seis sete oito nove",
    )
    for digit, word in enumerate(words.split())
} | {"oh": "0"}
WORD = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))
DOUBLE = re.compile(rf"(?:double|doble|duplo) ({WORD.pattern})")
LETTERS = str.maketrans("OolISsBZОЗЅІб", "0011558203516")
LETTERS.update(str.maketrans("i", "1"))


def _digits(text: str) -> str:
    values = (unicodedata.digit(character, None) for character in text)
    return "".join(str(value) for value in values if value is not None)


def read_back(text: str) -> tuple[str, str, str]:
    """The digits of a text as they stand, with number words read, and with letters taken for the digits they look like."""
    low = text.lower()
    doubled = DOUBLE.sub(lambda match: WORDS[match[1]] * 2, low)
    return _digits(text), _digits(WORD.sub(lambda match: WORDS[match[0]], doubled)), _digits(text.translate(LETTERS))


@pytest.fixture(scope="session")
def readings() -> Callable[[str], tuple[str, str, str]]:
    """`read_back`."""
    return read_back


@pytest.fixture(scope="session")
def says() -> Callable[[str, str], bool]:
    """Whether one of the readings of a text holds the digits."""
    return lambda text, digits: any(digits in reading for reading in read_back(text))


@pytest.fixture(scope="session")
def entries() -> list[Entry]:
    """1,500 ads."""
    return list(generate(seed=SEED, ads=1500))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A market of 300 ads on disk."""
    directory = tmp_path_factory.mktemp("market")
    make(directory, seed=SEED, ads=300)
    return directory
