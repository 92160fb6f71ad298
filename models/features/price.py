"""The feature of prices far below what is usual for the same unit at the same place."""

from models.prices import price_unit
from models.views import NOTHING, Found, GroupView, refs
from nlp.records import Kind, Mention

FAR_BELOW = 0.5


def price_anomaly(view: GroupView) -> Found:
    """{ads} of {priced} priced ads ask less than half the local median for the same time ({words})."""
    if view.prices is None:
        return NOTHING
    priced = 0
    low: dict[str, list[Mention]] = {}
    for ad_id, prices in view.mentions(Kind.PRICE).items():
        place = view.place(ad_id)
        known = [
            (mention, unit[2], median)
            for mention in prices
            if place is not None
            and (unit := price_unit(mention.detail)) is not None
            and (median := view.prices.median(place.value, unit[:2])) is not None
        ]
        priced += bool(known)
        below = [mention for mention, amount, median in known if amount < FAR_BELOW * median]
        if below and len(below) == len(known):
            low[ad_id] = below
    if not low:
        return NOTHING
    words = ", ".join(sorted({some[0].surface for some in low.values()})[:3])
    return Found(len(low) / priced, refs(low), {"ads": len(low), "priced": priced, "words": words})
