"""From a group to its review priority: features, gate, value, band, route, lane, and every reason in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models import scorecard
from models.features import NAMES, find, matrix, sentence
from models.indicators import Grade, indicators
from models.learnable import learnable
from models.records import Band, Direction, Evidence, Lane, Priority, Route
from models.routing import route
from models.views import NOTHING, Found, GroupView
from store.garbage import uncollected

FIRST = 0.55
ORDER = {one: place for place, one in enumerate((Direction.FOR, Direction.AGAINST, Direction.CONTEXT))}
LITTLE = 40  # characters of text in all ads together below which nothing is said
LANGUAGES = frozenset({"en", "es", "pt"})


class Model(Protocol):
    """What puts the leads in order: the scorecard, or a trained model in its place."""

    @property
    def label(self) -> str:
        """Name and version, as a priority shows them."""

    @property
    def reads(self) -> bool:
        """Whether it looks at the text."""

    def raw(self, strengths: NDArray[np.float64], texts: Sequence[str]) -> NDArray[np.float64]:
        """A raw value in [0, 1] for each row of strengths and the group's masked text."""


@dataclass(frozen=True, slots=True)
class Published:
    """The scorecard as a model: the default, and what is fallen back to."""

    label: str = f"{scorecard.NAME} {scorecard.VERSION}"
    reads: bool = False

    def raw(self, strengths: NDArray[np.float64], texts: Sequence[str]) -> NDArray[np.float64]:  # noqa: ARG002
        """1 - exp(-points); the text is not looked at."""
        return scorecard.raw(scorecard.points(strengths))


class Assessment(NamedTuple):
    """All about a group but its value: the same whatever model is in force."""

    found: Mapping[str, Found]
    route: Route
    reason: str | None  # the feature that routes it
    lane: Lane
    abstained: str | None


def prioritise(views: Sequence[GroupView], model: Model | None = None) -> list[Priority]:
    """The priority of each group, in the order given. The gate and the routes are the same for every model."""
    if not views:
        return []
    with uncollected():
        return _prioritised(views, model or Published())


def _prioritised(views: Sequence[GroupView], model: Model) -> list[Priority]:
    assessed = [assess(view) for view in views]
    strengths = matrix(one.found for one in assessed)
    lead = scorecard.leads(strengths).tolist()
    values = ranked(views, strengths, model).tolist()
    points = scorecard.points(strengths)
    return [
        Priority(
            group_id=view.group.group_id,
            value=round(value, 6),
            band=_band(one, value, lead=leads),
            route=one.route,
            lane=one.lane,
            evidence=_evidence(one, row),
            abstained=one.abstained,
            model=model.label,
        )
        for view, one, value, leads, row in zip(views, assessed, values, lead, points.tolist(), strict=True)
    ]


def ranked(
    views: Sequence[GroupView], strengths: NDArray[np.float64], model: Model | None = None
) -> NDArray[np.float64]:
    """The value of each group, given the strengths of its features. The gate is the same for every model."""
    model = model or Published()
    texts = [learnable(view) for view in views] if model.reads else [""] * len(views)
    return scorecard.gated(model.raw(strengths, texts), scorecard.leads(strengths))


def assess(view: GroupView) -> Assessment:
    """Features, route, lane, and whether there is enough to say. A stated minor age is never abstained from."""
    found = find(view)
    chosen, reason = route(view, found)
    minor = found["stated_minor"].strength > 0
    lane = Lane.FIRST if minor else Lane.RANKED
    return Assessment(found, chosen, reason, lane, None if minor else _abstained(view, found))


def _band(assessed: Assessment, value: float, *, lead: bool) -> Band:
    if assessed.abstained is not None:
        return Band.ABSTAINED
    if not lead:
        return Band.NONE
    return Band.FIRST if value >= FIRST else Band.REVIEW


def _abstained(view: GroupView, found: dict[str, Found]) -> str | None:
    """Why there is not enough to say, or None. What already routes a group says enough."""
    members = view.ad_ids
    if not members:
        return "none of its ads has been read"
    readings = [view.readings[ad_id] for ad_id in members]
    if not any(one.language in LANGUAGES for one in readings):
        languages = {one.language for one in readings}
        if languages != {"und"}:
            return f"its language is not supported ({', '.join(sorted(languages))})"
    if len(readings[0].masked) < LITTLE and sum(len(one.masked) for one in readings) < LITTLE:
        return "too little text"
    if len(members) == 1 and not any(found[name].strength for name in STRUCTURE):
        return "a single ad that nothing links to others"
    return None


STRUCTURE = tuple(name for name in NAMES if indicators()[name].grade is Grade.STRUCTURE)


@lru_cache(maxsize=10_000)  # half a microsecond each, and few are different
def _rounded(points: float) -> float:
    return round(points, 6)


def _evidence(assessed: Assessment, points: Sequence[float]) -> tuple[Evidence, ...]:
    """Reasons for, strongest first; then against; then context."""
    made = []
    for place, found in enumerate(assessed.found.values()):
        if found is NOTHING or not found.strength:
            continue
        name, grade, letter, family = ROWS[place]
        contribution = _rounded(points[place])
        if contribution > 0 or grade is MINOR:
            direction = FOR
        else:
            direction = AGAINST if name == assessed.reason or grade in LESS else CONTEXT
        one = Evidence(name, direction, family, letter, contribution, sentence(name, found), found.mentions)
        made.append((ORDER[direction], -abs(contribution), name, one))
    made.sort()  # no two have the same name
    return tuple([one for _, _, _, one in made])


ROWS = tuple((name, row.grade, row.grade.value, row.family) for name in NAMES for row in (indicators()[name],))
LESS = frozenset({Grade.LESS, Grade.INDEPENDENCE})
# Looked up here once: to ask the class for a member takes longer than what is done with it.
MINOR, FOR, AGAINST, CONTEXT = Grade.MINOR, Direction.FOR, Direction.AGAINST, Direction.CONTEXT
