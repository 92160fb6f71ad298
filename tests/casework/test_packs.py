"""An evidence pack holds the captured bytes, traces each fact to them, and shows any changed byte without Sidelight."""

import contextlib
import csv
import hashlib
import json
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from casework import cases, groupfiles, packs, packtables
from casework.casetables import exports
from casework.packs import PackError, Terms, export, export_case, verify
from crawlers.tables import captures
from store import approvals
from store.errors import UsageError
from store.settings import Settings
from store.tables import audit_events
from store.workspace import Workspace, open_workspace
from tests.casework.packing import BODY, FORMULA, PAGE, TERMS, first_case, first_group


def _jsonl(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_captured_record_stands_in_the_pack_byte_for_byte(office: Workspace, pack: Path) -> None:
    with office.read() as connection:
        [row] = connection.execute(select(captures))
    stored = (office.captures / row.warc_file).read_bytes()[row.warc_offset : row.warc_offset + row.warc_length]
    assert (pack / "captures" / "c1.warc.gz").read_bytes() == stored
    assert verify(pack) == len(_files(pack)) - 4


def test_each_fact_is_traced_to_characters_bytes_and_the_page(pack: Path) -> None:
    facts = _jsonl(pack / "facts.jsonl")
    ads = {one["ad_id"]: one for one in _jsonl(pack / "ads.jsonl")}
    assert {one["kind"] for one in facts} >= {"phone"}
    for one in facts:
        field = str(ads[one["ad_id"]][str(one["field"])])
        (first, last), (start, end) = one["characters"], one["bytes"]  # type: ignore[misc]
        assert field[first:last] == one["words"]
        assert field.encode()[start:end].decode() == one["words"]
        assert one["page_sha256"] == hashlib.sha256(PAGE).hexdigest()
    phone = next(one for one in facts if one["kind"] == "phone")
    place = phone["in_page"]
    at = place["offsets"][0]  # type: ignore[index]
    assert PAGE[at : at + place["length"]].decode() == phone["words"]  # type: ignore[index]


def test_versions_custody_and_everything_written_are_in_it(pack: Path) -> None:
    told = json.loads((pack / "versions.json").read_bytes())
    assert told["parsers"] == ["s-1"]
    assert told["lexicons"]
    assert told["models"]
    assert told["software"]["sidelight"]
    assert [(one["who"], one["action"]) for one in _jsonl(pack / "custody.jsonl")] == [
        ("ana", "open case"), ("ana", "add group"), ("ana", "add note"),
    ]  # fmt: skip
    case = _jsonl(pack / "case.jsonl")
    assert case[0]["case"]["title"] == "Harbor"  # type: ignore[index]
    assert [one["kind"] for one in case[1:]] == ["group", "note"]
    assert "It is not a finding" in (pack / "STATEMENT.txt").read_text()


@pytest.mark.slow
def test_the_same_case_exported_twice_differs_in_the_seal_alone(office: Workspace, pack: Path, tmp_path: Path) -> None:
    time.sleep(1.1)  # formats with whole seconds in them
    export_case(office, first_case(office), tmp_path / "again", TERMS)
    first = {path.relative_to(pack).as_posix(): path.read_bytes() for path in _files(pack)}
    second = {path.relative_to(tmp_path / "again").as_posix(): path.read_bytes() for path in _files(tmp_path / "again")}
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == {"seal.json", "seal.sig"}
    seal = json.loads(second["seal.json"])
    assert [one["reason"] for one in seal["earlier_exports"]][:1] == ["to the prosecutor"]


def test_an_export_is_recorded_before_and_listed_after(office: Workspace, sealed: Path) -> None:
    digest = hashlib.sha256((sealed / "manifest.json").read_bytes()).hexdigest()
    with office.read() as connection:
        row = connection.execute(
            select(exports).where(exports.c.content_sha256 == digest).order_by(exports.c.export_id)
        ).first()
        acts = connection.execute(select(audit_events.c.reason).where(audit_events.c.action == "export case")).scalars()
        assert set(acts) == {"to the prosecutor"}
    assert row is not None
    assert (row.kind, row.who, row.ad_ids) == ("case", "ana", ["s:1", "s:2"])


def _changed(pack: Path, positions: int) -> Iterator[tuple[Path, int]]:
    """Change a byte of each file but the verifier, at several places, one after the other."""
    for path in _files(pack):
        if path.name == "verify.py":
            continue
        whole = path.read_bytes()
        spots = {0, len(whole) - 1, *(len(whole) * number // positions for number in range(1, positions))}
        for position in sorted(spots):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
            yield path, position
        path.write_bytes(whole)


@pytest.mark.slow
def test_a_case_is_taken_out_under_its_number_and_a_group_under_none(office: Workspace, tmp_path: Path) -> None:
    export(office, first_group(office), tmp_path / "group", replace(TERMS, reason="for a group"))
    export_case(office, first_case(office), tmp_path / "case", replace(TERMS, reason="for a case"))
    query = (
        select(audit_events)
        .where(audit_events.c.reason.in_(("for a group", "for a case")))
        .order_by(audit_events.c.seq)
    )
    with office.read() as connection:
        acts = connection.execute(query).all()
    assert [(one.action, one.object_kind, one.case_id, one.facts) for one in acts] == [
        ("export", "group", None, {"rows": 2}),
        ("export case", "case", first_case(office), {"rows": 2}),
    ]


@pytest.mark.slow
def test_any_changed_byte_in_any_file_is_found(pack: Path) -> None:
    for path, position in _changed(pack, 4):
        with contextlib.suppress(PackError):
            verify(pack)
            pytest.fail(f"{path} byte {position}")
    verify(pack)


def test_a_file_put_in_or_taken_out_is_found(pack: Path) -> None:
    (pack / "extra.txt").write_text("")
    with pytest.raises(PackError, match=r"extra\.txt was put in"):
        verify(pack)
    (pack / "extra.txt").unlink()
    (pack / "link").symlink_to("ads.jsonl")
    with pytest.raises(PackError, match="link"):
        verify(pack)
    (pack / "link").unlink()
    (pack / "ads.jsonl").unlink()
    with pytest.raises(PackError, match="ads"):
        verify(pack)


def _alone(pack: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *words], cwd=pack, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_the_packs_own_verifier_needs_nothing_but_python_and_openssl(pack: Path) -> None:
    status, said = _alone(pack)
    assert (status, "sound" in said) == (0, True)
    with (pack / "report.pdf").open("ab") as handle:
        handle.write(b" ")
    assert _alone(pack) == (1, "report.pdf is not as it was exported\n")


def test_a_pack_made_anew_with_another_key_is_told_by_the_published_digest(
    office: Workspace, pack: Path, blank: Path, tmp_path: Path
) -> None:
    published = hashlib.sha256(packs.public_key(office)).hexdigest()
    assert _alone(pack, "--key-sha256", published)[0] == 0
    shutil.copytree(blank, tmp_path / "other")
    forger = open_workspace(tmp_path / "other", Settings())
    forged = packs.signing_key(forger)
    (pack / "public-key.pem").write_bytes(packs.public_key(forger))
    seal = json.loads((pack / "seal.json").read_bytes())
    seal["public_key_sha256"] = hashlib.sha256(packs.public_key(forger)).hexdigest()
    (pack / "seal.json").write_text(json.dumps(seal))
    (pack / "seal.sig").write_bytes(forged.sign((pack / "seal.json").read_bytes()))
    forger.close()
    assert _alone(pack)[0] == 0
    assert _alone(pack, "--key-sha256", published)[0] == 1


def test_reports_run_nothing_load_nothing_and_show_what_hides(pack: Path) -> None:
    page = (pack / "report.html").read_text()
    assert "<b>" not in page.partition("<body>")[2]
    assert "href" not in page
    assert "src=" not in page
    assert "\u202e" not in page
    assert "⟨U+202E⟩yes" in page
    paper = (pack / "report.pdf").read_bytes()
    assert paper.startswith(b"%PDF-")
    assert not any(one in paper for one in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/OpenAction\n<<"))


def test_no_cell_is_a_formula_and_every_text_can_be_had_back(pack: Path) -> None:
    rows = list(csv.DictReader(StringIO((pack / "tables" / "ads.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[0]["title"] == f"'{FORMULA}"
    assert packtables.unguard(rows[0]["title"]) == FORMULA
    assert rows[0]["body"] == BODY
    with zipfile.ZipFile(pack / "tables.xlsx") as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/"):
                assert ElementTree.fromstring(book.read(name)).findall(".//{*}f") == []  # noqa: S314  our own file
        assert FORMULA in "".join(ElementTree.fromstring(book.read("xl/sharedStrings.xml")).itertext())  # noqa: S314


def test_a_group_has_a_pack_too(office: Workspace, tmp_path: Path) -> None:
    export(office, first_group(office), tmp_path / "group", TERMS)
    assert not (tmp_path / "group" / "case.jsonl").exists()
    verify(tmp_path / "group")


def test_an_unknown_group_case_or_reason_is_a_clear_error(office: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no group"):
        export(office, "nothing", tmp_path / "pack", TERMS)
    with pytest.raises(cases.NoCaseError):
        export_case(office, first_case(office), tmp_path / "pack", TERMS, account="eve")
    with pytest.raises(UsageError, match="why"):
        export(office, first_group(office), tmp_path / "pack", Terms("ana", " "))
    assert list(tmp_path.glob("*pack*")) == []


def test_a_folder_within_folders_is_made(office: Workspace, tmp_path: Path) -> None:
    export(office, first_group(office), tmp_path / "year" / "month" / "pack", TERMS)
    verify(tmp_path / "year" / "month" / "pack")


def test_what_people_wrote_stands_in_a_cases_tables_and_in_no_groups(
    office: Workspace, pack: Path, tmp_path: Path
) -> None:
    export(office, first_group(office), tmp_path / "group", TERMS)
    written = {path.name for path in (pack / "tables").iterdir()} - {
        path.name for path in (tmp_path / "group" / "tables").iterdir()
    }
    assert written == {"case.csv"}
    rows = list(csv.DictReader(StringIO((pack / "tables" / "case.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert [(row["who"], row["kind"]) for row in rows] == [("ana", "group"), ("ana", "note")]


def test_every_group_is_told_with_an_example_of_what_joins_it(office: Workspace) -> None:
    with office.read() as connection:
        file = groupfiles.load(connection, first_group(office))
    assert file is not None
    found = groupfiles.joints(file.group)
    assert {one.reason.value for one in found} >= {"phone"}
    for one in found:
        assert (one.ads, one.pairs, set(one.example)) == (2, 1, {"s:1", "s:2"})


@pytest.mark.slow
def test_more_than_one_person_may_take_out_alone_needs_the_word_of_a_second(office: Workspace, tmp_path: Path) -> None:
    careful = replace(office, settings=Settings(export_alone=1))
    wanted = (
        ("group", first_group(office), lambda target: export(careful, first_group(office), target, TERMS)),
        ("case", first_case(office), lambda target: export_case(careful, first_case(office), target, TERMS)),
    )
    for kind, item, take_out in wanted:
        target = tmp_path / kind
        with pytest.raises(approvals.SecondPersonError, match="2 rows"):
            take_out(target)
        assert not target.exists()
        number = approvals.ask(office, "ana", f"{kind}:{item}", 2, "request of 3 May")
        approvals.answer(office, number, "cleo", "it is hers", granted=True)
        take_out(target)
        verify(target)
