"""Features of words: how large a share of a group's ads uses an indicator's phrases. The lexicons are those of reading."""

from collections import defaultdict
from collections.abc import Mapping
from math import sqrt

from models.views import NOTHING, Found, GroupView, Said, firsts, refs
from nlp.records import Mention

# Vague promises stand in nearly every job ad; only several kinds of them together say anything.
PROMISES = 2


def youth_implying(view: GroupView) -> Found:
    """{ads} of {all} ads use words that suggest youth without stating an age ({words})."""
    return phrases(view, "youth_implying")


def contact_obfuscation(view: GroupView) -> Found:
    """{ads} of {all} ads write a contact so that software cannot read it."""
    found = firsts(view.indicator("contact_obfuscation"))
    if not found:
        return NOTHING
    return Found(weight(view, found), refs(found), {"ads": len(found), "all": len(view.ad_ids)})


def trust_assurance(view: GroupView) -> Found:
    """{ads} of {all} ads stress reliability or professionalism ({words})."""
    return phrases(view, "trust_assurance")


def third_person_plural(view: GroupView) -> Found:
    """{ads} of {all} ads are written about or for others ({words})."""
    return phrases(view, "third_person_plural")


def multiple_persons(view: GroupView) -> Found:
    """{ads} of {all} ads offer more than one person ({words})."""
    return phrases(view, "multiple_persons")


def third_party_control(view: GroupView) -> Found:
    """In {ads} of {all} ads someone else sets terms or takes contact ({words})."""
    return phrases(view, "third_party_control")


def restricted_autonomy(view: GroupView) -> Found:
    """In {ads} of {all} ads an own choice of place or refusal appears absent ({words})."""
    return phrases(view, "restricted_autonomy")


def stated_limits(view: GroupView) -> Found:
    """{ads} of {all} ads set conditions or refusals ({words})."""
    return phrases(view, "stated_limits")


def independence_claim(view: GroupView) -> Found:
    """{ads} of {all} ads state working for oneself ({words})."""
    return phrases(view, "independence_claim")


def recruitment_offer(view: GroupView) -> Found:
    """{ads} of {all} ads recruit people ({words}); most such offers are lawful jobs."""
    return phrases(view, "recruitment_offer")


def recruitment_vague_benefits(view: GroupView) -> Found:
    """{ads} of {all} ads promise housing, travel, papers or high pay for vague duties, several of these together ({words})."""
    said = view.indicator("recruitment_vague_benefits")
    kinds: dict[str, set[object]] = defaultdict(set)
    for ad_id, one in said:
        kinds[ad_id].add(one.detail.get("entry", one.surface))
    return share(view, [(ad_id, one) for ad_id, one in said if len(kinds[ad_id]) >= PROMISES])


def client_screening(view: GroupView) -> Found:
    """{ads} of {all} ads require checks of clients ({words}): a safety practice, which weighs nothing."""
    return phrases(view, "client_screening")


def movement_language(view: GroupView) -> Found:
    """{ads} of {all} ads speak of arrival or a limited stay ({words}): less frequent in known cases."""
    return phrases(view, "movement_language")


def venue_business_cue(view: GroupView) -> Found:
    """{ads} of {all} ads read like a salon, a spa or an agency ({words})."""
    return phrases(view, "venue_business_cue")


def spam_scam_cue(view: GroupView) -> Found:
    """{ads} of {all} ads show signs of spam or a scam ({words})."""
    return phrases(view, "spam_scam_cue")


def phrases(view: GroupView, name: str) -> Found:
    """The share of ads in which the indicator `name` is mentioned."""
    return share(view, view.indicator(name))


def share(view: GroupView, said: Said) -> Found:
    """In how many of the ads something was found, with its words."""
    if not said:
        return NOTHING
    found = firsts(said)
    surfaces = {one.surface for _, one in said}
    words = sorted({one.casefold().strip() for one in surfaces})
    told = ", ".join([f"“{word[:60]}”" for word in words[:3]]) + (", …" if len(words) > 3 else "")
    return Found(weight(view, found), refs(found), {"ads": len(found), "all": len(view.ad_ids), "words": told})


def weight(view: GroupView, found: Mapping[str, Mention]) -> float:
    """The square root of the share of ads: a few among many still count, a stray one hardly does."""
    return sqrt(len(found) / len(view.ad_ids))
