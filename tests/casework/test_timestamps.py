"""A time stamp by a real authority, made with openssl, is checked with the pack."""

import subprocess
import sys
from pathlib import Path

import pytest

from casework import timestamps
from casework.packs import PackError, export, verify
from store.workspace import Workspace
from tests.casework.packing import TERMS, first_group


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
