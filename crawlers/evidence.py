"""The WARC files of one run: bodies that are kept already become revisit records, a file that is large enough is followed by
another, and what a failed commit wrote is cut back."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from crawlers.captures import with_originals
from crawlers.tables import captures
from crawlers.warc import Fetched, Original, Place, WarcFile
from store.database import select_in
from store.disk import need
from store.workspace import Workspace

# A file of evidence is copied, hashed and sent whole: a gigabyte is what archives use.
ROTATE_BYTES = 1_000_000_000
FIRST = ".warc.gz"


class Evidence:
    """Writes responses and says which rows they make; nothing counts before the caller commits those."""

    def __init__(
        self, workspace: Workspace, site: str, run_id: str, facts: Mapping[str, str], rotate: int = ROTATE_BYTES
    ) -> None:
        """`facts` (software, configuration) open each file. An interrupted run is taken up where it was committed."""
        self._workspace = workspace
        self.site = site
        self._stem = f"{site}/{run_id}"
        self._run_id = run_id
        self._facts = facts
        self._rotate = rotate
        with workspace.read() as connection:
            kept = connection.execute(
                select(captures.c.warc_file, func.max(captures.c.warc_offset + captures.c.warc_length))
                .where(captures.c.run_id == run_id)
                .group_by(captures.c.warc_file)
            ).all()
        self._part = max(len(kept) - 1, 0)
        self._kept = max(kept, key=lambda one: (len(one[0]), one[0]), default=("", 0))[1]
        self._open()

    def write(self, fetched: Sequence[tuple[str, Fetched]]) -> list[dict[str, Any]]:
        """Rows of `captures` for responses with their capture ids, when their records are durable."""
        if not fetched:
            return []
        need(self._workspace.root, sum(len(one.body) + len(one.rendered or b"") for _, one in fetched))
        digests = [_sha256(one.body) for _, one in fetched]
        known = self._originals(digests)
        standing = self._unmodified({one.stands_for for _, one in fetched if one.stands_for})
        rows = []
        for (capture_id, one), digest in zip(fetched, digests, strict=True):
            original = standing.get(one.stands_for or "") or (known.get(digest) if one.body else None)
            place = self._file.write(one, original)
            known.setdefault(digest, Original(capture_id, one.url, one.at, digest))
            rows.append(self._row(capture_id, one, original.sha256 if original else digest, place, original))
            if one.rendered is not None:
                place = self._file.write_rendered(one, place)
                rows.append(self._row(rendered_id(capture_id), one, _sha256(one.rendered), place))
        self._file.sync()
        return rows

    def _row(
        self, capture_id: str, one: Fetched, digest: str, place: Place, original: Original | None = None
    ) -> dict[str, Any]:
        return {
            "capture_id": capture_id,
            "url": one.url,
            "fetched_at": one.at,
            "status": one.status,
            "sha256": digest,
            "warc_file": self._name,
            "warc_offset": place.offset,
            "warc_length": place.length,
            "stored_sha256": place.stored_sha256,
            "refers_to": original.capture_id if original else None,
            "run_id": self._run_id,
        }

    def committed(self) -> None:
        """What was written is in the database: it stays, and a file that is large enough is followed by the next."""
        self._kept = self._file.size
        if self._kept >= self._rotate:
            self._file.close()
            self._part, self._kept = self._part + 1, 0
            self._open()

    def cut_back(self) -> None:
        """What was written since the last commit never was."""
        self._file.cut_back(self._kept)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _open(self) -> None:
        self._name = f"{self._stem}{f'-{self._part:04}' if self._part else ''}{FIRST}"
        self._file = WarcFile(Path(self._workspace.captures / self._name), self._kept, self._facts)

    def _originals(self, digests: Sequence[str]) -> dict[str, Original]:
        """The captures that hold these bodies in full, by digest."""
        query = select(captures).where(captures.c.refers_to.is_(None), captures.c.stored_sha256.is_not(None))
        with self._workspace.read() as connection:
            rows = select_in(connection, query.order_by(captures.c.fetched_at.desc()), captures.c.sha256, set(digests))
            return {row.sha256: Original(row.capture_id, row.url, row.fetched_at, row.sha256) for row in rows}

    def _unmodified(self, wanted: Collection[str]) -> dict[str, Original]:
        """The captures that answers without a body stand for, by id; of a revisit, the one that holds its bytes."""
        if not wanted:
            return {}
        with self._workspace.read() as connection:
            rows = {one.capture_id: one for one in with_originals(connection, set(wanted))}
        held = {one: rows.get(rows[one].refers_to or one) for one in wanted if one in rows}
        return {one: Original(row.capture_id, row.url, row.fetched_at, row.sha256) for one, row in held.items() if row}


def rendered_id(capture_id: str) -> str:
    """The id of the page that scripts made of a capture."""
    return _sha256(f"{capture_id} rendered".encode())[:32]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
