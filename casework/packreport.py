"""The printed part of an evidence pack: a statement in plain words for whoever has to vouch for it, and the report."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from casework.caseitems import Item
from casework.packcontent import Content
from casework.printing import Section
from crawlers.records import TEXT_FIELDS

STATEMENT = """STATEMENT OF A CUSTODIAN

I, ______________________________ (name), ______________________________ (office), state:

1. I am responsible for records that the program Sidelight keeps. It fetches pages of public listing sites at times and in ways
   that its record shows, keeps each page as it was received, reads text from it by fixed rules, and records every look at it.
2. This folder was written by that program from those records. It concerns: {title}.
3. It holds {ads} ads that stood on {pages} kept pages, fetched from {first} to {last} (UTC).
4. captures/ holds each page byte for byte as the site's server sent it, with the request that was made. Nothing in them was
   changed. ads.jsonl holds the text of the ads as a rule ("parser") took it from the page; applied again it yields the same.
5. facts.jsonl lists what was read from that text: for each, the exact words, where they begin and end, and where they stand in
   the page. The original words are beside every value, so that a reader can check it.
6. "Priority" orders the work of people. It is not a finding about anyone, and no fact in this folder depends on it.
7. custody.jsonl lists who looked at these records or did something with them, when, and why. The log shows if it is changed.
8. manifest.json lists two checksums of each file. seal.json was signed with our key; the SHA-256 of that key is published at
   ______________________________. Anyone can check the folder with verify.py, without Sidelight.

What the program does not know: whether what an ad says is true, who wrote it, and who was shown in pictures (none are kept).

Place, date: ______________________________        Signature: ______________________________
"""


NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # of a pack in which nothing happened


def statement(content: Content) -> str:
    """The statement for this pack, to be completed and signed by a person."""
    times = [row.fetched_at for row in content.captures]
    return STATEMENT.format(
        title=content.title,
        ads=len(content.ads),
        pages=len(content.captures),
        first=_day(min(times, default=None)),
        last=_day(max(times, default=None)),
    )


def sections(
    content: Content,
    facts: Sequence[Mapping[str, Any]],
    custody: Sequence[Mapping[str, Any]],
    made_by: Mapping[str, Any],
) -> list[Section]:
    """The report."""
    found = [
        Section(
            "What this is",
            (
                "Records that Sidelight collected and derived. A review priority orders people's work; it is never a finding "
                "about anyone. Times are UTC. Marks that cannot be seen are written as ⟨U+….⟩.",
                f"{len(content.ads)} ads, {len(content.captures)} pages, {len(facts)} facts, {len(content.groups)} groups.",
            ),
        )
    ]
    if content.case is not None:
        case = content.case
        told = f"Opened {_time(case.opened_at)} by {case.opened_by}; owner {case.owner}; team {case.team or 'none'}."
        closed = f"Closed {_time(case.closed_at)} by {case.closed_by}." if case.closed_at else "Open."
        found.append(
            Section(
                "The case",
                (told, closed),
                ("number", "when", "who", "what", "about", "words", "done", "taken back"),
                [_item(one) for one in content.items],
            )
        )
    found += [
        Section(
            f"Review priority of group {one.group_id}",
            (f"{one.value:.3f}, {one.band.value}, route {one.route.value}, by {one.model}.",),
            ("speaks", "feature", "in words"),
            [(str(piece.direction), piece.feature, piece.sentence) for piece in one.evidence],
        )
        for one in content.priorities.values()
    ]
    for ad_id, stored in content.ads.items():
        mine = [one for one in facts if one["ad_id"] == ad_id]
        texts = tuple(f"{name}: {text}" for name in TEXT_FIELDS if (text := getattr(stored.ad, name)))
        seen = f"Seen {_time(stored.first_seen)} to {_time(stored.last_seen)}; version {stored.version}."
        came = f"Page {stored.ad.origin.capture_id or 'none (imported)'} of {stored.ad.url}; parser {stored.ad.origin.parser}."
        found.append(
            Section(
                f"Ad {ad_id}",
                (seen, came, *texts),
                ("kind", "value", "exact words", "field", "characters", "bytes of the page"),
                [_fact(one) for one in mine],
            )
        )
    found.append(
        Section(
            "Who had it in hand",
            (),
            ("event", "when", "who", "action", "item", "reason"),
            [
                (f"{one['event']}", _time(one["at"]), one["who"], one["action"], one["item"] or "", one["reason"] or "")
                for one in custody
            ],
        )
    )
    found.append(Section("Made by", tuple(f"{name}: {_flat(value)}" for name, value in made_by.items())))
    return found


def tables(
    content: Content, facts: Sequence[Mapping[str, Any]], custody: Sequence[Mapping[str, Any]]
) -> list[tuple[str, Sequence[str], list[list[object]]]]:
    """What stands in the tables for people's own tools: name, head, rows."""
    head = ("ad_id", "site", "url", "posted_at", "first_seen", "last_seen", *TEXT_FIELDS)
    ads: list[list[object]] = [
        [one.ad.ad_id, one.ad.site, one.ad.url, one.ad.posted_at, one.first_seen, one.last_seen,
         *(getattr(one.ad, name) for name in TEXT_FIELDS)]
        for one in content.ads.values()
    ]  # fmt: skip
    of_facts = ("ad_id", "kind", "value", "words", "field", "characters", "bytes", "capture_id", "lexicon")
    links: list[list[object]] = [
        [one.left, one.right, one.reason.value, one.key, one.weight]
        for _, group in sorted(content.groups.items())
        for one in group.links
        if one.left in content.ads and one.right in content.ads
    ]
    of_custody = ("event", "at", "who", "via", "action", "kind", "item", "case", "reason")
    found: list[tuple[str, Sequence[str], list[list[object]]]] = [
        ("ads", head, ads),
        ("facts", of_facts, [[one[name] for name in of_facts] for one in facts]),
        ("links", ("left", "right", "reason", "key", "weight"), links),
        ("custody", of_custody, [[one[name] for name in of_custody] for one in custody]),
    ]
    if content.case is not None:
        of_items = (
            "item_id",
            "at",
            "who",
            "kind",
            "about",
            "words",
            "due",
            "done_at",
            "done_by",
            "undone_at",
            "undone_by",
        )
        found.append(("case", of_items, [[getattr(one, name) for name in of_items] for one in content.items]))
    return found


def _item(one: Item) -> tuple[str, ...]:
    done = f"{_time(one.done_at)} {one.done_by}" if one.done_at else ""
    undone = f"{_time(one.undone_at)} {one.undone_by}: {one.undone_why}" if one.undone_at else ""
    return (f"{one.item_id}", _time(one.at), one.who, one.kind.value, one.about or "", one.words, done, undone)


def _fact(one: Mapping[str, Any]) -> tuple[str, ...]:
    place = one["in_page"]
    where = f"{place['offsets']} ({place['form']}, {place['length']} bytes)" if place else "not verbatim"
    start, end = one["characters"]
    return (one["kind"], one["value"], one["words"], one["field"], f"{start}-{end}", where)


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "-"


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
