"""What an evidence pack holds of a group or a case: records, facts traced to their bytes, versions, and who had it in hand."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version as installed
from io import BytesIO
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from casework import caseitems, cases
from casework.caseitems import Item, ItemKind
from casework.cases import Case
from crawlers.captures import record_of, with_originals
from crawlers.project import VERSION
from crawlers.records import TEXT_FIELDS
from crawlers.stored import StoredAd, load_ads
from linker.records import Group
from linker.stored import load_groups
from models.records import Priority
from models.stored import load_priorities
from nlp.records import Reading
from nlp.stored import load_readings
from store.database import select_in
from store.errors import UsageError
from store.keys import blind
from store.quarantine import held
from store.tables import audit_events
from store.workspace import Workspace

MOST_PLACES = 5  # of one fact in one page
LIBRARIES = ("spacy", "phonenumbers", "warcio", "scikit-learn", "sqlalchemy")
LEAVING = frozenset(
    {"export", "export case"}
)  # recorded in the seal, which holds what differs from one export to the next


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that goes into a pack. Ads that are held back are not in it: such an ad has a report of its own."""

    kind: str  # case, group
    item: str
    title: str
    case: Case | None
    items: Sequence[Item]
    ads: Mapping[str, StoredAd]
    readings: Mapping[str, Reading]
    groups: Mapping[str, Group]
    priorities: Mapping[str, Priority]
    captures: Sequence[Row[Any]]

    @property
    def rows(self) -> int:
        """How many ads it tells of: those it holds, and those its groups name."""
        return len(set(self.ads).union(*(group.ad_ids for group in self.groups.values())))


def of_group(connection: Connection, group_id: str) -> Content:
    """The content of a group's pack. Raises UsageError."""
    if group_id not in load_groups(connection, [group_id]):
        raise UsageError(f"there is no group {group_id!r}; find its id with sidelight search or sidelight queue")
    return _gather(connection, "group", group_id, f"Group {group_id}", None, (), [group_id], [])


def of_case(connection: Connection, case_id: str, account: str | None = None) -> Content:
    """The content of a case's pack: all that was written, and the pinned ads and groups as they are now. Raises NoCaseError."""
    case = cases.find(connection, case_id, account)
    items = caseitems.unquoted(connection, caseitems.of_case(connection, case_id, undone=True))
    standing = [one for one in items if one.undone_at is None]
    groups = caseitems.pinned(standing, ItemKind.GROUP)
    ad_ids = caseitems.pinned(standing, ItemKind.AD)
    ad_ids += [ad_id for one in standing if one.kind is ItemKind.GROUP for ad_id in one.state.get("ad_ids", ())]
    return _gather(connection, "case", case_id, f"Case {case_id}: {case.title}", case, items, groups, ad_ids)


def _gather(
    connection: Connection,
    kind: str,
    item: str,
    title: str,
    case: Case | None,
    items: Sequence[Item],
    group_ids: Sequence[str],
    ad_ids: Sequence[str],
) -> Content:
    groups = load_groups(connection, group_ids)
    wanted = dict.fromkeys([*ad_ids, *(one for group in groups.values() for one in group.ad_ids)])
    held_back = held(connection, wanted)
    ads = load_ads(connection, [one for one in wanted if one not in held_back])
    ads = {one: ads[one] for one in sorted(ads)}
    readings = load_readings(connection, ads)
    priorities = {
        one: priority.unquoted(held_back) for one, priority in sorted(load_priorities(connection, groups).items())
    }
    captures = with_originals(
        connection, {one for stored in ads.values() if (one := stored.ad.origin.capture_id) is not None}
    )
    return Content(kind, item, title, case, items, ads, readings, groups, priorities, captures)


def records(content: Content) -> dict[str, bytes]:
    """The pack's files of records, by name."""
    found = {
        "ads.jsonl": lines([ad_json(one) for one in content.ads.values()]),
        "readings.jsonl": lines([
            {"ad_id": one, "version": content.readings[one].version,
             "mentions": [mention.as_json() for mention in content.readings[one].mentions]}
            for one in content.ads if one in content.readings
        ]),
        "links.jsonl": lines([
            link.as_json()
            for _, group in sorted(content.groups.items()) for link in group.links
            if link.left in content.ads and link.right in content.ads
        ]),
        "priorities.jsonl": lines([priority_json(one) for one in content.priorities.values()]),
        "captures.jsonl": lines([{f"{name}": value for name, value in row._asdict().items()} for row in content.captures]),
    }  # fmt: skip
    if content.case is not None:
        found["case.jsonl"] = lines([{"case": content.case}, *caseitems.written(list(content.items))])
    return found


