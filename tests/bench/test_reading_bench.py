"""The bench of reading: how values are scored, what the peers are asked, and where the figures go."""

import sys
from pathlib import Path

import orjson
import pytest

from bench.reading_cases import Cases, minutes, number
from bench.reading_market import Market
from bench.reading_pages import write_pages
from bench.reading_speed import sample, words
from bench.rivals import Rivals
from bench.tally import Row, Score, aligned, same
from crawlers.records import Ad
from market.make import make


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("+13125550142", "312-555-0142", True),
        ("+13125550142", "0142", False),  # fewer than six digits
        ("+13125550142", "13125550143", False),
        ("+442079460958", "020 7946 0958", True),
        ("5550142", "00013125550142", False),  # seven digits longer
    ],
)
def test_phones_are_one_when_their_ends_agree(one: str, other: str, agree: bool) -> None:
    assert same(one, other) is agree


def test_a_true_phone_is_hit_once() -> None:
    found, truth = aligned(["+13125550142", "0013125550142"], ["+13125550142"])
    assert truth == {"+13125550142"}
    assert len(found - truth) == 1


def test_nothing_found_of_nothing_is_no_failure() -> None:
    score = Score()
    score.add(set(), set())
    assert score.row("", "nothing").values == 0


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ({"amount": 80, "unit": "hh"}, 30),
        ({"amount": 80, "unit": "Half hour"}, 30),
        ({"amount": 80, "unit": "hr"}, 60),
        ({"amount": 80, "unit": "2 hr"}, 120),
        ({"amount": 80, "unit": "ss"}, 15),
        ({"amount": 80, "unit": "45 min"}, 45),
        ({"amount": 80, "unit": None}, None),
        ({"amount": 80, "unit_minutes": 480, "currency": "rose"}, 480),
    ],
)
def test_units_of_the_cases_are_minutes(price: dict[str, object], expected: int | None) -> None:
    assert minutes(price) == expected


def test_numbers_are_one_however_written() -> None:
    assert number("24") == number(24.0) == number(24) == "24"


def test_speed_is_taken_on_ads_of_eighty_words_on_average() -> None:
    ads = [Ad(str(n), "s", "", None, body="word " * n) for n in 10 * (10, 300, 60, 120, 90, 75, 81, 40, 110)]
    chosen = sample(ads)
    assert abs(sum(map(words, chosen)) / len(chosen) - 80) <= 3


def test_a_market_without_such_ads_is_refused() -> None:
    with pytest.raises(ValueError, match="80 words"):
        sample([Ad("1", "s", "", None, body="word")])


@pytest.mark.slow
def test_a_peer_that_is_not_installed_is_named_with_the_reason() -> None:
    rivals = Rivals(sys.executable, rounds=1)
    rivals.ask("job", "phones", [("call (312) 555-0142", "US"), ("none here", None)])
    rivals.answer()
    assert rivals.found("job")["phonenumbers VALID"] == [["+13125550142"], []]
    missing = {row.who: row.note for row in rivals.missing()}
    assert "price_parser" in missing["price-parser"]
    assert "phonenumbers VALID" in rivals.versions()


@pytest.mark.slow
def test_cases_are_scored_row_by_row(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "source": "made", "text": "call 312 555 0142", "phones": ["+13125550142"], "region": "US"},
        {"id": "2", "source": "made", "text": "nobody to call", "phones": [], "region": "US"},
    ]
    (tmp_path / "phones_ads.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    cases, rivals = Cases(tmp_path), Rivals(sys.executable, rounds=1)
    cases.ask(rivals)
    rivals.answer()
    ours = next(row for row in cases.table(rivals) if row.who == "sidelight")
    assert (ours.what, ours.precision, ours.recall, ours.values) == ("phones in ads", 1.0, 1.0, 1)
    assert ours.note == "0 of 1 rows without any have a find"


@pytest.mark.slow
def test_ages_of_the_truth_judge_the_indicators_that_follow_from_ages(tmp_path: Path) -> None:
    make(tmp_path, seed=3, ads=120)
    rows = {row.what: row for row in Market(tmp_path, "market").indicators(languages=True)}
    assert rows["market: stated_young_adult"].note == "judged by the truth's ages"
    assert rows["market: stated_young_adult"].values
    assert rows["market: trust_assurance"].recall is not None
    assert "market: trust_assurance, en" in rows


def test_figures_replace_those_of_the_last_run_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "ages.md"
    page.write_text("# Ages\nrules\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nend\n", encoding="utf-8")
    made = {"on": "2026-01-01", "python": "3.11", "peers": {"a peer": "1.0"}}
    for _ in range(2):
        write_pages([Row("ages", "ages", "a peer", 1.0, 0.5, 0.667, 12), Row("", "no page", "x")], made, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Ages\nrules\n")
    assert text.endswith("<!-- measured: end -->\nend\n")
    assert "old" not in text
    assert text.count("| ages | a peer | 1.000 | 0.500 | 0.667 | 12 |  |") == 1
    assert "a peer 1.0" in text
