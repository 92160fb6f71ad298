"""What the verifier that goes with a pack says of it to somebody who has nothing else, and the status it ends with."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from casework import packverifier
from casework.packverifier import main

SOUND = "sound: every file is as it was exported, and the signature fits"


def harm(name: str, *, content: bytes | None = None) -> Callable[[Path], None]:
    """Takes a file of the pack away, or writes other content into it."""

    def do(pack: Path) -> None:
        if content is None:
            (pack / name).unlink()
        else:
            (pack / name).write_bytes(content)

    return do


def link(pack: Path) -> None:
    (pack / "again.txt").symlink_to(pack / "STATEMENT.txt")


def reseal(pack: Path) -> None:
    """As who changes the manifest and writes its new digests into the seal, but cannot sign it."""
    seal = json.loads((pack / "seal.json").read_bytes())
    (pack / "manifest.json").write_bytes((pack / "manifest.json").read_bytes() + b" ")
    for name in ("sha256", "sha512"):
        seal[f"manifest_{name}"] = hashlib.new(name, (pack / "manifest.json").read_bytes()).hexdigest()
    (pack / "seal.json").write_text(json.dumps(seal))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (harm("seal.json"), "missing: seal.json"),
        (harm("public-key.pem", content=b"another"), "public-key.pem is not as it was sealed"),
        (harm("manifest.json", content=b"{}"), "manifest.json is not as it was sealed"),
        (harm("STATEMENT.txt"), "STATEMENT.txt is missing"),
        (harm("added.txt", content=b"new"), "added.txt was put in"),
        (harm("STATEMENT.txt", content=b"other words"), "STATEMENT.txt is not as it was exported"),
        (harm("seal.json", content=b"no JSON"), "no evidence pack, or a damaged one: "),
        (harm(packverifier.REPLY, content=b"x"), "of the time stamp is missing: "),
        (link, "again.txt is a link; a pack has none"),
        (reseal, "seal.json does not fit its signature"),
    ],
)
def test_each_change_is_named_and_ends_with_1(
    change: Callable[[Path], None], said: str, pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(pack)
    assert main([str(pack)]) == 1
    told = capsys.readouterr().out
    assert said in told
    assert SOUND not in told


def test_a_sound_pack_is_checked_against_the_key_that_its_owner_published(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = hashlib.sha256((pack / "public-key.pem").read_bytes()).hexdigest()
    assert main([str(pack)]) == 0
    assert capsys.readouterr().out.splitlines() == [SOUND, f"SHA-256 of the key it fits: {key}"]
    assert main(["--key-sha256", key.upper(), str(pack)]) == 0
    assert capsys.readouterr().out.splitlines() == [SOUND]
    assert main(["--key-sha256", "0" * 64, str(pack)]) == 1
    assert capsys.readouterr().out == "the key is not the one whose SHA-256 you gave\n"


def test_where_the_signature_cannot_be_checked_that_is_said_and_ends_with_2(
    pack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([str(pack)]) == 2
    assert capsys.readouterr().out.startswith("unchecked: there is no openssl program here")
    (pack / "STATEMENT.txt").write_text("other words")
    assert main([str(pack)]) == 1
