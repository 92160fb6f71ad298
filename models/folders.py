"""A model is a folder: model.skops, manifest.json, seen.json, metrics.json, card.md. What does not match is not loaded.

No pickle: skops builds only types on an exact list, after the file's digest was found to be the manifest's.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
import sklearn
import skops.io

from models import indicators
from models.reranking import LEARNED, Reranker
from models.training import Learned, canonical_digest
from store.errors import SidelightError

T = TypeVar("T")
MODEL, MANIFEST, SEEN, METRICS, CARD = "model.skops", "manifest.json", "seen.json", "metrics.json", "card.md"
NAME = re.compile(r"\A[a-z0-9][a-z0-9._-]{0,60}\Z")
TAKEN = ("scorecard", "style")  # names with a meaning of their own
LARGEST = 500_000_000  # bytes
# What a model is built of beyond skops' own list of harmless types; nothing else is ever built.
TRUSTED = ("models.reranking.Reranker",)


class ModelError(SidelightError):
    """A model folder is missing, damaged, or made for other code than this."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model needs of the code that loads it, and what it was made of."""

    name: str
    features: tuple[str, ...]
    indicators: str  # digest of the indicator table
    pipeline: str  # version of the reading that made its text and mentions
    sklearn: str
    sha256: str  # of model.skops
    digest: str  # canonical: equal for equal data and seed
    rehearsal: bool
    seed: int
    made_at: str
    rows: Mapping[str, int]  # groups in each split


def place(trained: Path, name: str) -> Path:
    """Where the model `name` is or would be; raises ModelError for what cannot be a model's name (a path, say)."""
    if not NAME.match(name) or name in TAKEN:
        raise ModelError(
            f"{name!r} is no name for a model: small letters, digits, dots and dashes, and none of {', '.join(TAKEN)}"
        )
    return trained / name


def save(
    folder: Path,
    model: Learned,
    *,
    pipeline: str,
    seed: int,
    made_at: str,
    rows: Mapping[str, int],
    seen: Iterable[str] = (),
) -> Manifest:
    """Write the model, its manifest and hashes of the ads it saw; the folder appears under its name once whole.

    Raises ModelError for a name that is taken.
    """
    if folder.exists():
        raise ModelError(f"there is a model {folder.name!r} already in {folder.parent}; choose another --name")
    draft = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    skops.io.dump(model.classifier, draft / MODEL)
    manifest = Manifest(
        name=folder.name,
        features=LEARNED,
        indicators=indicators.digest(),
        pipeline=pipeline,
        sklearn=sklearn.__version__,
        sha256=digest_of(draft / MODEL),
        digest=model.digest,
        rehearsal=model.rehearsal,
        seed=seed,
        made_at=made_at,
        rows=dict(rows),
    )
    (draft / MANIFEST).write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    (draft / SEEN).write_bytes(orjson.dumps(sorted(map(hashed, seen))))
    draft.rename(folder)
    return manifest


def load(folder: Path, pipeline: str | None = None) -> Learned:
    """The model in `folder`; raises ModelError with the reason where anything does not match this code.

    `pipeline` is the version of reading in force; None skips that one comparison.
    """
    manifest = read_manifest(folder)
    for what, theirs, ours in (
        ("feature list", manifest.features, LEARNED),
        ("indicator table", manifest.indicators, indicators.digest()),
        ("scikit-learn version", manifest.sklearn, sklearn.__version__),
        ("reading pipeline", manifest.pipeline, pipeline if pipeline is not None else manifest.pipeline),
    ):
        if theirs != ours:
            raise ModelError(f"model {folder.name!r} was made with another {what}; train it again (sidelight train)")
    file = folder / MODEL
    classifier = build(file, manifest.sha256, Reranker)
    if canonical_digest(classifier) != manifest.digest:
        raise ModelError(f"{file} holds another model than its manifest says; restore the folder or train again")
    return Learned(folder.name, classifier, manifest.digest, manifest.rehearsal)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a model folder; raises ModelError where it is missing or not understood."""
    try:
        value = orjson.loads((folder / MANIFEST).read_bytes())
        if isinstance(value, dict) and "kind" in value:
            raise ModelError(f"{folder.name!r} is a model of {value['kind']}; it ranks no groups")
        manifest = Manifest(**{**value, "features": tuple(value["features"])})
    except FileNotFoundError:
        raise ModelError(f"there is no model {folder.name!r} in {folder.parent}; sidelight train makes one") from None
    except (OSError, orjson.JSONDecodeError, TypeError, KeyError) as problem:
        raise ModelError(f"{folder / MANIFEST} cannot be understood ({problem}); restore it or train again") from None
    if manifest.name != folder.name:
        raise ModelError(f"{folder} holds the model {manifest.name!r}; a model's folder bears its name")
    return manifest


def hashed(ad_id: str) -> str:
    """An ad's id as a model folder keeps it: enough to know it again, not to find it."""
    return hashlib.sha256(ad_id.encode()).hexdigest()[:24]


def read_seen(folder: Path) -> frozenset[str]:
    """Hashes of the ads a model was trained or calibrated on; raises ModelError where they are missing."""
    try:
        return frozenset(orjson.loads((folder / SEEN).read_bytes()))
    except (OSError, orjson.JSONDecodeError, TypeError):
        raise ModelError(
            f"{folder / SEEN} is missing or damaged, so nothing is known to be held out; train again"
        ) from None


def read_metrics(folder: Path) -> dict[str, Any]:
    """The figures of a model's evaluation; raises ModelError where there are none."""
    try:
        value = orjson.loads((folder / METRICS).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        raise ModelError(f"model {folder.name!r} has no evaluation; run: sidelight evaluate {folder.name}") from None
    if not isinstance(value, dict):
        raise ModelError(f"{folder / METRICS} holds no figures; run: sidelight evaluate {folder.name}")
    return value


def build(file: Path, sha256: str, kind: type[T], trusted: Sequence[str] = TRUSTED) -> T:
    """The object of type `kind` in a model file. Raises ModelError where the file is not the one with this digest, or
    would build anything that is not on the exact list `trusted`."""
    if not file.is_file() or file.stat().st_size > LARGEST:
        raise ModelError(f"{file} is missing or too large; restore the folder or train again")
    if digest_of(file) != sha256:
        raise ModelError(
            f"{file} is not the file its manifest names (SHA-256 differs); restore the folder or train again"
        )
    try:
        unknown = sorted(set(skops.io.get_untrusted_types(file=file)) - set(trusted))
        built = None if unknown else skops.io.load(file, trusted=list(trusted))
    except Exception as problem:  # a damaged archive fails in as many ways as it has bytes
        raise ModelError(f"{file} cannot be opened ({type(problem).__name__}); restore it or train again") from None
    if unknown:
        raise ModelError(f"{file} wants to build {unknown[0]}, which no model of ours needs; it was not opened")
    if not isinstance(built, kind):
        raise ModelError(f"{file} holds a {type(built).__name__}, no classifier of ours")
    return built


def digest_of(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
