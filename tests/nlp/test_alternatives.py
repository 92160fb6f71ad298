"""Any of many words in one expression: the same as trying them one by one, the longest first."""

import re

from hypothesis import given
from hypothesis import strategies as st

from nlp.text.alternatives import any_of

WORDS = st.lists(st.text("abc.", min_size=1, max_size=4), min_size=1, max_size=8)


@given(WORDS, st.text("abc.", max_size=8))
def test_it_matches_what_the_longest_of_the_words_matches(words: list[str], text: str) -> None:
    plain = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    expected, found = re.match(plain, text), re.match(any_of(words), text)
    assert (found and found[0]) == (expected and expected[0])
