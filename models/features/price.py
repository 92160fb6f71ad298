"""The feature of prices far below what is usual for the same unit at the same place."""

from models.prices import price_unit
from models.views import NOTHING, Found, GroupView, refs
from nlp.records import Kind, Mention

PRICE = Kind.PRICE
FAR_BELOW = 0.5


def price_anomaly(view: GroupView) -> Found:
    """{ads} of {priced} priced ads ask less than half the local median for the same time ({words})."""
    if view.prices is None:
        return NOTHING
    low: dict[str, Mention] = {}
    usual: set[str] = set()
    offered = view.offered
    for ad_id, mention in view.mentions(PRICE):
        place = offered.get(ad_id)
        if place is None or ad_id in usual or (unit := price_unit(mention.detail)) is None:
            continue
        if (median := view.prices.median(place.value, unit[:2])) is None:
            continue
        if unit[2] < FAR_BELOW * median:
            low.setdefault(ad_id, mention)
        else:  # an ad is cheap where all its prices are
            usual.add(ad_id)
            low.pop(ad_id, None)
    if not low:
        return NOTHING
    words = ", ".join(sorted({one.surface for one in low.values()})[:3])
    priced = len(low) + len(usual)
    return Found(len(low) / priced, refs(low), {"ads": len(low), "priced": priced, "words": words})
