from pathlib import Path

import pytest
import yaml

from market.grammar import WORDING, bank
from market.make import Entry, generate

LANGUAGES = ("en", "es", "pt")


@pytest.fixture(scope="session")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wording of every indicator in its own sentences, told apart by what they begin with."""
    folder = tmp_path_factory.mktemp("unseen")
    for language in LANGUAGES:
        names = yaml.safe_load((WORDING / f"{language}_indicators.yml").read_text("utf-8"))
        sentences = {
            name: {
                "says": [f"SAYS-{name} (here|there) in {{place}}."],
                "denies": [f"DENIES-{name} to {{name}}."],
                "neither": [f"NEITHER-{name} at all."],
            }
            for name in names
        }
        (folder / f"{language}.yml").write_text(yaml.safe_dump(sentences), "utf-8")
    return folder


@pytest.fixture(scope="session")
def entries(unseen: Path) -> list[Entry]:
    """1,000 ads in that wording."""
    return list(generate(seed=11, ads=1000, unseen=unseen))


def _said(entry: Entry, answer: str) -> set[str]:
    return {word.partition("-")[2] for word in entry.ad["body"].split() if word.startswith(f"{answer}-")}


def test_truth_is_what_the_unseen_sentences_say(entries: list[Entry]) -> None:
    for entry in entries:
        assert _said(entry, "SAYS") == set(entry.truth["indicators"]) - {"contact_obfuscation"}


def test_denying_or_neither_counts_as_nothing(entries: list[Entry]) -> None:
    for answer in ("DENIES", "NEITHER"):
        alone = [entry for entry in entries if _said(entry, answer) - _said(entry, "SAYS")]
        assert alone
        for entry in alone:
            assert not (_said(entry, answer) - _said(entry, "SAYS")) & set(entry.truth["indicators"])


def test_neither_comes_at_a_low_rate(entries: list[Entry]) -> None:
    share = sum(bool(_said(entry, "NEITHER")) for entry in entries) / len(entries)
    assert 0.1 < share < 0.45


def test_slots_and_choices_are_filled(entries: list[Entry]) -> None:
    assert not any(sign in entry.ad["body"] for entry in entries for sign in ("{place}", "{name}", "(here|there)"))


def test_the_usual_wording_has_no_neither() -> None:
    assert all(bank(language).neither == () for language in LANGUAGES)


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"en\.yml: no such file; unseen wording needs en\.yml, es\.yml and pt\.yml"):
        next(generate(seed=1, ads=10, unseen=tmp_path))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"says": ["Yes."]}, "youth_implying has no sentences under 'denies'"),
        ({"says": ["I am {age}."], "denies": ["No."]}, r"youth_implying: \{age\} in 'I am \{age\}\.'"),
    ],
)
def test_wording_that_cannot_be_used_says_what_is_wrong(
    unseen: Path, tmp_path: Path, wrong: dict[str, list[str]], why: str
) -> None:
    found = yaml.safe_load((unseen / "en.yml").read_text("utf-8"))
    (tmp_path / "en.yml").write_text(yaml.safe_dump(found | {"youth_implying": wrong}), "utf-8")
    with pytest.raises(ValueError, match=why):
        next(generate(seed=1, ads=10, unseen=tmp_path))
