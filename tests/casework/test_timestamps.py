"""A time stamp by a real authority, made with openssl, is checked with the pack."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from casework import timestamps
from casework.packs import PackError, export, verify
from store.errors import UsageError
from store.workspace import Workspace
from tests.casework.packing import TERMS, first_case, first_group
from tests.casework.typed import refused, said


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
    assert subprocess.run([sys.executable, "verify.py"], cwd=pack, capture_output=True, check=False).returncode == 0
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
    export(office, first_group(office), tmp_path / "other", TERMS)
    reply = _answer(authority, timestamps.query(tmp_path / "other"))
    with pytest.raises(timestamps.StampError):
        timestamps.stamp(office, pack, reply, authority / "ca.pem")
    assert not (pack / "stamp.json").exists()
    verify(pack)


@pytest.fixture
def online(authority: Path) -> Iterator[str]:
    """The authority's address: it stamps what is posted to it."""

    class Stamps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = _answer(authority, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

    server = HTTPServer(("127.0.0.1", 0), Stamps)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_case_is_stamped_as_it_is_exported_and_once(
    office: Workspace, authority: Path, online: str, tmp_path: Path
) -> None:
    out, chain = tmp_path / "out", authority / "ca.pem"
    words = ("export", "case", first_case(office), str(out), "--reason", "to the prosecutor")
    told = said(office, *words, "--stamp-url", online, "--stamp-chain", str(chain))
    assert told.endswith(f" files in {out}, stamped\n")
    assert verify(out)
    assert "has a time stamp already" in refused(
        office, "export", "stamp", str(out), str(out / "stamp.tsr"), "--chain", str(chain)
    )


def test_a_stamp_fetched_by_hand_is_put_in_and_anything_else_refused(
    office: Workspace, pack: Path, authority: Path, tmp_path: Path
) -> None:
    said(None, "export", "stamp-query", str(pack), str(tmp_path / "query.tsq"))
    reply, chain = tmp_path / "answer.tsr", str(authority / "ca.pem")
    reply.write_bytes(b"no stamp")
    stamp = ("export", "stamp", str(pack), str(reply), "--chain", chain)
    assert "the answer is no time stamp of this pack" in refused(office, *stamp)
    reply.write_bytes(_answer(authority, (tmp_path / "query.tsq").read_bytes()))
    assert said(office, *stamp) == f"{pack} is stamped\n"


def test_an_authority_that_cannot_be_asked_is_a_sentence(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="over https"):
        timestamps.ask(pack, "http://stamps.example/")
    with pytest.raises(timestamps.StampError, match="stamp-query` works by hand"):
        timestamps.ask(pack, "http://127.0.0.1:9/")
    with pytest.raises(timestamps.StampError, match="openssl: "):
        timestamps.query(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(timestamps.StampError, match="there is no openssl program"):
        timestamps.query(pack)
