"""What others wrote stands here as they published it, named with version, licence and hash."""

import hashlib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDERS = ("console/static/vendor", "tests/console/vendor")
LISTED = yaml.safe_load((ROOT / "console/static/vendor/versions.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(LISTED))
def test_a_vendored_file_is_the_one_that_was_published(name: str) -> None:
    told = LISTED[name]
    assert {"package", "version", "file", "licence", "sha256"} == set(told)
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == told["sha256"]


def test_every_vendored_file_is_listed() -> None:
    there = {str(one.relative_to(ROOT)) for folder in FOLDERS for one in (ROOT / folder).iterdir()}
    assert there - set(LISTED) == {"console/static/vendor/versions.yml"}
