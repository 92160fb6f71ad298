"""Data files: words that YAML 1.1 takes for truth values stay words, and what is nested without end is refused."""

from pathlib import Path

import pytest
import yaml

from store.datafiles import DEEPEST, load_data


def test_no_and_on_are_words_and_true_and_false_are_not(tmp_path: Path) -> None:
    file = tmp_path / "words.yml"
    file.write_text("words: [no, on, yes, off, y, n, true, False]\n")
    assert load_data(file) == {"words": ["no", "on", "yes", "off", "y", "n", True, False]}


@pytest.mark.parametrize("opened", ["[", "{a: ", "- "])
def test_what_is_nested_so_deeply_that_to_build_it_would_end_the_process_is_refused(
    opened: str, tmp_path: Path
) -> None:
    file = tmp_path / "deep.yml"
    file.write_text(opened * 500_000)
    with pytest.raises(yaml.MarkedYAMLError, match=f"nested more than {DEEPEST} deep"):
        load_data(file)
    file.write_text("[" * DEEPEST + "]" * DEEPEST)
    assert load_data(file)
