"""Prices and ages in spellings that the market does not use otherwise, with the same normal forms."""

from collections.abc import Callable
from random import Random
from typing import Any

from market.obfuscation import keycaps
from market.prices import amount, normal
from market.red_team.cardinals import cardinal
from market.red_team.palette import phone_data, pick, spelling_data

Money = Callable[[str, int, str, Random], str]
Age = Callable[[str, str, Random], str]
FULL_WIDTH = str.maketrans("0123456789$£€", "０１２３４５６７８９＄￡€")


def _price() -> dict[str, Any]:
    found: dict[str, Any] = spelling_data()["price"]
    return found


def _sign(currency: str) -> str:
    return str(_price()["signs"][currency])


def slang_money(currency: str, number: int, _language: str, rng: Random) -> str:
    """160 bucks"""
    return str(pick(_price()["slang"][currency], rng)).format(number)


def in_words(currency: str, number: int, language: str, _rng: Random) -> str:
    """one hundred sixty dollars"""
    return f"{cardinal(number, language)} {_price()['words'][currency][language]}"


def tokens(_currency: str, number: int, language: str, rng: Random) -> str:
    """160 roses: the currency is not said."""
    return str(pick(_price()["tokens"][language], rng)).format(number)


def decimals(currency: str, number: int, language: str, _rng: Random) -> str:
    """$160.00"""
    return f"{_sign(currency)}{number}{'.00' if language == 'en' else ',00'}"


def look_alike(currency: str, number: int, _language: str, rng: Random) -> str:
    """$16O"""
    head, tail = str(number)[0], str(number)[1:]
    return f"{_sign(currency)}{head}{tail.replace('0', pick(('O', 'o', 'О', 'Ø'), rng))}"


def other_digits(currency: str, number: int, language: str, rng: Random) -> str:
    """$①⑥⓪"""
    text, sign = str(number), _sign(currency)
    if rng.random() < 0.4:
        return (sign + text).translate(FULL_WIDTH)
    if rng.random() < 0.4:
        return sign + keycaps((text,), language, rng)
    row = pick(("double_circled", "sans_circled", "sans_negative", "subscript"), rng)
    return sign + "".join(phone_data()["enclosed"][row].split()[int(digit)] for digit in text)


MONEY: dict[str, Money] = {
    one.__name__: one for one in (slang_money, in_words, tokens, decimals, look_alike, other_digits)
}
PRICES = (*MONEY, "table")


def write_prices(
    family: str, currency: str, factor: float, durations: tuple[int, ...], language: str, rng: Random
) -> tuple[str, list[str]]:
    """Text such as `hh 100 bucks + full hr 160 bucks`, or a table line by line, and the normal forms of what it says."""
    table = family == "table"
    leader, texts, values = pick(_price()["leaders"], rng), [], []
    for minutes in durations:
        number = amount(currency, factor, minutes)
        if table:
            label = pick(_price()["fields"][language][str(minutes)], rng)
            texts.append(f"{label}{leader}{_sign(currency)}{number}")
        else:
            money = MONEY[family](currency, number, language, rng)
            texts.append(str(pick(_price()["units"][language][str(minutes)], rng)).format(m=money))
        values.append(normal(number, None if family == "tokens" else currency, minutes))
    if table:
        return ("\n" + "\n".join(texts) + "\n" if len(texts) > 1 else texts[0]), values
    return pick((" + ", " & ", " // ", "\n"), rng).join(texts), values


def write_bare_price(family: str, currency: str, factor: float, language: str, rng: Random) -> tuple[str, list[str]]:
    """An amount with no unit of time."""
    number = amount(currency, factor, 60)
    text = MONEY[family](currency, number, language, rng)
    return text, [normal(number, None if family == "tokens" else currency, None)]


def other_words(age: str, language: str, rng: Random) -> str:
    """24 years young"""
    return str(pick(spelling_data()["age"]["line"][language], rng)).format(a=age)


def age_in_words(age: str, language: str, rng: Random) -> str:
    """twenty-four years old"""
    return str(pick(spelling_data()["age"]["words"][language], rng)).format(a=_said(age, language))


def _said(age: str, language: str) -> str:
    words = cardinal(int(age), language)
    if language == "es":  # one is shortened before a noun
        return words.replace("veintiuno", "veintiún").replace(" uno", " un")
    return words


def age_in_other_digits(age: str, language: str, rng: Random) -> str:
    """②④ years old"""
    return str(pick(spelling_data()["age"]["words"][language], rng)).format(a=_drawn(age, language, rng))


def _drawn(age: str, language: str, rng: Random) -> str:
    if rng.random() < 0.4:
        return keycaps((age,), language, rng)
    row = pick(("double_circled", "sans_negative", "segmented", "subscript"), rng)
    return "".join(phone_data()["enclosed"][row].split()[int(digit)] for digit in age)


AGES: dict[str, Age] = {one.__name__: one for one in (other_words, age_in_words, age_in_other_digits)}


def write_age_field(family: str, age: str, language: str, rng: Random) -> str:
    """What stands in the field of the age."""
    if family == "age_in_words":
        return _said(age, language)
    if family == "age_in_other_digits":
        return _drawn(age, language, rng)
    return str(pick(spelling_data()["age"]["field"][language], rng)).format(a=age)
