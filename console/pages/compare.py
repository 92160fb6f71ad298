"""Two ads or two groups side by side: what both hold, what only one does, how alike their texts are, and what people said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from sqlalchemy import Connection

from casework import groupfiles, judging
from casework.policy import Action
from console.desk import Desk, NotFoundError, at
from crawlers.stored import load_ads, sites_of
from linker.alignment import in_common
from linker.answer import answer
from linker.judgements import Verdict
from linker.stored import group_ids_of
from linker.wording import wording_of
from models.records import Priority
from models.style_rows import suggestions
from nlp.records import PLACE, Kind
from nlp.stored import StoredReading, load_stored
from store.quarantine import require_shown

router = APIRouter()
LOOKED = 6  # ads of each group whose texts are compared
ALIKE = 3  # pairs shown
SHOWN = 15  # values of a kind in each column
KINDS = (Kind.NAME, Kind.AGE, Kind.PHONE, Kind.EMAIL, Kind.HANDLE, Kind.PAYMENT, Kind.URL, Kind.PLACE, Kind.INDICATOR)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: what it is, what it holds by kind, and the readings that its texts are compared by."""

    kind: str
    item: str
    group_id: str
    ad_ids: tuple[str, ...]
    facts: list[tuple[str, object]]
    holds: dict[str, set[str]]
    readings: Mapping[str, StoredReading] = field(default_factory=dict)
    priority: Priority | None = None
    hubs: frozenset[tuple[str, str]] = frozenset()


@router.get("/compare")
def show(desk: Annotated[Desk, Depends(at(Action.GROUP))], left: str = "", right: str = "") -> Response:
    """Two ads, or two groups; an ad beside a group stands for its group."""
    if not (left and right):
        desk.look("compare", "page", "compare")
        return desk.page("compare.html", sides=None, left=left, right=right)
    desk.looks("compare", [("ad" if ":" in named else "group", named) for named in (left, right)])
    with desk.workspace.read() as connection:
        sides = _sides(connection, left.strip(), right.strip())
        one, other = sides
        alike = _alike(one, other)
        pair = (alike[0][0], alike[0][1]) if alike else (one.ad_ids[0], other.ad_ids[0])
        linked = answer(connection, pair[0], pair[1], most=1) if pair[0] != pair[1] else None
        words = judging.standing(connection, one.ad_ids, other.ad_ids)
        styled = [
            told
            for told in (suggestions(connection, one.group_id, limit=50) if one.group_id != other.group_id else [])
            if told.other(one.group_id) == other.group_id
        ]
    return desk.page(
        "compare.html",
        left=left,
        right=right,
        sides=sides,
        rows=_rows(one, other),
        alike=alike[:ALIKE],
        pair=pair,
        linked=linked,
        words=words,
        styled=styled,
        verdicts=list(Verdict),
        own_cases=desk.open_cases(),
        shown=SHOWN,
    )


def _sides(connection: Connection, left: str, right: str) -> tuple[Side, Side]:
    ads = load_ads(connection, [left, right])
    if left in ads and right in ads:
        return _ad(connection, left), _ad(connection, right)
    groups = group_ids_of(connection, [left, right])
    return _group(connection, left, groups.get(left, left)), _group(connection, right, groups.get(right, right))


def _ad(connection: Connection, ad_id: str) -> Side:
    require_shown(connection, ad_id)
    stored = load_ads(connection, [ad_id])[ad_id]
    readings = load_stored(connection, [ad_id])
    facts: list[tuple[str, object]] = [
        ("Site", stored.ad.site),
        ("Posted", stored.ad.posted_at),
        ("First seen", stored.first_seen),
        ("Title", stored.ad.title),
        ("Text", stored.ad.body[:1_500]),
    ]
    group_id = group_ids_of(connection, [ad_id]).get(ad_id, "")
    return Side("ad", ad_id, group_id, (ad_id,), facts, _holds(readings), readings)


def _group(connection: Connection, given: str, group_id: str) -> Side:
    file = groupfiles.load(connection, group_id, linked=False)
    if file is None or not file.times:
        raise NotFoundError(f"there is no ad or group {given!r}; take an id as it stands on its page")
    group = file.group
    facts: list[tuple[str, object]] = [
        ("Ads", len(group.ad_ids)),
        ("First seen", group.first_seen),
        ("Last seen", group.last_seen),
        ("Sites", ", ".join(sites_of(connection, file.times))),
        ("Towns", ", ".join(dict.fromkeys(stop.name for stop in group.itinerary)) or "none"),
        ("Templates", len(group.templates)),
    ]
    shown, holds = tuple(sorted(file.times)), _holds(file.readings)
    hubs = frozenset((hub.reason.value, hub.key) for hub in group.hubs)
    return Side("group", group.group_id, group.group_id, shown, facts, holds, file.readings, file.priority, hubs)


def _holds(readings: Mapping[str, StoredReading]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for reading in readings.values():
        for mention in reading.mentions:
            if (kind := mention["kind"]) in found:
                value = mention["value"]
                found[kind].add(str(mention["detail"].get("name") or value) if kind == PLACE else value)
    return found


def _rows(one: Side, other: Side) -> list[tuple[Kind, list[str], list[str], list[str], set[str]]]:
    """For each kind what both hold, what only the one or the other does, and which of the first are hubs."""
    rows = []
    for kind in KINDS:
        mine, others = one.holds[kind], other.holds[kind]
        if mine or others:
            both = mine & others
            hubs = {value for value in both if (kind.value, value) in one.hubs | other.hubs}
            rows.append((kind, sorted(both), sorted(mine - others), sorted(others - mine), hubs))
    return rows


def _alike(one: Side, other: Side) -> list[tuple[str, str, int, int]]:
    """Pairs of ads with words in common order, most alike first: ads, words in common, words of the longer."""
    mine, theirs = _worded(one), _worded(other)
    found = [
        (left, right, same, max(len(words), len(others)))
        for left, words in mine
        for right, others in theirs
        if left != right and (same := in_common(words, others))
    ]
    return sorted(found, key=lambda pair: (-pair[2] / max(1, pair[3]), pair[:2]))


def _worded(side: Side) -> list[tuple[str, list[str]]]:
    """The ads of a side that are looked at, with their words."""
    looked = [ad_id for ad_id in side.ad_ids if ad_id in side.readings][:LOOKED]
    return [(ad_id, wording_of(side.readings[ad_id].masked).tokens) for ad_id in looked]
