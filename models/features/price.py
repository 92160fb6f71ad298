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
        if place is None:
            continue
        known = 0
        below: list[Mention] = []
        for mention in prices:
            unit = price_unit(mention.detail)
            median = view.prices.median(place.value, unit[:2]) if unit is not None else None
            if unit is None or median is None:
                continue
            known += 1
            if unit[2] < FAR_BELOW * median:
                below.append(mention)
        priced += known > 0
        if below and len(below) == known:
            low[ad_id] = below
    if not low:
        return NOTHING
    words = ", ".join(sorted({some[0].surface for some in low.values()})[:3])
    return Found(len(low) / priced, refs(low), {"ads": len(low), "priced": priced, "words": words})
