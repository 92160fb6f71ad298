"""Posters: linked groups as writers, each with one text of every near-copy cluster that it has to itself."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Connection, func, select

from linker.components import components
from linker.records import Group, Reason
from linker.signal_rows import load_signals
from linker.signals import Key, Signals
from linker.stored import load_groups
from linker.tables import group_members, groups, link_keys
from models.style import TEXTS, habitual
from nlp.tables import readings
from store.database import chunks, select_in

HARD = frozenset({Reason.PHONE, Reason.EMAIL, Reason.HANDLE})
PORTION = 500  # groups
Text = tuple[str, str]  # language, masked text


@dataclass(frozen=True, slots=True)
class Poster:
    """A group as a writer. `joined` holds its texts, those together that phone, e-mail or handle links join."""

    group_id: str
    language: str  # of its first text
    towns: frozenset[str]
    sites: frozenset[str]
    contacts: frozenset[Key]  # its own: no hub among them
    joined: tuple[tuple[str, ...], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All its texts, at most TEXTS."""
        return tuple(chain.from_iterable(self.joined))[:TEXTS]


def posters(connection: Connection) -> Iterator[Poster]:
    """Every stored group that has a text of its own, by group id; a portion is in memory at a time."""
    shared = _shared(connection)
    ids = connection.execute(select(groups.c.group_id).order_by(groups.c.group_id)).scalars().all()
    for part in chunks(ids, PORTION):
        found = load_groups(connection, part)
        signals = load_signals(connection, (ad_id for one in found.values() for ad_id in one.ad_ids))
        firsts = {group_id: _firsts(one, signals, shared) for group_id, one in found.items()}
        query = select(readings.c.ad_id, readings.c.language, readings.c.masked)
        wanted = sorted(ad_id for some in firsts.values() for ad_id in some)
        texts = {
            row.ad_id: (row.language, row.masked) for row in select_in(connection, query, readings.c.ad_id, wanted)
        }
        for group_id in sorted(found):
            yield from _poster(found[group_id], signals, firsts[group_id], texts)


def posters_of(made: Iterable[Group], signals: Mapping[str, Signals], texts: Mapping[str, Text]) -> list[Poster]:
    """The same without a store; `signals` with their clusters, `texts` by ad id."""
    owners: dict[str, set[str]] = defaultdict(set)
    known = sorted(made, key=lambda one: one.group_id)
    for group in known:
        for ad_id in group.ad_ids:
            for cluster in _clusters(signals[ad_id]):
                owners[cluster].add(group.group_id)
    shared = {cluster for cluster, some in owners.items() if len(some) > 1}
    return [one for group in known for one in _poster(group, signals, _firsts(group, signals, shared), texts)]


def _shared(connection: Connection) -> set[str]:
    """Clusters with ads of several groups: copied by many, and nobody's style."""
    several = (
        select(link_keys.c.key)
        .join(group_members, group_members.c.ad_id == link_keys.c.ad_id)
        .where(link_keys.c.reason == Reason.TEXT.value)
        .group_by(link_keys.c.key)
        .having(func.min(group_members.c.group_id) != func.max(group_members.c.group_id))
    )
    return set(connection.execute(several).scalars())


def _firsts(group: Group, signals: Mapping[str, Signals], shared: Collection[str]) -> list[str]:
    """The first ad of each near-copy cluster that only this group has, in order of time."""
    found: dict[str, str] = {}
    for one in sorted((signals[ad_id] for ad_id in group.ad_ids if ad_id in signals), key=lambda one: one.order):
        for cluster in _clusters(one):
            if cluster not in shared:
                found.setdefault(cluster, one.ad_id)
    return list(found.values())


def _clusters(ad: Signals) -> list[str]:
    return [key.value for key in ad.keys if key.reason is Reason.TEXT]


def _poster(
    group: Group, signals: Mapping[str, Signals], firsts: list[str], texts: Mapping[str, Text]
) -> Iterator[Poster]:
    written = {ad_id: text for ad_id in firsts if ad_id in texts and (text := habitual(texts[ad_id][1]))}
    if not written:
        return
    owner = components(group.ad_ids, ((one.left, one.right) for one in group.links if one.reason in HARD))
    joined: dict[str, dict[str, None]] = defaultdict(dict)
    for ad_id, text in written.items():
        joined[owner[ad_id]][text] = None
    hubs = {(hub.reason, hub.key) for hub in group.hubs}
    known = [signals[ad_id] for ad_id in group.ad_ids if ad_id in signals]
    yield Poster(
        group_id=group.group_id,
        language=texts[next(iter(written))][0],
        towns=frozenset(place.place for one in known for place in one.places),
        sites=frozenset(one.site for one in known),
        contacts=frozenset(key for one in known for key in one.keys if key.reason in HARD and key not in hubs),
        joined=tuple(map(tuple, joined.values())),
    )
