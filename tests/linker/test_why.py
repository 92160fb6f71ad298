"""Why two ads are linked, and why not: chains of evidence with the words, or what keeps a shared value from joining."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations, pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from typer.testing import CliRunner

from linker import stage
from linker.answer import answer, lines
from linker.apart import Bar
from linker.cli import app
from linker.judgements import Verdict, judge
from linker.records import Link, Reason
from linker.why import chains
from store.errors import UsageError
from store.tables import audit_events
from store.workspace import Workspace
from tests.linker.conftest import Posted, posted

PHONE = "+13125550142"
TEXT = "quiet house near the park open from noon until late every day with parking behind the house and a warm welcome"
Put = Callable[[Iterable[Posted]], None]


def _linked(*links: tuple[str, str, str]) -> list[Link]:
    return [Link(*sorted(pair), Reason.PHONE, key, 0.9) for *pair, key in links]


def _ways(links: list[Link], left: str, right: str, most: int = 3) -> list[list[str]]:
    return [[step.evidence[0].key for step in chain.steps] for chain in chains(links, [], left, right, most)]


def test_the_shortest_chain_comes_first_and_each_further_one_brings_evidence_of_its_own() -> None:
    links = _linked(("a", "b", "1"), ("b", "c", "2"), ("c", "d", "3"), ("a", "c", "4"))
    assert _ways(links, "a", "d") == [["4", "3"], ["1", "2", "3"]]
    first, second = chains(links, [], "a", "d")
    assert (first.independent, second.independent) == (True, False)
    assert [step.sentence() for step in first.steps] == ["a and c share the phone 4", "c and d share the phone 3"]


def test_two_ads_with_one_value_are_one_step_apart_however_many_ads_lie_between() -> None:
    links = _linked(*((f"{one:03}", f"{other:03}", "1") for one, other in pairwise(range(200))))
    (chain,) = chains(links, [], "000", "199")
    assert [step.sentence() for step in chain.steps] == ["000 and 199 share the phone 1"]


def test_all_that_two_ads_share_is_one_step_the_strongest_first() -> None:
    links = [Link("a", "b", Reason.TEXT, "t", 0.5), *_linked(("a", "b", "1"))]
    (chain,) = chains(links, [], "a", "b")
    assert chain.steps[0].sentence() == "a and b share the phone 1 and are worded alike (near-copies, cluster t)"


def test_among_chains_of_one_length_the_strongest_comes_first() -> None:
    links = [*_linked(("a", "c", "1"), ("c", "d", "2")), Link("a", "b", Reason.TEXT, "t", 0.5)]
    links.append(Link("b", "d", Reason.TEXT, "u", 0.5))
    assert _ways(links, "a", "d") == [["1", "2"], ["t", "u"]]


def test_a_value_that_rested_between_two_owners_does_not_lead_from_one_to_the_other() -> None:
    links = _linked(("a", "b", "1"), ("c", "d", "1"), ("b", "c", "2"))
    assert _ways(links, "a", "d") == [["1", "2", "1"]]


def test_recruitment_by_a_contact_is_no_other_evidence_than_the_contact() -> None:
    links = _linked(("a", "b", "1"), ("b", "c", "2"))
    links.append(Link("a", "b", Reason.RECRUITMENT, "phone:1", 0.9))
    (chain,) = chains(links, [], "a", "c")
    assert [one.reason for one in chain.steps[0].evidence] == [Reason.PHONE, Reason.RECRUITMENT]


def test_a_person_s_word_is_evidence_and_no_way_at_all_is_no_chain() -> None:
    links = _linked(("a", "b", "1"))
    assert (
        chains(links, [("b", "c")], "a", "c")[0].steps[1].sentence() == "b and c were said to be the same by a person"
    )
    assert chains(links, [], "a", "z") == []


pairs = st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.sampled_from("12345678"))


@pytest.mark.slow
@given(st.lists(pairs.filter(lambda one: one[0] < one[1]), max_size=12))
def test_the_first_chain_is_as_short_as_a_plain_search_finds_and_no_two_rest_on_the_same(
    given_links: list[tuple[str, str, str]],
) -> None:
    links = _linked(*given_links)
    found = chains(links, [], "a", "f")
    for chain in chains(links, [], "a", "f", 20):
        assert chain.steps[0].left == "a"
        assert chain.steps[-1].right == "f"
        assert all(one.right == other.left for one, other in pairwise(chain.steps))
        assert all({step.left, step.right} <= one.ad_ids for step in chain.steps for one in step.evidence)
    for one, other in combinations(found, 2):
        assert len(one.steps) <= len(other.steps)
        assert one.values != other.values
    # A plain walk over single links can need more steps, never fewer: a value is one step.
    single = {"a": 0}
    frontier = ["a"]
    while frontier:
        here = frontier.pop(0)
        for left, right, _ in given_links:
            for there in ({left, right} - {here}) if here in (left, right) else ():
                if there not in single:
                    single[there] = single[here] + 1
                    frontier.append(there)
    assert bool(found) == ("f" in single)
    if found:
        assert len(found[0].steps) <= single["f"]


def _run(workspace: Workspace, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["why", *arguments, "--workspace", str(workspace.root)])
    assert result.exit_code == 0, result.exception
    return result.stdout


def test_the_command_says_the_chain_with_the_words_of_each_ad_and_records_the_look_first(
    workspace: Workspace, put: Put
) -> None:
    put([posted("a", phone=PHONE), posted("b", day=1, phone=PHONE)])
    stage.run(workspace)
    assert _run(workspace, "harbor:a", "harbor:b").splitlines() == [
        "1. harbor:a and harbor:b share the phone +13125550142",
        '     harbor:a body 0-12: "+13125550142"',
        '     harbor:b body 0-12: "+13125550142"',
    ]
    with workspace.read() as connection:
        assert connection.execute(select(audit_events.c.action)).scalars().all() == ["why", "why"]


def test_the_ads_a_chain_leads_over_are_recorded_too(workspace: Workspace, put: Put) -> None:
    put([posted("a", phone=PHONE), posted("b", day=1, phone=PHONE, email="x@example.com")])
    put([posted("c", day=2, email="x@example.com")])
    stage.run(workspace)
    (found,) = [orjson.loads(_run(workspace, "harbor:a", "harbor:c", "--json"))]
    assert found["together"]
    (chain,) = found["chains"]
    assert [one["evidence"][0]["reason"] for one in chain["steps"]] == ["phone", "email"]
    assert chain["steps"][0]["evidence"][0]["words"][0] == {
        "ad_id": "harbor:a", "kind": "phone", "field": "body", "start": 0, "end": 12, "surface": PHONE,
    }  # fmt: skip
    with workspace.read() as connection:
        looked = connection.execute(select(audit_events.c.object_hash).order_by(audit_events.c.seq)).scalars().all()
    assert len(set(looked)) == 3


def test_near_copies_are_told_by_how_many_words_they_share(workspace: Workspace, put: Put) -> None:
    put([posted("a", text=TEXT), posted("b", day=1, text=TEXT.replace("late", "six"))])
    stage.run(workspace)
    told = _run(workspace, "harbor:a", "harbor:b")
    assert "20 of 21 words in common order" in told
    assert 'harbor:a body 0-90: "quiet house near the park' in told


@pytest.mark.slow
def test_a_job_offer_and_an_ad_with_one_contact_are_shown_with_the_words_of_both(
    workspace: Workspace, put: Put
) -> None:
    put([posted("job", phone=PHONE, indicator="recruitment_offer"), posted("ad", day=3, phone=PHONE)])
    stage.run(workspace)
    told = _run(workspace, "harbor:ad", "harbor:job").splitlines()
    assert "share a contact, phone:+13125550142, one a job offer and one not, at the same time" in told[0]
    assert '     harbor:job body 0-17: "recruitment_offer"' in told
    assert sum("+13125550142" in line and "harbor:ad body" in line for line in told) == 1


@pytest.mark.parametrize(
    ("address", "reasons"),
    [
        ("https://harbor.example/jobs/17", {Reason.PHONE, Reason.RECRUITMENT}),
        ("https://harbor.example/ad/17", {Reason.PHONE}),
    ],
)
def test_a_site_s_category_of_jobs_makes_a_job_offer_too(
    workspace: Workspace, put: Put, address: str, reasons: set[Reason]
) -> None:
    job = posted("job", phone=PHONE)
    put([replace(job, ad=replace(job.ad, url=address)), posted("ad", day=3, phone=PHONE)])
    stage.run(workspace)
    with workspace.read() as connection:
        found = answer(connection, "harbor:ad", "harbor:job")
    assert {one.reason for one in found.chains[0].steps[0].evidence} == reasons
    assert ('harbor:job url 23-27: "jobs"' in "\n".join(lines(found))) == (len(reasons) == 2)


def test_a_hub_is_named_as_what_both_share_and_why_it_does_not_join(workspace: Workspace, put: Put) -> None:
    put(
        posted(
            f"{owner}-{ad}",
            day=owner + ad,
            phone=[PHONE, f"+1312555011{owner}"],
            name=f"n{owner}",
            place=str(owner // 2 + 1),
        )
        for owner in range(8)
        for ad in range(3)
    )
    stage.run(workspace)
    told = _run(workspace, "harbor:0-0", "harbor:1-0").splitlines()
    assert told[0] == "harbor:0-0 and harbor:1-0 are not linked."
    assert told[1].startswith("- phone +13125550142: too common to join by: it is on 24 ads of 8 posters")
    assert told[2] == "- place Springfield: a place is no key: many advertise there"


def test_a_recycled_number_is_named_with_the_time_it_rested(workspace: Workspace, put: Put) -> None:
    put([posted("a", phone=PHONE, name="ana", place="1"), posted("b", day=100, phone=PHONE, name="bea", place="2")])
    stage.run(workspace)
    told = _run(workspace, "harbor:a", "harbor:b")
    assert "taken for another owner's: it rested from 2026-03-01 to 2026-06-09 (more than 45 days)" in told


def test_a_person_s_not_same_is_named_with_who_when_and_why(workspace: Workspace, put: Put) -> None:
    put([posted("a", phone=PHONE), posted("b", day=1, phone=PHONE)])
    stage.run(workspace)
    with workspace.begin() as connection:
        judge(connection, "harbor:b", "harbor:a", Verdict.NOT_SAME, "ana", "different voices")
    stage.run(workspace)
    with workspace.read() as connection:
        found = answer(connection, "harbor:a", "harbor:b")
    assert [one.bar for one in found.shared] == [Bar.JUDGEMENT, Bar.JUDGEMENT]
    assert "ana said on " in found.shared[0].why
    assert found.shared[0].why.endswith("that harbor:a and harbor:b are not the same: different voices")
    assert found.shared[1].sentence() == f"phone {PHONE}: would join them, but a person's word keeps them apart"


def test_one_weak_value_between_two_large_groups_is_named_as_too_little(workspace: Workspace, put: Put) -> None:
    put(posted(f"{side}{n}", day=n / 24, phone=phone) for side, phone in (("l", PHONE), ("r", "+13125550143"))
        for n in range(25))  # fmt: skip
    shared = [posted(f"{side}9", day=9 / 24, phone=phone, name="ana", place="1")
              for side, phone in (("l", PHONE), ("r", "+13125550143"))]  # fmt: skip
    put(replace(one, ad=replace(one.ad, image_hashes=("f00d",))) for one in shared)
    stage.run(workspace)
    told = _run(workspace, "harbor:l9", "harbor:r9")
    assert "image f00d: it is weak (weight 0.60, below 0.7)" in told
    assert "harbor:l9 and harbor:r9 of their groups show the picture with hash f00d" in told
    assert "harbor:l9 and harbor:r9 of their groups" in _run(workspace, "harbor:l1", "harbor:r1")


def test_ads_that_share_nothing_and_ads_not_there_get_a_clear_answer(workspace: Workspace, put: Put) -> None:
    put([posted("a", phone=PHONE), posted("b")])
    assert "harbor:a has not been linked yet" in _run(workspace, "harbor:a", "harbor:b")
    stage.run(workspace)
    assert "They share nothing" in _run(workspace, "harbor:a", "harbor:b")
    with workspace.read() as connection, pytest.raises(UsageError, match="no ad 'harbor:z' is stored"):
        answer(connection, "harbor:a", "harbor:z")
