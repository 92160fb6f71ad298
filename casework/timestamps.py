"""RFC 3161 time stamps on evidence packs: an authority says that the pack's signature existed at a time.

`openssl` makes the query and checks the answer. The query holds a digest of the signature, nothing of the pack.
"""

import hashlib
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import orjson

from casework import packs, packverifier
from store.errors import SidelightError, UsageError
from store.workspace import Workspace

SECONDS = 30
LARGEST = 1 << 20


class StampError(SidelightError):
    """There is no time stamp, or not one of this pack."""


def query(folder: Path) -> bytes:
    """The query to send to an authority for the pack in `folder`. Raises StampError."""
    return _openssl("ts", "-query", "-data", str(folder / packs.SIGNATURE), "-sha256", "-cert", "-no_nonce")


def ask(folder: Path, url: str) -> bytes:
    """The authority's answer to the query, asked for over https (or http on loopback). Raises StampError, UsageError."""
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise UsageError("ask a time stamping authority over https")
    request = urllib.request.Request(  # noqa: S310  checked above
        url, data=query(folder), headers={"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            reply: bytes = answer.read(LARGEST)
    except (urllib.error.URLError, OSError) as problem:
        raise StampError(f"{url} gave no time stamp: {problem}; `sidelight export stamp-query` works by hand") from None
    return reply


def stamp(workspace: Workspace, folder: Path, reply: bytes, chain: Path) -> None:
    """Put the answer into the pack, with the authority's certificates (PEM) it is checked by. Raises StampError."""
    if (folder / packverifier.STAMP).exists():
        raise UsageError(f"{folder} has a time stamp already")
    packs.verify(folder)
    own = folder / packs.PUBLIC_KEY
    if own.read_bytes() != packs.public_key(workspace):
        raise UsageError(f"{folder} was sealed by another workspace; stamp it there")
    with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
        (Path(draft) / packverifier.REPLY).write_bytes(reply)
        shutil.copyfile(chain, Path(draft) / packverifier.CHAIN)
        shutil.copyfile(folder / packs.SIGNATURE, Path(draft) / packs.SIGNATURE)
        if not packverifier.stamped(draft):
            raise StampError("the answer is no time stamp of this pack by an authority of that chain")
        names = (packverifier.REPLY, packverifier.CHAIN)
        told = {name: hashlib.sha256((Path(draft) / name).read_bytes()).hexdigest() for name in names}
        body = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        for name in names:
            shutil.copyfile(Path(draft) / name, folder / name)
        (folder / packverifier.STAMP).write_bytes(body)
        # The answer may have bytes that its own signature does not cover: with ours, every one of them counts.
        (folder / packverifier.STAMP_SIGNATURE).write_bytes(packs.signing_key(workspace).sign(body))


def _openssl(*words: str) -> bytes:
    try:
        done = subprocess.run(["openssl", *words], capture_output=True, check=True)
    except FileNotFoundError:
        raise StampError("there is no openssl program here; install it") from None
    except subprocess.CalledProcessError as problem:
        raise StampError(f"openssl: {problem.stderr.decode(errors='replace').strip()[:300]}") from None
    return done.stdout
