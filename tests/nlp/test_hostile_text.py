"""Text made to hurt: eight times as much of it costs about eight times the time, and a megabyte of it less than a second."""

import gc
import time
from collections.abc import Iterator

import pytest

from crawlers.records import Ad
from nlp.pipeline import read_ads
from store.garbage import seldom
from tests.pace import slowdown

pytestmark = pytest.mark.slow

SMALL, TIMES = 4_000, 8
# Quadratic growth would be 64 times; the rest of the allowance is for a busy machine.
ALLOWED = 28.0

HOSTILE = {
    "dollars": "$",
    "digits": "5",
    "spaced digits": "5 ",
    "brackets": "((",
    "number words": "one ",
    "glued number words": "one",
    "weak words": "to for ate ",
    "dots": "a.",
    "ats": "a@",
    "spoken ats": "a at b dot ",
    "platforms": "insta ig: ",
    "bars": "1|",
    "pluses": "+1 ",
    "letters": "x",
    "joined digits": "312-555-",
    "zero width": "5\u200b",
    "ligatures": "\ufdfa",
    "blanks": " ",
    "lines": "\n",
    "prices": "$100/hr ",
    "ages": "24 yo ",
    "groups": "312 and 555 then ",
    "schemes": "http://",
}

# A second on an idle machine; others share the ones that tests run on.
MEGABYTE, ALLOWED_SECONDS = 1_000_000, 3.0
# Of every kind that an extractor looks for, and of what nearly is one.
HUGE = {
    "letters": "a",
    "digits": "5",
    "spaced digits": "5 ",
    "number words": "one two three ",
    "e-mails": "a@b.",
    "spoken e-mails": "a at b dot ",
    "addresses": "https://a.",
    "prices": "$100/hr 80 ",
    "ages and measures": "24 yo 5'4 120 lbs ",
    "phones nearly": "312-555-01 ",
    "platforms": "insta ig: @a ",
    "towns": "in Springfield, IL, ",
    "names": "Hi I'm Anna, Bella & ",
    "sentences": "Own place, no agency. Not available today, new in town. ",
    "brackets": "((",
    "blanks": " ",
    "new words": " ".join(f"q{number:x}z" for number in range(MEGABYTE // 8)),  # none comes twice
    "signs": "🌹5\u200b",
}


@pytest.fixture(autouse=True)
def _as_a_command() -> Iterator[None]:
    """Commands and their workers look for garbage as seldom."""
    before = gc.get_threshold()
    seldom()
    yield
    gc.set_threshold(*before)


def seconds(text: str) -> float:
    started = time.process_time()
    list(read_ads([Ad("test:1", "test", "", None, body=text, region="US")]))
    return time.process_time() - started


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_reading_grows_with_the_length_of_the_text(unit: str) -> None:
    small, large = unit * (SMALL // len(unit)), unit * (SMALL * TIMES // len(unit))
    seconds(small)
    assert min(seconds(large) for _ in range(2)) < ALLOWED * max(min(seconds(small) for _ in range(2)), 0.004)


@pytest.mark.parametrize("unit", HUGE.values(), ids=HUGE.keys())
def test_a_megabyte_is_read_in_about_a_second(unit: str) -> None:
    text = unit * max(MEGABYTE // len(unit.encode()), 1)
    seconds(text[:SMALL])
    assert seconds(text) < ALLOWED_SECONDS * slowdown()
