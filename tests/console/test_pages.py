"""What the pages say: each is opened as an analyst would, on ads that went through every stage."""

import re
from urllib.parse import quote, unquote

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from casework.records import Role
from casework.watching import canaries
from console.pages import group
from console.sealed import seal
from indexer import stage as index_stage
from linker import stage as link_stage
from linker.stored import group_ids_of
from linker.tables import groups
from models import stage as score_stage
from models.style_rows import Suggestion, replace_suggestions
from nlp import stage as read_stage
from store.workspace import Workspace
from tests.console.conftest import Seat


def _search(client: TestClient, office: Workspace, query: str, more: str = "") -> str:
    return client.get(f"/search?s={seal(office, query)}{more}").text


def test_a_phone_typed_in_words_finds_every_ad_that_wrote_it(ana: TestClient, office: Workspace) -> None:
    page = _search(ana, office, "two zero two five five five zero one four three")
    assert "<b>3</b> ads" in page
    assert '<mark class="k-found" title="found: 202.555.0143">202.555.0143</mark>' in page


def test_linked_finds_the_ads_of_the_whole_group(ana: TestClient, office: Workspace) -> None:
    page = _search(ana, office, "linked:2025550143")
    assert all(f"/ad?id={quote(ad_id, safe='')}" in page for ad_id in ("harbor:1", "harbor:2", "lantern:3", "meadow:4"))


def test_facets_are_links_to_the_narrower_query(ana: TestClient, office: Workspace) -> None:
    page = _search(ana, office, "site:harbor OR site:meadow")
    token = re.search(r'href="/search\?s=([^"]+)">meadow</a> <span>2</span>', page)
    assert token is not None
    assert "<b>2</b> ads" in ana.get(f"/search?s={token.group(1)}").text


def test_groups_can_be_listed_in_place_of_ads(ana: TestClient, office: Workspace) -> None:
    assert "<b>1</b> group" in _search(ana, office, "linked:2025550143", "&group=1")


def test_a_query_that_cannot_be_read_shows_where_and_what_to_write(ana: TestClient, office: Workspace) -> None:
    answer = ana.get(f"/search?s={seal(office, 'room (garden')}")
    assert answer.status_code == 400
    assert '<mark class="wrong">(</mark>' in answer.text
    assert "Write the ) that ends it" in answer.text


@pytest.mark.slow
def test_an_ad_that_sidelight_planted_says_so_wherever_it_is_shown(ana: TestClient, office: Workspace) -> None:
    planted = canaries.plant(office)
    for stage in (read_stage, link_stage, score_stage, index_stage):
        stage.run(office)
    with office.read() as connection:
        group_id = group_ids_of(connection, [planted])[planted]
    for page in (
        _search(ana, office, canaries.WORD),
        ana.get(f"/ad?id={quote(planted)}").text,
        ana.get(f"/group?id={quote(group_id)}").text,
    ):
        assert "planted test ad" in page
    assert "planted test ad" not in _search(ana, office, "site:harbor")


def test_a_large_group_shows_its_ads_in_pages_newest_first(
    ana: TestClient, office: Workspace, group_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "ADS", 2)
    first, second = (ana.get(f"/group?id={quote(group_id)}&start={start}").text for start in (0, 2))
    shown = [re.findall(r'data-entry href="/ad\?id=([^"]+)"', page) for page in (first, second)]
    assert [[unquote(one) for one in part] for part in shown] == [["meadow:4", "lantern:3"], ["harbor:2", "harbor:1"]]
    assert "1 to 2 of 4" in first
    assert "3 to 4 of 4" in second
    assert 'start=2#ads">older</a>' in first
    assert ">newer</a>" not in first
    assert 'start=0#ads">newer</a>' in second
    assert ">older</a>" not in second
    for start in (-5, 99):
        assert ana.get(f"/group?id={quote(group_id)}&start={start}").status_code == 200


def test_days_are_those_of_the_teams_zone(ana: TestClient, office: Workspace, group_id: str) -> None:
    assert "4 ads, 2026-05-01 to 2026-05-04" in ana.get(f"/group?id={quote(group_id)}").text
    object.__setattr__(office.settings, "timezone", "Pacific/Kiritimati")  # fourteen hours ahead
    assert "4 ads, 2026-05-02 to 2026-05-05" in ana.get(f"/group?id={quote(group_id)}").text


