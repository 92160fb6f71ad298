"""Why `linked:VALUE` finds an ad that does not hold the value itself: the links that lead to it from one that does."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from heapq import heappop, heappush

from sqlalchemy import Connection, select

from indexer.backend import Request, SearchBackend
from indexer.query import And, LinkedTo, Node, Terms, wanted
from indexer.records import AdDocument, Hit, Linked, LinkStep
from linker.judgements import Verdict, in_force
from linker.records import Link, Reason
from linker.stored import members_of
from linker.tables import links
from linker.why import Evidence, Step, evidence_of
from store.database import select_in
from store.quarantine import held

# Ads that hold the contact, of the groups on one page; from the newest of them chains begin.
MOST_HOLDERS = 1_000
Came = Mapping[str, tuple[str, Evidence] | None]


def with_chains(connection: Connection, backend: SearchBackend, asked: Node, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The hits of a query with `linked:` in it, each with the chain that links it; others as they are."""
    contacts = [leaf.contact for leaf in wanted(asked, whole=(LinkedTo,)) if isinstance(leaf, LinkedTo)]
    groups = tuple(sorted({hit.group_id for hit in hits if hit.group_id}))
    if not contacts or not groups:
        return hits
    members = members_of(connection, groups)
    webs = _evidence(connection, members)
    told: dict[str, Linked] = {}
    for contact in contacts:
        holders = backend.search(Request(And((Terms("group", groups), contact)), limit=MOST_HOLDERS)).found
        holding = {one.document.ad_id for one in holders if isinstance(one.document, AdDocument)}
        holding -= held(connection, holding)
        for group_id, ad_ids in members.items():
            came = _walk(holding.intersection(ad_ids), webs[group_id])
            told = {ad_id: _told(ad_id, came) for ad_id in ad_ids if ad_id in came} | told
    return tuple(replace(hit, linked=told.get(hit.ad_id)) for hit in hits)


def _evidence(connection: Connection, members: Mapping[str, list[str]]) -> dict[str, list[Evidence]]:
    """What joins the ads of each group. Ads that are held back join nothing here, for they may not be named."""
    owner = {ad_id: group_id for group_id, ad_ids in members.items() for ad_id in ad_ids}
    back = held(connection, owner)
    inside: dict[str, list[Link]] = defaultdict(list)
    for row in select_in(connection, select(links), links.c.left, owner):
        if owner.get(row.right) == owner[row.left] and not {row.left, row.right} & back:
            link = Link(row.left, row.right, Reason(row.reason), row.key, row.weight, dict(row.detail))
            inside[owner[row.left]].append(link)
    said: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for word in in_force(connection, owner):
        same_group = owner.get(word.left) is not None and owner.get(word.left) == owner.get(word.right)
        if word.verdict is Verdict.SAME and same_group and not {word.left, word.right} & back:
            said[owner[word.left]].append((word.left, word.right))
    return {group_id: list(evidence_of(inside[group_id], said[group_id])) for group_id in members}


def _walk(holding: Iterable[str], evidence: list[Evidence]) -> Came:
    """How each ad is reached from the nearest that holds the contact: fewest steps, then the strongest; one walk for all."""
    ordered = sorted(evidence, key=lambda one: (one.order, sorted(one.ad_ids)))
    beside: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(ordered):
        for ad_id in one.ad_ids:
            beside[ad_id].append(number)
    came: dict[str, tuple[str, Evidence] | None] = {}
    queue: list[tuple[int, float, str, str, int]] = [(0, 0.0, ad_id, "", -1) for ad_id in sorted(holding)]
    walked: set[int] = set()
    while queue:
        steps, weakness, here, before, by = heappop(queue)
        if here in came:
            continue
        came[here] = (before, ordered[by]) if by >= 0 else None
        for number in beside[here]:
            if number in walked:  # whoever reaches a value first reaches all its ads at the least cost
                continue
            walked.add(number)
            cost = round(weakness + 1 - ordered[number].weight, 6)
            for there in ordered[number].ad_ids:
                if there not in came:
                    heappush(queue, (steps + 1, cost, there, here, number))
    return came


def _told(ad_id: str, came: Came) -> Linked:
    steps: list[LinkStep] = []
    while before := came[ad_id]:
        left, one = before
        sentence = Step(left, ad_id, (one,)).sentence()
        steps.append(LinkStep(left, ad_id, one.reason.value if one.reason else "person", one.key, sentence))
        ad_id = left
    return Linked(ad_id, tuple(reversed(steps)))
