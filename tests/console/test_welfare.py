"""Strong wording waits until it is asked for; the session's length is shown, and a break is suggested."""

from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from console.marks import Mark, segments
from console.welfare import at_work, strong, welfare
from nlp.indicators.lexicon import load

START = datetime(2026, 5, 1, tzinfo=UTC)


def test_every_blurred_indicator_has_a_lexicon() -> None:
    assert welfare().blurred <= {one.id for one in load()}


def test_only_the_words_of_these_indicators_are_blurred() -> None:
    run = segments(
        "a b c", [Mark(0, 1, "indicator", "third_party_control"), Mark(2, 3, "indicator", "client_screening")]
    )
    assert [one.text for one in run if strong(one)] == ["a"]


def test_a_break_is_suggested_after_a_while() -> None:
    assert at_work(START, START + timedelta(minutes=12)) == (12, False)
    assert at_work(START, START + timedelta(minutes=welfare().break_after)) == (welfare().break_after, True)
    assert at_work(START, START - timedelta(minutes=5)) == (0, False)  # the clock was set back


def test_the_page_tells_how_long_one_has_been_at_work(ana: TestClient) -> None:
    assert "0 min" in ana.get("/ad?id=harbor:1").text
