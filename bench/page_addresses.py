"""Addresses of the console's pages, drawn from what a workspace holds."""

from random import Random
from urllib.parse import quote

from sqlalchemy import func, select

from console.sealed import seal
from crawlers.tables import ads
from linker.tables import group_members
from store.workspace import Workspace

QUERIES = (
    "evening",
    '"new in town"',
    "has:phone posted:last-30-days",
    "visiting OR available",
    "indicator:movement_language",
    "site:harbor -has:price",
    "band:review",
    "place:Houston",
    'near:"Houston" 80km',
    "size:>=5",
)


def addresses(workspace: Workspace, rounds: int, seed: int) -> dict[str, list[str]]:
    """Addresses of each kind of page, drawn from what the workspace holds; groups of about 500 ads apart."""
    draw = Random(seed)
    with workspace.read() as connection:
        ad_ids = list(connection.scalars(select(ads.c.ad_id).order_by(ads.c.ad_id)))
        size = func.count().label("size")
        members = select(group_members.c.group_id, size).group_by(group_members.c.group_id).order_by(size.desc())
        sizes = [(row.group_id, row.size) for row in connection.execute(members)]
    largest = min(sizes, key=lambda one: abs(one[1] - 500))
    print(f"{len(ad_ids):,} ads, {len(sizes):,} groups; the one nearest to 500 ads has {largest[1]:,}")
    return {
        "search": [f"/search?s={seal(workspace, one)}" for one in draw.choices(QUERIES, k=rounds)],
        "search on a map": [f"/search?s={seal(workspace, one)}&map=1" for one in draw.choices(QUERIES, k=rounds // 3)],
        "ad": [f"/ad?id={quote(one)}" for one in draw.sample(ad_ids, rounds)],
        "group": [f"/group?id={one}" for one, _ in draw.choices(sizes[:200], k=rounds)],
        "group of 500": [f"/group?id={largest[0]}"] * (rounds // 2),
        "compare": [f"/compare?left={sizes[0][0]}&right={one}" for one, _ in sizes[1 : 1 + rounds // 3]],
        "queue": ["/queue"] * (rounds // 2),
        "queue, one": ["/queue?one=next"] * (rounds // 3),
        "watches": ["/watches"] * 5,
        "cases": ["/cases"] * 5,
        "sites": ["/sites"] * 5,
        "models": ["/models"] * 5,
        "audit": ["/audit"] * 5,
        "oversight": ["/oversight"] * 5,
        "settings": ["/settings"] * 5,
        "help": ["/help"] * 5,
    }
