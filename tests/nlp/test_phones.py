"""Phones: every way of writing one number, what is never a number, and what the detail says."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.records import Ad
from nlp.extractor import AdText
from nlp.phones.phones import PHONES
from nlp.records import Kind, Reading
from tests.pace import slowdown

ReadText = Callable[..., Reading]


def phones(text: str, region: str | None = "US", title: str = "") -> list[str]:
    return [one.value for one in PHONES(AdText.of(Ad("t:1", "t", "", None, title=title, body=text, region=region)))]


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("312-555-0142", "plain"),
        ("(312) 555-0142", "plain"),
        ("+1 312.555.0142", "plain"),
        ("3 1 2 5 5 5 0 1 4 2", "separators"),
        ("312✨555✨0142", "separators"),
        ("312\u200b555\u200b0142", "separators"),
        ("[3][1][2] {5}{5}{5} ((0142))", "separators"),
        ("312 dot 555 dash 0142", "separators"),
        ("3\n1\n2\n5\n5\n5\n0\n1\n4\n2", "separators"),
        ("call3125550142now", "separators"),
        ("3|2-555-0|42", "look-alike"),
        ("3l2 S5S oI4Z", "look-alike"),
        ("З12 555 О142", "look-alike"),
        ("③①② ⑤⑤⑤ ⓪①④②", "look-alike"),
        ("𝟑𝟏𝟐-𝟓𝟓𝟓-𝟎𝟏𝟒𝟐", "look-alike"),
        ("3️⃣1️⃣2️⃣ 5️⃣5️⃣5️⃣ 0️⃣1️⃣4️⃣2️⃣", "look-alike"),
        ("three one two five five five oh one four two", "words"),
        ("threeonetwofivefivefivezeroonefourtwo", "words"),
        ("tree won to, fife five fiv, zero one four too", "words"),
        ("three twelve, triple five, zero one forty two", "words"),
        ("tres uno dos cinco cinco cinco cero uno cuarenta y dos", "words"),
        ("três um dois cinco cinco cinco zero um quatro dois", "words"),
        ("3one2 555 ZERO1four2", "mixed"),
        ("thr33 0n3 tw0 f1ve f1ve f1ve z3r0 0ne f0ur tw0", "mixed"),
        ("3hree 1ne 2wo 5ive 5ive 5ive 0ero 1ne 4our 2wo", "mixed"),
        ("threee onee twoo fiiive five five zero one fourrr two", "words"),
        ("thre oen tow fvie five five zreo one fuor two", "words"),
        ("tree wan tu faiv faiv faiv zeero wan foor tu", "words"),
        ("plus one three one two five five five zero one four two", "words"),
        ("three hundred twelve, five fifty-five, zero one forty two", "words"),
        ("trescientos doce, quinientos cincuenta y cinco, cero uno cuarenta y dos", "words"),
        ("三一二五五五〇一四二", "words"),
        ("ᴛʜʀᴇᴇ ᴏɴᴇ ᴛᴡᴏ ꜰɪᴠᴇ ꜰɪᴠᴇ ꜰɪᴠᴇ ᴢᴇʀᴏ ᴏɴᴇ ꜰᴏᴜʀ ᴛᴡᴏ", "words"),
        ("3x1x2x5x5x5x0x1x4x2", "separators"),
        ("⚂⚀⚁ ⚄⚄⚄ 0⚀⚃⚁", "look-alike"),
        ("ⅢⅠⅡ ⅤⅤⅤ 0ⅠⅣⅡ", "look-alike"),
        ("Ӡ12 555 ΟӀ42", "look-alike"),
        ("3l2 SSS olAZ".replace("A", "4"), "look-alike"),
        ("312 guion 555 ponto 0142", "separators"),
        ("312 and 555 then 0142", "split"),
        ("312 now 555 also 0142", "split"),
        ("312 (area code) 555 (wait for it) 0142", "separators"),
        ("3-1-2 (sin error) 5-5-5 (isso mesmo) 0-1-4-2", "separators"),
        ("312asterisco555guion0142", "separators"),
        ("trescientos doce, quinientos cincuenta y cinco, cero ciento cuarenta y dos", "words"),
        ("three hundred twelve - five hundred fifty-five - zero one hundred forty-two", "words"),
        ("https://chat.example/send?phone=3125550142", "plain"),
    ],
)
def test_one_number_is_read_however_it_is_written(read_text: ReadText, written: str, form: str) -> None:
    (mention,) = read_text(f"New in town, {written}").of(Kind.PHONE)
    assert mention.value == "+13125550142"
    assert (mention.detail["form"], mention.detail["valid"]) == (form, True)


@pytest.mark.parametrize(
    "text",
    [
        "100 150 200 250",
        "100 (half hour) 150 (full hour) 2500 (night)",
        "total=3125550142",
        "120 hh, 200 hr, 350 2hr, 1200 night",
        "$3125550142 in total",
        "invoice #3125550142",
        "2026-05-14 10:30 to 2026-05-15 22:45",
        "from 12/31/2025 at 11:45",
        "lat 41.850033, lon -87.6500523",
        "5'4, 120 lbs, 34-24-36",
        "90210-3125",
        "06e82887-9afc-4064-abad-f6fb60b8a1f3",
        "192.168.100.200",
        "account number 3125550",
        "counter views 0862619. * 190 usd per hour",
        "permit 1656369291. Three quiet rooms",
        "voucher code 0362050. 130 for 60 minutes",
        "one or two of us, three rooms, four to five hours, six days",
        "open 24/7 all 365 days",
        "to be or not to be for ten years",
    ],
)
def test_other_numbers_are_no_phones(text: str) -> None:
    assert phones(text) == []


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 (0)20 7946 0958", "US", "+442079460958"),
        ("0044 20 7946 0958", "US", "+442079460958"),
        ("0808 157 0123", None, "+448081570123"),
        ("44-20-7946-0958", "US", "+442079460958"),
        ("https://chat.example/send?phone=442079460958", "US", "+442079460958"),
        ("write to @lea_44_20_7946_0958", "US", "+442079460958"),
        ("call +44 ƨ0 7ꝯч6 0ꝯ58", "US", "+442079460958"),
        ("zero three zero six nine nine nine zero one two three", "GB", "+443069990123"),
    ],
)
def test_the_region_and_the_country_code_say_where_a_number_is_valid(text: str, region: str | None, value: str) -> None:
    assert phones(text, region) == [value]


def test_a_labelled_number_that_no_plan_knows_keeps_its_bare_digits(read_text: ReadText) -> None:
    (mention,) = read_text("my phone number is 123-456-7890").of(Kind.PHONE)
    assert (mention.value, mention.detail["valid"]) == ("1234567890", False)


def test_an_extension_is_kept(read_text: ReadText) -> None:
    (mention,) = read_text("312-555-0142 ext. 17").of(Kind.PHONE)
    assert mention.detail["extension"] == "17"


def test_a_number_begun_in_the_title_and_ended_in_the_body_lists_its_parts(read_text: ReadText) -> None:
    (mention,) = read_text("Nice and calm. It ends in 0142", title="Downtown 312-555").of(Kind.PHONE)
    assert mention.value == "+13125550142"
    assert (mention.field, mention.surface) == ("title", "312-555")
    assert mention.detail["parts"] == [
        {"field": "title", "start": 9, "end": 16},
        {"field": "body", "start": 26, "end": 30},
    ]


def test_a_number_is_found_inside_an_address_and_a_handle(read_text: ReadText) -> None:
    reading = read_text("http://312-555-0142.lantern.example/ad/7495889 and ig: rosa_3125550142")
    assert {mention.value for mention in reading.of(Kind.PHONE)} == {"+13125550142"}


def test_what_a_number_leaves_of_its_line_may_end_another() -> None:
    assert phones("Site help line +1 800 555 0135\nthen 0142", title="Time with Nadia 312-555") == [
        "+18005550135",
        "+13125550142",
    ]


MEGABYTE = 1_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "1 ",
        "one ",
        "555-",
        "1.1.1.",
        "7",
        "oO0l",
        "1\ufe0f\u20e3",
        "one1",
        "1a",
        "$1",
        "1:1:",
        "then 0142 ",
        "sevn ",
        "(1",
        "+1",
    ],
)
def test_a_megabyte_of_noise_costs_little_and_hides_no_number_elsewhere(unit: str) -> None:
    noise = unit * (MEGABYTE // len(unit))
    ad = Ad(
        "t:1", "t", "", None, body=f"Call 312-555-0142 now, please. {noise} and so on. Text me at 713 555 0143, thanks"
    )
    text = AdText.of(ad)
    started = time.process_time()
    found = {one.value for one in PHONES(text)}
    assert time.process_time() - started < 2.0 * slowdown()  # an eighth of it on a machine with nothing else to do
    assert {"+13125550142", "+17135550143"} <= found


def test_of_thousands_of_lines_that_might_be_numbers_the_first_and_the_last_are_read() -> None:
    apart = "\n" + "quiet words here and there, " * 3
    noise = apart.join(f"1{line % 9} 2{line % 7} 3{line % 5} 4 5 6 71 8 99 1 2 3" for line in range(5_000))
    text = f"Call 312-555-0142 now, please.{apart}{noise}{apart}Text me at 713 555 0143, thanks"
    started = time.process_time()
    found = phones(text)
    assert time.process_time() - started < 0.5 * slowdown()  # a tenth of it on a machine with nothing else to do
    assert (found[0], found[-1]) == ("+13125550142", "+17135550143")
    assert len(found) < 100  # of what stands between few are tried


@given(st.text(alphabet="0123456789-. ()abconetwofive\n", max_size=60), st.integers(100, 199))
def test_what_stands_on_its_own_line_far_from_other_digits_is_always_found(noise: str, last: int) -> None:
    noise = "".join(letter for letter in noise if letter.isalpha() or letter == " ")
    assert f"+13125550{last}" in phones(f"Thank you. Please call 312-555-0{last} | {noise}")