def test_a_comparison_of_one_asks_for_the_other(ana: TestClient) -> None:
    page = ana.get("/compare?left=harbor:1").text
    assert 'value="harbor:1"' in page
    assert "What they hold" not in page
    assert "What they hold" in ana.get("/compare?left=harbor:1&right=meadow:4").text


def test_an_empty_search_teaches(ana: TestClient) -> None:
    assert "What to type" in ana.get("/search").text


def test_an_ad_shows_each_mention_where_it_stands_and_where_it_comes_from(ana: TestClient) -> None:
    page = ana.get("/ad?id=harbor:1").text
    assert re.search(r'<mark class="k-phone" title="phone: \+12025550143">\(202\) 555-0143</mark>', page)
    assert re.search(r'<mark class="k-age" title="age: 24">24</mark>', page)
    assert "new" in page


def test_an_ads_earlier_version_is_shown_with_its_difference(ana: TestClient) -> None:
    page = ana.get("/ad?id=meadow:5").text
    assert "Version 2" in page
    assert re.search(r"<(del|ins)>", page)


def test_a_group_shows_people_links_map_and_timeline(ana: TestClient, group_id: str) -> None:
    page = ana.get(f"/group?id={quote(group_id)}").text
    assert "+12025550143" in page
    assert "bella.test@example.org" in page
    assert 'aria-label="Map of the places' in page
    assert 'aria-label="When its ads' in page
    assert "Review priority" in page
    assert "/why?left=" in page


def test_why_two_ads_are_linked_is_a_chain_with_the_words(ana: TestClient) -> None:
    page = ana.get("/why?left=harbor:1&right=meadow:4").text
    assert "By way of 1 other ad" in page
    assert page.count("<blockquote>") >= 4
    assert "bella.test@example.org" in page


def test_ads_of_two_groups_are_said_not_to_be_linked(ana: TestClient) -> None:
    assert "They are not linked" in ana.get("/why?left=harbor:1&right=meadow:5").text


def test_the_queue_says_what_to_expect_and_why_each_entry_is_there(ana: TestClient, group_id: str) -> None:
    page = ana.get("/queue").text
    assert "is right 48% of the time" in page
    assert f'id="g-{group_id}"' in page
    assert "drawn at random" in page


def test_a_day_without_a_queue_teaches(ana: TestClient) -> None:
    assert "No queue was built for this day" in ana.get("/queue?day=2020-01-01").text
    wrong = ana.get("/queue?day=soon")
    assert (wrong.status_code, "write it as 2026-05-01" in wrong.text) == (400, True)


def test_the_queue_is_gone_through_one_at_a_time_until_nothing_waits(ana: TestClient, group_id: str) -> None:
    assert "entry 1 of " in ana.get("/queue?one=next").text
    assert f'id="g-{group_id}"' in ana.get(f"/queue?one={quote(group_id)}").text
    whole = ana.get("/queue?one=no-such-group").text
    assert "One at a time" in whole
    assert "Nothing waits" not in whole
    for number in re.findall(r'id="g-([^"]+)"', whole):
        fields = {"group": number, "verdict": "unsure", "why": "not enough yet"}
        assert ana.post("/group/decide", data={**fields, "csrf": ana.csrf}).status_code == 303  # type: ignore[attr-defined]
    assert "Nothing waits for a decision of yours." in ana.get("/queue?one=next").text


def test_a_decision_stands_in_queue_and_group_and_can_be_undone(ana: TestClient, group_id: str) -> None:
    day = re.search(r"Queue of ([\d-]+)", ana.get("/queue").text)
    assert day is not None
    fields = {"group": group_id, "verdict": "unsure", "why": "not enough yet", "day": day.group(1), "back": "queue"}
    answer = ana.post("/group/decide", data={**fields, "csrf": ana.csrf})  # type: ignore[attr-defined]
    assert answer.headers["location"] == f"/queue?day={day.group(1)}#g-{group_id}"
    assert "Decided <b>unsure</b> by analyst" in ana.get("/queue").text
    assert "Ranked by <b>scorecard 1</b>" in ana.get("/queue").text
    page = ana.get(f"/group?id={quote(group_id)}").text
    decision = re.search(r'name="decision" value="(\d+)"', page)
    assert decision is not None
    ana.post("/decision/undo", data={"decision": decision.group(1), "csrf": ana.csrf})  # type: ignore[attr-defined]
    assert "Undone by analyst" in ana.get(f"/group?id={quote(group_id)}").text


