import re
from collections.abc import Callable

import pytest

from market.make import Entry
from market.people import classes

RESERVED = re.compile(r"\+1\d{3}55501\d{2}|\+44(?:2079460|3069990|8081570)\d{3}")
FIELDS = ("title", "body", "contact")
NUMBER = re.compile(r"\d+")


def _text(entry: Entry) -> str:
    return "\n".join(
        entry.ad.get(name, "") for name in ("title", "body", "location", "contact", "name", "age", "price")
    )


@pytest.mark.slow
def test_every_true_phone_stands_in_the_ad(
    entries: list[Entry], says: Callable[[str, str], bool], readings: Callable[[str], tuple[str, str, str]]
) -> None:
    for entry in entries:
        for phone in entry.truth["phones"]:
            digits = phone[2:] if phone.startswith("+1") else phone[3:]
            spread = digits[:6] in readings(entry.ad["title"])[0] and digits[-4:] in entry.ad["body"]
            whole = any(says(entry.ad.get(name, ""), digits) for name in FIELDS)
            assert whole or spread, (phone, entry.ad)


def test_phones_are_from_the_ranges_reserved_for_fiction_alone(entries: list[Entry]) -> None:
    assert all(RESERVED.fullmatch(phone) for entry in entries for phone in entry.truth["phones"])


def test_addresses_are_at_reserved_domains(entries: list[Entry]) -> None:
    reserved = re.compile(r"(?:\.(?:example|test)|[.@]example\.(?:com|org|net))/?$")
    for entry in entries:
        assert all(reserved.search(value) for value in (*entry.truth["emails"], *entry.truth["urls"]))


def test_urls_and_names_stand_in_the_ad_as_the_truth_has_them(entries: list[Entry]) -> None:
    for entry in entries:
        text = _text(entry)
        assert all(url in text for url in entry.truth["urls"])
        assert all(name in text.lower() for name in entry.truth["names"])


def test_true_ages_and_prices_stand_in_the_ad(entries: list[Entry]) -> None:
    for entry in entries:
        numbers = set(NUMBER.findall(_text(entry)))
        assert all(part in numbers for age in entry.truth["ages"] for part in age.split("-"))
        for price in entry.truth["prices"]:
            amount = NUMBER.search(price)
            assert amount is not None
            assert amount[0] in numbers
            assert re.fullmatch(r"(?:[A-Z]{3} )?\d+(?: / \d+ min)?", price)


def test_an_age_below_18_is_a_bare_field_beside_neutral_text(entries: list[Entry]) -> None:
    young = [entry for entry in entries if any(int(age.split("-")[0]) < 18 for age in entry.truth["ages"])]
    assert young
    for entry in young:
        assert entry.ad["age"] in {"16", "17"}
        assert set(entry.ad) <= {
            *(
                "ad_id",
                "site",
                "url",
                "posted_at",
                "title",
                "body",
                "location",
                "contact",
                "age",
                "region",
                "image_hashes",
            )
        }
        assert len(entry.ad["body"].split()) < 10
        assert entry.truth["indicators"] == []


def test_what_is_below_18_elsewhere_is_no_age_of_a_person(entries: list[Entry]) -> None:
    said = r"(?:I am|age:?|edad:?|idade:?|tengo|tenho|aged|ages)"
    stated = re.compile(rf"\b{said} ?(?:1[0-7]|\d)\b(?! ?(?:años|anos|years) (?:de|of)|'| cm)", re.IGNORECASE)
    for entry in entries:
        if entry.ad.get("age") not in {"16", "17"}:
            found = stated.search(_text(entry))
            assert found is None, (found, entry.ad["body"])


def test_indicators_are_those_of_the_drafts(entries: list[Entry]) -> None:
    known = {sign for given in classes().values() for sign in given["signs"]} | {
        "movement_language",
        "contact_obfuscation",
    }
    said = {sign for entry in entries for sign in entry.truth["indicators"]}
    assert said == known


def test_a_class_is_told_by_no_language(entries: list[Entry]) -> None:
    languages: dict[str, set[str]] = {}
    for entry in entries:
        languages.setdefault(entry.truth["class"], set()).add(entry.truth["language"])
    assert all(len(spoken) > 1 for spoken in languages.values())
