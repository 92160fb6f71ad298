"""Data files: words that YAML 1.1 takes for truth values stay words."""

from pathlib import Path

from store.datafiles import load_data


def test_no_and_on_are_words_and_true_and_false_are_not(tmp_path: Path) -> None:
    file = tmp_path / "words.yml"
    file.write_text("words: [no, on, yes, off, y, n, true, False]\n")
    assert load_data(file) == {"words": ["no", "on", "yes", "off", "y", "n", True, False]}
