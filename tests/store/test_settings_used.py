"""A setting that nothing reads is a promise nobody keeps."""

import re
from pathlib import Path

import pytest

from store.settings import Settings

ROOT = Path(__file__).parents[2]
ROOMS = ("store", "crawlers", "nlp", "linker", "models", "indexer", "casework", "console", "operations")
CODE = "\n".join(path.read_text("utf-8") for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_read_somewhere(name: str) -> None:
    assert re.search(rf"\b(?:settings|self)\.{name}\b", CODE)
