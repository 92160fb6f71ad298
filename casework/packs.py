"""Evidence packs: everything Sidelight holds on a group or a case, in a folder that can be checked without Sidelight.

The captured pages stand in it byte for byte as they were received; `manifest.json` lists two digests of every file, and
`seal.json`, which alone differs from one export to the next, holds the manifest's digests and is signed (Ed25519).
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, insert, select

from casework import packcontent, packreport, packverifier
from casework.casetables import exports
from casework.packcontent import Content
from casework.packtables import as_csv, as_workbook
from casework.printing import as_html, as_pdf
from crawlers.captures import record_of
from store import approvals, audit, keys
from store.audit import Act, Via
from store.errors import SidelightError, UsageError
from store.schema import now
from store.tables import audit_events
from store.workspace import Workspace

MANIFEST, SEAL, SIGNATURE = packverifier.MANIFEST, packverifier.SEAL, packverifier.SIGNATURE
PUBLIC_KEY = packverifier.KEY
VERIFIER = "verify.py"
SIGNING_KEY = "evidence-signing"
READ_ME = """This folder holds what Sidelight collected and derived. Check it first:

    python3 verify.py --key-sha256 HEX      HEX as the agency that made it published it

report.html, report.pdf   to read and to print
STATEMENT.txt             for the person who vouches for the records
captures/, captures.jsonl the pages as received, one WARC record each (gzip); any WARC reader opens them
ads.jsonl                 the ads' text, each with the capture it came from
facts.jsonl               each value read, with its exact words, characters and bytes of the field, and bytes of the page
readings.jsonl            the same as it was read, with all details
links.jsonl               why two ads are linked
priorities.jsonl          review priorities with reasons for and against: an order of work, never a finding
case.jsonl                of a case: all that people wrote, pinned and judged, with what they took back
custody.jsonl             who looked at it or did something with it
versions.json             of software, lexicons, parsers and models
tables/, tables.xlsx      for a spreadsheet. No cell is a formula. In CSV, take off one apostrophe where a cell begins so
manifest.json             SHA-256 and SHA-512 of each file
seal.json, seal.sig       who exported it, when and why; the manifest's digests; signed with the key in public-key.pem

By hand:  sha256sum FILE
          openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in seal.json -sigfile seal.sig
"""


class PackError(SidelightError):
    """The pack is not what it was when it was exported."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Who takes a pack out, by which way, and why."""

    who: str
    reason: str
    via: Via = Via.COMMAND


def export(workspace: Workspace, group_id: str, target: Path, terms: Terms) -> int:
    """Write the pack of a group into the new folder `target`; returns how many files. Raises UsageError."""
    with workspace.read() as connection:
        return _export(workspace, connection, packcontent.of_group(connection, group_id), target, terms)


def export_case(workspace: Workspace, case_id: str, target: Path, terms: Terms, account: str | None = None) -> int:
    """The same for a case that `account` (None: a command) has a part in. Raises UsageError, NoCaseError."""
    with workspace.read() as connection:
        return _export(workspace, connection, packcontent.of_case(connection, case_id, account), target, terms)


def verify(folder: Path, key_sha256: str = "") -> int:
    """Check every file, the signature and the time stamp as the pack's own verifier does; returns how many files.

    Raises PackError naming what differs.
    """
    try:
        problems = list(packverifier.problems(str(folder), key_sha256))
        listed = 0 if problems else len(orjson.loads((folder / MANIFEST).read_bytes())["files"])
    except packverifier.DAMAGE as problem:
        raise PackError(f"{folder} is no evidence pack, or a damaged one: {problem}") from None
    if problems:
        raise PackError(f"{folder}: {'; '.join(problems)}")
    return listed


def verifier() -> bytes:
    """The verifier that goes with each pack. Its SHA-256 is what an agency publishes."""
    return Path(packverifier.__file__).read_bytes()


