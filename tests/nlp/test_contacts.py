"""E-mail addresses, web addresses and handles, plain and hidden; and how hiding is noted."""

from collections.abc import Callable

import pytest

from nlp.contacts.domains import is_host, named, suffixes
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
        ("rose.lane{at}example{dot}com", "words"),
        ("rose.lane <at> example <dot> com", "words"),
        ("rose.lane[ at ]example[ dot ]com", "words"),
        ("rose.lane-at-example-dot-com", "words"),
        ("rose.lane_at_example.com", "words"),
        ("rose(.)lane(@)example(.)com", "words"),
        ("rose.lane@ example.com", "separators"),
        ("rose.lane📧example.com", "separators"),
        ("rose punkt lane klammeraffe example punkt com", "words"),
        ("rose point lane arobase example point com", "words"),
        ("rose punto lane chiocciola example punto com", "words"),
        ("rose nokta lane kuyruklu a example nokta com", "words"),
        ("rose prick lane snabela example prick com", "words"),
        ("rose pont lane kukac example pont com", "words"),
    ],
)
def test_one_address_is_read_however_it_is_written(read_text: ReadText, written: str, form: str) -> None:
    (mention,) = read_text(f"write me: {written} !").of(Kind.EMAIL)
    assert (mention.value, mention.detail["form"]) == ("rose.lane@example.com", form)
    assert mention.surface == written


@pytest.mark.parametrize(
    ("text", "value", "form"),
    [
        ("rose.lane at gmail com", "rose.lane@gmail.com", "words"),
        ("rose.lane@gmail com", "rose.lane@gmail.com", "separators"),
        ("rose.lane@gmail,com", "rose.lane@gmail.com", "separators"),
        ("rose.lane@gmail", "rose.lane@gmail.com", "completed"),
        ("rose22 at gmail", "rose22@gmail.com", "completed"),
    ],
)
def test_where_only_one_host_is_meant_its_dot_or_ending_may_be_missing(
    read_text: ReadText, text: str, value: str, form: str
) -> None:
    (mention,) = read_text(text).of(Kind.EMAIL)
    assert (mention.value, mention.detail["form"]) == (value, form)


@pytest.mark.parametrize(
    "text", ["rose@yahoo", "rose@lane", "mail us at gmail", "rose@lane.nowhere", "rose@@example.com"]
)
def test_what_leaves_the_host_open_is_no_address(read_text: ReadText, text: str) -> None:
    assert read_text(text).of(Kind.EMAIL) == ()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("rose@example.com.Call me", ["rose@example.com"]),
        ("rose@example.comcall me", ["rose@example.com"]),
        ("rose@example.com.mx.", ["rose@example.com.mx"]),
        (
            "rose@example.com,lane@example.org/ana@example.net",
            ["rose@example.com", "lane@example.org", "ana@example.net"],
        ),
        ("写信rose@example.com谢谢", ["rose@example.com"]),
    ],
)
def test_an_address_ends_where_its_host_does(read_text: ReadText, text: str, values: list[str]) -> None:
    assert [mention.value for mention in read_text(text).of(Kind.EMAIL)] == values


@pytest.mark.parametrize("text", ["mail: rose at example.org", "ask Ana\nrose at example.org\nno calls"])
def test_plain_words_are_an_address_after_a_label_and_on_a_line_of_their_own(read_text: ReadText, text: str) -> None:
    assert [mention.value for mention in read_text(text).of(Kind.EMAIL)] == ["rose@example.org"]


