"""The whole answer to "why are these two linked?", or why they are not, with the ads and readings it quotes."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from crawlers.records import Ad
from crawlers.stored import load_ads
from linker.apart import Shared, apart, crossing
from linker.quotes import as_json, common_words, step_quotes
from linker.records import Reason
from linker.stored import group_ids_of
from linker.why import CHAINS, Chain, Step, why
from nlp.records import Reading
from nlp.stored import load_readings
from store.errors import UsageError
from store.quarantine import held, require_shown


@dataclass(frozen=True, slots=True)
class Answer:
    """Chains where the two are in one group; else what they share and what keeps it from joining."""

    left: str
    right: str
    groups: Mapping[str, str]
    chains: tuple[Chain, ...]
    shared: tuple[Shared, ...]  # by the two ads
    crossing: tuple[Shared, ...]  # by other ads of their groups
    ads: Mapping[str, Ad]
    readings: Mapping[str, Reading]

    @property
    def between(self) -> list[str]:
        """The other ads its chains lead over."""
        return sorted(set(self.ads) - {self.left, self.right})

    @property
    def together(self) -> bool:
        """Whether they are in one group."""
        return self.left in self.groups and self.groups[self.left] == self.groups.get(self.right)

    def as_json(self) -> dict[str, Any]:
        """The object `why --json` writes."""
        return {
            "left": self.left,
            "right": self.right,
            "together": self.together,
            "groups": dict(self.groups),
            "chains": [as_json(chain, self.ads, self.readings) for chain in self.chains],
            "shared": [asdict(one) for one in (*self.shared, *self.crossing)],
        }


def answer(connection: Connection, left: str, right: str, most: int = CHAINS) -> Answer:
    """The answer from the workspace. Raises UsageError where an ad is not stored."""
    stored = load_ads(connection, (left, right))
    for ad_id in (left, right):
        require_shown(connection, ad_id)
        if ad_id not in stored:
            raise UsageError(
                f"no ad {ad_id!r} is stored; its id is as `sidelight search` prints it, such as harbor:1042"
            )
    groups = group_ids_of(connection, (left, right))
    chains = why(connection, left, right, most)
    ends = {end for one in chains for step in one.steps for end in (step.left, step.right)}
    back = held(connection, ends)
    chains = [one for one in chains if not any({step.left, step.right} & back for step in one.steps)]
    met = sorted({left, right} | {end for one in chains for step in one.steps for end in (step.left, step.right)})
    parted = left not in groups or groups[left] != groups.get(right)
    shared = apart(connection, left, right) if parted else []
    return Answer(
        left=left,
        right=right,
        groups=groups,
        chains=tuple(chains),
        shared=tuple(shared),
        crossing=tuple(crossing(connection, left, right)) if parted else (),
        ads={ad_id: one.ad for ad_id, one in load_ads(connection, met).items()},
        readings=load_readings(connection, met),
    )


def lines(found: Answer) -> Iterator[str]:
    """The answer in words, line by line; texts of ads without control characters."""
    if found.together:
        if not found.chains:
            yield "They are in one group, but no link leads from one to the other any more; the next linking sorts this out."
        for number, chain in enumerate(found.chains, start=1):
            if len(found.chains) > 1:
                yield f"chain {number}{'' if chain.independent else ', in part on evidence of those above'}"
            for place, step in enumerate(chain.steps, start=1):
                yield f"{place}. {step.sentence()}"
                yield from _words(step, found)
        return
    yield f"{found.left} and {found.right} are not linked."
    for one in found.shared:
        yield f"- {one.sentence()}"
    if not found.shared:
        yield "- They share nothing: no contact, address, picture or wording, and no name or place."
    for one in found.crossing:
        yield f"- {one.sentence()}"


def _words(step: Step, found: Answer) -> Iterator[str]:
    told = set()  # a contact that is a reason twice is quoted once
    for evidence, quotes in step_quotes(step, found.ads, found.readings):
        if evidence.reason is Reason.TEXT and step.left in found.readings and step.right in found.readings:
            same, most = common_words(found.readings[step.left].masked, found.readings[step.right].masked)
            yield f"     {same} of {most} words in common order"
        for one in quotes:
            if one in told:
                continue
            told.add(one)
            surface = "".join(char if char.isprintable() else " " for char in one.surface)
            yield f'     {one.ad_id} {one.field} {one.start}-{one.end}: "{surface}"'
