"""A workspace for the watching bench: a market in the store with readings made of its truth, and watches drawn from it.

Reading and linking are other benches' work; here ads stand in the store as if both had been done without a fault.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import insert

from casework.delivery import channels
from casework.tables import watches
from crawlers.records import Ad
from crawlers.stored import record_sightings
from linker.tables import group_members, groups
from market.make import generate
from nlp.places.gazetteer import gazetteer
from nlp.records import Kind, Mention, Reading
from nlp.stored import save_readings
from store import outbox
from store.database import upsert
from store.schema import now
from store.workspace import Workspace

CHUNK = 2_000
SINGLE = {"phones": Kind.PHONE, "emails": Kind.EMAIL, "handles": Kind.HANDLE, "urls": Kind.URL, "names": Kind.NAME,
          "ages": Kind.AGE, "indicators": Kind.INDICATOR}  # fmt: skip
FIELDS = ("ad_id", "site", "url", "title", "body", "location", "contact", "name", "age", "price", "region")
# Of a hundred watches so many are of each kind.
MIX = {"phone": 40, "digits": 5, "email": 10, "handle": 6, "phrase": 14, "place": 8, "near": 4, "fuzzy": 2, "prefix": 2,
       "linked": 4, "indicator": 4, "range": 1}  # fmt: skip


def fill(workspace: Workspace, seed: int, ads: int) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """Store the market; returns a line of truth for each ad, with its body, and the members of each group."""
    towns = {str(row[0]): row for row in gazetteer().rows}
    entries = iter(generate(seed=seed, ads=ads))
    truth: list[dict[str, Any]] = []
    while part := list(islice(entries, CHUNK)):
        made = [_ad(one.ad) for one in part]
        moment = max(one.posted_at for one in made if one.posted_at) + timedelta(hours=1)
        with workspace.begin() as connection:
            record_sightings(connection, made, seen_at=moment, run_id="bench")
            save_readings(connection, [_reading(one.truth, towns) for one in part])
        truth += [{**one.truth, "body": one.ad["body"]} for one in part]
    members: dict[str, list[str]] = defaultdict(list)
    for line in truth:
        members[f"g{line['author']}"].append(line["ad_id"])
    moment = now()
    with workspace.begin() as connection:
        common = {"itinerary": [], "templates": [], "first_seen": moment, "last_seen": moment}
        upsert(connection, groups, [{"group_id": one, "ads": len(ids), **common} for one, ids in members.items()])
        rows = [{"ad_id": ad_id, "group_id": one} for one, ids in members.items() for ad_id in ids]
        connection.execute(insert(group_members), rows)
    return truth, members


def waves(workspace: Workspace, truth: Sequence[dict[str, Any]], size: int) -> Iterator[int]:
    """Put the ads down to be indexed, so many at a time."""
    ids = [line["ad_id"] for line in truth]
    for start in range(0, len(ids), size):
        with workspace.begin() as connection:
            outbox.put(connection, outbox.AD, ids[start : start + size])
        yield start


def watch(workspace: Workspace, truth: Sequence[dict[str, Any]], count: int, owners: int, seed: int) -> None:
    """Keep so many watches, drawn from the ads, and a mail channel for each owner."""
    draw = Random(seed)
    kinds = [kind for kind, share in MIX.items() for _ in range(share)]
    made: list[str] = []
    while len(made) < count:
        if query := _query(draw, kinds[len(made) % 100], truth):
            made.append(query)
    moment = now()
    with workspace.begin() as connection:
        connection.execute(
            insert(watches),
            [
                {"owner": f"analyst{number % owners}", "title": query, "query": query, "created_at": moment,
                 "kind": "query", "behind": False}
                for number, query in enumerate(made)
            ],
        )  # fmt: skip
    for number in range(owners):
        name = f"analyst{number}"
        channels.add(workspace, name, channels.Kind.EMAIL, f"{name}@example.com")


def _query(draw: Random, kind: str, truth: Sequence[dict[str, Any]]) -> str | None:
    line = draw.choice(truth)
    words = [one for one in line["body"].split() if one.isalpha() and len(one) > 3]
    if kind in {"phone", "email", "handle"}:
        values = line[f"{kind}s"]
        return f'{kind}:"{draw.choice(values)}"' if values else None
    if kind in {"digits", "linked"}:
        if not line["phones"]:
            return None
        phone = draw.choice(line["phones"])
        return f"linked:{phone}" if kind == "linked" else f"{phone[-7:-4]}-{phone[-4:]}"
    if kind == "indicator":
        if not line["indicators"]:
            return None
        said, age = draw.choice(line["indicators"]), draw.randint(18, 40)
        return f"indicator:{said} place:{line['place']} age:{age} {draw.choice(words)}"
    if len(words) < 8:
        return None
    if kind == "phrase":
        texts = line["body"].split()
        start = draw.randrange(max(1, len(texts) - 4))
        run = " ".join(one.strip('".,;:()') for one in texts[start : start + 4])
        return f'"{run}"' if '"' not in run and any(one.isalnum() for one in run) else None
    if kind == "place":
        return f"place:{line['place']} {draw.choice(words)} {draw.choice(words)} age:<{draw.randint(21, 26)}"
    if kind == "near":
        left, right = draw.sample(words, 2)
        return f"{left} NEAR/3 {right} place:{line['place']}" if left.lower() != right.lower() else None
    if kind == "fuzzy":
        return (
            f"{draw.choice(words)}~ {draw.choice(words)}~ place:{line['place']}" if min(map(len, words)) > 3 else None
        )
    if kind == "prefix":
        return f"{draw.choice(words)[:5]}* {draw.choice(words)[:4]}* place:{line['place']}"
    return f"price:<{draw.randint(20, 35)}/60min age:<{draw.randint(19, 21)} -has:email"


def _ad(given: dict[str, Any]) -> Ad:
    values = {name: given[name] for name in FIELDS if name in given}
    return Ad(**values, posted_at=datetime.fromisoformat(given["posted_at"]))


def _reading(line: dict[str, Any], towns: dict[str, Any]) -> Reading:
    found = [
        Mention(kind, value, value, "body", 0, 0, "truth", detail={})
        for name, kind in SINGLE.items()
        for value in line[name]
    ]
    for price in line["prices"]:
        head, _, rest = price.partition(" / ")
        detail: dict[str, Any] = {"amount": float(head.split()[-1])}
        if len(head.split()) > 1:
            detail["currency"] = head.split()[0]
        if rest:
            detail["minutes"] = int(rest.split()[0])
        found.append(Mention(Kind.PRICE, price, price, "body", 0, 0, "truth", detail=detail))
    town = towns.get(str(line["place"]))
    if town is not None:
        detail = {"name": str(town[1]), "lat": float(town[4]), "lon": float(town[5])}
        found.append(Mention(Kind.PLACE, str(town[0]), str(town[1]), "location", 0, 0, "truth", detail=detail))
    return Reading(line["ad_id"], line["language"], "", tuple(found), "truth")
