"""Damaged input to every reader of an external format: read, or refused with a typed error; never a crash or a hang."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.fuzz import CHOKERS, CORPUS, READERS, samples, trouble

Edit = tuple[int, int, bytes]
EDITS = st.lists(
    st.tuples(st.integers(0, 2**16), st.integers(0, 60), st.one_of(st.binary(max_size=40), st.sampled_from(CHOKERS))),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("reader", READERS)
def test_what_is_sound_and_what_once_was_trouble_is_read(reader: str) -> None:
    assert [said for content in samples(reader) if (said := trouble(reader, content))] == []


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=15)
@given(pick=st.integers(0, 99), edits=EDITS)
def test_a_reader_never_crashes_or_hangs(reader: str, pick: int, edits: list[Edit]) -> None:
    content = bytearray(samples(reader)[pick % len(samples(reader))])
    for place, length, put in edits:
        start = place % (len(content) + 1)
        content[start : start + length] = put
    assert trouble(reader, bytes(content)) is None


def test_the_corpus_names_readers_alone() -> None:
    assert {path.name for path in CORPUS.iterdir()} <= READERS.keys()
