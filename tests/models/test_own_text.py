"""A user's own labelled text, CSV or JSON Lines, with any classes; and what is said where the files do not fit."""

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

from models import frames, owntext, owntraining
from models.folders import ModelError, load
from models.ordinary import ordered, parts
from models.training import TrainingError
from store.errors import SidelightError
from store.workspace import Workspace
from tests.models.conftest import WORDS
from tests.models.test_training_commands import run

SAID = {"good": "lovely warm kind", "bad": "late cold broken", "so-so": "usual plain same"}


def rows(count: int = 90) -> list[dict[str, str]]:
    random = Random(5)
    made = []
    for number in range(count):
        value = list(SAID)[number % len(SAID)]
        text = " ".join([*random.sample(WORDS, k=14), *random.choices(SAID[value].split(), k=2)])
        made.append({"ad_id": f"t{number:03}", "text": text, "value": value, "site": f"s{number // 3 % 3}"})
    return made


def csv_file(path: Path, columns: list[str], given: list[dict[str, str]]) -> Path:
    path.write_text(
        "\n".join([",".join(columns), *(",".join(row[name] for name in columns) for row in given)]), "utf-8"
    )
    return path


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One CSV that holds texts and labels."""
    return csv_file(tmp_path_factory.mktemp("own") / "all.csv", ["ad_id", "text", "value", "site"], rows())


@pytest.mark.slow
def test_one_csv_makes_a_measured_classifier_that_loads_again(workspace: Workspace, one_file: Path) -> None:
    made = run(workspace, "train", "--name", "own", "--labels", str(one_file), "--ads", str(one_file))
    assert made.exit_code == 0, made.output
    assert "learned from 72 texts of 3 classes" in made.output
    assert "near-copies of texts learned from among the 18 measured on: 0" in made.output
    model = owntraining.load(workspace.trained / "own")
    assert model.predict(["a lovely warm and kind place"]).tolist() == ["good"]
    assert np.allclose(model.predict_proba(["anything"]).sum(axis=1), 1)
    with pytest.raises(ModelError, match="is a model of ordinary text; it ranks no groups"):
        load(workspace.trained / "own")
    with pytest.raises(ModelError, match="there is a model 'own' already"):
        owntraining.train(owntext.texts(one_file, one_file), workspace.trained / "own")


@pytest.mark.slow
def test_a_classifier_that_is_not_what_its_manifest_says_is_not_loaded(tmp_path: Path, one_file: Path) -> None:
    folder = tmp_path / "own"
    owntraining.train(owntext.texts(one_file, one_file), folder)
    manifest = folder / "manifest.json"
    right = json.loads(manifest.read_bytes())
    for change, message in (
        ({"kind": "ranker"}, "holds a model of another kind .ranker."),
        ({"sklearn": "0.1"}, "made with another scikit-learn version; train it again"),
        ({"digest": "0" * 64}, "holds another model than its manifest says; restore the folder or train again"),
    ):
        manifest.write_text(json.dumps({**right, **change}))
        with pytest.raises(ModelError, match=message):
            owntraining.load(folder)
    for damaged in ("[]", "no JSON", json.dumps({"kind": right["kind"]})):
        manifest.write_text(damaged)
        with pytest.raises(ModelError, match="holds no classifier of ordinary text; sidelight train makes one"):
            owntraining.load(folder)


def test_a_notebook_starts_from_the_same_file(one_file: Path) -> None:
    made = frames.own(one_file, one_file)
    assert made.dtypes.astype(str).to_dict() == frames.OWN_TYPES
    assert len(made) == 90


def test_json_lines_and_a_site_held_out(tmp_path: Path) -> None:
    ads, labels = tmp_path / "ads.jsonl", tmp_path / "labels.jsonl"
    ads.write_text(
        "\n".join(json.dumps({"id": row["ad_id"], "body": row["text"], "site": row["site"]}) for row in rows())
    )
    labels.write_text("\n".join(json.dumps({"id": row["ad_id"], "label": row["value"]}) for row in rows()))
    assert owntext.is_own(labels, ads)
    found = owntext.texts(labels, ads)
    learn, test = parts(found, frozenset({"s2"}))
    assert {found.sites[row] for row in learn} == {"s0", "s1"}
    assert "s2" in {found.sites[row] for row in test}


def test_copies_and_what_shares_a_group_never_stand_on_both_sides() -> None:
    texts = [row["text"] for row in rows(30)]
    copied = [*texts, texts[0].upper(), texts[1] + " today", "short", "Short "]
    ids = [f"t{number:02}" for number in range(len(copied))]
    block = owntext.blocks(ids, copied, ["thread"] * 2 + [""] * (len(copied) - 2))
    assert block[0] == block[1] == block[30] == block[31]
    assert block[32] == block[33]
    assert len(set(block)) == 30


@pytest.mark.slow
def test_classes_that_are_whole_numbers_have_their_order(tmp_path: Path) -> None:
    level = {"bad": "1", "so-so": "2", "good": "10"}
    assert ordered(tuple(level.values())) == ("1", "2", "10")
    assert ordered(tuple(level)) is None
    given = [{**row, "value": level[row["value"]]} for row in rows()]
    file = csv_file(tmp_path / "levels.csv", ["ad_id", "text", "value"], given)
    made = owntraining.train(owntext.texts(file, file), tmp_path / "levels")
    assert made.figures["steps_off"] <= 0.5
    assert made.figures["weighted_kappa"] > 0.5
    assert any("1 < 2 < 10" in line for line in made.told)


@pytest.mark.parametrize(
    ("columns", "change", "message"),
    [
        (["ad_id", "value"], None, "needs a column 'text' .or title or body.; it has ad_id, value"),
        (["ad_id", "text"], None, "needs a column 'value' .or label.; it has ad_id, text"),
        (["text", "value"], None, "needs a column 'ad_id' .or id."),
        (["ad_id", "text", "value"], {"value": "nan"}, "1 labels have no value or NaN .t000.; fill the column"),
        (["ad_id", "text", "value"], {"text": ""}, "1 labelled texts are empty .t000.; fill them"),
        (
            ["ad_id", "text", "value"],
            {"ad_id": "t001"},
            "1 texts have labels that contradict each other .t001.; keep one",
        ),
        (["ad_id", "text", "value"], {"ad_id": ""}, "row 1 has no 'ad_id'"),
    ],
)
def test_files_that_cannot_be_learned_from_say_what_to_change(
    tmp_path: Path, columns: list[str], change: dict[str, str] | None, message: str
) -> None:
    given = rows(9)
    file = csv_file(tmp_path / "all.csv", columns, [{**given[0], **(change or {})}, *given[1:]])
    with pytest.raises(SidelightError, match=message):
        owntext.texts(file, file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'{"ad_id": "t1", "text": "warm", "value": "good"}\nwarm,good',
            r"all.jsonl:2: is no JSON .*or name the file .csv",
        ),
        (b"[1, 2]", "all.jsonl:1: expected a JSON object, found list"),
        (b'{"ad_id": "t1", "text": "caf\xe9"}', "is no UTF-8; save it as UTF-8"),
        (
            b'{"ad_id": "t1", "text": "warm", "value": "good", "posted_at": "last week"}',
            "'posted_at' of t1 is 'last week'; write ISO 8601",
        ),
    ],
)
def test_a_file_that_is_no_json_lines_is_told_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "all.jsonl"
    file.write_bytes(content)
    with pytest.raises(SidelightError, match=message):
        owntext.texts(file, file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SidelightError, match=r"none\.jsonl: cannot be read: No such file"):
        owntext.texts(tmp_path / "none.jsonl", tmp_path / "none.jsonl")


def test_a_label_for_an_unknown_text_is_named(tmp_path: Path) -> None:
    texts = csv_file(tmp_path / "texts.csv", ["ad_id", "text"], rows(9)[1:])
    labels = csv_file(tmp_path / "labels.csv", ["ad_id", "value"], rows(9))
    with pytest.raises(
        SidelightError, match=r"1 labels are about texts that .* does not hold \(t000\); add these texts"
    ):
        owntext.texts(labels, texts)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            [{**row, "value": "good"} for row in rows()],
            "all labels say the same .'good' 90.; label texts of another class",
        ),
        (rows(3), "too few labels to learn from .* 6 of each class are needed"),
    ],
)
def test_too_few_labels_or_classes_say_what_to_label(tmp_path: Path, given: list[dict[str, str]], message: str) -> None:
    file = csv_file(tmp_path / "all.csv", ["ad_id", "text", "value"], given)
    with pytest.raises(TrainingError, match=message):
        owntraining.train(owntext.texts(file, file), tmp_path / "model")


def test_a_site_or_an_order_that_is_none_is_named(tmp_path: Path, one_file: Path) -> None:
    found = owntext.texts(one_file, one_file)
    with pytest.raises(TrainingError, match="no text is of the site 'moon'; the sites are s0, s1, s2"):
        owntraining.train(found, tmp_path / "model", away=frozenset({"moon"}))
    with pytest.raises(TrainingError, match="--order names low, high, the labels are"):
        owntraining.train(found, tmp_path / "model", order=("low", "high"))
