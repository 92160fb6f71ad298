"""Nothing in a model folder is opened before its seal fits: 200 ways to tamper with one, and each is refused with a reason."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from models import cards, folders, retraining, seals
from models.cases import Cases
from models.folders import CARD, MANIFEST, METRICS, MODEL, SEEN, ModelError
from models.inforce import SCORECARD, standing
from models.tables import promotions
from nlp.pipeline import version
from store.schema import now
from store.settings import Settings
from store.workspace import Workspace, open_workspace

FILES = (MODEL, MANIFEST, SEEN, METRICS, CARD, seals.SEAL)
Mutation = Callable[[Path], None]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, trained: Path) -> Iterator[Workspace]:
    """A workspace with a sound, sealed model that is in force."""
    workspace = open_workspace(tmp_path_factory.mktemp("seals") / "workspace", Settings())
    folder = Path(shutil.copytree(trained, workspace.trained / "challenger"))
    seals.seal(workspace, folder)
    digest = folders.read_manifest(folder).digest
    with workspace.begin() as connection:
        connection.execute(promotions.insert().values(model="challenger", at=now(), who="ana", why="", digest=digest))
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def older(home: Workspace, corpus: Cases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model under the same name, sealed by the same workspace some time ago."""
    folder = tmp_path_factory.mktemp("older") / "challenger"
    retraining.train(corpus.take(range(120)), folder, pipeline=version(), seed=1)
    retraining.evaluate(corpus, folder)
    cards.write(folder)
    seals.seal(home, folder)
    return folder


def flipped(random: Random, name: str) -> Mutation:
    def mutate(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[random.randrange(len(content))] ^= 1 + random.randrange(255)
        (folder / name).write_bytes(content)

    return mutate


def truncated(random: Random, name: str) -> Mutation:
    def mutate(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: random.randrange(len(content))])

    return mutate


def swapped(one: str, other: str) -> Mutation:
    def mutate(folder: Path) -> None:
        first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
        (folder / one).write_bytes(second)
        (folder / other).write_bytes(first)

    return mutate


def taken_from(other: Path, *names: str) -> Mutation:
    def mutate(folder: Path) -> None:
        for name in names:
            shutil.copyfile(other / name, folder / name)

    return mutate


def edited(file: str, **values: object) -> Mutation:
    def mutate(folder: Path) -> None:
        value = json.loads((folder / file).read_text("utf-8"))
        (folder / file).write_text(json.dumps({**value, **values}), "utf-8")

    return mutate


def evil(folder: Path) -> None:
    """A model file that writes a file when it is built, with a manifest that names it."""
    with zipfile.ZipFile(folder / MODEL) as archive:
        schema = json.loads(archive.read("schema.json"))
    command = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": '"touch executed"'}
    schema |= {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "content": command}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
    (folder / MODEL).write_bytes(made.getvalue())
    edited(MANIFEST, sha256=folders.digest_of(folder / MODEL))(folder)


def resealed_elsewhere(elsewhere: Workspace, mutation: Mutation) -> Mutation:
    """What somebody does who has the code but not the workspace's key."""

    def mutate(folder: Path) -> None:
        mutation(folder)
        seals.seal(elsewhere, folder)

    return mutate


def mutations(random: Random, older: Path, elsewhere: Workspace) -> Iterator[tuple[str, Mutation]]:
    for number in range(90):
        name = FILES[number % len(FILES)]
        yield f"a byte of {name}", flipped(random, name)
    for number in range(48):
        name = FILES[number % len(FILES)]
        yield f"{name} cut short", truncated(random, name)
    pairs = [(one, other) for number, one in enumerate(FILES) for other in FILES[number + 1 :]]
    for one, other in pairs:
        yield f"{one} and {other} exchanged", swapped(one, other)
    for name in FILES:
        yield f"older {name}", taken_from(older, name)
        yield f"no {name}", lambda folder, name=name: (folder / name).unlink()  # type: ignore[misc]
        yield f"empty {name}", lambda folder, name=name: (folder / name).write_bytes(b"")  # type: ignore[misc]
    yield "an older model, whole", taken_from(older, *FILES)
    yield "an older model without its seal", taken_from(older, MODEL, MANIFEST, SEEN)
    yield "an older model and manifest", taken_from(older, MODEL, MANIFEST)
    for name in ("evil.py", "model.pkl", "extra.json", "metrics.json.bak"):
        yield f"{name} added", lambda folder, name=name: (folder / name).write_text("1")  # type: ignore[misc]
    said = {"features": ["circuit"], "pipeline": "older", "indicators": "0", "rehearsal": True, "name": "x"}
    for field, value in said.items():
        yield f"manifest says another {field}", edited(MANIFEST, **{field: value})
        yield f"the same, sealed elsewhere: {field}", resealed_elsewhere(elsewhere, edited(MANIFEST, **{field: value}))
    yield "figures made better", edited(METRICS, difference={"value": 0.5, "interval": [0.4, 0.6]})
    yield "sealed elsewhere", resealed_elsewhere(elsewhere, lambda _: None)
    yield "code to run", evil
    yield "code to run, sealed elsewhere", resealed_elsewhere(elsewhere, evil)
    for field in ("signature", "files", "name"):
        yield f"a seal with another {field}", edited(seals.SEAL, **{field: "00" * 64})
    for number in range(5):
        yield f"another byte, number {number}", flipped(random, MODEL)


@pytest.mark.slow
def test_200_mutations_are_refused_with_a_reason_and_none_is_executed(
    home: Workspace, older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    elsewhere = open_workspace(tmp_path / "elsewhere", Settings())
    sound = home.trained / "challenger"
    kept = tmp_path / "kept"
    shutil.copytree(sound, kept)
    tried = list(mutations(Random(20), older, elsewhere))
    assert len(tried) == 200
    for told, mutate in tried:
        mutate(sound)
        found = standing(home)
        assert found.model.label.startswith(SCORECARD), told
        assert found.fallen_back, told
        shutil.rmtree(sound)
        shutil.copytree(kept, sound)
    assert not (tmp_path / "executed").exists()
    assert standing(home).model.label.startswith("challenger")


def test_a_model_made_with_an_older_reading_is_refused_though_its_seal_fits(home: Workspace, corpus: Cases) -> None:
    folder = home.trained / "older-reading"
    retraining.train(corpus, folder, pipeline="1-000000000000")
    seals.seal(home, folder)
    with pytest.raises(ModelError, match="another reading pipeline"):
        seals.load(home, "older-reading", version())


def test_a_model_without_a_seal_and_one_under_another_name_are_refused(home: Workspace, trained: Path) -> None:
    shutil.copytree(trained, home.trained / "unsealed")
    with pytest.raises(ModelError, match="bears no seal"):
        seals.load(home, "unsealed", version())
    shutil.copytree(home.trained / "challenger", home.trained / "renamed")
    with pytest.raises(ModelError, match="holds the sealed model 'challenger'"):
        seals.load(home, "renamed", version())


def test_what_an_evaluation_makes_anew_may_differ_before_it_and_nothing_else(home: Workspace, trained: Path) -> None:
    folder = home.trained / "second"
    shutil.copytree(trained, folder)
    seals.seal(home, folder)
    (folder / METRICS).write_text("{}", "utf-8")
    seals.verify(home, folder, but=seals.MEASURED)
    with pytest.raises(ModelError, match="sidelight evaluate second"):
        seals.verify(home, folder)
    (folder / SEEN).write_text("[]", "utf-8")
    with pytest.raises(ModelError, match="train again"):
        seals.verify(home, folder, but=seals.MEASURED)
