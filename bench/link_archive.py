"""A large archive of ads with their readings, cheaply made: a market that was read once, many times under other names.

Each replica has contacts, pictures and web addresses of its own, and its own spelling of every word of more than three letters,
so that its authors are no one else's. Short words, first names, places and dates are the same in all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, insert

from crawlers.adlines import parse_ad
from crawlers.tables import ads
from linker.wording import TOKEN
from market.make import generate
from nlp.pipeline import read_ads
from nlp.tables import readings
from store import pending
from store.schema import now
from store.workspace import Workspace

BASE = 50_000  # ads of the market that is replicated
LETTERS = "abcdefghijklmnopqrstuvwxyz"
OWN = ("phone", "email", "handle", "payment", "url")
TOGETHER = 5_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Base:
    """Rows of `ads` and `readings` by the day the ad was posted, and how many ads there are."""

    rows: list[tuple[Row, Row]]


def base(cache: Path, seed: int, count: int) -> Base:
    """The market, read; kept in `cache`, for reading takes longer than linking."""
    file = cache / f"market-{seed}-{count}.jsonl"
    if not file.exists():
        made = [parse_ad(entry.ad) for entry in generate(seed=seed, ads=count)]
        with file.open("wb") as out:
            for ad, reading in zip(made, read_ads(made), strict=True):
                line = {
                    "ad_id": ad.ad_id,
                    "site": ad.site,
                    "posted_at": ad.posted_at,
                    "image_hashes": ad.image_hashes,
                    "texts": ad.texts(),
                    "language": reading.language,
                    "masked": reading.masked,
                    "mentions": [one.as_json() for one in reading.mentions],
                }
                out.write(orjson.dumps(line) + b"\n")
    lines = [orjson.loads(line) for line in file.open("rb")]
    lines.sort(key=lambda line: (line["posted_at"] or "", line["ad_id"]))
    return Base([_rows(line) for line in lines])


def _rows(line: Row) -> tuple[Row, Row]:
    posted = line["posted_at"] and datetime.fromisoformat(line["posted_at"])
    empty = dict.fromkeys(("title", "body", "location", "contact", "name", "age", "price"), "")
    ad = {
        **empty,
        **line["texts"],
        "ad_id": line["ad_id"],
        "site": line["site"],
        "url": "",
        "posted_at": posted,
        "image_hashes": line["image_hashes"],
        "digest": "",
        "version": 1,
        "first_seen": posted,
        "last_seen": posted,
    }
    reading = {"ad_id": line["ad_id"], "language": line["language"], "masked": line["masked"], "version": "1"}
    return ad, {**reading, "mentions": line["mentions"]}


def archive(given: Base, count: int) -> Iterator[tuple[Row, Row]]:
    """`count` ads and readings, in order of time."""
    replicas = -(-count // len(given.rows))
    every = (_renamed(ad, reading, number) for ad, reading in given.rows for number in range(replicas))
    return islice(every, count)


def _renamed(ad: Row, reading: Row, number: int) -> tuple[Row, Row]:
    mark = LETTERS[number // 26 % 26] + LETTERS[number % 26]
    ad_id = f"{ad['ad_id']}-{number}"
    mentions = [
        {**one, "value": f"{one['value']}{mark}"} if one["kind"] in OWN and not _way_to_pay(one) else one
        for one in reading["mentions"]
    ]
    return (
        {**ad, "ad_id": ad_id, "image_hashes": [f"{one}{mark}" for one in ad["image_hashes"]]},
        {**reading, "ad_id": ad_id, "mentions": mentions, "masked": respelled(reading["masked"], mark)},
    )


def _way_to_pay(mention: Mapping[str, Any]) -> bool:
    return bool(mention["value"] == mention["detail"].get("method"))


def respelled(masked: str, mark: str) -> str:
    """The text with `mark` put after every word of more than three letters; masks stay."""
    return TOKEN.sub(lambda found: found[0] if found[0][0] == "_" or len(found[0]) < 4 else found[0] + mark, masked)


def fill(workspace: Workspace, rows: Iterator[tuple[Row, Row]], told: Callable[[int], None] = lambda _: None) -> None:
    """Store ads and readings and announce them to the linker, as crawling and reading would."""
    done = 0
    while part := list(islice(rows, TOGETHER)):
        with workspace.begin() as connection:
            _store(connection, part)
        done += len(part)
        told(done)


def _store(connection: Connection, part: list[tuple[Row, Row]]) -> None:
    connection.execute(insert(ads), [ad for ad, _ in part])
    connection.execute(insert(readings), [{**reading, "made_at": now()} for _, reading in part])
    pending.announce(connection, "readings", (ad["ad_id"] for ad, _ in part))
