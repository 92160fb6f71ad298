"""A group's templates stand on a page of their own, to which its page leads with their number and sizes."""

import re
from itertools import islice
from random import Random
from urllib.parse import quote, unquote

import pytest
from starlette.testclient import TestClient

from bench.large_group import START, ads
from casework.records import Role
from console.pages import templates
from crawlers.stored import record_sightings
from linker import stage as link_stage
from linker.stored import group_ids_of
from nlp import stage as read_stage
from store.schema import now
from store.tables import hash_matches
from store.workspace import Workspace
from tests.console.conftest import Seat


@pytest.fixture
def crew(office: Workspace) -> str:
    """The id of a group whose forty ads are written by five wordings."""
    made = list(islice(ads(Random(3)), 40))
    with office.begin() as connection:
        record_sightings(connection, made, seen_at=[one.posted_at or START for one in made], run_id="crew")
    read_stage.run(office)
    link_stage.run(office)
    with office.read() as connection:
        return group_ids_of(connection, [made[0].ad_id])[made[0].ad_id]


def test_the_page_of_a_group_says_how_many_and_leads_to_them(crew: str, seat: Seat) -> None:
    ana = seat(Role.ANALYST)
    page = ana.get(f"/group?id={quote(crew)}").text
    section = page[page.index('id="templates"') : page.index('id="ads"')]
    sizes = [int(one) for one in re.findall(r"<li>(\d+) near-copies, <a ", section)]
    assert len(sizes) > templates.SHOWN
    assert f'Templates <span class="soft">{len(sizes)}</span>' in section
    assert f'href="/templates?id={quote(crew)}"' in section
    assert _sizes(ana, crew) == sizes


def test_a_slot_says_what_fills_it_and_leads_to_an_ad(crew: str, seat: Seat) -> None:
    page = seat(Role.ANALYST).get(f"/templates?id={quote(crew)}").text
    slots = re.findall(r'<mark class="slot" title="([^"]*)">(.*?)</mark>', page)
    assert any(kinds == "phone" and re.search(r'\+12025550\d+ <a class="soft" href="/ad\?id=large-group', fills)
               for kinds, fills in slots)  # fmt: skip


def test_an_ad_that_is_held_back_fills_no_slot(crew: str, office: Workspace, seat: Seat) -> None:
    ana = seat(Role.ANALYST)
    page = ana.get(f"/templates?id={quote(crew)}").text
    leads_to = re.findall(r"/ad\?id=(large-group[^\"]*)", page)
    with office.begin() as connection:
        for ad_id in {unquote(one) for one in leads_to}:
            row = {"keyed": ad_id, "algorithm": "md5", "set_name": "made up", "how": "feed"}
            connection.execute(hash_matches.insert().values(ad_id=ad_id, at=now(), **row))
    left = re.findall(r"/ad\?id=(large-group[^\"]*)", ana.get(f"/templates?id={quote(crew)}").text)
    assert left
    assert not set(left) & set(leads_to)


def test_no_start_is_too_far(crew: str, seat: Seat) -> None:
    ana = seat(Role.ANALYST)
    for start in (-1, 10**9):
        assert ana.get(f"/templates?id={quote(crew)}&start={start}").status_code == 200
    assert ana.get("/templates?id=none").status_code == 404


def test_a_group_without_near_copies_says_so(ana: TestClient, group_id: str) -> None:
    assert "No two of its ads are near-copies." in ana.get(f"/templates?id={quote(group_id)}").text
    assert 'id="templates"' not in ana.get(f"/group?id={quote(group_id)}").text


def _sizes(ana: TestClient, group_id: str) -> list[int]:
    """Of every template, page by page."""
    found: list[int] = []
    address: str | None = f"/templates?id={quote(group_id)}"
    while address:
        page = ana.get(address).text
        found += map(int, re.findall(r"<h2>(\d+) ads", page))
        following = re.search(r'href="(/templates[^"]*)">smaller', page)
        address = following.group(1).replace("&amp;", "&") if following else None
    return found