def ad_json(stored: StoredAd) -> dict[str, Any]:
    """One line of ads.jsonl."""
    ad = stored.ad
    return {
        "ad_id": ad.ad_id,
        "site": ad.site,
        "url": ad.url,
        "posted_at": ad.posted_at,
        **{name: getattr(ad, name) for name in TEXT_FIELDS},
        "first_seen": stored.first_seen,
        "last_seen": stored.last_seen,
        "version": stored.version,
        "capture_id": ad.origin.capture_id,
        "parser": ad.origin.parser,
        "file_sha256": ad.origin.file_sha256,
        "line": ad.origin.line,
    }


def priority_json(priority: Priority) -> dict[str, Any]:
    """One line of priorities.jsonl."""
    return {
        "group_id": priority.group_id,
        "value": priority.value,
        "band": priority.band.value,
        "route": priority.route.value,
        "abstained": priority.abstained,
        "model": priority.model,
        "evidence": [piece.as_json() for piece in priority.evidence],
    }


def facts(workspace: Workspace, content: Content) -> list[dict[str, Any]]:
    """Every value read, with the characters and bytes of the field it stands in, and where these bytes stand in the page."""
    pages = {row.capture_id: row for row in content.captures}
    found = []
    for ad_id, stored in content.ads.items():
        reading = content.readings.get(ad_id)
        if reading is None:
            continue
        row = pages.get(stored.ad.origin.capture_id or "")
        page = _page(workspace, pages[row.refers_to] if row is not None and row.refers_to else row)
        for one in reading.mentions:
            field = getattr(stored.ad, one.field)
            start = len(field[: one.start].encode())
            found.append(
                {
                    "ad_id": ad_id,
                    "kind": one.kind.value,
                    "value": one.value,
                    "words": one.surface,
                    "field": one.field,
                    "characters": [one.start, one.end],
                    "bytes": [start, start + len(field[one.start : one.end].encode())],
                    "source": one.source,
                    "confidence": one.confidence,
                    "lexicon": reading.version,
                    "parser": stored.ad.origin.parser,
                    "capture_id": stored.ad.origin.capture_id,
                    "page_sha256": row.sha256 if row is not None else None,
                    "in_page": _places(page, one.surface),
                }
            )
    return found


def versions(content: Content) -> dict[str, Any]:
    """Which software, lexicons, parsers and models made what is in the pack."""
    return {
        "software": {"sidelight": VERSION, **{name: installed(name) for name in LIBRARIES}},
        "python": platform.python_version(),
        "lexicons": sorted({one.version for one in content.readings.values()}),
        "parsers": sorted({one.ad.origin.parser for one in content.ads.values() if one.ad.origin.parser}),
        "models": sorted({one.model for one in content.priorities.values()}),
    }


def custody(workspace: Workspace, connection: Connection, content: Content) -> list[dict[str, Any]]:
    """Every recorded look and act on what is in the pack, oldest first, but for exports: those stand in the seal."""
    names = _hashes(workspace, content)
    rows = {
        row.seq: row
        for row in select_in(connection, select(audit_events), audit_events.c.object_hash, sorted(names))
        if row.action not in LEAVING
    }
    if content.kind == "case":
        mine = select(audit_events).where(audit_events.c.case_id == content.item)
        rows |= {row.seq: row for row in connection.execute(mine) if row.action not in LEAVING}
    return [
        {"event": seq, "at": row.at, "who": row.actor, "via": row.via, "action": row.action, "kind": row.object_kind,
         "item": names.get(row.object_hash), "case": row.case_id, "reason": row.reason, "digest": row.digest}
        for seq, row in sorted(rows.items())
    ]  # fmt: skip


def _hashes(workspace: Workspace, content: Content) -> dict[str, str]:
    objects = [(content.kind, content.item), *(("ad", one) for one in content.ads)]
    objects += [("group", one) for one in content.groups]
    return {blind(workspace, f"{kind}:{item}"): item for kind, item in objects}


def _page(workspace: Workspace, row: Row[Any] | None) -> bytes:
    """The page as it was read, its transfer's packing undone; empty where there is none."""
    if row is None:
        return b""
    try:
        record = next(iter(ArchiveIterator(BytesIO(record_of(workspace, row)), arc2warc=True)))
        content: bytes = record.content_stream().read()
    except (StopIteration, ArchiveLoadFailed, OSError, EOFError):
        return b""
    return content


def _places(page: bytes, words: str) -> dict[str, Any] | None:
    """Where the words stand in the page: offsets of bytes, how often, and how they are written there. None where nowhere."""
    for form, text in (("as is", words), ("escaped", escape(words, quote=False)), ("escaped", escape(words))):
        sought, at = text.encode(), -1
        found: list[int] = []
        if not sought or sought not in page:
            continue
        while len(found) < MOST_PLACES and (at := page.find(sought, at + 1)) >= 0:
            found.append(at)
        return {"form": form, "length": len(sought), "offsets": found, "times": page.count(sought)}
    return None


def lines(objects: Sequence[Mapping[str, Any]]) -> bytes:
    """JSON Lines."""
    return b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in objects)
