"""Indicators that follow from other mentions: how a contact is written, and which ages are stated."""

from collections.abc import Iterable, Iterator

from nlp.extractor import Found
from nlp.records import Kind

NAME = "derived"
CONTACTS = frozenset({Kind.PHONE, Kind.EMAIL, Kind.HANDLE})
OPEN_FORMS = frozenset({"plain", "url"})
MINOR, YOUNG_ADULT = range(18), range(18, 23)


def derived(found: Iterable[Found]) -> Iterator[Found]:
    """contact_obfuscation, stated_minor and stated_young_adult, each over the words it follows from."""
    for one in found:
        if one.kind in CONTACTS and (form := one.detail.get("form", "plain")) not in OPEN_FORMS:
            yield _indicator("contact_obfuscation", str(form), one)
        elif one.kind is Kind.AGE:
            if is_minor(one.value):
                yield _indicator("stated_minor", "age", one)
            elif _youngest(one.value) in YOUNG_ADULT:
                yield _indicator("stated_young_adult", "age", one)


def is_minor(age: str) -> bool:
    """Whether an age, or the lower end of a range, is below 18."""
    return _youngest(age) in MINOR


def _youngest(age: str) -> int:
    return int(age.partition("-")[0])


def _indicator(name: str, entry: str, one: Found) -> Found:
    detail = {"entry": f"{name}/{entry}", "negated": False}
    return Found(Kind.INDICATOR, name, one.start, one.end, NAME, one.confidence, detail, one.parts)
