"""The model card: what a model is for, what it was made of, how it did, and what nobody has checked. Generated, never typed."""

from pathlib import Path
from typing import Any

from models.folders import CARD, METRICS, Manifest, read_manifest, read_metrics
from models.metrics import MEANING

ROWS = (
    ("average precision", "average_precision"),
    ("precision of the first 5", "p_at_5"),
    ("precision of the first 50", "p_at_50"),
    ("recall of the first 50", "recall_at_50"),
    ("Brier score", "brier"),
    ("calibration error, top 5 %", "ece_top"),
)
COLUMNS = ("model", "scorecard", "any indicator")


def write(folder: Path) -> str:
    """Make card.md anew from manifest and metrics; returns its text. Raises ModelError where either is missing."""
    made = card(read_manifest(folder), read_metrics(folder))
    (folder / CARD).write_text(made, encoding="utf-8")
    return made


def stale(folder: Path) -> bool:
    """Whether the card is missing or other than manifest and metrics would make it now."""
    path = folder / CARD
    if not path.is_file() or not (folder / METRICS).is_file():
        return True
    return path.read_text(encoding="utf-8") != card(read_manifest(folder), read_metrics(folder))


def card(manifest: Manifest, metrics: dict[str, Any]) -> str:
    """The card as Markdown."""
    parts = [f"# Model card: {manifest.name}", ""]
    if manifest.rehearsal:
        parts += [f"**Rehearsal only.** It was trained on the rehearsal market. {MEANING}", ""]
    parts += [
        "## What it is for",
        "",
        "It puts groups of linked ads in an order of review for people. It decides nothing, and its value is no finding",
        "about anyone. It re-ranks only groups that the scorecard's gate lets be leads; routes, the first lane and abstention",
        "are the scorecard's. It must not be used to accuse, to deny a service, or without a person reading ads and reasons.",
        "",
        "## What it was made of",
        "",
        f"- groups to learn from: {manifest.rows.get('learn', 0)}, of them indicated: {manifest.rows.get('learn_positive', 0)}",
        f"- groups to calibrate on: {manifest.rows.get('calibrate', 0)}",
        f"- seed {manifest.seed}, made {manifest.made_at}, scikit-learn {manifest.sklearn}",
        f"- reading pipeline {manifest.pipeline}, indicator table {manifest.indicators}",
        f"- canonical digest {manifest.digest}",
        f"- features: {', '.join(manifest.features)}; and words and characters of the masked text, in which names, contacts,",
        "  places and all words about nationality, ethnicity, language, migration, gender or body are one neutral token each",
        "",
        "## How it did on groups it had not seen",
        "",
        f"{metrics['groups']} groups; near-copies of groups learned from among them: {metrics['near_copies_in_training']}.",
        "",
        "| | " + " | ".join(COLUMNS) + " |",
        "|---|" + "---|" * len(COLUMNS),
        *(
            f"| {title} | " + " | ".join(_cell(metrics[column].get(key)) for column in COLUMNS) + " |"
            for title, key in ROWS
        ),
        "",
        f"Prevalence among these groups: {_cell(metrics['model']['prevalence'])} (n = {metrics['model']['n']}, "
        f"indicated = {metrics['model']['positives']}).",
        f"Average precision less the scorecard's: {_cell(metrics['difference'])}.",
        "",
        "Expected precision of leads where 1 group in 10, 100 or 1,000 matters: "
        + ", ".join(f"{_cell(value)} at {share}" for share, value in metrics["expected_precision"].items())
        + f". Share of groups that are leads: {_cell(metrics['alert_rate'])}.",
        "",
        "| slice | n | indicated | average precision |",
        "|---|---|---|---|",
        *(
            f"| {name} | {one['n']} | {one['positives']} | {_cell(one['average_precision'])} |"
            for name, one in metrics["slices"].items()
        ),
        "",
        "## What is not known",
        "",
        "- Labels are people's opinions unless their tier says otherwise, and what was labelled is what a queue put forward.",
        "- “Not measured” stands wherever a slice has too few groups of either kind.",
        "- Who was consulted about this model: nobody yet.",
        "",
    ]
    return "\n".join(parts)


def _cell(value: Any) -> str:
    if value is None:
        return "not measured"
    if isinstance(value, dict):
        if value.get("value") is None:
            return "not measured"
        low, high = value["interval"]
        return f"{value['value']:.3f} ({low:.3f} to {high:.3f})"
    return f"{value:.3f}"
