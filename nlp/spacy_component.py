"""Reading inside spaCy: `language.add_pipe("sidelight")` marks every mention as a span, for notebooks and spaCy's own tools.

    language = spacy.blank("en")
    language.add_pipe("sidelight")
    doc = language("Call 312 555 0142, $120/hr")
    [(span.label_, span.id_, span.text) for span in doc.spans["sidelight"]]

The same reading as everywhere else; a span reaches out to whole tokens. Archives are read by `read_ads`, which makes no Doc.
spaCy's vocabulary remembers every word it meets: for many texts use `language.memory_zone()`.
"""

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from crawlers.records import Ad
from nlp.pipeline import read_ad
from nlp.tokenizer import LinearTokenizer

NAME = "sidelight"


@Language.component(NAME)
def spans(doc: Doc) -> Doc:
    """The mentions of the text as `doc.spans["sidelight"]`: label is the kind, id the value."""
    reading = read_ad(Ad("doc:1", "doc", "", None, body=doc.text))
    marked = [
        doc.char_span(one.start, one.end, label=one.kind.value, span_id=one.value, alignment_mode="expand")
        for one in reading.mentions
    ]
    doc.spans[NAME] = [span for span in marked if span is not None]
    return doc


def language() -> Language:
    """A blank pipeline with a tokenizer that is linear on any text, and the reading."""
    made = spacy.blank("xx")
    made.tokenizer = LinearTokenizer(made.vocab)
    made.add_pipe(NAME)
    return made
