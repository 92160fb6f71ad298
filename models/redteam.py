"""How far a ranking falls when writers disguise their words: held-out ads rewritten by the habits of evasion, read anew.

Groups stay as they were linked: what is measured is the reading of words and phrases. How well disguised contacts are read
is measured on its own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from crawlers.records import Ad
from models import metrics, scorecard
from models.cases import Cases, cases
from models.evaluation import ranking
from models.labels import Label
from models.priority import Model
from models.views import GroupView
from nlp.pipeline import read_ads

SHARE = 0.3  # of the words of an ad that its writer disguises
MOST = 400  # groups that are rewritten
LOOK_ALIKE = str.maketrans("aeopcxyiAEOPCX", "аеорсхуіАЕОРСХ")
DIGITS = str.maketrans("aeiot", "43107")
WIDE = {ord(char): ord(char) + 0xFEE0 for char in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
HABITS: dict[str, Callable[[str, Random], str]] = {
    "look-alike letters": lambda word, random: word.translate(LOOK_ALIKE),  # noqa: ARG005
    "digits for letters": lambda word, random: word.translate(DIGITS),  # noqa: ARG005
    "wide letters": lambda word, random: word.translate(WIDE),  # noqa: ARG005
    "hidden characters": lambda word, random: "\u200b".join(word),  # noqa: ARG005
    "long letters": lambda word, random: word[:-1] + word[-1] * random.randint(3, 5),
    "dots inside": lambda word, random: ".".join(word),  # noqa: ARG005
}


def disguised(views: Iterable[GroupView], seed: int = 0) -> list[GroupView]:
    """The groups with each ad rewritten by one habit drawn for its group, and read anew."""
    random = Random(seed)  # noqa: S311  a seeded draw is wanted
    views = list(views)
    rewritten: list[Ad] = []
    for view in views:
        habit = HABITS[random.choice(sorted(HABITS))]
        for ad_id in view.ad_ids:
            ad = view.ad(ad_id)
            rewritten.append(
                replace(ad, title=_rewrite(ad.title, habit, random), body=_rewrite(ad.body, habit, random))
            )
    read = {reading.ad_id: reading for reading in read_ads(rewritten)}
    by_id = {ad.ad_id: ad for ad in rewritten}
    return [
        replace(
            view,
            ads={ad_id: by_id.get(ad_id, ad) for ad_id, ad in view.ads.items()},
            readings={ad_id: read.get(ad_id, reading) for ad_id, reading in view.readings.items()},
        )
        for view in views
    ]


def measure(
    views: Sequence[GroupView], labels: Sequence[Label], held: Cases, model: Model, seed: int = 0
) -> dict[str, Any]:
    """The ranking of the held-out groups as they are and disguised, paired; and how many of the leads are still leads."""
    wanted = set(held.group_ids[:MOST])
    rewritten = cases(disguised((view for view in views if view.group.group_id in wanted), seed), labels)
    rows = [held.group_ids.index(group_id) for group_id in rewritten.group_ids if group_id in wanted]
    plain = held.take(rows)
    ours, theirs = ranking(rewritten, model), ranking(plain, model)
    leads = scorecard.leads(plain.strengths)
    still = leads & scorecard.leads(rewritten.strengths)
    return {
        "n": len(plain),
        "positives": int(plain.y.sum()),
        "plain": _precision(plain, theirs, seed),
        "disguised": _precision(plain, ours, seed),
        "difference": metrics.difference(plain.y, ours, theirs, seed),
        "leads": int(leads.sum()),
        "still_leads": int(still.sum()),
    }


def _precision(held: Cases, value: metrics.Floats, seed: int) -> dict[str, Any] | None:
    return metrics.measured(held.y, value, metrics.average_precision, seed) if metrics.enough(held.y) else None


def _rewrite(text: str, habit: Callable[[str, Random], str], random: Random) -> str:
    words = text.split(" ")
    return " ".join(
        habit(word, random) if word.isalpha() and len(word) > 2 and random.random() < SHARE else word for word in words
    )
