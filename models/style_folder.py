"""The style model on disk: the folder `style` of the trained models, without pickle; training again takes its place."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import sklearn
import skops.io

from models.folders import MANIFEST, MODEL, ModelError, build, digest_of
from models.style import FEATURES, Measured, Scale, Style
from store.schema import now

NAME = "style"
# What its file may build beside plain values.
TRUSTED = ("sklearn.calibration._CalibratedClassifier", "sklearn.calibration._SigmoidCalibration")
VERSION = 1  # raise when the same text gives other features


@dataclass(frozen=True, slots=True)
class StyleManifest:
    """What a style model needs of the code that loads it, what it was made of, and how it did."""

    version: int
    features: tuple[str, ...]
    pipeline: str  # version of the reading whose masked text it learned from
    sklearn: str
    sha256: str
    digest: str
    seed: int
    made_at: str
    figures: Mapping[str, Any]


def save(trained: Path, style: Style, *, pipeline: str, seed: int, figures: Mapping[str, Any]) -> StyleManifest:
    """Put the model in place of an earlier one; the folder changes whole."""
    draft, old, folder = trained / ".style.partial", trained / ".style.old", trained / NAME
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    skops.io.dump(_plain(style), draft / MODEL)
    manifest = StyleManifest(
        version=VERSION,
        features=FEATURES,
        pipeline=pipeline,
        sklearn=sklearn.__version__,
        sha256=digest_of(draft / MODEL),
        digest=style.digest,
        seed=seed,
        made_at=now().isoformat(timespec="seconds"),
        figures=figures,
    )
    (draft / MANIFEST).write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return manifest


def read_manifest(trained: Path) -> StyleManifest | None:
    """The manifest of the style model; None where none was trained. Raises ModelError where it is not understood."""
    file = trained / NAME / MANIFEST
    try:
        value = orjson.loads(file.read_bytes())
        return StyleManifest(**{**value, "features": tuple(value["features"])})
    except FileNotFoundError:
        return None
    except (OSError, orjson.JSONDecodeError, TypeError, KeyError) as problem:
        raise ModelError(f"{file} cannot be understood ({problem}); run: sidelight style train") from None


def load(trained: Path, pipeline: str) -> Style | None:
    """The style model; None where none was trained. Raises ModelError where it was made for other code or reading."""
    manifest = read_manifest(trained)
    if manifest is None:
        return None
    theirs = (manifest.version, manifest.features, manifest.pipeline, manifest.sklearn)
    for what, one, ours in zip(
        ("version", "feature list", "reading pipeline", "scikit-learn version"),
        theirs,
        (VERSION, FEATURES, pipeline, sklearn.__version__),
        strict=True,
    ):
        if one != ours:
            raise ModelError(f"the style model was made with another {what}; run: sidelight style train")
    return _style(build(trained / NAME / MODEL, manifest.sha256, dict, TRUSTED), manifest.digest)


def _plain(style: Style) -> dict[str, Any]:
    """The model as skops writes it: dictionaries, lists, arrays and the classifier."""
    return {
        "common": sorted(style.scale.common),
        "weights": dict(style.scale.weights),
        "spread": style.scale.spread,
        "classifier": style.classifier,
        "strangers": style.measured.pairs,
        "highest": np.array(style.measured.highest),
    }


def _style(value: dict[str, Any], digest: str) -> Style:
    scale = Scale(frozenset(value["common"]), value["weights"], value["spread"])
    measured = Measured(value["strangers"], tuple(value["highest"].tolist()))
    return Style(scale, value["classifier"], measured, digest)
