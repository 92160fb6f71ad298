"""Numbers up to ninety-nine as words, in English, Spanish and Portuguese, accents off as folding leaves them."""

UNITS = {
    "one two three four five six seven eight nine": 1,
    "uno dos tres cuatro cinco seis siete ocho nueve": 1,
    "um dois tres quatro cinco seis sete oito nove": 1,
}
TEENS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve",
    "dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove",
)
TENS = (
    "twenty thirty forty fifty sixty seventy eighty ninety",
    "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
)
ODD = {
    "zero": 0,
    "cero": 0,
    "dezasseis": 16,
    "dezassete": 17,
    "dezanove": 19,
    "fourty": 40,
}

SINGLE = {word: n for line, first in UNITS.items() for n, word in enumerate(line.split(), start=first)}
TEEN = {word: n for line in TEENS for n, word in enumerate(line.split(), start=10)}
TEN = {word: 10 * n for line in TENS for n, word in enumerate(line.split(), start=2)}
ODD |= {f"veinti{unit}": 21 + n for n, unit in enumerate(list(UNITS)[1].split())}
WORDS = {**SINGLE, **TEEN, **TEN, **ODD}


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


# "twenty four", "twenty-four", "treinta y dos", "vinte e quatro", "eighteen"
NUMERAL = rf"(?:(?:{_any(TEN)})(?:[ -](?:[ye] )?(?:{_any(SINGLE)}))?|{_any(TEEN | ODD)}|{_any(SINGLE)})"


def number(text: str) -> int:
    """The number that digits or a NUMERAL stand for."""
    if text.isdigit():
        return int(text)
    return sum(WORDS.get(word, 0) for word in text.replace("-", " ").split())
