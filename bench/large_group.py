"""Puts one group of many ads into a workspace and takes it through every stage: what the largest pages are measured on.

    python -m bench.large_group WORKSPACE [--ads 500] [--seed 0]

Six people of one crew, each with a number of her own, post one of five wordings in town after town for half a year; every
fourth ad names two of the numbers, which joins them. Take a copy: the ads stay in it.
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from casework import queue
from crawlers.records import Ad
from crawlers.stored import record_sightings
from indexer import stage as index_stage
from linker import stage as link_stage
from models import stage as score_stage
from nlp import stage as read_stage
from store.workspace import open_workspace

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
SITE = "large-group"
NAMES = ("Mara", "Lena", "Ivy", "Nora", "Tessa", "June")
TOWNS = ("Austin, TX", "Dallas, TX", "Houston, TX", "Reno, NV", "Denver, CO", "Tulsa, OK", "Omaha, NE", "Boise, ID")
WORDINGS = (
    "New in town, {name} here until {day}. Quiet place near the centre of {town}. {price} an hour, call {phone}. No texts.",
    "{name}, {age} years old, visiting {town} till {day}. Upscale hotel, in and out. {price} for an hour. {phone}{other}",
    "Hello from {name}! Back in {town} for a few days, leaving {day}. Ask for my friend too. {phone}{other}. From {price}.",
    "Evening company in {town}. {name} ({age}), relaxed and friendly. {price} per hour, {phone}, early evenings until {day}.",
    "{name} travels: this week {town}, until {day}. One hour {price}, two hours ask. Call {phone}{other} and say the town.",
)


def ads(draw: Random) -> Iterator[Ad]:
    """One after the other, without end."""
    moment, number = START, 0
    while True:
        who = number % len(NAMES)
        town = TOWNS[(number // 12 + who) % len(TOWNS)]
        moment += timedelta(hours=draw.choice((4, 7, 9, 12)))
        phone = f"(202) 555-01{20 + who}"
        other = f" or (202) 555-01{20 + (who + 1) % len(NAMES)}" if number % 4 == 0 else ""
        body = draw.choice(WORDINGS[who % len(WORDINGS) :][:2]).format(
            name=NAMES[who], age=24 + who, town=town, day=f"{moment + timedelta(days=3):%B %d}", phone=phone, other=other,
            price=f"${draw.choice((160, 180, 200))}",
        )  # fmt: skip
        yield Ad(
            f"{SITE}:{number:05}", SITE, f"https://{SITE}.example/{number}", moment,
            title=f"{NAMES[who]} in {town}", body=body, location=town, region="US",
        )  # fmt: skip
        number += 1


def main() -> None:
    """Put them in, and say what group came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--ads", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    workspace = open_workspace(given.workspace)
    made = list(islice(ads(Random(given.seed)), given.ads))
    with workspace.begin() as connection:
        record_sightings(connection, made, seen_at=[one.posted_at or START for one in made], run_id=SITE)
    for stage in (read_stage, link_stage, score_stage, index_stage):
        stage.run(workspace)
    queue.build(workspace)
    from linker.stored import group_ids_of, members_of

    with workspace.read() as connection:
        ids = set(group_ids_of(connection, [one.ad_id for one in made]).values())
        sizes = sorted(map(len, members_of(connection, ids).values()), reverse=True)
    print(f"{len(ids)} groups hold them; the largest have {', '.join(f'{size:,}' for size in sizes[:5])} ads")
    workspace.close()


if __name__ == "__main__":
    main()
