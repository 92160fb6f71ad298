"""Features of how much is posted."""

from datetime import timedelta

from models.views import CONTACTS, NOTHING, Found, GroupView, refs

WEEK = timedelta(days=7)
USUAL = 10  # ads a week that one diligent person posts
ABNORMAL = 30


def burst_posting(view: GroupView) -> Found:
    """{ads} ads within one week, where one person posts up to ten."""
    if len(view.ad_ids) <= USUAL:
        return NOTHING
    dated = sorted((moment, ad_id) for ad_id in view.ad_ids if (moment := view.moment(ad_id)) is not None)
    most = first = end = 0
    for last, (moment, _) in enumerate(dated):
        while moment - dated[first][0] > WEEK:
            first += 1
        if last - first + 1 > most:
            most, end = last - first + 1, last + 1
    if most <= USUAL:
        return NOTHING
    contacts = [view.mentions(kind) for kind in CONTACTS]
    shown = {ad_id: [one for some in contacts for one in some.get(ad_id, ())] for _, ad_id in dated[end - most : end]}
    strength = min(1.0, (most - USUAL) / (ABNORMAL - USUAL))
    return Found(strength, refs({ad_id: some for ad_id, some in shown.items() if some}), {"ads": most})
