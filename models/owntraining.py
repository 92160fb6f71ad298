"""From a user's own labelled text to a folder with a measured classifier, and back. It ranks no groups."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import sklearn
import skops.io

from models import ordinary
from models.folders import MANIFEST, METRICS, MODEL, ModelError, build, digest_of
from models.ordinary import OrdinaryText
from models.owntext import Texts
from models.training import TrainingError
from store.schema import now

KIND = "ordinary text"
TRUSTED = ("models.ordinary.OrdinaryText",)


@dataclass(frozen=True, slots=True)
class Made:
    """What training came to; `told` is for people."""

    figures: Mapping[str, Any]
    told: tuple[str, ...]


def train(
    texts: Texts,
    folder: Path,
    *,
    seed: int = 0,
    order: tuple[str, ...] | None = None,
    away: frozenset[str] = frozenset(),
) -> Made:
    """Split by block and time, fit, measure, save as `folder`. Raises TrainingError or ModelError with what to do."""
    if folder.exists():
        raise ModelError(f"there is a model {folder.name!r} already in {folder.parent}; choose another --name")
    if missing := sorted(away - set(texts.sites)):
        raise TrainingError(
            f"no text is of the site {missing[0]!r}; the sites are {', '.join(sorted(set(texts.sites)))}"
        )
    ordinary.check(texts.values, order)
    order = order or ordinary.ordered(texts.values)
    learn, test = ordinary.parts(texts, away)
    learned, held = texts.take(learn), texts.take(test)
    near = len({*learned.block} & {*held.block})
    if near:  # blocks are whole by construction; this is what a broken split would run into
        raise TrainingError(f"{near} texts to be measured on are near-copies of texts learned from")
    model = ordinary.fit(learned.texts, learned.values, learned.block, seed=seed, order=order)
    figures = {
        **ordinary.measure(model, held),
        "near_copies_in_training": near,
        "learned": len(learn),
        "digest": ordinary.canonical_digest(model),
    }
    _save(folder, model, figures, seed)
    return Made(figures, tuple(_told(folder, model, figures)))


def load(folder: Path) -> OrdinaryText:
    """The classifier in `folder`; raises ModelError with the reason where it is another's, damaged, or of another version."""
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
        kind, version, sha256, digest = (manifest[name] for name in ("kind", "sklearn", "sha256", "digest"))
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        raise ModelError(f"{folder} holds no classifier of ordinary text; sidelight train makes one") from None
    if kind != KIND:
        raise ModelError(f"{folder} holds a model of another kind ({kind})")
    if version != sklearn.__version__:
        raise ModelError(f"model {folder.name!r} was made with another scikit-learn version; train it again")
    model = build(folder / MODEL, sha256, OrdinaryText, TRUSTED)
    if ordinary.canonical_digest(model) != digest:
        raise ModelError(
            f"{folder / MODEL} holds another model than its manifest says; restore the folder or train again"
        )
    return model


def _save(folder: Path, model: OrdinaryText, figures: Mapping[str, Any], seed: int) -> None:
    draft = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    skops.io.dump(model, draft / MODEL)
    manifest = {
        "kind": KIND,
        "name": folder.name,
        "classes": [str(one) for one in model.classes_],
        "order": model.order,
        "sklearn": sklearn.__version__,
        "sha256": digest_of(draft / MODEL),
        "digest": figures["digest"],
        "seed": seed,
        "made_at": now().isoformat(timespec="seconds"),
    }
    (draft / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    (draft / METRICS).write_bytes(orjson.dumps(dict(figures), option=orjson.OPT_INDENT_2))
    draft.rename(folder)


def _told(folder: Path, model: OrdinaryText, figures: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{folder}: learned from {figures['learned']} texts of {len(model.classes_)} classes",
        f"near-copies of texts learned from among the {figures['n']} measured on: {figures['near_copies_in_training']}",
    ]
    if not figures["n"]:
        return [*lines, "not measured: no text is left over; label more"]
    lines.append(
        f"macro-F1 {figures['macro_f1']:.3f}, accuracy {figures['accuracy']:.3f}, Brier {figures['brier']:.3f}"
    )
    if model.order:
        kappa = figures["weighted_kappa"]
        lines.append(
            f"in order {' < '.join(model.order)}: off by {figures['steps_off']:.2f} steps on average, weighted kappa "
            + ("not measured" if kappa is None else f"{kappa:.3f}")
        )
    for name, one in figures["classes"].items():
        lines.append(
            f"  {name}: F1 {'not measured' if one['f1'] is None else format(one['f1'], '.3f')} (n = {one['n']})"
        )
    return [*lines, "it ranks no groups; read it with models.owntraining.load"]
