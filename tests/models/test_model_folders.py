"""A model folder that was tampered with, cut short, swapped or made for other code is refused with the reason."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from models import folders, retraining
from models.cases import Cases
from models.folders import MANIFEST, MODEL, ModelError
from nlp.pipeline import version


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged."""
    return Path(shutil.copytree(trained, tmp_path / "challenger"))


def edit(folder: Path, **values: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    (folder / MANIFEST).write_text(json.dumps({**manifest, **values}), "utf-8")


def claim(folder: Path) -> None:
    """Make the manifest name the model file as it is now, as somebody who tampers would."""
    edit(folder, sha256=folders.digest_of(folder / MODEL))


def test_a_sound_folder_loads(trained: Path) -> None:
    assert folders.load(trained, version()).name == "challenger"


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: edit(folder, features=["circuit"]), "another feature list"),
        (lambda folder: edit(folder, indicators="0" * 12), "another indicator table"),
        (lambda folder: edit(folder, sklearn="0.1"), "another scikit-learn version"),
        (lambda folder: edit(folder, pipeline="older"), "another reading pipeline"),
        (lambda folder: edit(folder, name="second"), "holds the model 'second'"),
        (lambda folder: edit(folder, extra=1), "cannot be understood"),
        (lambda folder: edit(folder, digest="0" * 64), "another model than its manifest says"),
        (lambda folder: (folder / MANIFEST).unlink(), "there is no model 'challenger'"),
        (lambda folder: (folder / MANIFEST).write_text("[]", "utf-8"), "cannot be understood"),
        (lambda folder: (folder / MODEL).unlink(), "missing or too large"),
        (lambda folder: (folder / MODEL).write_bytes(b""), "SHA-256 differs"),
    ],
)
def test_what_does_not_match_is_refused_with_the_reason(
    copy: Path, damage: Callable[[Path], None], reason: str
) -> None:
    damage(copy)
    with pytest.raises(ModelError, match=reason):
        folders.load(copy, version())


def test_a_file_cut_short_is_refused_even_where_the_manifest_was_changed_with_it(copy: Path) -> None:
    content = (copy / MODEL).read_bytes()
    (copy / MODEL).write_bytes(content[: len(content) // 2])
    claim(copy)
    with pytest.raises(ModelError, match="cannot be opened"):
        folders.load(copy, version())


def test_a_file_that_wants_to_build_anything_else_is_not_opened(copy: Path) -> None:
    with zipfile.ZipFile(copy / MODEL) as archive:
        schema = json.loads(archive.read("schema.json"))
    schema |= {"__class__": "Popen", "__module__": "subprocess", "__loader__": "ObjectNode"}
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
    (copy / MODEL).write_bytes(changed.getvalue())
    claim(copy)
    with pytest.raises(ModelError, match=r"wants to build subprocess\.Popen|cannot be opened"):
        folders.load(copy, version())


def test_another_estimator_in_its_place_is_refused(copy: Path) -> None:
    skops.io.dump(LogisticRegression(), copy / MODEL)
    claim(copy)
    with pytest.raises(ModelError, match="no classifier of ours"):
        folders.load(copy, version())


def test_changed_bytes_are_refused_wherever_they_stand(copy: Path) -> None:
    content = (copy / MODEL).read_bytes()
    random = Random(11)
    for _ in range(40):
        position = random.randrange(len(content))
        changed = bytes([content[position] ^ (1 + random.randrange(255))])
        (copy / MODEL).write_bytes(content[:position] + changed + content[position + 1 :])
        with pytest.raises(ModelError, match="SHA-256 differs"):
            folders.load(copy, version())


def test_the_list_of_trusted_types_is_exact(trained: Path) -> None:
    assert sorted(skops.io.get_untrusted_types(file=trained / MODEL)) == sorted(folders.TRUSTED)


@pytest.mark.parametrize("name", ["scorecard", "../evil", "Upper", "", "a/b", "a\n"])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="no name for a model"):
        folders.place(tmp_path, name)


@pytest.mark.slow
def test_a_taken_name_is_refused(corpus: Cases, trained: Path) -> None:
    with pytest.raises(ModelError, match="already"):
        retraining.train(corpus, trained, pipeline=version())
