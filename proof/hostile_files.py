"""What leaves the console as a file: nothing in an export, an evidence pack, a disclosure or a mail may act either."""

import csv
import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

from sqlalchemy import select

from casework import disclosure, packs
from casework.delivery import bundling
from casework.packs import Terms
from casework.watching.tables import deliveries
from indexer.export import export
from proof.hostile_store import SIGN, Batch
from store.audit import Via
from store.schema import now
from store.workspace import Workspace

FORMULA = re.compile(r"\A[\s\x00]*[=+\-@|%]")
ACTIVE = frozenset(
    {"script", "img", "svg", "iframe", "object", "embed", "base", "link", "form", "input", "video", "audio", "a"}
)
# What makes a PDF do something, or holds objects packed where they are not seen. Where it opens (/OpenAction [page /FitH]) is
# no action; an object there would be one.
PDF = re.compile(
    rb"/(?:JavaScript|JS|URI|Launch|EmbeddedFile|SubmitForm|GoToR|RichMedia|AA|ObjStm)\b|/OpenAction\s*(?!\[)\S+"
)
STREAM = re.compile(rb"/Length (\d+)[^>]*>>\s*stream\r?\n")


class _Acting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE:
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name.startswith("on") or name in {"style", "src", "href", "action"}]


def files_that_act(workspace: Workspace, batches: Sequence[Batch]) -> list[str]:
    """Everything that would act, of every batch's pack, disclosure and export, and of a message about it."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        for batch in batches:
            folder = Path(place) / f"pack{batch.number}"
            packs.export_case(workspace, batch.case_id, folder, Terms(batch.who, batch.whole[:900], Via.COMMAND))
            with workspace.read() as connection:
                told = disclosure.disclose(workspace, connection, "ad", batch.ad_id, now())
            disclosure.export(workspace, told, Path(place) / f"told{batch.number}", batch.who, batch.whole[:900])
            export(workspace, f"ad:{batch.ad_id}", Path(place) / f"hits{batch.number}.csv")
        for path in sorted(Path(place).rglob("*")):
            if path.is_file():
                found += [f"{path.relative_to(place)}: {one}" for one in _acting(path)]
    return found + [f"mail: {one}" for one in _mailed(workspace)]


def _acting(path: Path) -> Iterator[str]:
    if path.suffix in {".html", ".htm"}:
        seen = _Acting()
        seen.feed(path.read_text(encoding="utf-8"))
        yield from seen.found
    elif path.suffix == ".pdf":
        yield from (one.decode("latin-1") for part in objects(path.read_bytes()) for one in PDF.findall(part))
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as handle:
            yield from (f"formula {cell[:40]!r}" for row in csv.reader(handle) for cell in row if _formula(cell))


def objects(pdf: bytes) -> Iterator[bytes]:
    """The objects of a PDF without its streams: packed bytes hold every short name now and then, and name nothing."""
    at = 0
    while opening := STREAM.search(pdf, at):
        yield pdf[at : opening.end()]
        at = opening.end() + int(opening[1])
    yield pdf[at:]


def _formula(cell: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula. A plain number is none."""
    return bool(FORMULA.match(cell)) and not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell)


def _mailed(workspace: Workspace) -> Iterator[str]:
    """A message tells numbers and where to read on: no text of an ad, a watch or a person is in what waits to be sent."""
    bundling.bundle(workspace, now() + timedelta(days=1))
    with workspace.read() as connection:
        waiting = connection.execute(select(deliveries)).mappings().all()
    if not waiting:
        yield "no message was made"
    yield from (f"{name} holds a text" for row in waiting for name, value in row.items() if SIGN in str(value))
