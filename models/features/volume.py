"""Features of how much is posted."""

from datetime import timedelta

from models.views import CONTACTS, NOTHING, Found, GroupView, firsts, refs
from nlp.records import Mention

WEEK = timedelta(days=7)
USUAL = 10  # ads a week that one diligent person posts
ABNORMAL = 30


def burst_posting(view: GroupView) -> Found:
    """{ads} ads within one week, where one person posts up to ten."""
    if len(view.ad_ids) <= USUAL:
        return NOTHING
    dated = list(view.dated.items())
    most = first = end = 0
    for last, (_, moment) in enumerate(dated):
        while moment - dated[first][1] > WEEK:
            first += 1
        if last - first + 1 > most:
            most, end = last - first + 1, last + 1
    if most <= USUAL:
        return NOTHING
    contacts: dict[str, Mention] = {}
    for kind in reversed(CONTACTS):
        contacts |= firsts(view.mentions(kind))
    shown = {ad_id: contacts[ad_id] for ad_id, _ in dated[end - most : end] if ad_id in contacts}
    strength = min(1.0, (most - USUAL) / (ABNORMAL - USUAL))
    return Found(strength, refs(shown), {"ads": most})
