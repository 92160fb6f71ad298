"""Labelled groups as rows to learn and measure on: strengths, learnable text, label, time, and what may not be parted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from linker.components import components
from linker.copies import clusters
from linker.wording import wording_of
from models.features import matrix
from models.labels import Label, Source, verdict
from models.learnable import learnable
from models.ordinal import firmest
from models.priority import assess
from models.records import Route
from models.views import GroupView
from nlp.records import Kind


@dataclass(frozen=True, slots=True)
class Cases:
    """One row per group; all arrays in the same order. Groups that share near-copies or a contact have one `block`."""

    group_ids: tuple[str, ...]
    ad_ids: tuple[tuple[str, ...], ...]
    strengths: NDArray[np.float64]
    texts: tuple[str, ...]
    y: NDArray[np.int_]
    at: tuple[datetime, ...]
    block: tuple[str, ...]
    contacts: tuple[tuple[str, ...], ...]  # that are no hubs
    ranked: NDArray[np.bool_]  # in the ranked review: neither routed away nor abstained from
    routes: tuple[Route, ...]
    languages: tuple[str, ...]
    sites: tuple[str, ...]
    cities: tuple[str, ...]  # where most of the stay is; "unknown" where no place was read
    kinds: tuple[str, ...]  # the class the market's truth names, else the route the group is looked at as
    levels: NDArray[np.int_]  # models.ordinal.LEVELS
    rehearsal: bool

    def __len__(self) -> int:
        return len(self.group_ids)

    def take(self, rows: Sequence[int]) -> "Cases":
        """The cases of these rows."""
        index = np.array(rows, dtype=int)
        return Cases(
            group_ids=tuple(self.group_ids[i] for i in rows),
            ad_ids=tuple(self.ad_ids[i] for i in rows),
            strengths=self.strengths[index],
            texts=tuple(self.texts[i] for i in rows),
            y=self.y[index],
            at=tuple(self.at[i] for i in rows),
            block=tuple(self.block[i] for i in rows),
            contacts=tuple(self.contacts[i] for i in rows),
            ranked=self.ranked[index],
            routes=tuple(self.routes[i] for i in rows),
            languages=tuple(self.languages[i] for i in rows),
            sites=tuple(self.sites[i] for i in rows),
            cities=tuple(self.cities[i] for i in rows),
            kinds=tuple(self.kinds[i] for i in rows),
            levels=self.levels[index],
            rehearsal=self.rehearsal,
        )


def cases(views: Iterable[GroupView], labels: Iterable[Label]) -> Cases:
    """The groups that labels say something about, by group id. Labels follow their ads to the group they are in now."""
    by_id = {view.group.group_id: view for view in views if view.ad_ids}
    given = _by_group(by_id, labels)
    said = {group_id: yes for group_id, some in sorted(given.items()) if (yes := verdict(some)) is not None}
    chosen = [by_id[group_id] for group_id in said]
    assessed = [assess(view) for view in chosen]
    return Cases(
        group_ids=tuple(said),
        ad_ids=tuple(view.group.ad_ids for view in chosen),
        strengths=matrix(one.found for one in assessed),
        texts=tuple(learnable(view) for view in chosen),
        y=np.array([int(yes) for yes in said.values()], dtype=int),
        at=tuple(view.group.last_seen for view in chosen),
        block=_blocks(chosen),
        contacts=tuple(_contacts(view) for view in chosen),
        ranked=np.array([one.route is Route.REVIEW and one.abstained is None for one in assessed], dtype=bool),
        routes=tuple(one.route for one in assessed),
        languages=tuple(_most(view.readings[ad_id].language for ad_id in view.ad_ids) for view in chosen),
        sites=tuple(_most(view.ad(ad_id).site for ad_id in view.ad_ids) for view in chosen),
        cities=tuple(_city(view) for view in chosen),
        kinds=tuple(_kind(given[group_id], one.route) for group_id, one in zip(said, assessed, strict=True)),
        levels=np.array([firmest(given[group_id]) for group_id in said], dtype=int),
        rehearsal=any(one.source is Source.MARKET for some in given.values() for one in some),
    )


def _by_group(views: Mapping[str, GroupView], labels: Iterable[Label]) -> dict[str, list[Label]]:
    owner = {ad_id: group_id for group_id, view in views.items() for ad_id in view.group.ad_ids}
    found: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        owners = Counter(owner[ad_id] for ad_id in label.ad_ids if ad_id in owner)
        if owners:
            found[min(owners, key=lambda group_id: (-owners[group_id], group_id))].append(label)
        elif label.group_id in views and not label.ad_ids:
            found[label.group_id].append(label)
    return found


def _blocks(views: Sequence[GroupView]) -> tuple[str, ...]:
    """For each group the least group it hangs together with through near-copies, or through a contact that is no hub."""
    wordings: dict[str, str] = {}
    used: dict[str, set[str]] = defaultdict(set)
    for view in views:
        for ad_id in view.ad_ids:
            wording = wording_of(view.readings[ad_id].masked)
            if wording.digest:
                wordings[wording.digest] = wording.text
                used[view.group.group_id].add(wording.digest)
    cluster = clusters(wordings)
    first: dict[str, str] = {}
    edges = [
        (group_id, first.setdefault(cluster[digest], group_id))
        for group_id in sorted(used)
        for digest in sorted(used[group_id])
    ]
    for view in views:
        edges += [(view.group.group_id, first.setdefault(key, view.group.group_id)) for key in _contacts(view)]
    joined = components([view.group.group_id for view in views], edges)
    return tuple(joined[view.group.group_id] for view in views)


def _contacts(view: GroupView) -> tuple[str, ...]:
    return tuple(f"{kind}:{value}" for kind, value in view.contacts)


def _city(view: GroupView) -> str:
    stops = sorted(view.group.itinerary, key=lambda stop: (-stop.ads, stop.first))
    if stops:
        return stops[0].name
    named = [
        one.detail.get("name") or one.value for ad_id in view.ad_ids for one in view.readings[ad_id].of(Kind.PLACE)
    ]
    return _most(map(str, named)) if named else "unknown"


def _kind(given: Sequence[Label], route: Route) -> str:
    told = [one.note for one in given if one.source is Source.MARKET and one.note]
    return _most(told) if told else route.value


def _most(values: Iterable[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value))
