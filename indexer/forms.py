"""The forms under which a value read from an ad can be found: what a search field holds for each kind of mention."""

import re
from functools import lru_cache

from indexer.tokens import keyword

NOT_DIGIT = re.compile(r"\D", re.ASCII)
LINK = re.compile(r"(?:https?://)?(?:www\.)?(.+?)/?\Z", re.IGNORECASE | re.DOTALL)
PRICE = re.compile(r"\A(?:[A-Z]{3} )?(\d[\d.]*)(?: / (\d+) min)?\Z", re.ASCII)
# A range of ages wider than this says nothing about age.
WIDEST = 60
Forms = dict[str, list[str | int | float]]


def forms(kind: str, value: str, surface: str) -> Forms:
    """Field of the index -> what it holds for this mention."""
    match kind:
        case "phone":
            keys = digit_keys(value)
            return {"digits": [*keys], "digits_reversed": [one[::-1] for one in keys if one[0] != "?"]}
        case "handle":
            return {"handle": [*handle_forms(value)]}
        case "url":
            return {"url": [link(value)]}
        case "place" | "name":
            return {kind: [keyword(value), keyword(surface)]}
        case "age":
            return {"age": [*ages(value)]}
        case "price":
            return price_forms(value)
    return {kind: [keyword(value)]}


@lru_cache(maxsize=10_000)
def digit_keys(phone: str) -> tuple[str, ...]:
    """What a phone stands under in `digits`: its digits; once more after `?` where its country is not known."""
    digits = NOT_DIGIT.sub("", phone)
    return () if not digits else (digits,) if phone.startswith("+") else (digits, f"?{digits}")


def handle_forms(handle: str) -> tuple[str, ...]:
    """`platform:name`, and the name alone."""
    whole = keyword(handle)
    return (whole, whole.partition(":")[2])


def link(text: str) -> str:
    """A web address without what is never compared: scheme, www, a slash at the end."""
    found = LINK.match(text.strip())
    return keyword(found.group(1)) if found else ""


def ages(value: str) -> range:
    """The ages that `24` or `20-29` covers."""
    low, _, high = value.partition("-")
    if not (low.isdecimal() and (high or low).isdecimal()) or len(low) > 3 or len(high) > 3:
        return range(0)
    first, last = int(low), int(high or low)
    return range(first, last + 1) if first <= last <= first + WIDEST else range(0)


def rate(amount: float, minutes: float) -> float:
    """What an hour costs."""
    return round(amount * 60 / minutes, 2)


def hourly(currency: str, hour: float) -> str:
    """A rate with its currency, as it is counted: `USD 120.00`."""
    return f"{currency} {hour:.2f}"


def price_forms(value: str) -> Forms:
    """Amount and rate of `USD 120 / 60 min`."""
    found = PRICE.match(value)
    if found is None or found.group(1).count(".") > 1:
        return {}
    amount = float(found.group(1))
    minutes = float(found.group(2) or 0)
    found_forms: Forms = {"amount": [amount]}
    if minutes:
        found_forms["rate"] = [rate(amount, minutes)]
    return found_forms
