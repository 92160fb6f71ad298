"""Text made to hurt what reads contacts: a megabyte of it is read at once."""

import time

import pytest

from crawlers.records import Ad
from nlp.contacts.emails import EMAILS
from nlp.contacts.handles import HANDLES
from nlp.contacts.payments import Payments
from nlp.contacts.urls import URLS
from nlp.extractor import AdText
from tests.pace import slowdown

HOSTILE = (
    "@",
    "a@",
    "@a",
    "@a.",
    "a@a.",
    "a@a.a ",
    "a.",
    "a_",
    "a-",
    "a-a@a-",
    "http://",
    "http://a",
    "://a.b",
    "(at)",
    "[at]",
    "(at)(dot)",
    "a at b dot ",
    "at ",
    " dot com",
    "dot ",
    ".com",
    "x.com/",
    "t.me/",
    "a a @ ",
    "insta ",
    "insta: ",
    "ig @",
    "@aaa ",
    "$a",
    "1a",
    "venmo @",
    "cash ",
    "cash app: ",
    "0x",
    "bc1",
    "a@b.com ",
    "http://a.com/)",
    "/)))",
)


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_a_megabyte_made_to_hurt_is_read_at_once(unit: str) -> None:
    text = AdText.of(Ad("test:1", "test", "", None, body=unit * (1_000_000 // len(unit))))
    extractors = (EMAILS, URLS, HANDLES, Payments())
    started = time.process_time()
    for extractor in extractors:
        list(extractor(text))
    assert time.process_time() - started < 2.0 * slowdown()  # about a twentieth of it where nothing else runs
