"""Documents from the store: what is searched of an ad or a group is what the rooms before have saved of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, select

from crawlers.records import TEXT_FIELDS
from crawlers.stored import StoredAd, load_ads
from indexer import forms
from indexer.records import AD, GROUP, AdDocument, Document, GroupDocument, Place, Span, pack
from linker.stored import group_ids_of, members_of
from linker.tables import group_members, groups, links
from models.tables import priorities
from nlp.records import Kind, MentionJson, called
from nlp.stored import load_mentions
from store.database import ASKED, select_in
from store.quarantine import held

_SPAN = itemgetter(*Span._fields)
# The fields that hold values as they were read.
PLAIN = (
    ("phones", Kind.PHONE),
    ("emails", Kind.EMAIL),
    ("handles", Kind.HANDLE),
    ("urls", Kind.URL),
    ("payments", Kind.PAYMENT),
    ("names", Kind.NAME),
)
# By group: what each of its ads' documents says of it.
Facts = dict[str, dict[str, Any]]
REMEMBERED = 200_000  # groups, at some 500 bytes


def build(connection: Connection, kind: str, ids: Sequence[str], known: Facts | None = None) -> dict[str, Document]:
    """The documents of these ads or groups; one whose record is gone is left out.

    `known` keeps the facts of groups from call to call: nobody should then mind that a group has changed since the first.
    """
    known = {} if known is None else known
    if kind == AD:
        return dict(_ads(connection, ids, known))
    return dict(_groups(connection, ids, known))


def _ads(connection: Connection, ad_ids: Sequence[str], known: Facts) -> Iterator[tuple[str, Document]]:
    stored = load_ads(connection, ad_ids)
    for ad_id in held(connection, stored):
        del stored[ad_id]  # a document that is not built is dropped from the index
    read = load_mentions(connection, stored)
    belongs = group_ids_of(connection, stored)
    facts = _facts(connection, set(belongs.values()), known)
    for ad_id, one in stored.items():
        group_id = belongs.get(ad_id)
        yield ad_id, _ad(one, read.get(ad_id, ()), group_id, facts.get(group_id or "", {}))


def _groups(connection: Connection, group_ids: Sequence[str], known: Facts) -> Iterator[tuple[str, Document]]:
    members = members_of(connection, group_ids)
    facts = _facts(connection, members.keys(), known)
    for part in _together(members):
        ads = load_ads(connection, (ad_id for group_id in part for ad_id in members[group_id]))
        for ad_id in held(connection, ads):
            del ads[ad_id]
        read = load_mentions(connection, ads)
        for group_id in part:
            shown = [ad_id for ad_id in members[group_id] if ad_id in ads]
            if shown:
                mentions = [one for ad_id in shown for one in read.get(ad_id, ())]
                yield group_id, _group(group_id, [ads[ad_id] for ad_id in shown], mentions, facts[group_id])


def _together(members: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Groups whose ads are read in one go: most have a few, and to ask for each costs more than to read it."""
    part: list[str] = []
    size = 0
    for group_id, ad_ids in members.items():
        if part and size + len(ad_ids) > ASKED:
            yield part
            part, size = [], 0
        part.append(group_id)
        size += len(ad_ids)
    if part:
        yield part


def _facts(connection: Connection, group_ids: Set[str], known: Facts) -> Facts:
    if len(known) > REMEMBERED:
        known.clear()
    known |= _group_facts(connection, group_ids - known.keys())
    return known


def _group_facts(connection: Connection, group_ids: Iterable[str]) -> Facts:
    """Size, link reasons and priority of each group, as fields of a document."""
    wanted = sorted(group_ids)
    found: Facts = {group_id: {} for group_id in wanted}
    for row in select_in(connection, select(groups.c.group_id, groups.c.ads), groups.c.group_id, wanted):
        found[row.group_id]["group_size"] = row.ads
    reasons: dict[str, set[str]] = defaultdict(set)
    # Which group the other ad is in is looked up link by link: joined, a planner may pair each member with each other.
    other = group_members.alias()
    theirs = select(other.c.group_id).where(other.c.ad_id == links.c.right).scalar_subquery()
    query = (
        select(group_members.c.group_id, links.c.reason)
        .join(links, links.c.left == group_members.c.ad_id)
        .where(theirs == group_members.c.group_id)
        .distinct()
    )
    for row in select_in(connection, query, group_members.c.group_id, wanted):
        reasons[row.group_id].add(row.reason)
    for group_id, names in reasons.items():
        found[group_id]["reasons"] = tuple(sorted(names))
    columns = (priorities.c.group_id, priorities.c.value, priorities.c.band, priorities.c.route, priorities.c.lane)
    for row in select_in(connection, select(*columns), priorities.c.group_id, wanted):
        found[row.group_id] |= _priority(row)
    return found


