"""What the rehearsal market's truth says of a workspace: extraction, linking and leads, beside the simple methods.

These figures prove mechanics (extraction, linking, completeness), not detection in the world: the market is synthetic.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select

from crawlers.records import Ad
from crawlers.stored import load_ads
from linker.tables import group_members
from market.measures import Score, b_cubed, join_on_any, micro, precision_at
from models.records import Priority
from nlp.records import Kind, Reading
from nlp.stored import load_readings
from store.database import chunks

CAVEAT = (
    "These figures are taken on a synthetic market. They show that the machinery works; "
    "they say nothing about detection in the world."
)
# The kinds of mention and where the truth keeps them.
TRUE_VALUES = {
    Kind.PHONE: "phones",
    Kind.EMAIL: "emails",
    Kind.HANDLE: "handles",
    Kind.URL: "urls",
    Kind.AGE: "ages",
    Kind.PRICE: "prices",
    Kind.NAME: "names",
}
CONTACTS = ("phones", "emails", "handles", "urls")
Truth = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: what was measured, the simple method's name and score where there is one, and ours."""

    what: str
    ours: Score
    simple: str = ""
    theirs: Score | None = None


def load_truth(folder: Path) -> dict[str, dict[str, Any]]:
    """truth.jsonl of a market folder, by ad id."""
    with (folder / "truth.jsonl").open("rb") as lines:
        return {row["ad_id"]: row for row in map(orjson.loads, lines)}


def extraction(connection: Connection, truth: Truth) -> list[Line]:
    """Micro F1 of each kind of mention over the ads that were collected, with phonenumbers' matcher beside phones."""
    ours: dict[Kind, list[tuple[set[str], set[str]]]] = defaultdict(list)
    matcher: list[tuple[set[str], set[str]]] = []
    for ad, reading, row in _collected(connection, truth):
        for kind, key in TRUE_VALUES.items():
            ours[kind].append(({mention.value for mention in reading.of(kind)}, set(row[key])))
        matcher.append((_matched(ad), set(row["phones"])))
    lines = [Line(f"{kind.value} F1", micro(pairs)) for kind, pairs in ours.items()]
    return [
        Line(line.what, line.ours, "phonenumbers", micro(matcher)) if line.what == "phone F1" else line
        for line in lines
    ]


def linking(connection: Connection, truth: Truth) -> Line:
    """B-cubed of the groups against who wrote the ads, with joining on any shared true contact beside it."""
    found = {
        row.ad_id: row.group_id
        for row in connection.execute(select(group_members.c.ad_id, group_members.c.group_id))
        if row.ad_id in truth
    }
    true = {ad_id: str(truth[ad_id]["author"]) for ad_id in found}
    simple = join_on_any({ad_id: [one for key in CONTACTS for one in truth[ad_id][key]] for ad_id in found})
    return Line("groups B-cubed", b_cubed(found, true), "join on any contact", b_cubed(simple, true))


def is_lead(ad_ids: tuple[str, ...], truth: Truth) -> bool:
    """Whether most of a group's ads were written by a controlled group, or by a recruiter who recruits for one."""
    rows = [truth[ad_id] for ad_id in ad_ids if ad_id in truth]
    positive = sum(
        row["class"] == "controlled" or (row["class"] == "recruiter" and bool(row["recruits"])) for row in rows
    )
    return bool(rows) and positive * 2 > len(rows)


def written_by(ad_ids: tuple[str, ...], truth: Truth) -> str:
    """The class that wrote most of a group's ads."""
    classes = Counter(str(truth[ad_id]["class"]) for ad_id in ad_ids if ad_id in truth)
    return classes.most_common(1)[0][0] if classes else "unknown"


def leads(ranked: list[tuple[Priority, tuple[str, ...]]], marks: Mapping[str, int], truth: Truth, k: int) -> Line:
    """Precision at `k` of the ranked groups, with ranking by how many indicators fire (`marks`, by group) beside it."""
    ours = [is_lead(ad_ids, truth) for _, ad_ids in ranked]
    by_marks = sorted(ranked, key=lambda pair: (-min(marks[pair[0].group_id], 1), pair[0].group_id))
    simple = [is_lead(ad_ids, truth) for _, ad_ids in by_marks]
    return Line(f"leads P@{k}", _as_score(ours, k), "any indicator", _as_score(simple, k))


def _as_score(ranked: list[bool], k: int) -> Score:
    total = sum(ranked)
    return Score(precision_at(ranked, k), sum(ranked[:k]) / total if total else 1.0, total)


def _collected(connection: Connection, truth: Truth) -> Iterator[tuple[Ad, Reading, Mapping[str, Any]]]:
    for part in chunks(sorted(truth)):
        ads, readings = load_ads(connection, part), load_readings(connection, part)
        for ad_id in part:
            if ad_id in ads and ad_id in readings:
                yield ads[ad_id].ad, readings[ad_id], truth[ad_id]


def _matched(ad: Ad) -> set[str]:
    import phonenumbers

    text = "\n".join(ad.texts().values())
    matches = phonenumbers.PhoneNumberMatcher(text, ad.region or "US", leniency=phonenumbers.Leniency.VALID)
    form = phonenumbers.PhoneNumberFormat.E164
    return {phonenumbers.format_number(match.number, form) for match in matches}
