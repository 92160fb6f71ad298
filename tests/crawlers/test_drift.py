"""A run is compared with the site's earlier runs: what moved, shrank, repeats itself or goes unread is said in words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.fuzz_pages import SLOW, fuzz
from crawlers.drift import drifts
from crawlers.manifest import Manifest
from crawlers.page import Page
from crawlers.parse import parse
from crawlers.shape import Looks
from crawlers.sites import Site
from store.health import State

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MANIFEST = Manifest.model_validate(
    {
        "name": "harbor",
        "start": ["http://harbor.example/"],
        "listing": "pages",
        "ignore": ["Visits"],
        "select": {"ad": {"native_id": "url:/([0-9]+)", "title": "h1", "body": ".body", "posted_at": "time"}},
    }
)
USUAL = {"pages": 120, "ads": 100, "known": 90, "same": 80, "new": 20, "looked": 60, "whole": 60, "length.9": 100,
         "filled.body": 100, "filled.contact": 50,
         "place.title.aa": 60, "place.body.bb": 60, "listings": 10}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "measure", "said"),
    [
        ({"sign.blocked": 3}, "sign.blocked", "blocked"),
        ({"sign.consent": 3}, "sign.consent", "consent"),
        ({"layout": 5}, "layout", "layout"),
        ({"place.body.bb": 10, "place.body.cc": 50}, "place.body", "'body' stands where no earlier run found it"),
        ({"length.9": 0, "length.6": 100}, "length", "about 32 characters; in earlier runs it had 256"),
        ({"same.body": 60}, "same.body", "60% of 'body' say one and the same"),
        ({"same.contact": 30}, "same.contact", "60% of 'contact' say one and the same"),
        ({"future": 9}, "future", "future"),
        ({"misread": 9}, "misread", "encoding"),
        ({"unlisted": 60}, "unlisted", "no longer shows them"),
        ({"whole": 20}, "whole", "to their end"),
        ({"barren": 8}, "barren", "neither an ad nor a way on"),
        ({"same": 0, "new": 100}, "again", "changed its ids"),
        ({"same": 5, "changed": 75}, "changed", "changed at once"),
        ({"label.Hair": 60, "varied.Hair": 40}, "unread", "'Hair' (100%)"),
    ],
)
def test_what_is_not_as_it_was_is_held_against_the_run(change: Mapping[str, int], measure: str, said: str) -> None:
    (finding,) = [one for one in drifts(MANIFEST, {**USUAL, **change}, [USUAL] * 3) if one.state is not State.GREEN]
    assert (finding.measure, finding.state) == (measure, State.AMBER)
    assert said in finding.reason


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"sign.unwell": 1, "layout": 1},  # one junk page of a hundred and twenty
        {"label.Copyright": 60, "varied.Copyright": 0},  # the same on every page
        {"label.Hair": 6, "varied.Hair": 6},
        {"length.9": 60, "length.8": 40},
        {"place.body.bb": 50, "place.body.cc": 10},
        {"barren": 1},
    ],
)
def test_what_every_site_has_is_not(change: Mapping[str, int]) -> None:
    assert {one.state for one in drifts(MANIFEST, {**USUAL, **change}, [USUAL] * 3)} == {State.GREEN}


def test_a_first_run_is_compared_with_nothing() -> None:
    assert {one.state for one in drifts(MANIFEST, USUAL, [])} == {State.GREEN}


def looked(*bodies: str) -> dict[str, int]:
    site, counts = Site(MANIFEST, Path()), dict[str, int]()
    looks = Looks(site, {})
    for number, body in enumerate(bodies, start=1):
        page = Page(f"http://harbor.example/{number}", body.encode())
        for key, count in looks.at(page, parse(site, page), NOON).items():
            counts[key] = counts.get(key, 0) + count
    return counts


def test_a_page_is_measured() -> None:
    later = (NOON + timedelta(days=3)).isoformat()
    counts = looked(
        f"<html><h1>Walks</h1><div class=body>Any weather</div><time>{later}</time><dl><dt>Hair</dt><dd>brown</dd></dl></html>",
        "<html><h1>Walks</h1><p class=body>Any weather</p><dl><dt>Hair</dt><dd>red</dd><dt>Visits</dt><dd>812</dd></dl>",
        f"<html><h1>Walks</h1><div class=body>{'Café'.encode().decode('cp1252')} com você</div></html>",
    )
    assert (counts["looked"], counts["whole"], counts["future"], counts["misread"]) == (3, 2, 1, 1)
    assert counts["same.body"] == 2
    assert (counts["label.Hair"], counts["varied.Hair"]) == (2, 1)
    assert "label.Visits" not in counts
    assert sum(count for key, count in counts.items() if key.startswith("place.body.")) == 3
    assert len([key for key in counts if key.startswith("place.body.")]) == 2


def test_words_with_accents_are_not_taken_for_misread_ones() -> None:
    assert (
        looked("<h1>São Paulo à noite</h1><div class=body>Ângela, 20 € à hora. Âge: «trente»</div>").get("misread", 0)
        == 0
    )


@pytest.mark.slow
def test_damaged_pages_neither_crash_nor_hang() -> None:
    found = fuzz(500, seed=7)
    assert found.crashes == []
    assert found.percentile(0.99) < SLOW
