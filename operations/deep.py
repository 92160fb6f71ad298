"""What a running service needs beyond what `doctor` looks at: the way there and back, certificates, clocks, ages, a seal."""

import secrets
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select, text

from casework.tables import queue_entries
from indexer.backend import Request, State, Write
from indexer.engine import open_backend
from indexer.parse import parse
from indexer.records import AdDocument
from indexer.stage import LOCK
from operations.findings import Finding, Grade
from store import migrations
from store.locks import exclusive
from store.pending import next_revision
from store.schema import now
from store.tables import backups, pending, stage_versions
from store.workspace import Workspace

SOON = timedelta(days=21)  # before a certificate ends
SKEW = timedelta(seconds=5)  # between this clock and a server's
STALE = timedelta(hours=36)  # of a queue, of a backup
BEHIND = timedelta(hours=6)  # of an item that waits
CANARY = "doctor-canary"
SEALED = frozenset({"fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "ecryptfs"})


def _round_trip(workspace: Workspace) -> Iterator[Finding]:
    """A marked row into the store, a marked document into the index, both found, both removed."""
    mark = f"{CANARY}-{secrets.token_hex(8)}"
    with workspace.begin() as connection:
        connection.execute(stage_versions.insert().values(stage=mark, version=mark))
    try:
        with workspace.read() as connection:
            found = connection.execute(select(stage_versions.c.version).where(stage_versions.c.stage == mark)).scalar()
        if found != mark:
            yield Finding(
                "round trip", Grade.BROKEN, "what was written to the store was not read back", "check the server"
            )
            return
    finally:
        with workspace.begin() as connection:
            connection.execute(delete(stage_versions).where(stage_versions.c.stage.startswith(CANARY)))
    yield Finding("round trip", Grade.OK, "a marked row went to the store and back, and was removed")
    yield _through_index(workspace, mark)


def _through_index(workspace: Workspace, mark: str) -> Finding:
    """A marked document written, searched by its word, and dropped; under the lock of those who write the index."""
    word = mark.replace("-", "")
    document = AdDocument(mark, "doctor", "", now(), now(), title=word, body="A mark of the doctor's, removed at once.")
    with exclusive(workspace, LOCK):
        backend = open_backend(workspace)
        try:
            if backend.health().state is not State.READY:
                return Finding("round trip", Grade.NOTE, "there is no index to try", "sidelight index rebuild")
            with workspace.begin() as connection:
                version, later = next_revision(connection), next_revision(connection)
            try:
                refused = backend.write([Write(document.key, version, document)])
                backend.publish(version)
                found = {one.document.key for one in backend.search(Request(parse(word))).found}
            finally:
                backend.write([Write(document.key, later, None)])
                backend.publish(later)
            left = backend.search(Request(parse(word))).total
        finally:
            backend.close()
    if refused or found != {document.key} or left:
        said = f"a marked document was {'refused' if refused else 'not found' if not found else 'not removed'}"
        return Finding("round trip", Grade.BROKEN, said, "sidelight index status; sidelight index rebuild")
    return Finding("round trip", Grade.OK, "a marked document was written to the index, found, and removed")


def _tables(workspace: Workspace) -> Iterator[Finding]:
    at, newest = migrations.revision(workspace.engine), migrations.newest()
    if at == newest:
        yield Finding("tables", Grade.OK, f"at revision {at}, this release's")
    else:
        yield Finding(
            "tables", Grade.BROKEN, f"at revision {at}; this release has {newest}", "run the same release everywhere"
        )


def _certificates(workspace: Workspace) -> Iterator[Finding]:
    url = workspace.settings.search_url
    for name, address, authority in (("search", url.get_secret_value() if url else "", workspace.settings.search_ca),):
        parts = urlsplit(address)
        if parts.scheme == "https" and parts.hostname:
            yield certificate(name, parts.hostname, parts.port or 9200, authority)


def certificate(name: str, host: str, port: int, authority: str = "") -> Finding:
    """Until when the certificate that a server shows is good, and whether it can be trusted."""
    context = ssl.create_default_context(cafile=authority or None)
    try:
        with (
            socket.create_connection((host, port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert() or {}
    except (OSError, ssl.SSLError) as problem:
        return Finding(
            "certificate", Grade.BROKEN, f"{name} {host}:{port}: {problem}", "renew it, or set its authority"
        )
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    left = ends - now()
    said = f"{name} {host}:{port} until {ends:%Y-%m-%d}"
    if left < SOON:
        return Finding("certificate", Grade.NOTE, f"{said}: {left.days} days left", "renew it")
    return Finding("certificate", Grade.OK, said)


def _clock(workspace: Workspace) -> Iterator[Finding]:
    if not workspace.shared:
        return
    before = now()
    with workspace.read() as connection:
        there: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    after = now()
    # The server looked at its clock between two looks at ours.
    apart = max(before - there, there - after, timedelta(0))
    grade = Grade.BROKEN if apart > SKEW else Grade.OK
    yield Finding("clock", grade, f"{apart.total_seconds():.1f} s apart from the database's", "keep both by NTP")


def _ages(workspace: Workspace) -> Iterator[Finding]:
    moment = now()
    with workspace.read() as connection:
        waiting = connection.execute(
            select(pending.c.stage, func.min(pending.c.since).label("since")).group_by(pending.c.stage)
        ).all()
        queue = connection.execute(select(func.max(queue_entries.c.made_at))).scalar()
        backup = connection.execute(select(func.max(backups.c.made_at))).scalar()
    for row in waiting:
        if row.since is not None and moment - row.since > BEHIND:
            said = f"an item waits since {row.since:%Y-%m-%d %H:%M} UTC"
            yield Finding(
                f"stage {row.stage}", Grade.BROKEN, said, "sidelight process; is a scheduler or worker running?"
            )
    yield _age("queue", queue, moment, "sidelight process; is a scheduler running?", "no queue was built yet")
    yield _age("backup", backup, moment, "sidelight backup FOLDER, each night", "no backup was made yet")


def _age(topic: str, made: datetime | None, moment: datetime, remedy: str, never: str) -> Finding:
    if made is None:
        return Finding(topic, Grade.NOTE, never, remedy)
    grade = Grade.BROKEN if moment - made > STALE else Grade.OK
    return Finding(topic, grade, f"made {made:%Y-%m-%d %H:%M} UTC", remedy)


def _sealed(workspace: Workspace) -> Iterator[Finding]:
    mount = mounted(workspace.root)
    if mount is None:
        return
    point, kind, device = mount
    if kind in SEALED or Path(device).name.startswith(("luks-", "crypt", "dm_crypt")) or _is_crypt(device):
        yield Finding("sealed disk", Grade.OK, f"the workspace is on an encrypted {kind} at {point}")
    else:
        said = (
            f"the workspace is on {kind} at {point}, which is not known to be encrypted: who takes the disk can read it"
        )
        yield Finding("sealed disk", Grade.NOTE, said, "docs/operating.md: an encrypted folder")


def mounted(folder: Path, table: Path = Path("/proc/self/mounts")) -> tuple[str, str, str] | None:
    """Where the file system of a folder is mounted, its kind and its device; None where that cannot be told."""
    try:
        lines = [line.split(" ") for line in table.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return None
    under = [(point.replace("\\040", " "), kind, device) for device, point, kind, *_ in lines]
    resolved = folder.resolve()
    around = [one for one in under if resolved.is_relative_to(one[0])]
    return max(around, key=lambda one: len(one[0]), default=None)


def _is_crypt(device: str) -> bool:
    """Whether a device of the device mapper, or one below it, is dm-crypt's."""
    name = Path(device).resolve().name
    block = Path("/sys/block") / name
    try:
        if (block / "dm" / "uuid").read_text().startswith("CRYPT-"):
            return True
    except OSError:
        return False
    return any(_is_crypt(f"/dev/{below.name}") for below in (block / "slaves").iterdir())


DEEP: Mapping[str, Callable[[Workspace], Iterator[Finding]]] = {
    "round trip": _round_trip,
    "tables": _tables,
    "certificate": _certificates,
    "clock": _clock,
    "ages": _ages,
    "sealed disk": _sealed,
}
