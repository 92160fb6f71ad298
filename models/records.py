"""What scoring yields: a review priority with the evidence for and against it. Never a finding."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple


class Direction(StrEnum):
    """Which way a piece of evidence speaks."""

    FOR = "for"
    AGAINST = "against"
    CONTEXT = "context"  # shown, weighs nothing


class Band(StrEnum):
    """How a priority is put to a person."""

    FIRST = "review first"
    REVIEW = "review"
    NONE = "no signal"
    ABSTAINED = "not enough to say"


class Route(StrEnum):
    """The class a group is looked at as."""

    REVIEW = "review"
    VENUE = "venue"
    AGENCY = "agency"
    SPAM = "spam"
    RECRUITMENT = "recruitment"


class Lane(StrEnum):
    """`FIRST` holds every group with a stated minor age, whole and before all others."""

    FIRST = "first"
    RANKED = "ranked"


class MentionRef(NamedTuple):
    """The words behind a piece of evidence: characters of one field of one ad."""

    ad_id: str
    field: str
    start: int
    end: int
    surface: str

    def as_json(self) -> dict[str, Any]:
        """The object inside `evidence[].mentions`."""
        return {
            "ad_id": self.ad_id,
            "field": self.field,
            "start": self.start,
            "end": self.end,
            "surface": self.surface,
        }


class Evidence(NamedTuple):
    """One reason: the feature, the family it counts in, what it added, in a sentence, with its words."""

    feature: str  # an id of the indicator table
    direction: Direction
    family: str
    grade: str
    contribution: float
    sentence: str
    mentions: tuple[MentionRef, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The object inside `evidence`."""
        return {
            "feature": self.feature,
            "direction": self.direction.value,
            "family": self.family,
            "grade": self.grade,
            "contribution": self.contribution,
            "sentence": self.sentence,
            "mentions": [mention.as_json() for mention in self.mentions],
        }


@dataclass(frozen=True, slots=True)
class Priority:
    """A group's place in the order of review, in [0, 1], with everything that speaks for and against it."""

    group_id: str
    value: float
    band: Band
    route: Route
    lane: Lane
    evidence: tuple[Evidence, ...]
    abstained: str | None  # why there is not enough to say
    model: str  # name and version

    def unquoted(self, ad_ids: Collection[str]) -> "Priority":
        """The same, with no words of these ads."""
        evidence = (
            one._replace(mentions=tuple(said for said in one.mentions if said.ad_id not in ad_ids))
            for one in self.evidence
        )
        return replace(self, evidence=tuple(evidence))
