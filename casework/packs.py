"""Evidence packs: everything Sidelight holds on one group, in a folder that can be checked without Sidelight.

The captured pages stand in it byte for byte as they were received; `manifest.json` lists the SHA-256 of every file and is
signed with the workspace's Ed25519 key.
"""

import shutil
import tempfile
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection

from crawlers.captures import record_of, with_originals
from crawlers.records import TEXT_FIELDS
from crawlers.stored import StoredAd, load_ads
from linker.records import Group
from linker.stored import load_groups
from models.stored import load_priorities
from nlp.stored import load_readings
from store import keys
from store.errors import SidelightError, UsageError
from store.filehashes import file_hashes
from store.quarantine import held
from store.schema import now
from store.workspace import Workspace

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
PUBLIC_KEY = "public-key.pem"
STATEMENT = """This folder holds what Sidelight collected and derived about one linked group of ads.

captures/     the pages as received, one WARC record each (gzip); any WARC reader opens them
ads.jsonl     the ads' text, each with the capture it came from
readings.jsonl  what was read from each ad: value, exact words, field and character offsets
links.jsonl   why two ads are linked
priority.json the review priority with its reasons for and against; it is an order of review, never a finding
manifest.json SHA-256 of every file; manifest.sig signs it (Ed25519, key in public-key.pem)

Check it with:  sha256sum FILE
                openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile manifest.sig
"""


class PackError(SidelightError):
    """The pack is not what its manifest says."""


def export(workspace: Workspace, group_id: str, target: Path) -> int:
    """Write the pack of one group into the new folder `target`; returns how many files. Raises UsageError."""
    if target.exists():
        raise UsageError(f"{target} is there already; name another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    with workspace.read() as connection:
        group = load_groups(connection, [group_id]).get(group_id)
        if group is None:
            raise UsageError(f"there is no group {group_id!r}; find its id with sidelight search or sidelight queue")
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            _write_records(connection, group, draft)
            _write_captures(workspace, connection, group, draft)
            (draft / "READ-ME.txt").write_text(STATEMENT, encoding="utf-8")
            count = _seal(workspace, draft, group_id)
            draft.replace(target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    return count


def verify(folder: Path) -> int:
    """Check every file and the signature; returns how many files. Raises PackError naming what differs."""
    try:
        manifest = (folder / MANIFEST).read_bytes()
        key = serialization.load_pem_public_key((folder / PUBLIC_KEY).read_bytes())
        listed = orjson.loads(manifest)["files"]
        signature = (folder / SIGNATURE).read_bytes()
    except (OSError, ValueError, KeyError) as problem:
        raise PackError(f"{folder} is no evidence pack, or a damaged one: {problem}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise PackError(f"{folder / PUBLIC_KEY} is no Ed25519 key")
    try:
        key.verify(signature, manifest)
    except InvalidSignature:
        raise PackError(f"{folder / MANIFEST} does not fit its signature: it was changed") from None
    found = file_hashes(folder, leave_out={MANIFEST, SIGNATURE})
    for name in sorted(set(listed) | set(found)):
        if listed.get(name) != found.get(name):
            raise PackError(f"{folder / name} is not as it was exported")
    return len(listed)


def _write_records(connection: Connection, group: Group, draft: Path) -> None:
    ads = load_ads(connection, group.ad_ids)
    for ad_id in held(connection, ads):
        del ads[ad_id]  # such an ad has a report of its own
    readings = load_readings(connection, ads)
    priority = load_priorities(connection, [group.group_id]).get(group.group_id)
    priority = priority.unquoted(held(connection, group.ad_ids)) if priority else None
    _lines(draft / "ads.jsonl", [_ad_json(ads[ad_id]) for ad_id in group.ad_ids if ad_id in ads])
    _lines(
        draft / "readings.jsonl",
        [
            {
                "ad_id": ad_id,
                "version": readings[ad_id].version,
                "mentions": [mention.as_json() for mention in readings[ad_id].mentions],
            }
            for ad_id in group.ad_ids
            if ad_id in readings
        ],
    )
    _lines(draft / "links.jsonl", [link.as_json() for link in group.links])
    if priority is not None:
        body = {
            "group_id": group.group_id,
            "value": priority.value,
            "band": priority.band.value,
            "route": priority.route.value,
            "abstained": priority.abstained,
            "model": priority.model,
            "evidence": [piece.as_json() for piece in priority.evidence],
        }
        (draft / "priority.json").write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))


def _ad_json(stored: StoredAd) -> dict[str, object]:
    ad = stored.ad
    return {
        "ad_id": ad.ad_id,
        "site": ad.site,
        "url": ad.url,
        "posted_at": ad.posted_at,
        **{name: getattr(ad, name) for name in TEXT_FIELDS},
        "first_seen": stored.first_seen,
        "last_seen": stored.last_seen,
        "version": stored.version,
        "capture_id": ad.origin.capture_id,
        "parser": ad.origin.parser,
        "file_sha256": ad.origin.file_sha256,
        "line": ad.origin.line,
    }


def _write_captures(workspace: Workspace, connection: Connection, group: Group, draft: Path) -> None:
    folder = draft / "captures"
    folder.mkdir()
    wanted = [
        stored.ad.origin.capture_id
        for ad_id, stored in load_ads(connection, group.ad_ids).items()
        if stored.ad.origin.capture_id and ad_id not in held(connection, group.ad_ids)
    ]
    index = []
    for row in with_originals(connection, set(wanted)):
        (folder / f"{row.capture_id}.warc.gz").write_bytes(record_of(workspace, row))
        index.append({f"{name}": value for name, value in row._asdict().items()})
    _lines(draft / "captures.jsonl", sorted(index, key=lambda one: str(one["capture_id"])))


def _lines(path: Path, objects: list[dict[str, object]]) -> None:
    path.write_bytes(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in objects))


def _seal(workspace: Workspace, draft: Path, group_id: str) -> int:
    key = Ed25519PrivateKey.from_private_bytes(keys.key(workspace, "evidence-signing"))
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (draft / PUBLIC_KEY).write_bytes(public)
    files = file_hashes(draft)
    manifest = orjson.dumps(
        {"group_id": group_id, "made_at": now().isoformat(), "files": files}, option=orjson.OPT_INDENT_2
    )
    (draft / MANIFEST).write_bytes(manifest)
    (draft / SIGNATURE).write_bytes(key.sign(manifest))
    return len(files)
