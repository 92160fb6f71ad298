"""Linking without a store: all ads at once, from signals to groups. The stage gives the same, a batch at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from linker.copies import clusters
from linker.evidence import links_of
from linker.itinerary import itinerary
from linker.judgements import Judgement
from linker.partition import group_id_of, partition
from linker.records import Group, Hub, Link, Reason
from linker.signals import Key, Signals
from linker.templates import templates
from store.spread import HERE, Spread

Block = tuple[Key, list[Signals]]
MEMBERS = 2_000  # ads that a part of the links is about; an ad stands in several blocks


def link(ads: Iterable[Signals], judged: Sequence[Judgement] = (), spread: Spread = HERE) -> list[Group]:
    """The groups of these ads, by group id; every ad is in one.

    Near-copies and links are looked for over `spread`, and what hangs together is put together here.
    """
    by_id = with_clusters({ad.ad_id: ad for ad in ads}, spread)
    links: list[Link] = []
    hubs: dict[Key, Hub] = {}
    for made, found in spread.map(_links_of_blocks, _parts(blocks(by_id.values()))):
        links += made
        hubs |= {Key(hub.reason, hub.key): hub for hub in found}
    made_groups = partition(by_id, links, judged)
    owner = {ad_id: number for number, members in enumerate(made_groups) for ad_id in members}
    inside: dict[int, list[Link]] = defaultdict(list)
    for one in links:
        if owner[one.left] == owner[one.right]:
            inside[owner[one.left]].append(one)
    groups = [
        describe([by_id[one] for one in members], inside[number], hubs) for number, members in enumerate(made_groups)
    ]
    return sorted(groups, key=lambda group: group.group_id)


def _parts(found: Mapping[Key, list[Signals]]) -> Iterator[list[Block]]:
    """Values that ads share, about MEMBERS ads at a time. One ad alone gives no link."""
    part: list[Block] = []
    size = 0
    for key, members in found.items():
        if len(members) < 2:
            continue
        part.append((key, members))
        size += len(members)
        if size >= MEMBERS:
            yield part
            part, size = [], 0
    if part:
        yield part


def _links_of_blocks(part: Sequence[Block]) -> tuple[list[Link], list[Hub]]:
    links: list[Link] = []
    hubs: list[Hub] = []
    for key, members in part:
        made, hub = links_of(key, members)
        links += made
        if hub is not None:
            hubs.append(hub)
    return links, hubs


def with_clusters(ads: Mapping[str, Signals], spread: Spread = HERE) -> dict[str, Signals]:
    """The ads, each with the near-copy cluster of its wording among its keys."""
    found = clusters({ad.wording.digest: ad.wording.text for ad in ads.values() if ad.wording.digest}, spread)
    return {ad_id: _with_cluster(ad, found) for ad_id, ad in ads.items()}


def _with_cluster(ad: Signals, found: Mapping[str, str]) -> Signals:
    if not ad.wording.digest:
        return ad
    return replace(ad, keys=tuple(sorted({*ad.keys, Key(Reason.TEXT, found[ad.wording.digest])})))


def blocks(ads: Iterable[Signals]) -> dict[Key, list[Signals]]:
    """For each key the ads that carry it, in their order."""
    found: dict[Key, list[Signals]] = defaultdict(list)
    for ad in sorted(ads, key=lambda ad: ad.order):
        for key in ad.keys:
            found[key].append(ad)
    return found


def describe(members: Sequence[Signals], links: Iterable[Link], hubs: Mapping[Key, Hub]) -> Group:
    """A group of these ads with the links inside it and the hubs its ads touch."""
    touched = {key for ad in members for key in ad.keys if key in hubs} if hubs else ()
    return Group(
        group_id=group_id_of(members),
        ad_ids=tuple(sorted([ad.ad_id for ad in members])),
        links=tuple(sorted(links, key=lambda one: (one.left, one.right, one.reason, one.key))),
        hubs=tuple(hubs[key] for key in sorted(touched)),
        itinerary=itinerary(members),
        templates=templates(members),
        first_seen=min([ad.first for ad in members]),
        last_seen=max([ad.last for ad in members]),
    )
