"""Text cut at marks joins to the text again; maps, timelines and bars stay inside their frames."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.atlas import HEIGHT, WIDTH, atlas
from console.bars import histogram
from console.marks import Mark, extract, of_highlights, of_mentions, segments
from console.timeline import Row, timeline
from indexer.records import Highlight
from linker.records import Stop
from nlp.records import Kind, Mention

START = datetime(2026, 5, 1, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
marks = st.builds(
    Mark, st.integers(-2, 40), st.integers(-2, 40), st.sampled_from(["phone", "age"]), st.text(max_size=3)
)


@given(st.text(max_size=40), st.lists(marks, max_size=8))
def test_segments_join_to_the_text_and_each_mark_covers_its_own(text: str, given_marks: list[Mark]) -> None:
    made = segments(text, given_marks)
    assert "".join(one.text for one in made) == text
    for mark in given_marks:
        covered = "".join(one.text for one in made if mark in one.marks)
        if 0 <= mark.start < mark.end <= len(text):
            assert covered == text[mark.start : mark.end]
        else:
            assert covered == ""


@given(st.text(min_size=1, max_size=900), st.integers(0, 899))
def test_an_extract_shows_the_first_mark(text: str, start: int) -> None:
    start = min(start, len(text) - 1)
    made, before, after = extract(text, [Mark(start, start + 1, "found", "x")], 100)
    shown = "".join(one.text for one in made)
    assert [one.text for one in made if one.marks] == [text[start]]
    assert len(shown) <= 100
    assert before or text.startswith(shown)
    assert after or text.endswith(shown)


WORDS = "0123 5678 " * 10


@pytest.mark.parametrize(
    ("mark", "start", "end"),
    [
        (None, 0, 20),  # without a mark the beginning
        ((0, 4), 0, 20),
        ((52, 54), 45, 65),  # a third of the length before the mark, and back to where a word begins
        ((96, 99), 80, 100),  # the end
        ((40, 79), 30, 70),  # a long mark is shown as far as twice the length
        ((40, 65), 30, 65),  # and one that is not so long is shown whole
    ],
)
def test_an_extract_stands_about_the_first_mark_and_begins_with_a_word(
    mark: tuple[int, int] | None, start: int, end: int
) -> None:
    later = [Mark(97, 98, "age", "y")] if mark and mark[0] < 90 else []
    made, before, after = extract(WORDS, [*([Mark(*mark, "found", "x")] if mark else []), *later], 20)
    assert "".join(one.text for one in made) == WORDS[start:end]
    assert (before, after) == (start > 0, end < len(WORDS))


def test_the_first_word_may_be_the_one_after_a_space() -> None:
    text = " " + "a" * 50
    made, before, _ = extract(text, [Mark(12, 14, "found", "x")], 20)
    assert "".join(one.text for one in made) == "a" * 20
    assert before


def test_what_is_longer_than_the_extract_alone_is_cut() -> None:
    assert extract("a" * 20, [], 20)[1:] == (False, False)
    assert extract("a" * 21, [], 20)[1:] == (False, True)


def test_the_mark_that_comes_first_leads_whatever_the_order() -> None:
    made, _, _ = extract(WORDS, [Mark(97, 98, "age", "y"), Mark(0, 4, "phone", "x")], 20)
    assert "".join(one.text for one in made) == WORDS[:20]


def test_marks_of_one_place_are_numbered_longest_first_and_stay_open_to_their_end() -> None:
    short, long = Mark(0, 2, "age", "x"), Mark(0, 4, "phone", "y")
    made = segments("abcdef", [short, long])
    assert [(one.text, one.marks, one.first) for one in made] == [
        ("ab", (long, short), (long, short)),
        ("cd", (long,), ()),
        ("ef", (), ()),
    ]


def test_a_mention_is_marked_at_each_of_its_parts_under_one_number() -> None:
    spread = {"parts": [{"field": "title", "start": 1, "end": 3}, {"field": "body", "start": 5, "end": 8}]}
    whole = {"parts": [{"field": "title", "start": 1, "end": 3}]}
    told = [
        Mention(Kind.PHONE, "+12025550143", "202", "body", 0, 3, "rule", 1.0),
        Mention(Kind.PHONE, "+12025550144", "55", "title", 1, 3, "rule", 1.0, spread),
        Mention(Kind.PHONE, "+12025550145", "55", "body", 9, 12, "rule", 1.0, whole),
    ]
    found = of_mentions(told)
    assert {field: [(one.start, one.end, one.number) for one in own] for field, own in found.items()} == {
        "body": [(0, 3, 1), (5, 8, 2), (9, 12, 3)],
        "title": [(1, 3, 2)],
    }
    assert {one.kind for own in found.values() for one in own} == {"phone"}


def test_what_a_query_found_is_marked_where_it_stands() -> None:
    found = of_highlights(
        [Highlight("body", 2, 5, "cat"), Highlight("title", 0, 3, "cat"), Highlight("body", 7, 9, "x")]
    )
    assert {field: [(one.start, one.end, one.kind) for one in own] for field, own in found.items()} == {
        "body": [(2, 5, "found"), (7, 9, "found")],
        "title": [(0, 3, "found")],
    }


def test_a_mark_that_only_touches_the_extract_is_not_in_it() -> None:
    text = "a" * 100
    made, _, after = extract(text, [Mark(0, 2, "phone", "x"), Mark(20, 25, "age", "y")], 20)
    assert "".join(one.text for one in made) == "a" * 20
    assert after
    assert [mark.kind for one in made for mark in one.marks] == ["phone"]


places = st.tuples(st.floats(-85, 85), st.floats(-180, 180))


@settings(deadline=None, max_examples=15)  # the first map reads the gazetteer
@given(st.lists(places, min_size=1, max_size=12))
def test_every_stop_stands_inside_the_map(points: list[tuple[float, float]]) -> None:
    stops = [
        Stop(str(number), "Town", latitude, longitude, START, START, 1)
        for number, (latitude, longitude) in enumerate(points)
    ]
    drawn = atlas(stops)
    assert drawn is not None
    for dot in drawn.dots:
        assert 0 <= dot.x <= WIDTH
        assert 0 <= dot.y <= HEIGHT


def test_a_map_of_nothing_is_none() -> None:
    assert atlas([]) is None


@given(st.lists(st.lists(st.integers(0, 900), max_size=6), max_size=6))
def test_every_mark_stands_inside_the_timeline(days: list[list[int]]) -> None:
    rows = [
        Row(f"row {number}", "place", tuple(START + timedelta(days=day) for day in own))
        for number, own in enumerate(days)
    ]
    drawn = timeline(rows, ZONE)
    if drawn is None:
        assert not any(days)
        return
    assert len(drawn.rows) == sum(bool(own) for own in days)
    for row in drawn.rows:
        assert all(drawn.left <= x <= drawn.width for x, _ in row.marks)
        assert row.y < drawn.height


def test_a_day_of_the_timeline_is_a_day_of_the_team() -> None:
    late = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    utc = timeline([Row("a", "place", (late, late + timedelta(hours=1)))], ZONE)
    east = timeline([Row("a", "place", (late, late + timedelta(hours=1)))], ZoneInfo("Asia/Tokyo"))
    assert utc is not None
    assert east is not None
    assert (len(utc.rows[0].marks), len(east.rows[0].marks)) == (2, 1)


def test_months_without_ads_have_a_bar_of_no_height() -> None:
    drawn = histogram([("2025-11", 4), ("2026-02", 2)])
    assert drawn is not None
    assert [(bar.month, bar.count) for bar in drawn.bars] == [
        ("2025-11", 4),
        ("2025-12", 0),
        ("2026-01", 0),
        ("2026-02", 2),
    ]
    assert drawn.bars[1].height == 0


def test_one_month_needs_no_bars() -> None:
    assert histogram([("2026-05", 4)]) is None
    assert histogram([]) is None