@pytest.mark.parametrize(
    "text",
    [
        "meet me at 9.15",
        "open @ 10",
        "look at dot com boom",
        "I am at home. Com calma",
        "dinner at the point in town",
        "see more pics at lantern.com",
        "open @ 6.pm",
        "rose@example.com@lantern.com",
        "rose AT example.com@lantern",
        "rose@@example.com",
        "@rose@example.com",
        "---@example.com",
        "rose [@] gmail",
        "rose @ gmail",
        "rose at gmail",
        "room at 5example.com",
        "available at example.com",
        "me📧example.com",
    ],
)
def test_other_uses_of_at_are_no_addresses(read_text: ReadText, text: str) -> None:
    assert read_text(text).of(Kind.EMAIL) == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("See https://Lantern.example/Rooms/7.", "https://lantern.example/Rooms/7"),
        ("(www.lantern.example)", "www.lantern.example"),
        ("lantern.com/rooms", "lantern.com/rooms"),
        ("lantern [dot] com", "lantern.com"),
        ("www punto lantern punto com", "lantern.com"),
        ("预约lantern.com谢谢", "lantern.com"),
        ("http://lantern.example/a_(b)_(c))", "http://lantern.example/a_(b)_(c)"),
        ("http://bücher.example/Straße.", "http://bücher.example/Straße"),
        ("http://lantern.みんな", "http://lantern.みんな"),
        ("http://lantern.example:8080/a?b=c#d!!", "http://lantern.example:8080/a?b=c#d"),
        ("lantern.photography/rooms", "lantern.photography/rooms"),
        ("www.lantern.me", "www.lantern.me"),
        ("lantern.com.Call now", "lantern.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("xhttp://lantern.example", "http://lantern.example"),
        ("https://t.co/abc", "https://t.co/abc"),
        ("...lantern.com", "lantern.com"),
        ("lantern.com.call", "lantern.com"),
        ("http://\u200blantern.example", "http://lantern.example"),
        ("http://ｌantern.example/x", "http://lantern.example/x"),
        ("今lantern.link今", "lantern.link"),
    ],
)
def test_a_web_address_is_read_with_and_without_its_scheme(read_text: ReadText, text: str, value: str) -> None:
    assert [mention.value for mention in read_text(text).of(Kind.URL)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Nice room.Come in",
        "Nice room.Live music",
        "rose@example.com",
        "rose.lane.jp@example.com",
        "call me.at six",
        "3.5 km",
        "2.hr",
        "$lantern.com",
        "http://lantern",
        "http://-lantern.com",
        "://lantern.com",
        "@http://lantern.com",
        f"http://{'a' * 300}.com",
        "https://t.co/",
        "12.34.com",
        "http://lantern_.com",
        "notes.tar.bz2",
        "lantern.nowhere",
    ],
)
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
        ("hi, .@rosalane7.", "unknown:rosalane7"),
        ("rt@rosalane7", "unknown:rosalane7"),
        ("IG - rosalane7", "instagram:rosalane7"),
        ("insta👉rosalane", "instagram:rosalane"),
        ("snap 👻 rosalane7", "snapchat:rosalane7"),
        ("telegram (rosalane7)", "telegram:rosalane7"),
        ("rosalane7 (snap)", "snapchat:rosalane7"),
        ("rosalane7 en instagram", "instagram:rosalane7"),
        ("me encontra no instagram rosalane_", "instagram:rosalane_"),
        ("mi usuario de telegram es rosalane", "telegram:rosalane"),
        ("snapchat rosa underscore lane", "snapchat:rosa_lane"),
        ("Snapchat rosalane", "snapchat:rosalane"),
        ("skype: live:rosa.lane", "skype:live:rosa.lane"),
        ("微信:rosalane7", "wechat:rosalane7"),
        ("https://m.facebook.com/rosa.lane/", "facebook:rosa.lane"),
        ("twitter.com/rosalane7/status/1", "twitter:rosalane7"),
    ],
)
def test_a_handle_is_its_platform_and_name(read_text: ReadText, text: str, value: str) -> None:
    assert [mention.value for mention in read_text(text).of(Kind.HANDLE)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "follow my instagram for news",
        "whatsapp 312 555 0142",
        "in line with you",
        "snap today",
        "24hrs on telegram",
        "three of us, line up",
        "instagram.com/explore",
        "netflix.com/rosalane7",
        "instagram: https://lantern.example",
        "dinner @home, @7pm",
        "f#@rosalane7, f!@rosalane7",
        "venmo @anamade",
    ],
)
def test_a_platform_without_a_name_is_no_handle(read_text: ReadText, text: str) -> None:
    assert read_text(text).of(Kind.HANDLE) == ()


def test_a_hidden_contact_is_noted_with_its_form_over_the_same_words(read_text: ReadText) -> None:
    reading = read_text("call 3one2 555 0142 or rose@example.com")
    (indicator,) = reading.of(Kind.INDICATOR)
    (phone,) = reading.of(Kind.PHONE)
    assert (indicator.value, indicator.detail["entry"]) == ("contact_obfuscation", "contact_obfuscation/mixed")
    assert (indicator.start, indicator.end) == (phone.start, phone.end)


def test_hosts_are_told_by_the_list_of_public_suffixes() -> None:
    assert {"com", "co.uk", "photography", "xn--p1ai", "рф", "example"} - suffixes() == {"xn--p1ai"}
    assert is_host("lantern.xn--p1ai")
    assert not is_host("lantern.nowhere")
    assert (named(["lantern", "com", "call"]), named(["lantern", "com", "mx"]), named(["lantern", "nowhere"])) == (
        2,
        3,
        0,
    )
