"""Who people are has no place in features, code, data files or weights. Rows of grade X are listed, and nothing more."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

import pytest

import models
from crawlers.records import Ad
from models import grams
from models.cases import cases
from models.features import NAMES
from models.grouping import views_of
from models.indicators import Grade, indicators
from models.labels import Label, Source, Tier, Value
from models.reranking import LEARNED
from models.training import TERMS, fit, table, weights
from nlp.masking import masks
from nlp.pipeline import read_ads
from nlp.records import Kind
from store.datafiles import load_data
from tests.models.conftest import START, WORDS

ROOT = Path(models.__file__).parents[1]
BIASED = [name for name, one in indicators().items() if one.grade is Grade.BIAS]
MASKS = load_data(ROOT / "nlp" / "masks.yml")


def group_words() -> Iterator[str]:
    """Every word of the lists of nationalities and origins, with each ending."""
    for row in MASKS["lists"]["group"]:
        parts = [part.split("|") for part in re.findall(r"\(([^()]*)\)", re.sub(r"\[[^\]]*\]", "", row))]
        if len(parts) == 2 and len(parts[0][0]) > 2 >= max(map(len, parts[1])):
            yield from ("".join(pair) for pair in product(*parts))
        else:
            yield from (word for part in parts for word in part if len(word) > 2)  # less is an ending


def test_no_code_and_no_data_file_of_scoring_names_a_row_of_grade_x() -> None:
    allowed = {ROOT / "models" / "indicators.yml", ROOT / "nlp" / "masks.yml"}
    for room, ending in product(("models", "nlp", "linker", "casework", "indexer"), ("py", "yml")):
        for path in (ROOT / room).rglob(f"*.{ending}"):
            said = "" if path in allowed else path.read_text("utf-8")
            assert not [name for name in BIASED if name in said], path


def test_no_feature_no_column_and_no_lexicon_is_a_row_of_grade_x() -> None:
    lexicons = {path.stem for path in (ROOT / "nlp" / "indicators" / "lexicons").glob("*.yml")}
    assert not set(BIASED) & (set(NAMES) | set(LEARNED) | lexicons)
    assert {kind.value for kind in Kind}.isdisjoint({"nationality", "ethnicity", "gender", "body"})


def test_no_word_for_a_group_of_people_is_an_indicator_or_is_left_in_the_masked_text() -> None:
    said = [*dict.fromkeys(group_words())]
    assert len(said) > 500
    ads = [
        Ad(f"s:{number}", "s", "", START, body=f"We are open. A person is {word} here. Call at noon.")
        for number, word in enumerate(said)
    ]
    plain = next(iter(read_ads([Ad("s:x", "s", "", START, body="We are open. A person is here. Call at noon.")])))
    known = {one.value for one in plain.of(Kind.INDICATOR)}
    for word, reading in zip(said, read_ads(ads), strict=True):
        assert {one.value for one in reading.of(Kind.INDICATOR)} == known, word
        assert word not in reading.masked.split(), word


@pytest.mark.slow
@pytest.mark.parametrize("word", ["romanian", "latina", "tailandesa", "immigrant", "trans", "petite"])
def test_no_weight_of_a_trained_model_belongs_to_such_a_word_however_telling_it_was(word: str) -> None:
    random = Random(3)
    ads, labels = [], []
    for number in range(40):
        text = " ".join(random.choices(WORDS, k=30)) + (f". I am {word}" if number % 2 else "")
        ads.append(Ad(f"s:{number}", "s", "", START, body=text))
        value = Value.INDICATED if number % 2 else Value.NOT
        labels.append(Label("", (f"s:{number}",), value, Tier.OPINION, "ana", START, Source.IMPORT))
    rows = cases(views_of(ads), labels)
    learned = table(rows.strengths, rows.texts)
    names = [*weights(fit(learned, rows.y, learned, rows.y, seed=0))]
    # A model may leave all text out; what text it could have learned from has to be as blind.
    names += grams.names(grams.pipeline(0, TERMS).fit(rows.texts, rows.y))
    terms = [name.partition("__")[2] for name in names]
    stem = word[:5]
    assert not [term for term in terms if stem in term]
    assert masks().hits(f"i am {word}")
