"""How an ad changed: every version is kept, and two of them are compared word by word."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from crawlers.history import Part, compare, differences, versions
from crawlers.records import Ad
from crawlers.stored import load_ads, record_sighting
from store.workspace import Workspace
from tests.pace import slowdown

WORDS = st.lists(st.sampled_from(["soft", "walks", "80", "\n", "🌹", "-", "niño"]), max_size=30).map(" ".join)


def side(pieces: tuple[tuple[Part, str], ...], part: Part) -> str:
    return "".join(text for one, text in pieces if one in (Part.KEPT, part))


@given(WORDS, WORDS)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    pieces = compare(before, after)
    assert side(pieces, Part.REMOVED) == before
    assert side(pieces, Part.ADDED) == after


def test_only_the_words_that_changed_are_marked() -> None:
    pieces = compare("Evening walks, ask for Sam today", "Evening walks, ask for Kim today")
    assert [one for one in pieces if one[0] is not Part.KEPT] == [(Part.REMOVED, "Sam "), (Part.ADDED, "Kim ")]


def test_texts_made_to_take_long_do_not() -> None:
    began = process_time()
    for one, other in (
        ("a " * 200_000, "b a " * 100_000),
        ("x\n" * 3_000, "y\n" * 3_000),
        ("a " * 200, "a b " * 100),
        (" ".join(map(str, range(9_000))), " ".join(map(str, range(9_000, 0, -1)))),
    ):
        assert side(compare(one, other), Part.ADDED) == other
    assert process_time() - began < 20 * slowdown()


def test_every_version_is_kept_with_the_capture_that_showed_it(workspace: Workspace) -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    texts = ("Walks by the harbor", "Walks by the river", "Long walks by the river")
    with workspace.begin() as connection:
        for day, text in enumerate((*texts, texts[-1])):
            seen_at = start + timedelta(days=day)
            ad = Ad("s:1", "s", "", start + timedelta(days=day), body=text)  # a new date alone is a bump, not a change
            record_sighting(connection, ad, seen_at=seen_at, run_id=f"run{day}")
        found = versions(connection, load_ads(connection, ["s:1"])["s:1"])
    assert [(one.version, one.fields["body"]) for one in found] == [(3, texts[2]), (2, texts[1]), (1, texts[0])]
    assert [one.seen_at for one in found] == [start + timedelta(days=day) for day in (3, 1, 0)]
    told = [dict(differences(older.fields, newer.fields)) for newer, older in pairwise(found)]
    assert told[1] == {"body": ((Part.KEPT, "Walks by the "), (Part.REMOVED, "harbor"), (Part.ADDED, "river"))}
