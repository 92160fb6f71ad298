"""Matching ads against hashes of known images. Off unless the settings name the legal authority to do so.

What is stored of a hash set are keyed digests: equal for equal hashes, worthless without the workspace's key. A match holds
the ad back from everybody but a supervisor (store/quarantine.py), in the transaction that stores the ad.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select

from crawlers.hashsets import PERTINENT, Digest, digest_of, digests
from crawlers.tables import ads
from store import audit, outbox
from store.audit import Act, Via
from store.database import chunks, insert_missing, select_in
from store.errors import SettingsError, UsageError
from store.keys import key
from store.schema import now
from store.tables import hash_matches, hash_sets, known_hashes
from store.workspace import Workspace

KEY = "known-images"
FEED = "feed"
BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a set did: hashes in it, of these new to the workspace, and stored ads that match now."""

    set_id: int
    hashes: int
    new: int
    matches: int


def enabled(workspace: Workspace) -> bool:
    """Whether the settings name an authority."""
    return bool(workspace.settings.known_hash_authority.strip())


def load(workspace: Workspace, path: Path, name: str, categories: Collection[int] = PERTINENT) -> Loaded:
    """Load a hash set and match every stored ad against it. Raises SettingsError without authority, ImportFileError."""
    authority = workspace.settings.known_hash_authority.strip()
    if not authority:
        raise SettingsError(
            f"set 'known_hash_authority' in {workspace.root / 'sidelight.toml'} to the legal authority under which you "
            "hold such hashes; see docs/known-images.md"
        )
    keyed, count, who = _keyer(workspace), 0, audit.operator()
    digest = _sha256(path)
    with workspace.begin() as connection:
        row = {"name": name, "authority": authority, "file_sha256": digest, "loaded_at": now(), "loaded_by": who}
        set_id = connection.execute(insert(hash_sets).values(row).returning(hash_sets.c.set_id)).scalar_one()
        before = connection.execute(select(func.count()).select_from(known_hashes)).scalar_one()
        for part in chunks(digests(path, categories)):
            count += len(part)
            insert_missing(connection, known_hashes, ({"keyed": keyed(one), "set_id": set_id} for one in part))
        if not count:
            raise UsageError(f"{path}: no hash in it that can be matched (MD5, SHA-1 or SHA-256)")
        new = connection.execute(select(func.count()).select_from(known_hashes)).scalar_one() - before
        matches = 0
        for batch in chunks(connection.execute(select(ads.c.ad_id, ads.c.image_hashes)).all()):
            matches += match(workspace, connection, {row.ad_id: row.image_hashes for row in batch}, FEED)
        facts = {"hashes": count, "new": new, "matches": matches}
        act = Act(who, Via.COMMAND, "load hash set", "hash set", str(set_id), reason=authority, facts=facts)
        audit.append(workspace, act, connection)
    return Loaded(set_id, count, new, matches)


def forget(workspace: Workspace, set_id: int, reason: str) -> int:
    """Remove a set's hashes; returns how many. Its matches stay, for the reports they opened. Raises UsageError."""
    with workspace.begin() as connection:
        gone = connection.execute(delete(known_hashes).where(known_hashes.c.set_id == set_id)).rowcount
        if not connection.execute(delete(hash_sets).where(hash_sets.c.set_id == set_id)).rowcount:
            raise UsageError(f"there is no hash set {set_id}; see `sidelight hashes list`")
        act = Act(audit.operator(), Via.COMMAND, "forget hash set", "hash set", str(set_id), reason=reason)
        audit.append(workspace, act, connection)
    return int(gone)


def every(workspace: Workspace) -> list[dict[str, object]]:
    """The loaded sets, oldest first, with how many hashes each brought that no set before it had."""
    count = select(known_hashes.c.set_id, func.count().label("hashes")).group_by(known_hashes.c.set_id).subquery()
    query = select(hash_sets, func.coalesce(count.c.hashes, 0).label("hashes")).outerjoin(
        count, count.c.set_id == hash_sets.c.set_id
    )
    with workspace.read() as connection:
        rows = connection.execute(query.order_by(hash_sets.c.set_id)).all()
    return [{f"{name}": value for name, value in row._asdict().items()} for row in rows]


def match(workspace: Workspace, connection: Connection, carried: Mapping[str, Iterable[str]], how: str) -> int:
    """Write down which of these ads (id -> hashes as written) carry a known image; returns how many matches are new."""
    if not enabled(workspace) or not any(carried.values()):
        return 0
    keyed = _keyer(workspace)
    wanted: dict[str, list[tuple[str, str]]] = {}
    for ad_id, hashes in carried.items():
        for digest in dict.fromkeys(found for one in hashes if (found := digest_of(one))):
            wanted.setdefault(keyed(digest), []).append((ad_id, digest[0]))
    known = select(known_hashes.c.keyed, hash_sets.c.name).join(hash_sets, hash_sets.c.set_id == known_hashes.c.set_id)
    rows = [
        {"ad_id": ad_id, "keyed": row.keyed, "algorithm": algorithm, "set_name": row.name, "how": how, "at": now()}
        for row in select_in(connection, known, known_hashes.c.keyed, wanted)
        for ad_id, algorithm in wanted[row.keyed]
    ]
    matched = select(hash_matches.c.ad_id, hash_matches.c.keyed)
    ad_ids = {row["ad_id"] for row in rows}
    there = {(row.ad_id, row.keyed) for row in select_in(connection, matched, hash_matches.c.ad_id, ad_ids)}
    fresh = [row for row in rows if (row["ad_id"], row["keyed"]) not in there]
    insert_missing(connection, hash_matches, fresh)
    for row in fresh:
        facts = {"how": how, "algorithm": str(row["algorithm"])}
        act = Act(audit.operator(), Via.COMMAND, "known image", "ad", str(row["ad_id"]), facts=facts)
        audit.append(workspace, act, connection)
    outbox.put(connection, outbox.AD, sorted({str(row["ad_id"]) for row in fresh}))
    return len(fresh)


def _keyer(workspace: Workspace) -> Callable[[Digest], str]:
    secret = key(workspace, KEY)
    return lambda digest: hmac.new(secret, ":".join(digest).encode(), hashlib.sha256).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
