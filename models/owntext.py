"""Labelled text of a user's own: a file of texts and a file of labels, CSV or JSON Lines, checked before anything is learned.

Texts: `ad_id` (or `id`), and `text` or any of `title` and `body`; may have `posted_at` (ISO 8601), `site`, and `group` (what
texts of one author or thread share). Labels: `ad_id` (or `id`) and `value` (or `label`). One file may be both. Other columns
are left alone.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from linker.components import components
from linker.copies import clusters
from linker.wording import wording_of
from models.labelfiles import NO, YES
from models.labels import Value
from nlp.text.fold import fold
from store.errors import UsageError

ID, TEXT, VALUE = ("ad_id", "id"), ("text", "title", "body"), ("value", "label")
EMPTY = frozenset({"", "nan", "none", "null", "n/a", "na"})
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
NAMED = 3  # examples in a message


@dataclass(frozen=True, slots=True)
class Texts:
    """One row per labelled text, in order of id. `block` is shared by texts of one group and by near-copies."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    values: tuple[str, ...]
    at: tuple[datetime, ...]
    sites: tuple[str, ...]
    block: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Iterable[int]) -> "Texts":
        """The texts of these rows."""
        some = list(rows)
        return Texts(*(tuple(getattr(self, column.name)[row] for row in some) for column in fields(self)))


def is_own(labels: Path, ads: Path) -> bool:
    """Whether this is ordinary text: a CSV, texts without a site, or values other than those of the label ledger."""
    if ads.suffix == ".csv":
        return True
    first = next(_rows(ads), {})
    if "site" not in first or "text" in first:
        return True
    known = {one.value for one in Value} | YES | NO
    return any("class" not in row and _any(row, VALUE).lower() not in known for row in _rows(labels))


def texts(labels: Path, ads: Path) -> Texts:
    """The labelled texts of these files. Raises UsageError that says what to change where they do not fit together."""
    said: dict[str, Mapping[str, Any]] = {}
    for row in _checked(ads, {"ad_id": ID, "text": TEXT}):
        said[_any(row, ID)] = row
    given = _values(labels)
    if unknown := sorted(set(given) - set(said)):
        raise UsageError(
            f"{labels}: {len(unknown)} labels are about texts that {ads} does not hold ({_some(unknown)}); add these texts, "
            "or take the labels out"
        )
    if empty := [one for one in sorted(given) if _body(said[one]).lower() in EMPTY]:
        raise UsageError(
            f"{ads}: {len(empty)} labelled texts are empty ({_some(empty)}); fill them, or take their labels out"
        )
    ids = sorted(given)
    bodies = [_body(said[one]) for one in ids]
    return Texts(
        ids=tuple(ids),
        texts=tuple(bodies),
        values=tuple(given[one] for one in ids),
        at=tuple(_instant(ads, one, str(said[one].get("posted_at") or "")) for one in ids),
        sites=tuple(str(said[one].get("site") or "") for one in ids),
        block=blocks(ids, bodies, [str(said[one].get("group") or "") for one in ids]),
    )


def blocks(ids: list[str], bodies: list[str], tied: list[str]) -> tuple[str, ...]:
    """For each text the first one it hangs together with, through the group it names or through near-copies."""
    wordings = [wording_of(fold(body).text) for body in bodies]
    cluster = clusters({one.digest: one.text for one in wordings if one.digest})
    first: dict[str, str] = {}
    edges = []
    for number, (text_id, body) in enumerate(zip(ids, bodies, strict=True)):
        keys = [f"text:{' '.join(body.casefold().split())}"]  # texts too short for near-copies are still copies
        keys += [f"group:{tied[number]}"] if tied[number] else []
        keys += [f"copy:{cluster[wordings[number].digest]}"] if wordings[number].digest else []
        edges += [(text_id, first.setdefault(key, text_id)) for key in keys]
    joined = components(ids, edges)
    return tuple(joined[one] for one in ids)


def _values(labels: Path) -> dict[str, str]:
    given: dict[str, set[str]] = {}
    for row in _checked(labels, {"ad_id": ID, "value": VALUE}):
        given.setdefault(_any(row, ID), set()).add(_any(row, VALUE))
    if empty := [one for one in sorted(given) if any(value.lower() in EMPTY for value in given[one])]:
        raise UsageError(
            f"{labels}: {len(empty)} labels have no value or NaN ({_some(empty)}); fill the column 'value', or take them out"
        )
    if torn := [one for one in sorted(given) if len(given[one]) > 1]:
        raise UsageError(
            f"{labels}: {len(torn)} texts have labels that contradict each other ({_some(torn)}); keep one label of each"
        )
    return {one: next(iter(values)) for one, values in given.items()}


def _checked(file: Path, wanted: Mapping[str, tuple[str, ...]]) -> Iterator[Mapping[str, Any]]:
    """Every row that names what it is about; raises where a column is missing from all of them."""
    rows = list(_rows(file))
    there = Counter(key for row in rows for key in row)
    for name, others in wanted.items():
        if not any(there[one] for one in others):
            raise UsageError(
                f"{file}: needs a column {name!r} (or {' or '.join(one for one in others if one != name)}); "
                f"it has {', '.join(sorted(there)) or 'none'}"
            )
    for number, row in enumerate(rows, start=1):
        if not _any(row, ID):
            raise UsageError(
                f"{file}: row {number} has no 'ad_id'; every row needs one, so that text and label can meet"
            )
        yield row


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            if file.suffix == ".csv":
                yield from csv.DictReader(handle)
                return
            for number, line in enumerate(handle, start=1):
                if line.strip():
                    yield _object(file, number, line)
    except OSError as problem:
        raise UsageError(f"{file}: cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is no UTF-8; save it as UTF-8 and try again") from None


def _object(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        raise UsageError(
            f"{file}:{number}: is no JSON ({problem}); one object per line, or name the file .csv"
        ) from None
    if not isinstance(value, dict):
        raise UsageError(f"{file}:{number}: expected a JSON object, found {type(value).__name__}")
    return value


def _any(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name) is not None), "")


def _body(row: Mapping[str, Any]) -> str:
    return "\n".join(str(row[name]).strip() for name in TEXT if row.get(name) not in (None, ""))


def _instant(file: Path, text_id: str, text: str) -> datetime:
    if text.lower() in EMPTY:
        return OLDEST
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{file}: 'posted_at' of {text_id} is {text!r}; write ISO 8601 such as 2026-05-01T12:00:00Z"
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:NAMED]) + (", ..." if len(ids) > NAMED else "")
