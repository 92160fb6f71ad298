"""What goes into a pack: facts with their places, what people wrote, who had it in hand, and the words of the report."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import update

from casework import caseitems, cases, packcontent, packreport
from casework.caseitems import ItemKind
from casework.casetables import case_items
from nlp.records import Kind, Mention
from store import audit
from store.audit import Act, Via
from store.workspace import Workspace
from tests.casework.packing import BODY, FORMULA, PAGE, first_case, first_group


def test_words_are_found_in_the_page_as_they_are_written_there_or_said_not_to_be(office: Workspace) -> None:
    def mention(field: str, surface: str) -> Mention:
        whole = FORMULA if field == "title" else BODY
        start = whole.index(surface)
        return Mention(Kind.NAME, surface, surface, field, start, start + len(surface), "made up")

    with office.read() as connection:
        content = packcontent.of_group(connection, first_group(office))
    read = replace(
        content.readings["s:1"],
        mentions=(
            mention("body", "Room"),
            mention("body", "& view"),
            mention("body", "e"),
            mention("title", "=HYPERLINK"),
        ),
    )
    facts = packcontent.facts(office, replace(content, readings={"s:1": read}))
    room, view, letter, formula = (one["in_page"] for one in facts)
    assert room == {"form": "as is", "length": 4, "offsets": [PAGE.index(b"Room")], "times": 1}
    assert view == {"form": "escaped", "length": 10, "offsets": [PAGE.index(b"&amp; view")], "times": 1}
    every = [at for at in range(len(PAGE)) if PAGE[at : at + 1] == b"e"]
    assert (letter["offsets"], letter["times"]) == (every[:5], len(every))
    assert formula is None
    assert {one["ad_id"] for one in facts} == {"s:1"}


def test_a_page_that_is_not_there_has_no_places(office: Workspace) -> None:
    with office.read() as connection:
        content = packcontent.of_group(connection, first_group(office))
    facts = packcontent.facts(office, replace(content, captures=()))
    assert facts
    assert {(one["page_sha256"], one["in_page"]) for one in facts} == {(None, None)}


def test_what_was_taken_back_is_told_as_taken_back_and_brings_no_ads(office: Workspace, tmp_path: Path) -> None:
    case = cases.open_case(office, "Meadow", "ana")
    number = caseitems.pin(office, case, ItemKind.AD, "s:1", "same wording", "ana")
    caseitems.pin(office, case, ItemKind.AD, "s:2", "same number", "ana")
    caseitems.undo(office, case, number, "another flyer", "ana")
    with office.read() as connection:
        content = packcontent.of_case(connection, case.case_id)
    assert (list(content.ads), content.rows, content.groups) == (["s:2"], 1, {})
    assert [(one.about, one.undone_why) for one in content.items] == [("s:1", "another flyer"), ("s:2", None)]
    report = {one.title: one for one in packreport.sections(content, (), (), {})}
    told = report["The case"]
    assert told.paragraphs[1] == "Open."
    assert [row[-1].endswith("ana: another flyer") for row in told.rows] == [True, False]
    cases.close(office, case, "nothing more", "ana")
    with office.read() as connection:
        content = packcontent.of_case(connection, case.case_id)
    [told] = [one for one in packreport.sections(content, (), (), {}) if one.title == "The case"]
    assert told.paragraphs[1].startswith("Closed ")


def test_the_report_tells_each_ad_with_its_own_facts_and_only_a_cases_tells_a_case(office: Workspace) -> None:
    with office.read() as connection:
        content = packcontent.of_group(connection, first_group(office))
        facts = packcontent.facts(office, content)
        custody = packcontent.custody(office, connection, content)
    report = {one.title: one for one in packreport.sections(content, facts, custody, packcontent.versions(content))}
    assert "The case" not in report
    assert {"Ad s:1", "Ad s:2", "Who had it in hand", "Made by", f"Review priority of group {content.item}"} <= set(
        report
    )
    assert len(report["Ad s:1"].rows) == sum(one["ad_id"] == "s:1" for one in facts)
    assert f"title: {FORMULA}" in report["Ad s:1"].paragraphs
    tables = {name: rows for name, _, rows in packreport.tables(content, facts, custody)}
    assert [row[:2] for row in tables["links"]] == [["s:1", "s:2"]]
    assert [row[0] for row in tables["ads"]] == ["s:1", "s:2"]


def test_the_statement_names_the_pages_and_the_days_between_which_they_were_fetched(office: Workspace) -> None:
    with office.read() as connection:
        content = packcontent.of_group(connection, first_group(office))
    assert "2 ads that stood on 1 kept pages, fetched from 2026-05-01 to 2026-05-01" in packreport.statement(content)
    assert "0 kept pages, fetched from - to -" in packreport.statement(replace(content, captures=()))


def test_custody_lists_looks_at_what_is_in_the_pack_and_acts_in_the_case_and_nothing_else(
    office: Workspace, sealed: Path
) -> None:
    for kind, item, case_id in (("ad", "s:1", None), ("ad", "s:9", None), ("query", "x", first_case(office))):
        audit.append(office, Act("bo", Via.CONSOLE, "show", kind, item, case_id=case_id))
    with office.read() as connection:
        of_case = packcontent.custody(office, connection, packcontent.of_case(connection, first_case(office)))
        of_group = packcontent.custody(office, connection, packcontent.of_group(connection, first_group(office)))
    assert [(one["kind"], one["item"]) for one in of_case if one["who"] == "bo"] == [("ad", "s:1"), ("query", None)]
    assert [(one["kind"], one["item"]) for one in of_group if one["who"] == "bo"] == [("ad", "s:1")]
    assert [one["event"] for one in of_case] == sorted(one["event"] for one in of_case)
    assert not {"export", "export case"} & {one["action"] for one in [*of_case, *of_group]}
    assert (sealed / "seal.json").is_file()


def test_ads_of_a_pinned_group_as_it_was_then_are_in_the_cases_pack(office: Workspace) -> None:
    case = cases.open_case(office, "River", "ana")
    caseitems.pin(office, case, ItemKind.GROUP, first_group(office), "one number", "ana")
    with office.begin() as connection:
        connection.execute(update(case_items).where(case_items.c.case_id == case.case_id).values(about="parted since"))
    with office.read() as connection:
        content = packcontent.of_case(connection, case.case_id)
    assert (list(content.ads), content.groups, content.rows) == (["s:1", "s:2"], {}, 2)


def test_a_link_to_an_ad_that_is_not_in_the_pack_is_not_in_it_either(office: Workspace) -> None:
    with office.read() as connection:
        content = packcontent.of_group(connection, first_group(office))
    for left in ("s:1", "s:2"):
        only = replace(content, ads={left: content.ads[left]})
        assert packcontent.records(only)["links.jsonl"] == b""
        assert {name: rows for name, _, rows in packreport.tables(only, (), ())}["links"] == []
        assert only.rows == 2
    assert packcontent.records(content)["links.jsonl"].count(b"\n") == len(content.groups[content.item].links)


def test_the_records_are_of_the_ads_in_the_pack_and_the_case_is_in_its_own_alone(office: Workspace) -> None:
    with office.read() as connection:
        group = packcontent.of_group(connection, first_group(office))
        case = packcontent.of_case(connection, first_case(office))
    assert "case.jsonl" in packcontent.records(case)
    found = packcontent.records(group)
    assert "case.jsonl" not in found
    assert [found[name].count(b"\n") for name in ("ads.jsonl", "readings.jsonl", "captures.jsonl")] == [2, 2, 1]
    assert found["priorities.jsonl"].count(b"\n") == len(group.priorities) == 1
    unread = replace(group, readings={})
    assert packcontent.records(unread)["readings.jsonl"] == b""
    assert packcontent.facts(office, unread) == []
