"""Labelled groups of a rehearsal market, read and linked once and kept beside it, so that a benchmark can be run again.

python -m bench.scoring_cases FOLDER...      folders of `sidelight market make`; writes cases.json into each
"""

import sys
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from models import indicators
from models.cases import Cases, cases
from models.frames import Market
from models.records import Route
from models.views import GroupView
from nlp.pipeline import version

FILE = "cases.json"
COLUMNS = tuple(one.name for one in fields(Cases))


@dataclass(frozen=True, slots=True)
class Held:
    """The labelled groups of one market, and title and body of each ad of each group."""

    name: str
    rows: Cases
    said: tuple[tuple[str, ...], ...]


def held(folder: Path) -> Held:
    """The groups of this market; read and linked anew where the file was made with another reading or table."""
    file, made_with = folder / FILE, f"{version()} {indicators.digest()} {' '.join(COLUMNS)}"
    if file.exists() and (kept := orjson.loads(file.read_bytes()))["made_with"] == made_with:
        return Held(folder.name, _cases(kept["rows"]), tuple(map(tuple, kept["said"])))
    market = Market(folder)
    rows = cases(market.views, market.labels)
    by_id = {view.group.group_id: view for view in market.views}
    said = tuple(tuple(texts(by_id[group_id])) for group_id in rows.group_ids)
    plain = {name: getattr(rows, name) for name in COLUMNS}
    option = orjson.OPT_SERIALIZE_NUMPY
    file.write_bytes(orjson.dumps({"made_with": made_with, "rows": plain, "said": said}, option=option))
    return Held(folder.name, rows, said)


def texts(view: GroupView) -> list[str]:
    """Title and body of each ad."""
    return [f"{view.ad(ad_id).title}\n{view.ad(ad_id).body}" for ad_id in view.ad_ids]


def _cases(plain: dict[str, Any]) -> Cases:
    def each(*names: str) -> dict[str, Any]:
        return {name: tuple(plain[name]) for name in names}

    return Cases(
        **each("group_ids", "texts", "block", "languages", "sites", "cities", "kinds"),
        ad_ids=tuple(map(tuple, plain["ad_ids"])),
        contacts=tuple(map(tuple, plain["contacts"])),
        strengths=np.array(plain["strengths"], dtype=np.float64),
        y=np.array(plain["y"], dtype=int),
        levels=np.array(plain["levels"], dtype=int),
        at=tuple(map(datetime.fromisoformat, plain["at"])),
        ranked=np.array(plain["ranked"], dtype=bool),
        routes=tuple(map(Route, plain["routes"])),
        rehearsal=plain["rehearsal"],
    )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for one in sys.argv[1:]:
        made = held(Path(one)).rows
        print(f"{one}: {len(made)} groups, {int(made.y.sum())} positive")