def _priority(row: Row[Any]) -> dict[str, Any]:
    return {"priority": row.value, "band": row.band, "route": row.route, "lane": row.lane}


def _ad(stored: StoredAd, mentions: Sequence[MentionJson], group_id: str | None, facts: dict[str, Any]) -> AdDocument:
    ad = stored.ad
    return AdDocument(
        ad_id=ad.ad_id,
        site=ad.site,
        url=ad.url,
        posted_at=ad.posted_at,
        first_seen=stored.first_seen,
        last_seen=stored.last_seen,
        gone=stored.gone_at is not None,
        **{name: getattr(ad, name) for name in TEXT_FIELDS},
        images=len(ad.image_hashes),
        **_values(mentions),
        written=pack(map(_SPAN, mentions)),
        group_id=group_id,
        **facts,
    )


def _group(group_id: str, ads: list[StoredAd], mentions: Sequence[MentionJson], facts: dict[str, Any]) -> GroupDocument:
    shared = {name: value for name, value in facts.items() if name != "group_size"}
    return GroupDocument(
        group_id=group_id,
        size=len(ads),
        first_seen=min(_first(one) for one in ads),
        last_seen=max(one.last_seen for one in ads),
        gone=all(one.gone_at is not None for one in ads),
        sites=tuple(sorted({one.ad.site for one in ads})),
        **_values(mentions),
        **shared,
    )


def _first(stored: StoredAd) -> datetime:
    return min(stored.first_seen, stored.ad.posted_at or stored.first_seen)


def _values(mentions: Sequence[MentionJson]) -> dict[str, Any]:
    """What was read, by field of a document, as far as anything was: sorted and each once, places in reading order."""
    by_kind: dict[str, list[MentionJson]] = defaultdict(list)
    for mention in mentions:
        by_kind[mention["kind"]].append(mention)
    found: dict[str, Any] = {field: _distinct(by_kind[kind]) for field, kind in PLAIN if kind in by_kind}
    if Kind.AGE in by_kind:
        found["ages"] = tuple(sorted({age for one in by_kind[Kind.AGE] for age in forms.ages(one["value"])}))
    if Kind.PRICE in by_kind:
        found |= _prices([one["detail"] for one in by_kind[Kind.PRICE]])
    if Kind.PLACE in by_kind:
        found["places"] = tuple(map(_place, {one["value"]: one for one in by_kind[Kind.PLACE]}.values()))
    if Kind.INDICATOR in by_kind:
        found["indicators"] = _distinct([one for one in by_kind[Kind.INDICATOR] if not one["detail"].get("negated")])
    return found


def _prices(details: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    prices = [one for one in details if isinstance(one.get("amount"), int | float)]
    rates = [
        (str(one.get("currency") or ""), forms.rate(float(one["amount"]), float(one["minutes"])))
        for one in prices
        if one.get("minutes")
    ]
    return {
        "amounts": tuple(sorted({float(one["amount"]) for one in prices})),
        "rates": tuple(sorted({rate for _, rate in rates})),
        "hourly": tuple(sorted({forms.hourly(currency, rate) for currency, rate in rates if currency})),
        "currencies": tuple(sorted({str(one["currency"]) for one in prices if one.get("currency")})),
    }


def _distinct(mentions: list[MentionJson]) -> tuple[str, ...]:
    return tuple(sorted({one["value"] for one in mentions}))


def _place(mention: MentionJson) -> Place:
    detail = mention["detail"]
    name = called(mention["value"], detail)
    label = ", ".join(part for part in (name, detail.get("admin"), detail.get("country")) if part)
    return Place(mention["value"], name, label, detail.get("lat"), detail.get("lon"))


def key_of(kind: str, item: str) -> str:
    """The index key of a record."""
    return f"{AD if kind == AD else GROUP}:{item}"
