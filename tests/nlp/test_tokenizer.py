"""The tokenizer loses nothing and is linear where spaCy's own is quadratic."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.spacy_component import language


@pytest.mark.slow
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_the_tokens_joined_are_the_text(text: str) -> None:
    assert language().make_doc(text).text == text


def test_words_numbers_and_signs_are_tokens() -> None:
    assert [token.text for token in language().make_doc("don't call _contact_, $120!")] == [
        "don't", "call", "_contact_", ",", "$", "120", "!",
    ]  # fmt: skip


def test_sixteen_times_the_prefixes_cost_about_sixteen_times_the_time() -> None:
    def seconds(count: int) -> float:
        started = time.process_time()
        with language().memory_zone():
            language().make_doc("$" * count)
        return time.process_time() - started

    seconds(4_000)
    assert seconds(64_000) < 60 * max(min(seconds(4_000) for _ in range(3)), 0.001)
