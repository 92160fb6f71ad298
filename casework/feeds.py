"""A feed of facts from public data for others' use: keys so widely shared that they join nothing (switchboards, booking pages,
copied wordings). Signed, so that whoever takes it knows whose it is; it holds nothing of a case."""

from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from casework import packs
from linker.tables import hubs, link_keys
from store import audit
from store.audit import Act, Via
from store.database import select_in
from store.errors import SidelightError, UsageError
from store.schema import now
from store.workspace import Workspace

FORMAT = "sidelight feed 1"
FEWEST_ADS = 20  # on fewer, a key could still be one poster's own


class FeedError(SidelightError):
    """A feed that is not what its signer wrote."""


def make(workspace: Workspace, agency: str, who: str) -> bytes:
    """The feed, as JSON with its signature. Recorded before."""
    if not agency.strip():
        raise UsageError("say whose feed it is")
    with workspace.read() as connection:
        rows = connection.execute(select(hubs).where(hubs.c.ads >= FEWEST_ADS).order_by(hubs.c.reason, hubs.c.key))
        found = [{"reason": row.reason, "key": row.key, "ads": row.ads, "why": row.why} for row in rows]
    audit.append(workspace, Act(who, Via.COMMAND, "make feed", "agency", agency, facts={"hubs": len(found)}))
    body = {"format": FORMAT, "agency": agency, "made_at": now().isoformat(timespec="seconds"), "hubs": found}
    signature = packs.signing_key(workspace).sign(_bytes(body)).hex()
    return orjson.dumps({**body, "signature": signature}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read(content: bytes, key: Path) -> dict[str, Any]:
    """A feed, checked with its maker's public key (PEM). Raises FeedError."""
    try:
        body = orjson.loads(content)
        signature = bytes.fromhex(body.pop("signature"))
        public = serialization.load_pem_public_key(key.read_bytes())
        if not isinstance(public, Ed25519PublicKey) or body["format"] != FORMAT:
            raise ValueError("another kind of key, or of file")  # noqa: TRY301  told as all that is no feed
        public.verify(signature, _bytes(body))
    except InvalidSignature:
        raise FeedError("the feed does not fit its signature, or it is another agency's key") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise FeedError(f"this is no feed: {problem}") from None
    return dict(body)


def known_here(workspace: Workspace, feed: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the feed's keys that ads here carry: what joins them may say less than it seems."""
    told = {(one["reason"], one["key"]): one for one in feed["hubs"]}
    with workspace.read() as connection:
        query = select(link_keys.c.reason, link_keys.c.key).distinct()
        rows = select_in(connection, query, link_keys.c.key, {key for _, key in told})
        return [told[pair] for pair in sorted({(row.reason, row.key) for row in rows} & told.keys())]


def _bytes(body: dict[str, Any]) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
