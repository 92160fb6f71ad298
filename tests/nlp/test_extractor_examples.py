"""The contract of every extractor: its own examples hold, its finds lie in the text, and it names itself as the source."""

import pytest

from crawlers.records import Ad
from nlp.extractor import AdText, Example, Extractor
from nlp.pipeline import CONTACTS, FACTS

EXTRACTORS = (*CONTACTS, *FACTS)
CASES = [(extractor, example) for extractor in EXTRACTORS for example in extractor.examples]


def ad_text(example: Example) -> AdText:
    ad = Ad("test:1", "test", "", None, **{example.field: example.text}, region=example.region)
    return AdText.of(ad)


@pytest.mark.parametrize(("extractor", "example"), CASES, ids=[f"{one.name}: {example.text}" for one, example in CASES])
def test_an_extractor_finds_what_its_examples_say(extractor: Extractor, example: Example) -> None:
    text = ad_text(example)
    found = list(extractor(text))
    assert sorted({one.value for one in found}) == sorted(set(example.values))
    for one in found:
        assert one.source == extractor.name
        assert 0 <= one.start < one.end <= len(text.folded.text)
        assert 0 < one.confidence <= 1


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda one: one.name)
def test_an_extractor_brings_examples_of_what_it_finds_and_of_what_it_leaves(extractor: Extractor) -> None:
    assert any(example.values for example in extractor.examples)
    assert any(not example.values for example in extractor.examples)


def test_names_of_extractors_differ() -> None:
    assert len({one.name for one in EXTRACTORS}) == len(EXTRACTORS)
