"""An ad with a known image is held back from everybody but a supervisor and waits for a report that a person makes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import update
from typer.testing import CliRunner

import sidelight
from casework import groupfiles, reports, retention
from casework.packs import Terms
from casework.packs import export as export_pack
from casework.policy import Action, allows
from casework.records import Role
from casework.reports import Outcome
from crawlers import knownimages
from crawlers.records import Ad
from crawlers.stored import record_sighting
from indexer.dossier import of_ad, of_group
from indexer.search import search
from linker.answer import answer
from linker.portrait import portrait
from linker.stored import group_ids_of
from linker.tables import groups
from operations.daily import process
from store.errors import UsageError
from store.quarantine import QuarantinedError, held
from store.settings import Settings
from store.workspace import Workspace, open_workspace

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
KNOWN = "0123456789abcdef" * 2
SHARED = "a1" * 32  # on every ad: what links them


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Workspace]:
    """Three linked ads, read and indexed; then a set comes in that knows a picture of the second."""
    opened = open_workspace(tmp_path / "workspace", Settings(known_hash_authority="made-up order 1"))
    with opened.begin() as connection:
        for number in (1, 2, 3):
            url, body = f"https://harbor.example/{number}", f"Quiet evening walks number {number}. Call (202) 555-0143."
            hashes = (SHARED, KNOWN) if number == 2 else (SHARED,)
            ad = Ad(f"harbor:{number}", "harbor", url, MOMENT, "Walks", body, image_hashes=hashes)
            record_sighting(connection, ad, seen_at=MOMENT, run_id="r")
    process(opened)
    (tmp_path / "set.csv").write_text(f"{KNOWN}\n")
    knownimages.load(opened, tmp_path / "set.csv", "made up")
    yield opened
    opened.close()


def found(workspace: Workspace) -> set[str]:
    return {hit.ad_id for hit in search(workspace, "walks").hits}


def test_it_is_in_no_search_from_the_moment_of_the_match(office: Workspace) -> None:
    assert found(office) == {"harbor:1", "harbor:3"}, "before the index is written again"
    process(office)
    page = search(office, "walks")
    assert (page.total, {hit.ad_id for hit in page.hits}) == (2, {"harbor:1", "harbor:3"})


def test_the_linker_goes_on_seeing_it(office: Workspace) -> None:
    process(office)
    with office.read() as connection:
        groups = group_ids_of(connection, ["harbor:1", "harbor:2", "harbor:3"])
    assert len(groups) == 3
    assert len(set(groups.values())) == 1


def test_no_command_or_file_shows_it(office: Workspace, tmp_path: Path) -> None:
    with office.read() as connection:
        group_id = group_ids_of(connection, ["harbor:2"])["harbor:2"]
        with pytest.raises(QuarantinedError, match="reports list"):
            of_ad(connection, "harbor:2")
        with pytest.raises(QuarantinedError):
            answer(connection, "harbor:1", "harbor:2")
        assert [one["ad_id"] for one in of_group(connection, group_id)["ads"]] == ["harbor:1", "harbor:3"]
        file = groupfiles.load(connection, group_id)
        assert file is not None
        assert set(file.times) == set(file.readings) == {"harbor:1", "harbor:3"}
    export_pack(office, group_id, tmp_path / "pack", Terms("ana", "case 12"))
    assert b"number 2" not in b"".join(path.read_bytes() for path in (tmp_path / "pack").rglob("*") if path.is_file())


def test_a_template_is_opened_by_no_ad_that_is_not_shown(office: Workspace) -> None:
    with office.begin() as connection:
        group_id = group_ids_of(connection, ["harbor:2"])["harbor:2"]
        members = ["harbor:1", "harbor:2", "harbor:3"]
        row = update(groups).where(groups.c.group_id == group_id)
        connection.execute(row.values(templates=[{"ad_ids": members}]))
    with office.read() as connection:
        file = groupfiles.load(connection, group_id)
        assert file is not None
        assert [one.ad_ids for one in file.group.templates] == [tuple(members)]
        assert [one.looked for one in portrait(connection, file.group, file.readings).templates] == [2]
        assert [one.parts for one in portrait(connection, file.group, {}).templates] == [()]
        (told,) = of_group(connection, group_id)["templates"]
        assert "number 2" not in str(told)
        assert told["looked"] == 2


def test_only_a_supervisor_may_see_it() -> None:
    assert [role for role in Role if allows(role, Action.QUARANTINE)] == [Role.SUPERVISOR]


def test_a_person_gets_one_report_to_make_with_text_alone(office: Workspace, tmp_path: Path) -> None:
    assert reports.open_due(office) == 1
    assert reports.open_due(office) == 0
    with office.read() as connection:
        report = reports.every(connection)[0]
    assert (report.ad_id, report.closed_at) == ("harbor:2", None)
    reports.export(office, report.report_id, tmp_path / "package", "duty to report")
    package = orjson.loads((tmp_path / "package" / "report.json").read_bytes())
    assert package["ad"]["url"] == "https://harbor.example/2"
    assert package["ad"]["body"].startswith("Quiet evening walks number 2")
    assert [(one["algorithm"], one["hash_set"], one["found_by"]) for one in package["matches"]] == [
        ("md5", "made up", "feed")
    ]
    assert sorted(path.name for path in (tmp_path / "package").iterdir()) == [
        "READ-ME.txt",
        "manifest.json",
        "report.json",
    ]


def test_a_report_that_was_made_leaves_the_ad_held_back_past_its_retention(office: Workspace) -> None:
    reports.open_due(office)
    reports.close(office, 1, Outcome.REPORTED, "number 77", "ana")
    assert found(office) == {"harbor:1", "harbor:3"}
    with pytest.raises(UsageError, match="closed by ana"):
        reports.close(office, 1, Outcome.RELEASED, "again", "ana")
    assert retention.purge(office, datetime(2036, 1, 1, tzinfo=UTC)).held == 1


def test_a_match_that_was_none_is_released_and_one_found_later_opens_a_new_report(
    office: Workspace, tmp_path: Path
) -> None:
    process(office)
    reports.close(office, 1, Outcome.RELEASED, "the file is a site's logo", "ana")
    process(office)
    assert found(office) == {"harbor:1", "harbor:2", "harbor:3"}
    (tmp_path / "set.csv").write_text(f"{SHARED}\n")
    assert knownimages.load(office, tmp_path / "set.csv", "made up, June").matches == 3
    assert reports.open_due(office) == 3
    with office.read() as connection:
        assert held(connection, ["harbor:2"]) == {"harbor:2"}


def test_the_commands(office: Workspace, tmp_path: Path) -> None:
    reports.open_due(office)

    def run(*words: str) -> str:
        return CliRunner().invoke(sidelight.build(), [*words, "-w", str(office.root)]).output

    assert "harbor:2" in run("reports", "list")
    assert "text alone" in run("reports", "export", "1", str(tmp_path / "out"), "--reason", "duty")
    assert "reported" in run("reports", "close", "1", "--outcome", "reported", "--why", "number 77")
    assert "made up" in run("hashes", "list")
