"""E-mail addresses, web addresses and handles, plain and hidden; and how hiding is noted."""

from collections.abc import Callable

import pytest

from nlp.records import Kind, Reading

ReadText = Callable[..., Reading]


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Rose.Lane@Example.com", "plain"),
        ("rose.lane (at) example (dot) com", "words"),
        ("rose.lane[at]example[dot]com", "words"),
        ("rose dot lane at example dot com", "words"),
        ("rose.lane ARROBA example PUNTO com", "words"),
        ("rose.lane @ example . com", "separators"),
        ("r o s e . l a n e @ e x a m p l e . c o m", "separators"),
        ("rose.lane＠example．com", "look-alike"),
    ],
)
def test_one_address_is_read_however_it_is_written(read_text: ReadText, written: str, form: str) -> None:
    (mention,) = read_text(f"write me: {written} !").of(Kind.EMAIL)
    assert (mention.value, mention.detail["form"]) == ("rose.lane@example.com", form)
    assert mention.surface == written


@pytest.mark.parametrize("text", ["meet me at 9.15", "open @ 10", "look at dot com boom", "I am at home. Com calma"])
def test_other_uses_of_at_are_no_addresses(read_text: ReadText, text: str) -> None:
    assert read_text(text).of(Kind.EMAIL) == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("See https://Lantern.example/Rooms/7.", "https://lantern.example/Rooms/7"),
        ("(www.lantern.example)", "www.lantern.example"),
        ("lantern.com/rooms", "lantern.com/rooms"),
        ("lantern [dot] com", "lantern.com"),
    ],
)
def test_a_web_address_is_read_with_and_without_its_scheme(read_text: ReadText, text: str, value: str) -> None:
    assert [mention.value for mention in read_text(text).of(Kind.URL)] == [value]


@pytest.mark.parametrize("text", ["Nice room.Come in", "rose@example.com", "call me.at six", "3.5 km"])
def test_a_full_stop_without_a_blank_is_no_web_address(read_text: ReadText, text: str) -> None:
    assert read_text(text).of(Kind.URL) == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Insta: @Rosa_Lane7", "instagram:rosa_lane7"),
        ("i.g. → rosalane7", "instagram:rosalane7"),
        ("telegram: r o s a l a n e 7", "telegram:rosalane7"),
        ("t.e.l.e.g.r.a.m. → rosalane7", "telegram:rosalane7"),
        ("snapchat @ｒｏｓａｌａｎｅ７", "snapchat:rosalane7"),
        ("find @rosalane7 on kik", "kik:rosalane7"),
        ("t.me/rosalane7", "telegram:rosalane7"),
        ("@rosalane7", "unknown:rosalane7"),
    ],
)
def test_a_handle_is_its_platform_and_name(read_text: ReadText, text: str, value: str) -> None:
    assert [mention.value for mention in read_text(text).of(Kind.HANDLE)] == [value]


@pytest.mark.parametrize(
    "text", ["follow my instagram for news", "whatsapp 312 555 0142", "in line with you", "snap today"]
)
def test_a_platform_without_a_name_is_no_handle(read_text: ReadText, text: str) -> None:
    assert read_text(text).of(Kind.HANDLE) == ()


def test_a_hidden_contact_is_noted_with_its_form_over_the_same_words(read_text: ReadText) -> None:
    reading = read_text("call 3one2 555 0142 or rose@example.com")
    (indicator,) = reading.of(Kind.INDICATOR)
    (phone,) = reading.of(Kind.PHONE)
    assert (indicator.value, indicator.detail["entry"]) == ("contact_obfuscation", "contact_obfuscation/mixed")
    assert (indicator.start, indicator.end) == (phone.start, phone.end)