def public_key(workspace: Workspace) -> bytes:
    """The key that packs of this workspace are signed with, as PEM."""
    return (
        signing_key(workspace)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def signing_key(workspace: Workspace) -> Ed25519PrivateKey:
    """The private half."""
    return Ed25519PrivateKey.from_private_bytes(keys.key(workspace, SIGNING_KEY))


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which gets its name when the block ends well and is gone when it does not. Raises UsageError."""
    if target.exists():
        raise UsageError(f"{target} is there already; name another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield draft
        draft.replace(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _export(workspace: Workspace, connection: Connection, content: Content, target: Path, terms: Terms) -> int:
    if not terms.reason.strip():
        raise UsageError("say why it is taken out; the reason is kept in the audit log and in the pack")
    action = "export case" if content.kind == "case" else "export"
    case_id = content.item if content.kind == "case" else None
    approvals.require(workspace, terms.who, f"{content.kind}:{content.item}", content.rows, terms.via)
    with new_folder(target) as draft:
        facts = {"rows": content.rows}
        act = Act(
            terms.who, terms.via, action, content.kind, content.item, case_id=case_id, reason=terms.reason, facts=facts
        )
        audit.append(workspace, act)
        _write(workspace, connection, content, draft)
        files = {
            path.relative_to(draft).as_posix(): _digests(path) for path in sorted(draft.rglob("*")) if path.is_file()
        }
        manifest = _json({"kind": content.kind, "item": content.item, "title": content.title, "files": files})
        (draft / MANIFEST).write_bytes(manifest)
        _seal(workspace, content, draft, manifest, terms)
        row = {
            "kind": content.kind, "item": content.item, "who": terms.who, "at": now(), "reason": terms.reason,
            "content_sha256": hashlib.sha256(manifest).hexdigest(), "ad_ids": list(content.ads), "forgotten": [],
        }  # fmt: skip
        with workspace.begin() as writing:
            writing.execute(insert(exports).values(row))
    return len(files)


def _write(workspace: Workspace, connection: Connection, content: Content, draft: Path) -> None:
    facts = packcontent.facts(workspace, content)
    custody = packcontent.custody(workspace, connection, content)
    made_by = packcontent.versions(content)
    for name, held in packcontent.records(content).items():
        (draft / name).write_bytes(held)
    (draft / "facts.jsonl").write_bytes(packcontent.lines(facts))
    (draft / "custody.jsonl").write_bytes(packcontent.lines(custody))
    (draft / "versions.json").write_bytes(_json(made_by))
    (draft / "captures").mkdir()
    for row in content.captures:
        (draft / "captures" / f"{row.capture_id}.warc.gz").write_bytes(record_of(workspace, row))
    (draft / "READ-ME.txt").write_text(READ_ME, encoding="utf-8")
    (draft / "STATEMENT.txt").write_text(packreport.statement(content), encoding="utf-8")
    report = packreport.sections(content, facts, custody, made_by)
    (draft / "report.html").write_bytes(as_html(content.title, report))
    times = [*(one.last_seen for one in content.ads.values()), *(one.at for one in content.items)]
    (draft / "report.pdf").write_bytes(as_pdf(content.title, report, max(times, default=packreport.NO_TIME)))
    tables = packreport.tables(content, facts, custody)
    (draft / "tables").mkdir()
    for name, head, rows in tables:
        (draft / "tables" / f"{name}.csv").write_bytes(as_csv(head, rows))
    (draft / "tables.xlsx").write_bytes(as_workbook(tables))
    (draft / VERIFIER).write_bytes(verifier())


def _seal(workspace: Workspace, content: Content, draft: Path, manifest: bytes, terms: Terms) -> None:
    public = public_key(workspace)
    (draft / PUBLIC_KEY).write_bytes(public)
    with workspace.read() as connection:
        earlier = connection.execute(
            select(exports.c.export_id, exports.c.at, exports.c.who, exports.c.reason, exports.c.content_sha256)
            .where(exports.c.kind == content.kind, exports.c.item == content.item)
            .order_by(exports.c.export_id)
        ).all()
        last = connection.execute(select(func.max(audit_events.c.seq))).scalar()
        head = connection.execute(select(audit_events.c.digest).where(audit_events.c.seq == last)).scalar()
    seal = _json(
        {
            "sealed_at": now(),
            "by": terms.who,
            "via": terms.via.value,
            "reason": terms.reason,
            "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
            "manifest_sha512": hashlib.sha512(manifest).hexdigest(),
            "public_key_sha256": hashlib.sha256(public).hexdigest(),
            "verifier_sha256": hashlib.sha256(verifier()).hexdigest(),
            "audit_log": {"event": last, "digest": head},
            "earlier_exports": [{f"{name}": value for name, value in row._asdict().items()} for row in earlier],
        }
    )
    (draft / SEAL).write_bytes(seal)
    (draft / SIGNATURE).write_bytes(signing_key(workspace).sign(seal))


def _digests(path: Path) -> dict[str, Any]:
    found = {}
    for name in ("sha256", "sha512"):
        with path.open("rb") as handle:
            found[name] = hashlib.file_digest(handle, name).hexdigest()
    return {"bytes": path.stat().st_size, **found}


def _json(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
