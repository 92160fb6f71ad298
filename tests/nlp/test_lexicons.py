"""Lexicons: every entry keeps its own examples; negated matches are kept and marked; a malformed file is named."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from nlp.extractor import Found
from nlp.indicators.lexicon import Entry, Lexicon, LexiconError, Lexicons, load
from nlp.masking import mask
from nlp.text.fold import fold

ALL = load()
ENTRIES = [(lexicon, entry) for lexicon in ALL for entry in lexicon.entries]
NAMES = [f"{lexicon.id}/{entry.id}" for lexicon, entry in ENTRIES]


@pytest.fixture(scope="module")
def lexicons() -> Lexicons:
    return Lexicons(ALL)


def find(lexicons: Lexicons, text: str) -> list[Found]:
    return list(lexicons.find(mask(fold(text), ())))


def shown(lexicons: Lexicons, text: str) -> set[str]:
    return {one.value for one in find(lexicons, text) if not one.detail["negated"]}


@pytest.mark.parametrize(("lexicon", "entry"), ENTRIES, ids=NAMES)
def test_an_entry_keeps_its_examples(lexicon: Lexicon, entry: Entry) -> None:
    alone = Lexicons([replace(lexicon, entries=(entry,))])
    for text in entry.must_match:
        assert shown(alone, text) == {lexicon.id}, text
    for text in entry.must_not_match:
        assert shown(alone, text) == set(), text


@pytest.mark.parametrize(("lexicon", "entry"), ENTRIES, ids=NAMES)
def test_what_an_entry_must_not_match_no_entry_of_its_indicator_matches(
    lexicons: Lexicons, lexicon: Lexicon, entry: Entry
) -> None:
    assert not [text for text in entry.must_not_match if lexicon.id in shown(lexicons, text)]


def test_every_indicator_has_entries_in_three_languages() -> None:
    assert [one.id for one in ALL if {entry.language for entry in one.entries} != {"en", "es", "pt"}] == []


def test_a_negated_match_is_kept_and_does_not_count(lexicons: Lexicons) -> None:
    (found,) = find(lexicons, "I am not independent")
    assert (found.value, found.detail["negated"]) == ("independence_claim", True)
    (found,) = find(lexicons, "independent since 2019")
    assert (found.value, found.detail["negated"]) == ("independence_claim", False)


def test_a_negation_ends_with_its_clause(lexicons: Lexicons) -> None:
    assert shown(lexicons, "No hurry, independent") == {"independence_claim"}


@pytest.mark.parametrize(
    "text",
    [
        "I am far from independent",
        "Nobody in this house is independent",
        "A tour is not planned",
        "Touring? Not at all",
        "Am I on tour? No, I live here",
        "Touring is a thing of the past",
    ],
)
def test_a_denial_stands_in_front_behind_in_a_list_or_in_an_answer(lexicons: Lexicons, text: str) -> None:
    assert {one.detail["negated"] for one in lexicons.find(mask(fold(text), ()), ["en"])} == {True}


@pytest.mark.parametrize(
    ("language", "text", "indicator"),
    [
        ("en", "The prices are not set by a boss", "third_party_control"),
        ("en", "My calls are never answered by a receptionist", "third_party_control"),
        ("en", "My bookings aren't taken by someone else", "third_party_control"),
        ("es", "Los precios no los pone un jefe", "third_party_control"),
        ("en", "I do not need permission to leave", "restricted_autonomy"),
        ("en", "I am not obliged to accept every visitor", "restricted_autonomy"),
    ],
)
def test_a_denial_within_a_match_takes_it_back(lexicons: Lexicons, language: str, text: str, indicator: str) -> None:
    found = [one for one in lexicons.find(mask(fold(text), ()), [language]) if one.value == indicator]
    assert {one.detail["negated"] for one in found} == {True}


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("She is not allowed to leave the house", "restricted_autonomy"),
        ("She does not leave", "third_person_plural"),
        ("No restrictions", "restricted_autonomy"),
        ("I don't have my own phone", "third_party_control"),
        ("The prices are set by a boss, not by me", "third_party_control"),
    ],
)
def test_a_denial_that_is_part_of_the_phrase_takes_nothing_back(lexicons: Lexicons, text: str, indicator: str) -> None:
    assert indicator in shown(lexicons, text)


def test_whoever_keeps_the_diary_alone_is_managed_by_nobody(lexicons: Lexicons) -> None:
    assert "third_party_control" not in shown(lexicons, "I run my own diary and answer my own phone")


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("Not touring but independent", "independence_claim"),
        ("Not only independent", "independence_claim"),
        ("No screening? No meeting", "client_screening"),
        ("I never host without screening", "client_screening"),
        ("Independent? Call me", "independence_claim"),
    ],
)
def test_what_looks_like_a_denial_is_none(lexicons: Lexicons, text: str, indicator: str) -> None:
    found = lexicons.find(mask(fold(text), ()), ["en"])
    assert indicator in {one.value for one in found if not one.detail["negated"]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Our Thai girls are waiting", "Our Polish guys are waiting"),
        ("Nuestras chicas colombianas te esperan", "Nuestros chicos rumanos te esperan"),
        ("I am a young Brazilian, speaks French", "I am a young Korean, speaks Dutch"),
    ],
)
def test_words_of_groups_change_nothing(lexicons: Lexicons, one: str, other: str) -> None:
    assert find(lexicons, one)
    assert shown(lexicons, one) == shown(lexicons, other)


def good() -> dict[str, object]:
    entry = {
        "id": "en.one",
        "language": "en",
        "patterns": ["quiet room"],
        "must_match": ["quiet room", "a quiet room"],
        "must_not_match": ["loud room"],
    }
    head = {"id": "quiet", "grade": "C", "family": "class", "source": "none", "definition": "a test"}
    return {**head, "entries": [entry]}


def write(folder: Path, content: object) -> Path:
    (folder / "quiet.yml").write_text(yaml.safe_dump(content))
    return folder


def test_a_folder_of_ones_own_is_read(tmp_path: Path) -> None:
    assert shown(Lexicons(load(write(tmp_path, good()))), "A quiet room") == {"quiet"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "loud"}, "name of the file"),
        ({"grade": "X"}, "grade 'X'"),
        ({"family": ""}, "'family' is no text"),
        ({"entries": []}, "'entries' is no list"),
        ({"note": "more"}, "no others"),
    ],
)
def test_a_malformed_lexicon_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(LexiconError, match=rf"quiet\.yml.*{said}"):
        load(write(tmp_path, good() | change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"language": "xx"}, "language 'xx'"),
        ({"patterns": []}, "'patterns' needs at least 1"),
        ({"patterns": ["(open"]}, "is missing"),
        ({"patterns": [True]}, "no list of texts"),
        ({"must_match": ["quiet room"]}, "'must_match' needs at least 2"),
        ({"must_not_match": []}, "'must_not_match' needs at least 1"),
        ({"negatable": "yes"}, "neither true nor false"),
        ({"weight": 3}, "unknown key 'weight'"),
    ],
)
def test_a_malformed_entry_is_named_with_its_file(tmp_path: Path, change: dict[str, object], said: str) -> None:
    content = good()
    content["entries"] = [{**content["entries"][0], **change}]  # type: ignore[index]
    with pytest.raises(LexiconError, match=rf"quiet\.yml: entry 'en\.one'.*{said}"):
        load(write(tmp_path, content))


def test_a_file_that_is_no_yaml_and_a_folder_without_lexicons_are_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no lexicons"):
        load(tmp_path)
    (tmp_path / "broken.yml").write_text("a: [")
    with pytest.raises(LexiconError, match=r"broken\.yml: cannot be read"):
        load(tmp_path)
