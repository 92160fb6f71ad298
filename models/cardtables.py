"""The figures of a model card as Markdown tables, "not measured" where there is no figure."""

from collections.abc import Iterable
from typing import Any

ROWS = (
    ("average precision", "average_precision"),
    ("precision of the first 5", "p_at_5"),
    ("precision of a day's queue", "p_at_queue"),
    ("recall of a day's queue", "recall_at_queue"),
    ("Brier score", "brier"),
    ("Brier skill", "brier_skill"),
    ("calibration error, top 5 %", "ece_top"),
)
COLUMNS = ("model", "scorecard", "any indicator")


def tables(metrics: dict[str, Any]) -> list[str]:
    """All tables of the card's middle."""
    found = [
        *_table(
            ("", *COLUMNS),
            ((title, *(cell(metrics[column].get(key)) for column in COLUMNS)) for title, key in ROWS),
        ),
        f"A day's queue holds {metrics['capacity']} groups. Prevalence among these groups: "
        f"{cell(metrics['model']['prevalence'])} (n = {metrics['model']['n']}, indicated = "
        f"{metrics['model']['positives']}).",
        f"Average precision less the scorecard's: {cell(metrics['difference'])}.",
        "",
        "Expected precision of leads where 1 group in 10, 100 or 1,000 matters: "
        + ", ".join(f"{cell(value)} at {share}" for share, value in metrics["expected_precision"].items())
        + f". Share of groups that are leads: {cell(metrics['alert_rate'])}.",
        "",
        "### Reliability",
        "",
        *_table(
            ("claimed", "found", "n"),
            ((cell(one["claimed"]), cell(_interval(one)), one["n"]) for one in metrics["model"]["reliability"]),
        ),
        "### False alerts, by what the groups are",
        "",
        *_table(
            ("not indicated", "n", "leads", "share"),
            ((kind, one["n"], one["leads"], cell(one["share"])) for kind, one in metrics["false_alerts"].items()),
        ),
        "### Slices",
        "",
        *_table(
            ("slice", "n", "indicated", "average precision"),
            (
                (name, one["n"], one["positives"], cell(one["average_precision"]))
                for name, one in metrics["slices"].items()
            ),
        ),
        "### Trained without it, measured on it",
        "",
        *_table(
            ("left out", "n", "indicated", "model", "scorecard"),
            (
                (name, one["n"], one["positives"], cell(one["model"]), cell(one["scorecard"]))
                for name, one in metrics.get("left_out", {}).items()
            ),
        ),
    ]
    return [*found, *_others(metrics)]


def _others(metrics: dict[str, Any]) -> list[str]:
    found, order, swapped = metrics.get("disguised"), metrics["ordinal"], metrics.get("bias")
    told = ["### Disguised, ordered, swapped", ""]
    told.append(
        f"- the same {found['n']} groups with their words disguised: average precision {cell(found['disguised'])} in place of "
        f"{cell(found['plain'])}; {found['still_leads']} of {found['leads']} leads still are leads"
        if found
        else "- words disguised: not measured"
    )
    told.append(
        "- how firm what is known is ("
        + ", ".join(f"{name} {count}" for name, count in order["levels"].items())
        + "): "
        f"quadratic kappa {cell(order['quadratic_kappa'])}, mean error {cell(order['rank_error'])} levels"
    )
    told.append(
        f"- of {swapped['swaps']} swaps of words about who somebody is, {swapped['changed']} changed a value; wording that "
        f"must never raise did so by {swapped['raised']:.4f} at most"
        if swapped
        else "- words about who somebody is swapped: not measured here; a promotion does"
    )
    return [*told, ""]


def cell(value: Any) -> str:
    """A figure with its interval, or "not measured"."""
    if isinstance(value, dict):
        if value.get("value") is None:
            return "not measured"
        low, high = value["interval"]
        return f"{value['value']:.3f} ({low:.3f} to {high:.3f})"
    return "not measured" if value is None else f"{value:.3f}"


def _interval(one: dict[str, Any]) -> dict[str, Any] | float:
    return {"value": one["found"], "interval": one["interval"]} if one["interval"] else float(one["found"])


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    made = [f"| {' | '.join(map(str, row))} |" for row in rows]
    if not made:
        return ["Not measured.", ""]
    return [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *made, ""]
