"""Text made to hurt: eight times as much of it costs about eight times the time, for the pipeline as a whole."""

import time

import pytest

from crawlers.records import Ad
from nlp.pipeline import read_ads

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


def seconds(text: str) -> float:
    started = time.process_time()
    list(read_ads([Ad("test:1", "test", "", None, body=text, region="US")]))
    return time.process_time() - started


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_reading_grows_with_the_length_of_the_text(unit: str) -> None:
    small, large = unit * (SMALL // len(unit)), unit * (SMALL * TIMES // len(unit))
    seconds(small)
    assert seconds(large) < ALLOWED * max(min(seconds(small) for _ in range(2)), 0.004)