@pytest.mark.parametrize(
    "fields", [{"verdict": "", "why": "x"}, {"verdict": "cleared", "why": " "}, {"verdict": "guilty", "why": "x"}]
)
def test_half_a_decision_is_refused_with_what_is_missing(
    ana: TestClient, group_id: str, fields: dict[str, str]
) -> None:
    answer = ana.post("/group/decide", data={"group": group_id, **fields, "csrf": ana.csrf})  # type: ignore[attr-defined]
    assert answer.status_code == 400
    assert "That cannot be done" in answer.text


def test_a_search_becomes_a_watch_and_ends(ana: TestClient, office: Workspace) -> None:
    form = {"s": seal(office, "phone:2025550143"), "title": "the first number", "csrf": ana.csrf}  # type: ignore[attr-defined]
    assert ana.post("/watches/add", data=form).headers["location"] == "/watches"
    assert "the first number" in ana.get("/watches").text
    ana.post("/watches/end", data={"watch": "1", "csrf": ana.csrf})  # type: ignore[attr-defined]
    assert "You have none" in ana.get("/watches").text


def test_an_auditor_reads_who_looked_and_verifies_the_chain(seat: Seat) -> None:
    auditor = seat(Role.AUDITOR)
    assert "sign in" in auditor.get("/audit").text
    answer = auditor.post("/audit/verify", data={"csrf": auditor.csrf})  # type: ignore[attr-defined]
    assert "in one unbroken chain" in answer.text


@pytest.mark.parametrize("role", sorted(Role))
def test_the_front_leads_to_the_first_page_of_the_role(seat: Seat, role: Role) -> None:
    first = {Role.OPERATOR: "/sites", Role.AUDITOR: "/audit"}.get(role, "/queue")
    assert seat(role).get("/").headers["location"] == first


def test_what_is_not_there_has_a_page_of_its_own(ana: TestClient) -> None:
    for address in ("/ad?id=no:such", "/group?id=none", "/no-such-page"):
        answer = ana.get(address)
        assert answer.status_code == 404
        assert "Not found" in answer.text
        assert "Traceback" not in answer.text


def test_no_page_calls_anyone_what_only_a_court_can(ana: TestClient, group_id: str) -> None:
    for address in (
        "/queue",
        f"/group?id={quote(group_id)}",
        "/ad?id=harbor:1",
        "/help",
        "/why?left=harbor:1&right=harbor:2",
    ):
        text = ana.get(address).text.lower()
        assert "victim" not in text, address
        assert "trafficker" not in text, address


def test_a_group_that_may_be_anothers_by_style_says_so_apart_from_its_links(
    ana: TestClient, office: Workspace, group_id: str
) -> None:
    assert "May be the same poster" not in ana.get(f"/group?id={quote(group_id)}").text
    with office.begin() as connection:
        other = next(one for one in connection.execute(select(groups.c.group_id)).scalars().all() if one != group_id)
        left, right = sorted((group_id, other))
        replace_suggestions(connection, [Suggestion(left, right, "in its towns", 0.9, 1 / 20_000, 150, "style 1")])
    page = ana.get(f"/group?id={quote(group_id)}").text
    links, style = page.index('id="links"'), page.index('id="style"')
    assert links < style
    assert other not in page[:style]
    assert f'href="/group?id={quote(other)}"' in page[style:]
    assert "1 in 20,000 pairs of different posters looks this alike" in page[style:]
    assert "compared with 150 in its towns, of whom 0.0075 would by chance" in page[style:]


def test_a_page_of_an_error_shows_the_way_on_to_who_is_signed_in_alone(ana: TestClient) -> None:
    answer = ana.get("/nowhere")
    assert (answer.status_code, '<a href="/queue"' in answer.text) == (404, True)
    assert "There is no page under this address" in answer.text
    ana.cookies.clear()
    answer = ana.get("/nowhere")
    assert (answer.status_code, "<nav" in answer.text) == (404, False)
