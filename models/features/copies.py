"""Features of near-copy text: a template whose slots change. One person posting the same text again is none of them."""

from collections import Counter
from math import log2

from linker.records import Template
from models.views import NOTHING, Found, GroupView, firsts, refs
from nlp.records import Kind

PHONE = Kind.PHONE
COPIES = 3
ALIAS = 2  # names that one person may well use
CHANGED = 2  # phones of which one may have taken the place of the other


def template_reuse(view: GroupView) -> Found:
    """{ads} ads are near-copies of one text under {names} different names."""
    # Method: InfoShield (Lee et al. 2021): a template is what copies share, its slots are what changes.
    best = NOTHING
    if not view.group.templates or view.names <= ALIAS:
        return best
    names = view.named
    for template in _templates(view):
        carried = {ad_id: names[ad_id] for ad_id in template if ad_id in names}
        different = len({one.value for one in carried.values()})
        strength = min(1.0, max(0, different - ALIAS) / 2)
        if strength > best.strength:
            best = Found(strength, refs(carried), {"ads": len(template), "names": different})
    return best


def multi_contact_template(view: GroupView) -> Found:
    """{ads} ads are near-copies of one text that leads to {contacts} different phones."""
    # Entropy of the contacts over a template (VisPaD): two numbers may be a change of number, four in equal use are not.
    best = NOTHING
    if not view.group.templates:
        return best
    said = view.mentions(PHONE)
    if len({one.value for _, one in said}) <= CHANGED:
        return best
    own = {value for kind, value in view.contacts if kind == PHONE}
    if len(own) <= CHANGED:
        return best
    phones = firsts([(ad_id, one) for ad_id, one in said if one.value in own])
    for template in _templates(view):
        carried = {ad_id: phones[ad_id] for ad_id in template if ad_id in phones}
        counts = Counter([one.value for one in carried.values()])
        strength = min(1.0, max(0.0, (entropy(counts) - 1) / 1.5))
        if strength > best.strength:
            best = Found(strength, refs(carried), {"ads": len(template), "contacts": len(counts)})
    return best


def entropy(counts: Counter[str]) -> float:
    """Shannon entropy in bits."""
    total = sum(counts.values())
    return -sum(count / total * log2(count / total) for _, count in sorted(counts.items())) if total else 0.0


def _templates(view: GroupView) -> list[list[str]]:
    templates: tuple[Template, ...] = view.group.templates
    if not templates:
        return []
    read = set(view.ad_ids)
    found = [sorted(read.intersection(template.ad_ids)) for template in templates]
    return [ad_ids for ad_ids in found if len(ad_ids) >= COPIES]
