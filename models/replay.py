"""Shadow replay: the queues of the last days as a challenger would have ranked them, beside the champion's, and why.

Each group stands as it was on the day: with the ads that had been seen by then, unless somebody had decided on it before.
Both models share gate, routes and lanes, so what a replay shows is order alone. Nothing is stored and nobody is shown it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from crawlers.stored import StoredAd
from models import scorecard, seals
from models.corpora import material
from models.features import NAMES, matrix
from models.inforce import SCORECARD
from models.labels import Label, Source, Value
from models.learnable import learnable
from models.metrics import Floats
from models.priority import Assessment, Model, Published, assess
from models.records import Lane, Route
from models.views import GroupView, clipped
from nlp.pipeline import version
from store.workspace import Workspace

PLACES = 5  # that a group has to move within the queue to have risen or fallen
REASONS = 3
LEAST = 0.005  # of a value, below which a reason is not named
TEXT = "the words of its ads"
PEOPLE = (Source.DECISION, Source.SECOND_READER)


@dataclass(frozen=True, slots=True)
class Move:
    """A group whose place the challenger changes: its place with champion and challenger, from 1; None is not in the queue."""

    group_id: str
    before: int | None
    after: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day's queue, replayed."""

    day: str
    leads: int
    capacity: int
    stay: int
    enter: tuple[Move, ...]
    leave: tuple[Move, ...]
    rise: tuple[Move, ...]
    fall: tuple[Move, ...]

    def as_json(self) -> dict[str, Any]:
        """The object that `sidelight compare --replay --json` writes."""
        return asdict(self)

    @property
    def told(self) -> Iterator[str]:
        """The day in lines for people."""
        yield (
            f"{self.day}: {self.leads} leads, queue of {self.capacity}: {self.stay} stay, {len(self.enter)} enter, "
            f"{len(self.leave)} leave, {len(self.rise)} rise, {len(self.fall)} fall"
        )
        for name, moves in (("enters", self.enter), ("leaves", self.leave), ("rises", self.rise), ("falls", self.fall)):
            for one in moves:
                places = f"{one.before or '-'} -> {one.after or '-'}"
                yield f"  {name:<6} {one.group_id}  {places:>9}  {one.why}"


@dataclass(frozen=True, slots=True)
class _Standing:
    """A group as it was on a day."""

    group_id: str
    assessed: Assessment
    text: str


def replayed(
    workspace: Workspace, challenger: str, champion: str, days: int, label_file: Path | None, ad_file: Path | None
) -> list[Day]:
    """The last days of a workspace, or of a file of ads. Raises ModelError where a model does not load."""
    views, labels = material(workspace, label_file, ad_file)
    ours, theirs = (
        Published() if name == SCORECARD else seals.load(workspace, name, version()) for name in (challenger, champion)
    )
    return replay(views, labels, ours, theirs, capacity=workspace.settings.queue_capacity, days=days)


def replay(
    views: Sequence[GroupView], labels: Sequence[Label], challenger: Model, champion: Model, *, capacity: int, days: int
) -> list[Day]:
    """The queues of the last `days` days before the newest ad, oldest first. Days are those of UTC."""
    if not views:
        return []
    newest = max(view.group.last_seen for view in views).astimezone(UTC).date()
    known: dict[tuple[str, int], _Standing] = {}
    made = []
    for number in range(days - 1, -1, -1):
        day = newest - timedelta(days=number)
        standing = list(_standing(views, labels, day, known))
        made.append(_day(day, standing, challenger, champion, capacity))
    return made


def as_of(view: GroupView, moment: datetime) -> GroupView | None:
    """The group as it was at a moment: the ads seen by then, and what of links, stays and templates they bear. None before."""
    there = tuple(ad_id for ad_id in view.ad_ids if (seen := _seen(view, ad_id)) is not None and seen <= moment)
    return clipped(view, there, None, moment) if there else None


