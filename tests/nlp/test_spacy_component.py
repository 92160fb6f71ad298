"""The reading as spaCy sees it: spans over the words of a Doc."""

import spacy

from nlp.spacy_component import NAME


def test_every_mention_is_a_span_with_its_kind_and_value() -> None:
    language = spacy.blank("en")
    language.add_pipe(NAME)
    doc = language("Call 312 555 0142, I'm 24")
    assert [(span.label_, span.id_, span.text) for span in doc.spans[NAME]] == [
        ("phone", "+13125550142", "312 555 0142"),
        ("age", "24", "24"),
    ]
