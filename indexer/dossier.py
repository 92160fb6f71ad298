"""Everything the store holds of one ad or one group, as one object that is printed or written as JSON."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from crawlers.records import TEXT_FIELDS
from crawlers.stored import load_ads
from crawlers.tables import captures, sightings
from linker.portrait import portrait
from linker.records import Group
from linker.stored import group_ids_of, load_groups
from models.lowering import lowerings
from models.records import Priority
from models.stored import load_priorities
from models.style_rows import suggestions
from nlp.stored import load_readings, load_stored
from store.errors import UsageError
from store.quarantine import held, require_shown


def of_ad(connection: Connection, ad_id: str) -> dict[str, Any]:
    """The ad's fields, mentions, where they come from, sightings, and its group's priority with the evidence."""
    require_shown(connection, ad_id)
    found = load_ads(connection, [ad_id]).get(ad_id)
    if found is None:
        raise UsageError(f"no ad {ad_id!r} is stored; its id is as `sidelight search` prints it, such as harbor:1042")
    ad = found.ad
    reading = load_readings(connection, [ad_id]).get(ad_id)
    group_id = group_ids_of(connection, [ad_id]).get(ad_id)
    priority = load_priorities(connection, [group_id]).get(group_id) if group_id else None
    back = held(connection, {said.ad_id for one in priority.evidence for said in one.mentions} if priority else ())
    capture = connection.execute(select(captures).where(captures.c.capture_id == ad.origin.capture_id)).one_or_none()
    seen = connection.execute(
        select(sightings).where(sightings.c.ad_id == ad_id).order_by(sightings.c.seen_at, sightings.c.run_id)
    )
    return {
        "ad_id": ad_id,
        "site": ad.site,
        "url": ad.url,
        "posted_at": _time(ad.posted_at),
        "first_seen": _time(found.first_seen),
        "last_seen": _time(found.last_seen),
        "gone_at": _time(found.gone_at),
        "version": found.version,
        "fields": {name: getattr(ad, name) for name in TEXT_FIELDS if getattr(ad, name)},
        "mentions": [one.as_json() for one in reading.mentions] if reading else [],
        "origin": {
            "parser": ad.origin.parser,
            "file_sha256": ad.origin.file_sha256,
            "line": ad.origin.line,
            "capture": {
                "url": capture.url,
                "fetched_at": _time(capture.fetched_at),
                "sha256": capture.sha256,
                "warc_file": capture.warc_file,
                "warc_offset": capture.warc_offset,
            }
            if capture
            else None,
        },
        "sightings": [{"seen_at": _time(row.seen_at), "change": row.change, "run_id": row.run_id} for row in seen],
        "group_id": group_id,
        "priority": _priority(priority, back),
    }


def of_group(connection: Connection, group_id: str) -> dict[str, Any]:
    """The group's ads, links with their reasons, hubs, itinerary, templates, conflicts, circuits, what style suggests, and
    priority with the evidence."""
    group = load_groups(connection, [group_id]).get(group_id)
    if group is None:
        raise UsageError(f"no group {group_id!r} is stored; `sidelight show AD` names the group of an ad")
    ads = load_ads(connection, group.ad_ids)
    back = held(connection, ads)
    for ad_id in back:
        del ads[ad_id]
    return {
        "group_id": group_id,
        "first_seen": _time(group.first_seen),
        "last_seen": _time(group.last_seen),
        "ads": [
            {"ad_id": ad_id, "site": one.ad.site, "title": one.ad.title, "posted_at": _time(one.ad.posted_at)}
            for ad_id, one in sorted(ads.items())
        ],
        **_evidence_of(group),
        **portrait(connection, group, load_stored(connection, ads)).as_json(),
        "style": [{**one.as_json(group_id), "sentence": one.sentence} for one in suggestions(connection, group_id)],
        "priority": _priority(load_priorities(connection, [group_id]).get(group_id), back),
    }


def _evidence_of(group: Group) -> dict[str, Any]:
    return {
        "links": [one.as_json() for one in group.links],
        "hubs": [{"reason": one.reason.value, "key": one.key, "ads": one.ads, "why": one.why} for one in group.hubs],
        "itinerary": [
            {
                "place": one.place,
                "name": one.name,
                "first": _time(one.first),
                "last": _time(one.last),
                "ads": one.ads,
                "ad_ids": list(one.ad_ids),
                "reposts": one.reposts,
                "bumps": one.bumps,
            }
            for one in group.itinerary
        ],
    }


def _priority(priority: Priority | None, back: set[str]) -> dict[str, Any] | None:
    if priority is None:
        return None
    priority = priority.unquoted(back)
    return {
        "value": priority.value,
        "band": priority.band.value,
        "route": priority.route.value,
        "lane": priority.lane.value,
        "abstained": priority.abstained,
        "evidence": [one.as_json() for one in priority.evidence],
        "lowered_by": [one.sentence for one in lowerings(priority)],
        "model": priority.model,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
