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
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from casework import caseitems, cases, packs, packtables, timestamps
from casework.caseitems import ItemKind
from casework.casetables import exports
from casework.packs import PackError, Terms, export, export_case, verify
from crawlers.evidence import Evidence
from crawlers.records import Ad, Origin
from crawlers.stored import record_sightings
from crawlers.tables import captures, runs
from crawlers.warc import Fetched
from linker import stage as link_stage
from linker.stored import group_ids_of
from models import stage as score_stage
from nlp import stage as read_stage
from store.errors import UsageError
from store.settings import Settings
from store.tables import audit_events
from store.workspace import Workspace, open_workspace

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
BODY = "Call (202) 555-0143. Room & view, ask for é <b> \u202eyes"
FORMULA = '=HYPERLINK("http://evil.example","x")'
PAGE = f"<html><p>{BODY.replace('&', '&amp;').replace('<b>', '&lt;b&gt;')}</p></html>".encode()
TERMS = Terms("ana", "to the prosecutor")


@pytest.fixture(scope="module")
def office(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A case of two linked ads on one captured page, with a note that would be a formula."""
    root = tmp_path_factory.mktemp("office") / "workspace"
    shutil.copytree(blank, root)
    workspace = open_workspace(root, Settings())
    with workspace.begin() as connection:
        row = {"run_id": "r", "site": "s", "started_at": MOMENT, "ended_at": MOMENT, "manifest": ""}
        connection.execute(insert(runs).values(row))
    evidence = Evidence(workspace, "s", "r", {"software": "test"})
    rows = evidence.write(
        [("c1", Fetched("http://s.example/1", MOMENT, 200, [], [("Content-Type", "text/html")], PAGE))]
    )
    evidence.close()
    with workspace.begin() as connection:
        connection.execute(insert(captures), rows)
        told = {"title": FORMULA, "body": BODY, "region": "US", "origin": Origin("c1", "s-1")}
        ads = [Ad(f"s:{number}", "s", "http://s.example/1", MOMENT, **told) for number in (1, 2)]  # type: ignore[arg-type]
        record_sightings(connection, ads, seen_at=MOMENT, run_id="r")
    for stage in (read_stage, link_stage, score_stage):
        stage.run(workspace)
    case = cases.open_case(workspace, "Harbor", "ana")
    caseitems.pin(workspace, case, ItemKind.GROUP, _group(workspace), "same wording", "ana")
    caseitems.note(workspace, case, FORMULA, "ana")
    yield workspace
    workspace.close()


def _group(workspace: Workspace) -> str:
    with workspace.read() as connection:
        return group_ids_of(connection, ["s:1"])["s:1"]


def _case(workspace: Workspace) -> str:
    with workspace.read() as connection:
        return cases.every(connection)[0].case_id


@pytest.fixture(scope="module")
def sealed(office: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case's pack."""
    target = tmp_path_factory.mktemp("sealed") / "pack"
    export_case(office, _case(office), target, TERMS)
    return target


@pytest.fixture
def pack(sealed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(sealed, tmp_path / "pack"))


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


def test_the_same_case_exported_twice_differs_in_the_seal_alone(office: Workspace, pack: Path, tmp_path: Path) -> None:
    time.sleep(1.1)  # formats with whole seconds in them
    export_case(office, _case(office), tmp_path / "again", TERMS)
    first = {path.relative_to(pack).as_posix(): path.read_bytes() for path in _files(pack)}
    second = {path.relative_to(tmp_path / "again").as_posix(): path.read_bytes() for path in _files(tmp_path / "again")}
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == {"seal.json", "seal.sig"}
    seal = json.loads(second["seal.json"])
    assert [one["reason"] for one in seal["earlier_exports"]][:1] == ["to the prosecutor"]


def test_an_export_is_recorded_before_and_listed_after(office: Workspace, sealed: Path) -> None:
    with office.read() as connection:
        row = connection.execute(select(exports).order_by(exports.c.export_id)).first()
        acts = connection.execute(select(audit_events.c.reason).where(audit_events.c.action == "export case")).scalars()
        assert set(acts) == {"to the prosecutor"}
    assert row is not None
    assert (row.kind, row.who, row.ad_ids) == ("case", "ana", ["s:1", "s:2"])
    assert row.content_sha256 == hashlib.sha256((sealed / "manifest.json").read_bytes()).hexdigest()


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
                assert not list(ElementTree.fromstring(book.read(name)).iter("{*}f"))  # noqa: S314  our own file
        assert FORMULA in "".join(ElementTree.fromstring(book.read("xl/sharedStrings.xml")).itertext())  # noqa: S314


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_guarded_cell_is_safe_and_loses_nothing(text: str) -> None:
    cell = packtables.guard(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert packtables.unguard(cell) == text
    [_, [back]] = csv.reader(StringIO(packtables.as_csv(("a",), [[text]]).decode("utf-8-sig"), newline=""))
    assert packtables.unguard(back) == text


def test_a_text_too_long_for_a_cell_goes_on_in_the_next_row() -> None:
    import xml.etree.ElementTree as Tree

    text = "x" * 70_000
    book = packtables.as_workbook([("a", ("text",), [[text]])])
    with zipfile.ZipFile(__import__("io").BytesIO(book)) as opened:
        held = "".join(Tree.fromstring(opened.read("xl/sharedStrings.xml")).itertext())  # noqa: S314
    assert held.count("continued") == 2
    assert "x" * 32_000 in held


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real time stamping authority, made with openssl: its folder, with a chain and a configuration."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa=one\n[one]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\ncerts=ca.pem\n"
        "signer_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\n"
        "ess_cert_id_chain=no\nordering=no\ntsa_name=no\n[ext]\nextendedKeyUsage=critical,timeStamping\n"
    )
    (folder / "serial").write_text("01")
    steps = (
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=TestRoot",
        "req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=TestStamps",
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 30 -extfile tsa.cnf -extensions ext",
    )
    for step in steps:
        subprocess.run(["openssl", *step.split()], cwd=folder, check=True, capture_output=True)
    return folder


def _answer(authority: Path, query: bytes) -> bytes:
    (authority / "query.tsq").write_bytes(query)
    step = "ts -reply -config tsa.cnf -section one -queryfile query.tsq -out answer.tsr"
    subprocess.run(["openssl", *step.split()], cwd=authority, check=True, capture_output=True)
    return (authority / "answer.tsr").read_bytes()


def test_a_time_stamp_is_checked_and_any_changed_byte_of_it_is_found(
    office: Workspace, pack: Path, authority: Path
) -> None:
    reply = _answer(authority, timestamps.query(pack))
    timestamps.stamp(office, pack, reply, authority / "ca.pem")
    verify(pack)
    assert _alone(pack)[0] == 0
    for name in ("stamp.tsr", "stamp-chain.pem", "stamp.json", "stamp.sig"):
        whole = (pack / name).read_bytes()
        for position in (0, len(whole) // 3, len(whole) // 2, len(whole) - 1):
            (pack / name).write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
            with pytest.raises(PackError):
                verify(pack)
        (pack / name).unlink()
        with pytest.raises(PackError, match="time stamp is missing"):
            verify(pack)
        (pack / name).write_bytes(whole)


def test_a_time_stamp_of_something_else_is_refused(
    office: Workspace, pack: Path, authority: Path, tmp_path: Path
) -> None:
    export(office, _group(office), tmp_path / "other", TERMS)
    reply = _answer(authority, timestamps.query(tmp_path / "other"))
    with pytest.raises(timestamps.StampError):
        timestamps.stamp(office, pack, reply, authority / "ca.pem")
    assert not (pack / "stamp.json").exists()
    verify(pack)


def test_a_group_has_a_pack_too(office: Workspace, tmp_path: Path) -> None:
    export(office, _group(office), tmp_path / "group", TERMS)
    assert not (tmp_path / "group" / "case.jsonl").exists()
    verify(tmp_path / "group")


def test_an_unknown_group_case_or_reason_is_a_clear_error(office: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no group"):
        export(office, "nothing", tmp_path / "pack", TERMS)
    with pytest.raises(cases.NoCaseError):
        export_case(office, _case(office), tmp_path / "pack", TERMS, account="eve")
    with pytest.raises(UsageError, match="why"):
        export(office, _group(office), tmp_path / "pack", Terms("ana", " "))
    assert list(tmp_path.glob("*pack*")) == []