def why(standing: _Standing, challenger: Model, champion: Model) -> str:
    """What the challenger weighs otherwise: for each reason, what its value loses without it, less what the champion's does."""
    found = standing.assessed.found
    names = [name for name in NAMES if found[name].strength]
    strengths = np.repeat(matrix([found]), len(names) + 2, axis=0)
    texts = [standing.text] * len(names) + ["", standing.text]
    for row, name in enumerate(names):
        strengths[row, NAMES.index(name)] = 0.0
    lost = [raw[-1] - raw[:-1] for raw in (model.raw(strengths, texts) for model in (challenger, champion))]
    more = sorted(
        zip([*names, TEXT], (lost[0] - lost[1]).tolist(), strict=True), key=lambda one: (-abs(one[1]), one[0])
    )
    told = [f"{name} {value:+.2f}" for name, value in more[:REASONS] if abs(value) >= LEAST]
    return ", ".join(told) or "others moved past it"


def _standing(
    views: Sequence[GroupView], labels: Sequence[Label], day: date, known: dict[tuple[str, int], _Standing]
) -> Iterator[_Standing]:
    begins = datetime.combine(day, time(), UTC)
    decided = [one for one in labels if one.source in PEOPLE and one.at < begins and one.value is not Value.UNSURE]
    ads, groups = {ad_id for one in decided for ad_id in one.ad_ids}, {one.group_id for one in decided}
    for view in views:
        then = as_of(view, begins + timedelta(days=1))
        if then is None or view.group.group_id in groups or not ads.isdisjoint(then.ad_ids):
            continue
        key = view.group.group_id, len(then.ad_ids)
        if key not in known:
            known[key] = _Standing(view.group.group_id, assess(then), learnable(then))
        yield known[key]


def _day(day: date, standing: Sequence[_Standing], challenger: Model, champion: Model, capacity: int) -> Day:
    leads = _leads(standing)
    new, old = (_order(leads, model) for model in (challenger, champion))
    after, before = ({one: place for place, one in enumerate(order, 1)} for order in (new, old))
    by_id = {one.group_id: one for one in leads}

    def move(group_id: str) -> Move:
        places = [where if (where := place[group_id]) <= capacity else None for place in (before, after)]
        return Move(group_id, places[0], places[1], why(by_id[group_id], challenger, champion))

    both = [one for one in new[:capacity] if before[one] <= capacity]
    return Day(
        day.isoformat(),
        len(leads),
        capacity,
        len(both),
        enter=tuple(move(one) for one in new[:capacity] if before[one] > capacity),
        leave=tuple(move(one) for one in old[:capacity] if after[one] > capacity),
        rise=tuple(move(one) for one in both if before[one] - after[one] >= PLACES),
        fall=tuple(move(one) for one in both if after[one] - before[one] >= PLACES),
    )


def _leads(standing: Sequence[_Standing]) -> list[_Standing]:
    """Those that a queue ranks, as casework does: leads in the ranked lane, on the routes of review and recruitment."""
    if not standing:
        return []
    lead = scorecard.leads(matrix(one.assessed.found for one in standing))
    return [
        one
        for one, yes in zip(standing, lead, strict=True)
        if yes
        and one.assessed.lane is Lane.RANKED
        and one.assessed.route in (Route.REVIEW, Route.RECRUITMENT)
        and one.assessed.abstained is None
    ]


def _order(leads: Sequence[_Standing], model: Model) -> list[str]:
    if not leads:
        return []
    value: Floats = model.raw(matrix(one.assessed.found for one in leads), [one.text for one in leads])
    return [
        leads[row].group_id for row in sorted(range(len(leads)), key=lambda row: (-value[row], leads[row].group_id))
    ]


def _seen(view: GroupView, ad_id: str) -> datetime | None:
    found = view.ads[ad_id]
    return found.first_seen if isinstance(found, StoredAd) else found.posted_at
