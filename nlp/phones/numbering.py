"""Numbering plans: which digits are a telephone number where, by phonenumbers."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

NANP = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}")
SHORTEST, SHORTEST_SIGNED = 7, 6
REMEMBERED = 50_000
ANY_LINE = "0123"
# Where numbers have ten digits, no shorter ones are looked for in other plans.
SHORTEST_ANYWHERE = 10
NANP_REGIONS = frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])
# Where a number that starts with 0 is looked for when its own region does not know it: of 10 and 11 digits only.
ABROAD = ("GB", "AU")
# Where nobody leaves out the 0 before a number dialled at home.
TRUNK = frozenset({"AT", "AU", "BE", "CH", "DE", "FR", "GB", "IE", "IL", "NL", "NZ", "SE", "ZA"})
# Freephone and local-rate numbers are dialled without it.
NO_TRUNK = {"AU": re.compile(r"1[38]00?\d{4,6}")}
# Mobile numbers by their look, also those that the plan has not given out.
MOBILE_ABROAD = {"44": re.compile(r"0(7\d{9})"), "61": re.compile(r"0(4\d{8})")}
# Countries whose numbers ads write with the country code but without a plus; mobile numbers only.
BARE_CODES = (
    "91",
    "90",
    "39",
    "44",
    "49",
    "33",
    "34",
    "52",
    "55",
    "57",
    "61",
    "86",
    "971",
    "40",
    "48",
    "27",
    "351",
    "66",
    "84",
)


def number(digits: str, regions: tuple[str, ...], *, sign: bool) -> str | None:
    """E.164 of digits as an ad writes them, after a plus (`sign`) or without; None where no plan has such a number."""
    if sign:
        return international(digits) if len(digits) >= SHORTEST_SIGNED else None
    if len(digits) < SHORTEST_ANYWHERE and regions[0] in NANP_REGIONS:
        return None
    return _dialled(digits, regions)


@lru_cache(maxsize=REMEMBERED)
def _dialled(digits: str, regions: tuple[str, ...]) -> str | None:
    if (
        digits.startswith(("00", "011"))
        and len(digits) > 10
        and (found := international(digits[2 if digits[1] == "0" else 3 :]))
    ):
        return found
    if len(digits) in (10, 11) and NANP.fullmatch(digits) and (found := national(digits, "US")):
        return found
    for region in regions:
        if len(digits) > SHORTEST and (found := national(digits, region)) is not None:
            return found
    return abroad(digits) or bare_international(digits)


@lru_cache(maxsize=REMEMBERED)
def _served(prefix: str) -> bool:
    """Whether numbers of North America start so; what follows the six digits of the prefix does not matter."""
    return phonenumbers.is_valid_number(phonenumbers.parse(f"+1{prefix}{ANY_LINE}"))


def national(digits: str, region: str) -> str | None:
    """E.164 of digits dialled inside `region`; None where that is no valid number there."""
    if region in NANP_REGIONS and NANP.fullmatch(digits):
        return f"+1{digits[-10:]}" if _served(digits[-10:-4]) else None
    if region in NANP_REGIONS or (region in TRUNK and digits[0] != "0"):
        bare = NO_TRUNK.get(region)
        return _valid(digits, region) if bare is not None and bare.fullmatch(digits) else None
    return _valid(digits, region)


def international(digits: str) -> str | None:
    """E.164 of digits that start with a country code; None where that is no valid number."""
    if digits[0] == "1" and len(digits) == 11 and NANP.fullmatch(digits):
        return national(digits, "US")
    return _valid(f"+{digits}", None)


def abroad(digits: str) -> str | None:
    """E.164 of digits that start with 0 and are a number in a country ads are often written for."""
    if digits[0] != "0" or len(digits) not in (10, 11):
        return None
    for region in ABROAD:
        if (found := national(digits, region)) is not None:
            return found
    for code, look in MOBILE_ABROAD.items():
        if match := look.fullmatch(digits):
            return f"+{code}{match[1]}"
    return None


def bare_international(digits: str) -> str | None:
    """E.164 of a mobile number whose country code stands without a plus."""
    if len(digits) < 11 or not digits.startswith(BARE_CODES):
        return None
    found = international(digits)
    if found is None:
        return None
    kind = phonenumbers.number_type(phonenumbers.parse(found))
    return found if kind in {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE} else None


@lru_cache(maxsize=REMEMBERED)
def _valid(digits: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if (
        region is not None
        and not digits.startswith("+")
        and phonenumbers.country_code_for_region(region) != number.country_code
    ):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
