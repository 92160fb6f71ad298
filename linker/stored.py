"""Groups as they stand in the store."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from linker.records import Glance, Group, Hub, Link, Reason, Stop, Template
from linker.tables import group_members, groups, hubs, link_keys, link_signals, links
from store.database import select_in

REASONS = {reason.value: reason for reason in Reason}  # to look one up is many times as fast as to call the class
# A row that is taken apart takes a tenth of the time that its columns take by name: a large group has thousands.
LINK = select(links.c.left, links.c.right, links.c.reason, links.c.key, links.c.weight, links.c.detail)
MEMBER = select(group_members.c.ad_id, group_members.c.group_id)
SIZE = select(group_members.c.group_id, func.count().label("ads")).group_by(group_members.c.group_id)
WHOLE = select(groups)
SEEN = select(groups.c.group_id, groups.c.itinerary, groups.c.last_seen)
STAYS = select(groups.c.group_id, groups.c.itinerary)
TOUCHED = select(link_keys.c.ad_id, hubs).join(
    hubs, (hubs.c.reason == link_keys.c.reason) & (hubs.c.key == link_keys.c.key)
)


def group_ids_of(connection: Connection, ad_ids: Iterable[str]) -> dict[str, str]:
    """The group each of these ads is in; an ad that was not linked yet is left out."""
    return dict(select_in(connection, MEMBER, group_members.c.ad_id, ad_ids))


def members_of(connection: Connection, group_ids: Iterable[str]) -> dict[str, list[str]]:
    """The sorted ad ids of each group."""
    found: dict[str, list[str]] = defaultdict(list)
    for ad_id, group_id in select_in(connection, MEMBER, group_members.c.group_id, group_ids):
        found[group_id].append(ad_id)
    return {group_id: sorted(ad_ids) for group_id, ad_ids in found.items()}


def load_groups(connection: Connection, group_ids: Iterable[str], *, linked: bool = True) -> dict[str, Group]:
    """The groups with these ids that the store has, with the hubs their ads touch and, if `linked`, the links inside them."""
    rows = {row.group_id: row for row in select_in(connection, WHOLE, groups.c.group_id, group_ids)}
    members = members_of(connection, rows)
    owner = {ad_id: group_id for group_id, ad_ids in members.items() for ad_id in ad_ids}
    inside: dict[str, list[Link]] = defaultdict(list)
    for left, right, reason, key, weight, detail in select_in(connection, LINK, links.c.left, owner if linked else ()):
        if owner.get(right) == (group_id := owner[left]):
            inside[group_id].append(Link(left, right, REASONS[reason], key, weight, detail))
    touched: dict[str, dict[tuple[str, str], Hub]] = defaultdict(dict)
    for row in select_in(connection, TOUCHED, link_keys.c.ad_id, owner):
        touched[owner[row.ad_id]][row.reason, row.key] = Hub(Reason(row.reason), row.key, row.ads, row.why)
    return {
        group_id: _group(row, members.get(group_id, []), inside[group_id], list(touched[group_id].values()))
        for group_id, row in rows.items()
    }


def glances_of(connection: Connection, group_ids: Iterable[str]) -> dict[str, Glance]:
    """What a list says of each of these groups that the store has: a tenth of the work of loading it."""
    wanted = list(group_ids)
    ads = dict(select_in(connection, SIZE, group_members.c.group_id, wanted))
    return {
        row.group_id: Glance(
            ads.get(row.group_id, 0), tuple(dict.fromkeys(stop["name"] for stop in row.itinerary)), row.last_seen
        )
        for row in select_in(connection, SEEN, groups.c.group_id, wanted)
    }


def itineraries_of(connection: Connection, group_ids: Iterable[str]) -> dict[str, tuple[Stop, ...]]:
    """The stays of each of these groups that the store has."""
    rows = select_in(connection, STAYS, groups.c.group_id, group_ids)
    return {row.group_id: tuple(map(_stop, row.itinerary)) for row in rows}


def copies_of(connection: Connection, ad_id: str, limit: int = 100) -> list[str]:
    """Other ads whose wording is in the same cluster of near-copies, newest first."""
    cluster = select(link_keys.c.key).where(link_keys.c.ad_id == ad_id, link_keys.c.reason == Reason.TEXT.value)
    query = (
        select(link_keys.c.ad_id)
        .join(link_signals, link_signals.c.ad_id == link_keys.c.ad_id)
        .where(link_keys.c.reason == Reason.TEXT.value, link_keys.c.key.in_(cluster), link_keys.c.ad_id != ad_id)
        .order_by(link_signals.c.seen_first.desc(), link_keys.c.ad_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def _group(row: Row[Any], ad_ids: list[str], inside: list[Link], touched: list[Hub]) -> Group:
    return Group(
        group_id=row.group_id,
        ad_ids=tuple(ad_ids),
        links=tuple(sorted(inside, key=lambda link: (link.left, link.right, link.reason, link.key))),
        hubs=tuple(sorted(touched, key=lambda hub: (hub.reason, hub.key))),
        itinerary=tuple(_stop(stop) for stop in row.itinerary),
        templates=tuple(_template(template) for template in row.templates),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )


def _stop(value: dict[str, Any]) -> Stop:
    return Stop(
        **{
            **value,
            "first": datetime.fromisoformat(value["first"]),
            "last": datetime.fromisoformat(value["last"]),
            "ad_ids": tuple(value.get("ad_ids", ())),
        }
    )


def _template(value: dict[str, Any]) -> Template:
    return Template(tuple(value["ad_ids"]))
