"""Features of stated ages. Ages are kept as written, whatever they are."""

from models.features.wording import phrases
from models.views import Found, GroupView


def stated_minor(view: GroupView) -> Found:
    """{ads} of {all} ads state an age below 18 ({words}): a person should look at this group now."""
    return phrases(view, "stated_minor")


def stated_young_adult(view: GroupView) -> Found:
    """{ads} of {all} ads state an age of 18 to 22 ({words}), which weighs nothing."""
    return phrases(view, "stated_young_adult")


def youngest(value: str) -> int | None:
    """The age a mention's value states, or the lower end of a range; None where it is no number."""
    low = value.partition("-")[0].strip()
    return int(low) if low.isascii() and low.isdigit() and len(low) <= 3 else None
