"""What the tests of reading share: one text read as an ad."""

from collections.abc import Callable

import pytest

from crawlers.records import Ad
from nlp.pipeline import read_ads
from nlp.records import Reading

ReadText = Callable[..., Reading]


@pytest.fixture
def read_text() -> ReadText:
    """Reads one ad made of the given fields: `read_text("body")` or `read_text(title="...", body="...", region="GB")`."""

    def read(body: str = "", *, region: str | None = "US", **fields: str) -> Reading:
        (reading,) = read_ads([Ad("test:1", "test", "", None, body=body, region=region, **fields)])
        return reading

    return read
