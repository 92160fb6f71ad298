"""Which ads carry an identifier that may not be collected again: their id, an e-mail, or a phone as plainly written."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from crawlers.records import Ad
from store.suppression import held_back
from store.tables import suppressed as table
from store.workspace import Workspace

EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}+@[A-Za-z0-9.-]{1,190}")
# The look ahead for a digit costs little; without it a long row of brackets is tried at every length.
PHONE = re.compile(r"\+?(?=[(). -]{0,24}+[0-9])[0-9(][0-9(). -]{6,24}[0-9]")
NORTH_AMERICA = frozenset({"US", "CA", None})


def suppressed(workspace: Workspace, ads: Iterable[Ad]) -> set[str]:
    """The ids of those of `ads` that may not be stored. Hidden contacts are found when the ad is read."""
    with workspace.read() as connection:
        if connection.execute(select(table.c.identifier).limit(1)).first() is None:
            return set()
        carried: dict[str, set[str]] = {}
        for ad in ads:
            for identifier in identifiers(ad):
                carried.setdefault(identifier, set()).add(ad.ad_id)
        return {ad_id for one in held_back(workspace, connection, sorted(carried)) for ad_id in carried[one]}


def identifiers(ad: Ad) -> Iterator[str]:
    """The ad's id, its plain e-mails in lower case, its plain phones in E.164 as far as the region tells."""
    yield ad.ad_id
    for text in ad.texts().values():
        for found in EMAIL.finditer(text):
            yield found.group().lower().rstrip(".")
        for found in PHONE.finditer(text):
            digits = re.sub(r"[^0-9]", "", found.group())
            if found.group().startswith("+"):
                yield f"+{digits}"
            elif ad.region in NORTH_AMERICA and len(digits) == 10:
                yield f"+1{digits}"
            elif ad.region in NORTH_AMERICA and len(digits) == 11 and digits.startswith("1"):
                yield f"+{digits}"
