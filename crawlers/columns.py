"""Other people's columns as the fields of an ad, by a map in YAML: which column, or columns, a field is; what is constant;
what is left out on purpose. A column that the map does not speak of is an error: nothing is dropped in silence."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crawlers.adlines import KNOWN
from crawlers.dates import parse_date
from crawlers.errors import ImportFileError
from crawlers.manifest import date_format, zone_name
from store.complaints import complaint
from store.datafiles import load_data
from store.jsonlines import BadLineError

NATIVE_ID = "native_id"  # with the site it makes the ad's id
FIELDS = KNOWN | {NATIVE_ID}
LISTS = frozenset({"image_hashes"})


def _field(name: str) -> str:
    if name not in FIELDS:
        raise ValueError(f"unknown field {name!r}; known are {', '.join(sorted(FIELDS))}")
    return name


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dates(_Strict):
    """How dates are written, where that is not ISO 8601."""

    formats: list[Annotated[str, AfterValidator(date_format)]] = Field(default_factory=list)
    timezone: Annotated[str, AfterValidator(zone_name)] = "UTC"


class ColumnMap(_Strict):
    """`fields` name columns (several are joined by line breaks; `a.b` looks inside an object), `constants` give values."""

    fields: Mapping[Annotated[str, AfterValidator(_field)], str | list[str]] = Field(default_factory=dict)
    constants: Mapping[Annotated[str, AfterValidator(_field)], str] = Field(default_factory=dict)
    ignore: list[str] = Field(default_factory=list)
    dates: Dates = Dates()

    @model_validator(mode="after")
    def _whole(self) -> "ColumnMap":
        if both := sorted(set(self.fields) & set(self.constants)):
            raise ValueError(f"{both[0]!r} is a field and a constant")
        given = {*self.fields, *self.constants}
        if "site" not in given or not given & {"ad_id", NATIVE_ID}:
            raise ValueError("an ad needs 'site', and 'ad_id' or 'native_id'")
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the map says: another map makes another import of the same file."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @cached_property
    def columns(self) -> frozenset[str]:
        """Every column the map speaks of."""
        named = [one for value in self.fields.values() for one in ([value] if isinstance(value, str) else value)]
        return frozenset(one.partition(".")[0] for one in (*named, *self.ignore)) | frozenset(named)

    def unknown(self, columns: Iterable[str]) -> list[str]:
        """Columns that the map does not speak of."""
        return sorted(set(columns) - self.columns)

    def ad_of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of one row. Raises BadLineError."""
        if unknown := self.unknown(row):
            raise BadLineError(f"column {unknown[0]!r} is not in the map; name it in 'fields' or in 'ignore'")
        found: dict[str, Any] = dict(self.constants)
        for name, columns in self.fields.items():
            values = [_look(row, one) for one in ([columns] if isinstance(columns, str) else columns)]
            found[name] = _hashes(values) if name in LISTS else _joined(values)
        if "posted_at" in found:
            found["posted_at"] = self._instant(found["posted_at"])
        if NATIVE_ID in found:
            native = found.pop(NATIVE_ID)
            found.setdefault("ad_id", f"{found['site']}:{native}" if native else "")
        return found

    def _instant(self, written: str) -> str | None:
        if not written:
            return None
        try:
            return parse_date(written, self.dates.formats, ZoneInfo(self.dates.timezone)).isoformat()
        except ValueError as problem:
            raise BadLineError(f"'posted_at': {problem}") from None


def load_columns(path: Path) -> ColumnMap:
    """The map in `path`; raises ImportFileError naming the key."""
    try:
        return ColumnMap.model_validate(load_data(path))
    except OSError as problem:
        raise ImportFileError(f"{path}: cannot be read: {problem.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        said = str(problem).replace('in "<unicode string>", ', "at ")
        raise ImportFileError(f"{path}: not valid YAML: {' '.join(said.split())}") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise ImportFileError(f"{path}: {key or 'the map'}: {complaint(first, ColumnMap)}") from None


def _look(row: Mapping[str, Any], name: str) -> Any:
    if name in row or "." not in name:
        return row.get(name)
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _texts(value: Any) -> list[str]:
    """What a cell says, as text: a list says several things."""
    if value is None or value == "":
        return []
    if isinstance(value, list | tuple):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadLineError(f"a cell is {type(value).__name__}; expected text, a number or a list of these")
    return [str(value)]


def _joined(values: Iterable[Any]) -> str:
    return "\n".join(text for value in values for text in _texts(value))


def _hashes(values: Iterable[Any]) -> list[str]:
    return [one for value in values for text in _texts(value) for one in text.split()]
