"""The words of an ad that show a piece of evidence, as written and where."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crawlers.records import Ad
from linker.alignment import in_common
from linker.offers import category_of, says_so
from linker.records import Reason
from linker.signals import CONTACTS
from linker.webkeys import keys_of_url
from linker.why import Chain, Evidence, Step
from linker.wording import wording_of
from nlp.records import Kind, Mention, Reading

KINDS = {reason: kind for kind, reason in CONTACTS.items()} | {Reason.URL: Kind.URL}
OPENING = 90  # characters of a text that stand for it


@dataclass(frozen=True, slots=True)
class Quote:
    """`ad.<field>[start:end] == surface`; for a job category in an address `field` is "url".

    `kind` is that of the mention, "category", or "wording" for the opening of a near-copy.
    """

    ad_id: str
    kind: str
    field: str
    start: int
    end: int
    surface: str


def quotes(evidence: Evidence, ad: Ad, reading: Reading) -> list[Quote]:
    """What one ad has of it: the shared value as written; of near-copies the opening words; of a job offer what makes it one.

    A picture has no words, and a person's word stands in no ad.
    """
    if evidence.reason is Reason.TEXT:
        field, text = next(((name, text) for name, text in ad.texts().items() if name == "body"), ("title", ad.title))
        return [Quote(ad.ad_id, "wording", field, 0, len(text[:OPENING]), text[:OPENING])] if text else []
    found = [quote for one in mentions_of(evidence, reading) for quote in _quotes(ad, one)]
    return found + (list(_offer(ad, reading)) if evidence.reason is Reason.RECRUITMENT else [])


def mentions_of(evidence: Evidence, reading: Reading) -> list[Mention]:
    """The first mention of the reading that carries the evidence's value, if any does."""
    reason, key = evidence.reason, evidence.key
    if reason is Reason.RECRUITMENT:
        name, _, key = key.partition(":")
        reason = Reason(name)
    kind = KINDS.get(reason) if reason else None
    return [one for one in reading.mentions if one.kind is kind and _holds(one, key)][:1]


def _holds(mention: Mention, key: str) -> bool:
    return mention.value == key or (mention.kind is Kind.URL and key in keys_of_url(mention.value))


def _offer(ad: Ad, reading: Reading) -> Iterator[Quote]:
    said = [one for one in reading.of(Kind.INDICATOR) if says_so(one.value, one.detail)]
    if said:
        yield from _quotes(ad, said[0])
    elif category := category_of(ad.url):
        start = ad.url.lower().replace("_", "-").find(category)
        yield Quote(ad.ad_id, "category", "url", start, start + len(category), ad.url[start : start + len(category)])


def _quotes(ad: Ad, mention: Mention) -> Iterator[Quote]:
    """Where a mention stands; one that is written in pieces, piece by piece."""
    pieces = mention.detail.get("parts") or [{"field": mention.field, "start": mention.start, "end": mention.end}]
    for piece in pieces:
        field, start, end = str(piece["field"]), int(piece["start"]), int(piece["end"])
        surface = ad.texts()[field][start:end] if len(pieces) > 1 else mention.surface
        yield Quote(ad.ad_id, mention.kind.value, field, start, end, surface)


def step_quotes(
    step: Step, ads: Mapping[str, Ad], readings: Mapping[str, Reading]
) -> list[tuple[Evidence, list[Quote]]]:
    """Each piece of a step's evidence with the words of both ads; an ad that is gone or unread has none."""
    return [
        (
            one,
            [
                quote
                for ad_id in (step.left, step.right)
                if ad_id in ads and ad_id in readings
                for quote in quotes(one, ads[ad_id], readings[ad_id])
            ],
        )
        for one in step.evidence
    ]


def common_words(left: str, right: str) -> tuple[int, int]:
    """How many words two masked texts have in common order, and how many the longer one has."""
    one, other = wording_of(left).tokens, wording_of(right).tokens
    return in_common(one, other), max(len(one), len(other))


def as_json(chain: Chain, ads: Mapping[str, Ad], readings: Mapping[str, Reading]) -> dict[str, Any]:
    """A chain with its words, as `why --json` writes it."""
    return {
        "independent": chain.independent,
        "steps": [
            {
                "left": step.left,
                "right": step.right,
                "evidence": [
                    {
                        "reason": one.reason.value if one.reason else "person",
                        "key": one.key,
                        "weight": one.weight,
                        "words": [asdict(quote) for quote in found],
                    }
                    for one, found in step_quotes(step, ads, readings)
                ],
            }
            for step in chain.steps
        ],
    }
