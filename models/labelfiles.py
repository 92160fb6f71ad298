"""Labels in files: CSV or JSON Lines with `ad_id` or `group_id`, and `value`; or the truth of a rehearsal market."""

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.labels import Label, Source, Tier, Value
from store.errors import UsageError
from store.jsonlines import BadLineError, LineReader

YES, NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})
KNOWN = ("ad_id", "group_id", "value", "tier", "who", "at", "note", "source")
GIVEN = (Source.IMPORT, Source.SECOND_READER)  # what a file may say of where a label comes from
# Labels that do not say when they were given all bear one time, so that reading a file twice gives the same labels.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


class LabelFile:
    """Iterates the labels of a file. `skipped` counts lines that are none, each reported on stderr with its number."""

    def __init__(self, name: str, who: str = "import") -> None:
        self.name = name
        self.who = who
        self.skipped = 0

    def __iter__(self) -> Iterator[Label]:
        if self.name.endswith(".csv"):
            yield from self._csv()
            return
        lines = LineReader(self.name, lambda value: label_of(value, self.who))
        yield from lines
        self.skipped = lines.skipped

    def _csv(self) -> Iterator[Label]:
        try:
            handle = Path(self.name).open(encoding="utf-8-sig", newline="")  # noqa: SIM115  closed below
        except OSError as problem:
            raise UsageError(f"{self.name}: cannot be read: {problem.strerror}") from None
        with handle:
            rows = csv.DictReader(handle)
            if "value" not in (rows.fieldnames or ()) or not {"ad_id", "group_id"} & set(rows.fieldnames or ()):
                raise UsageError(
                    f"{self.name}: needs a column 'value' and one of 'ad_id' and 'group_id' in its first line"
                )
            for row in rows:
                try:
                    yield label_of({key: text for key, text in row.items() if key and text}, self.who)
                except BadLineError as problem:
                    self.skipped += 1
                    sys.stderr.write(f"{self.name}:{rows.line_num}: skipped: {problem}\n")


def label_of(value: Mapping[str, Any], who: str = "import") -> Label:
    """The label an object describes; raises BadLineError naming the field. A line of a market's truth is told by `class`."""
    if "class" in value and "author" in value:
        return _market(value)
    if unknown := sorted(set(value) - set(KNOWN)):
        raise BadLineError(f"unknown field {unknown[0]!r}; known are {', '.join(KNOWN)}")
    ad_id, group_id = str(value.get("ad_id") or ""), str(value.get("group_id") or "")
    if not ad_id and not group_id:
        raise BadLineError("neither 'ad_id' nor 'group_id' is there")
    said = _value(str(value.get("value", "")).strip())
    default = Tier.CLEARED if said is Value.CLEARED else Tier.OPINION
    return Label(
        group_id=group_id,
        ad_ids=(ad_id,) if ad_id else (),
        value=said,
        tier=_member(Tier, str(value.get("tier") or default), "tier"),
        who=str(value.get("who") or who),
        at=_instant(str(value.get("at") or "")),
        source=_source(str(value.get("source") or Source.IMPORT)),
        note=str(value.get("note") or ""),
    )


def _market(value: Mapping[str, Any]) -> Label:
    """True are controlled groups, and recruiters who recruit for one."""
    indicated = value["class"] == "controlled" or (value["class"] == "recruiter" and bool(value.get("recruits")))
    return Label(
        group_id="",
        ad_ids=(str(value.get("ad_id") or ""),),
        value=Value.INDICATED if indicated else Value.NOT,
        tier=Tier.CORROBORATED,
        who="market",
        at=UNDATED,
        source=Source.MARKET,
        note=str(value["class"]),
    )


def _source(text: str) -> Source:
    if text not in GIVEN:
        raise BadLineError(f"'source' is {text!r}; known are {', '.join(GIVEN)}")
    return Source(text)


def _value(text: str) -> Value:
    if text.lower() in YES:
        return Value.INDICATED
    if text.lower() in NO:
        return Value.NOT
    said: Value = _member(Value, text, "value")
    return said


def _member(kind: Callable[[str], Any], text: str, name: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        known = [one.value for one in kind] if isinstance(kind, type) and issubclass(kind, StrEnum) else []
        raise BadLineError(f"{name!r} is {text!r}; known are {', '.join(known)}") from None


def _instant(text: str) -> datetime:
    if not text:
        return UNDATED
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadLineError(f"'at' is {text!r}; expected ISO 8601 such as 2026-05-01T12:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
