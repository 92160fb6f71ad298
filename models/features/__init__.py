"""Every feature: a function of a linked group, named by its row of the indicator table; its docstring is what is read."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from models.features import ages, wording
from models.features.ages import stated_minor, stated_young_adult
from models.features.copies import multi_contact_template, template_reuse
from models.features.identities import inconsistent_identity, recruit_sell_contact
from models.features.places import circuit, concurrent_presence, shared_contact_locations
from models.features.price import price_anomaly
from models.features.volume import burst_posting
from models.features.wording import (
    client_screening,
    contact_obfuscation,
    independence_claim,
    movement_language,
    multiple_persons,
    recruitment_offer,
    recruitment_vague_benefits,
    restricted_autonomy,
    spam_scam_cue,
    stated_limits,
    third_party_control,
    third_person_plural,
    trust_assurance,
    venue_business_cue,
    youth_implying,
)
from models.views import NOTHING, Found, GroupView

Feature = Callable[[GroupView], Found]

FEATURES: tuple[Feature, ...] = (
    stated_minor,
    youth_implying,
    contact_obfuscation,
    trust_assurance,
    stated_young_adult,
    client_screening,
    movement_language,
    third_person_plural,
    multiple_persons,
    third_party_control,
    restricted_autonomy,
    stated_limits,
    independence_claim,
    price_anomaly,
    venue_business_cue,
    spam_scam_cue,
    recruitment_offer,
    recruitment_vague_benefits,
    recruit_sell_contact,
    template_reuse,
    multi_contact_template,
    shared_contact_locations,
    inconsistent_identity,
    concurrent_presence,
    burst_posting,
    circuit,
)
NAMES: tuple[str, ...] = tuple(feature.__name__ for feature in FEATURES)
SENTENCES = {feature.__name__: " ".join((feature.__doc__ or "").split()) for feature in FEATURES}
# These find nothing in a group whose ads do not mention the indicator that they are named after, which most are not.
WORDED = frozenset(one.__name__ for one in FEATURES if one.__module__ in (ages.__name__, wording.__name__))
_WORDED = {one.__name__: one for one in FEATURES if one.__name__ in WORDED}
_OTHERS = tuple((one.__name__, one) for one in FEATURES if one.__name__ not in WORDED)
_NOTHING = dict.fromkeys(NAMES, NOTHING)


def find(view: GroupView) -> dict[str, Found]:
    """What every feature found in a group, by name, in the order of NAMES."""
    found = _NOTHING.copy()
    for name in view.indicators:
        if (feature := _WORDED.get(name)) is not None:
            found[name] = feature(view)
    for name, feature in _OTHERS:
        found[name] = feature(view)
    return found


def sentence(name: str, found: Found) -> str:
    """What the analyst reads of a feature: its docstring with the slots filled."""
    return SENTENCES[name].format(**found.slots)


def matrix(found: Iterable[Mapping[str, Found]]) -> NDArray[np.float64]:
    """Strengths of what `find` gave, one row per group and one column per name in NAMES, each in [0, 1]."""
    strengths = [0.0 if one is NOTHING else one.strength for every in found for one in every.values()]
    return np.array(strengths, dtype=np.float64).reshape(-1, len(NAMES))
