"""The model card: what a model is for, what it was made of, how it did, and what nobody has checked. Generated, never typed."""

from pathlib import Path
from typing import Any

import orjson

from models.cardtables import tables
from models.folders import CARD, METRICS, Manifest, ModelError, read_manifest, read_metrics
from models.metrics import MEANING

CONSULTED = "consulted.json"


def write(folder: Path) -> str:
    """Make card.md anew from manifest and metrics; returns its text. Raises ModelError where either is missing."""
    made = _made(folder)
    (folder / CARD).write_text(made, encoding="utf-8")
    return made


def stale(folder: Path) -> bool:
    """Whether the card is missing or other than manifest, metrics and consultations would make it now."""
    path = folder / CARD
    if not path.is_file() or not (folder / METRICS).is_file():
        return True
    return path.read_text(encoding="utf-8") != _made(folder)


def consulted(folder: Path) -> list[dict[str, str]]:
    """Who was asked about the model, when, and what they said; raises ModelError where the file is damaged."""
    path = folder / CONSULTED
    if not path.is_file():
        return []
    try:
        found = [{key: str(one[key]) for key in ("who", "at", "said")} for one in orjson.loads(path.read_bytes())]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise ModelError(f"{path} cannot be understood; restore it") from None
    return found


def consult(folder: Path, who: str, at: str, said: str) -> None:
    """Add to who was consulted; the card has to be written anew."""
    found = [*consulted(folder), {"who": who, "at": at, "said": said}]
    (folder / CONSULTED).write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))


def card(manifest: Manifest, metrics: dict[str, Any], asked: list[dict[str, str]]) -> str:
    """The card as Markdown."""
    parts = [f"# Model card: {manifest.name}", ""]
    if manifest.rehearsal:
        parts += [f"**Rehearsal only.** It was trained on the rehearsal market. {MEANING}", ""]
    parts += [
        "## What it is for",
        "",
        "It puts groups of linked ads in an order of review for people. It decides nothing, and its value is no finding",
        "about anyone. It re-ranks only groups that the scorecard's gate lets be leads; routes, the first lane and abstention",
        "are the scorecard's. It must not be used to accuse, to deny a service, to support a warrant by itself, or without a",
        "person reading ads and reasons.",
        "",
        "## What it was made of",
        "",
        f"- groups to learn from: {manifest.rows.get('learn', 0)}, of them indicated: {manifest.rows.get('learn_positive', 0)}",
        f"- groups to calibrate on: {manifest.rows.get('calibrate', 0)}",
        f"- seed {manifest.seed}, made {manifest.made_at}, scikit-learn {manifest.sklearn}",
        f"- reading pipeline and lexicons {manifest.pipeline}, indicator table {manifest.indicators}",
        f"- canonical digest {manifest.digest}",
        f"- features: {', '.join(manifest.features)}; and words and characters of the masked text, in which names, contacts,",
        "  places and all words about nationality, ethnicity, language, migration, gender or body are one neutral token each",
        "",
        "## How it did on groups it had not seen",
        "",
        f"{metrics['groups']} groups; near-copies of groups learned from among them: {metrics['near_copies_in_training']}.",
        "",
        *tables(metrics),
        "## What is not known",
        "",
        "- Labels are people's opinions unless their tier says otherwise, and what was labelled is what a queue put forward.",
        "- What the queue never showed nobody labelled: recall is of labelled groups, not of all there are.",
        "- “Not measured” stands wherever a slice has too few groups of either kind.",
        "- Figures are of the labels at hand. They are no error rate of any single group, and no probability that a person did",
        "  anything.",
        "",
        "## Who was consulted",
        "",
        *([f"- {one['who']}, {one['at']}: {one['said']}" for one in asked] or ["Nobody yet."]),
        "",
    ]
    return "\n".join(parts)


def _made(folder: Path) -> str:
    return card(read_manifest(folder), read_metrics(folder), consulted(folder))
