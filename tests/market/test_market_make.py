import hashlib
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.adlines import parse_ad
from market.make import Entry, Plan, generate, make
from market.places import atlas

FILES = ("ads.jsonl", "truth.jsonl", "stays.jsonl")
TRUTH_KEYS = [
    *(
        "ad_id",
        "author",
        "class",
        "template",
        "phones",
        "emails",
        "handles",
        "urls",
        "ages",
        "prices",
        "names",
        "place",
    ),
    *("payment", "language", "indicators", "recruits"),
]
CLASSES = {"independent", "agency", "spa", "spam", "controlled", "recruiter"}


@pytest.mark.slow
def test_the_same_seed_makes_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    command = "import sys; from market.make import make; make(sys.argv[1], seed=7, ads=200)"
    for name, hashing in (("one", "1"), ("two", "2")):
        environment = {**os.environ, "PYTHONHASHSEED": hashing}
        subprocess.run([sys.executable, "-c", command, str(tmp_path / name)], check=True, env=environment)
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_another_seed_makes_another_market() -> None:
    one, two = (next(iter(generate(seed=seed, ads=50))).ad for seed in (1, 2))
    assert one != two


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(ads=st.integers(1, 120), seed=st.integers(0, 2**31), prevalence=st.sampled_from([0, 0.03, 0.5, 1]))
def test_a_market_has_as_many_ads_as_were_asked_for(ads: int, seed: int, prevalence: float) -> None:
    made = list(generate(seed=seed, ads=ads, prevalence=prevalence, days=1 + seed % 9))
    assert len(made) == len({entry.ad["ad_id"] for entry in made}) == ads


def test_every_line_is_an_ad_that_the_house_reads(entries: list[Entry]) -> None:
    for entry in entries:
        ad = parse_ad(orjson.loads(orjson.dumps(entry.ad)))
        assert ad.ad_id == f"{ad.site}:{entry.ad['ad_id'].partition(':')[2]}"
        assert all(text == text.strip() and "\r" not in text for text in ad.texts().values())


def test_every_truth_line_has_the_agreed_keys(entries: list[Entry]) -> None:
    for entry in entries:
        assert list(entry.truth) == TRUTH_KEYS
        assert entry.truth["ad_id"] == entry.ad["ad_id"]
    assert {entry.truth["class"] for entry in entries} == CLASSES


def test_files_are_in_step(folder: Path) -> None:
    ids = [[orjson.loads(line)["ad_id"] for line in (folder / name).read_bytes().splitlines()] for name in FILES]
    assert ids[0] == ids[1] == ids[2]
    assert len(ids[0]) == 300


def test_ads_stand_in_order_of_time(entries: list[Entry]) -> None:
    posted = [entry.ad["posted_at"] for entry in entries]
    assert posted == sorted(posted)


def test_prevalence_is_the_share_of_controlled_groups(entries: list[Entry]) -> None:
    authors = {entry.truth["author"]: entry.truth["class"] for entry in entries}
    assert sum(kind == "controlled" for kind in authors.values()) / len(authors) == pytest.approx(0.03, abs=0.006)
    none = generate(seed=1, ads=300, prevalence=0)
    assert all(entry.truth["class"] != "controlled" and entry.truth["recruits"] is None for entry in none)


def test_without_obfuscation_no_contact_is_disguised() -> None:
    assert not any("contact_obfuscation" in e.truth["indicators"] for e in generate(seed=3, ads=300, obfuscated=0))


def test_recruiters_share_a_contact_with_their_group_at_the_same_time(entries: list[Entry]) -> None:
    recruiting = [entry for entry in entries if entry.truth["recruits"]]
    assert recruiting
    for group in {entry.truth["recruits"] for entry in recruiting}:
        sold = [entry for entry in entries if entry.truth["author"] == group]
        offers = [entry for entry in recruiting if entry.truth["recruits"] == group]
        phones = {phone for entry in sold for phone in entry.truth["phones"]}
        assert any(phone in phones for entry in offers for phone in entry.truth["phones"])


def test_where_numbers_run_out_authors_post_more() -> None:
    few, many = Plan.of(2500, 0.03, atlas()), Plan.of(1_000_000, 0.03, atlas())
    assert few.scale == pytest.approx(1, abs=0.01)
    assert many.scale > 5
    assert many.authors < 36_000


@pytest.mark.parametrize("wrong", [{"ads": 0}, {"days": 0}, {"hubs": 1.5}, {"obfuscated": -0.1}, {"prevalence": 2}])
def test_impossible_markets_are_refused(wrong: dict[str, float], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"market needs|is a share"):
        make(tmp_path, **{"seed": 1, "ads": 10, **wrong})  # type: ignore[arg-type]
    assert not (tmp_path / "ads.jsonl").exists()


def test_a_market_without_further_wishes_is_the_one_it_always_was() -> None:
    """A change of this digest changes every figure measured on a market: do it knowingly, and measure anew."""
    digest = hashlib.sha256()
    for entry in generate(seed=5, ads=600):
        for part in (entry.ad, entry.truth, entry.stay):
            digest.update(orjson.dumps(part))
    assert digest.hexdigest() == "ea84a30da0180c16b8fcfeae278c2988e9c5ec0a0f0c14f5cfae4c1a7d394a41"
