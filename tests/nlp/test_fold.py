"""Folding keeps the way back, and gives one plain spelling to characters that look alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.fold import fold
from nlp.text.mapped import BREAK


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("CALL Me", "call me"),
        ("３１２", "312"),
        ("①②⓿❶", "1201"),
        ("3️⃣1️⃣", "31"),
        ("𝟓𝐚𝖇", "5ab"),
        ("señorita Ängela", "senorita angela"),
        ("5\u200b5\u00ad5\u2060", "555"),
        ("a\u202eb", "ab"),
        ("x – y — z − w", "x - y - z - w"),
        ("“a” ‘b’", "\"a\" 'b'"),
        ("1½ h", "1 1/2 h"),
        ("٣١٢", "312"),
        ("Привет 한국 ไทย 🌹", "привет 한국 ไทย 🌹"),
        ("a 🙋🏼\u200d♀️woman", "a 🙋woman"),
        ("👨\u200d👩\u200d👧 🏳️\u200d⚧️ 👩🏿 ❤️\u200d🔥", "👨 🏳 👩 ❤"),
        ("🇷🇴🇧🇷 🇹🇭 ok", "🏳🏳 🏳 ok"),
        ("♀️♂️ a\u200d🅰b 5\u200d①", "♀♂ aab 51"),
        (f"title{BREAK}body", f"title{BREAK}body"),
    ],
)
def test_a_character_is_folded_to_its_plain_form(written: str, folded: str) -> None:
    assert fold(written).text == folded


@given(st.text())
def test_every_folded_character_stands_for_one_of_the_original(text: str) -> None:
    mapped = fold(text)
    assert len(mapped.text) == len(mapped.starts) == len(mapped.ends)
    assert list(mapped.starts) == sorted(mapped.starts)
    for start, end in zip(mapped.starts, mapped.ends, strict=True):
        assert 0 <= start < end <= len(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_keeps_its_places(text: str) -> None:
    kept = [letter for letter in text if letter.isprintable() or letter in "\n\t\r\v\f\x1e"]
    assert len(fold(text).text) == len(kept)


@given(st.text())
def test_folding_twice_changes_nothing_more_in_length_than_folding_once(text: str) -> None:
    once = fold(text).text
    assert fold(once).text.lower() == fold(fold(once).text).text
