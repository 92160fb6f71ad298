"""Deconfliction: two teams learn that they work on the same, and whom to call; neither sees the other's case.

On one server the open cases of teams are compared at once. Between agencies, files of blinded tokens are exchanged: each token
is a keyed hash of a contact or a wording, stretched with scrypt. docs/deconfliction.md says what that protects and what not.
"""

import hashlib
import hmac
import os
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, insert, select

from casework import caseitems, cases
from casework.caseitems import ItemKind
from casework.cases import Case
from casework.casetables import foreign_tokens
from linker.tables import hubs
from nlp.records import Kind
from nlp.stored import load_readings
from store import audit
from store.audit import Act, Via
from store.database import chunks
from store.errors import SidelightError, UsageError
from store.keys import blind
from store.schema import now
from store.tables import audit_events
from store.workspace import Workspace

FORMAT = "sidelight tokens 1"
# What a guess costs whoever has the key: about 50 ms of one core, and 16 MiB.
COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32, "maxmem": 64 * 1024 * 1024}
MOST = 5_000  # values in one file
STEP = 64  # files are filled up with noise to a multiple of this, so that their size says little
FILES_A_DAY = 3  # of one agency: what it could ask about is bounded
CONTACTS = frozenset({Kind.PHONE, Kind.EMAIL, Kind.HANDLE})
SHORTEST_WORDING = 80  # characters: shorter texts are written twice by chance
MAKE, TAKE = "make tokens", "take tokens"


class ExchangeError(SidelightError):
    """A file of tokens that cannot be taken: of another key, changed, too large, or one too many."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody else holds these values of one's own case: whom to ask. Nothing of theirs is in it."""

    holder: str
    contact: str
    values: tuple[tuple[str, str], ...]  # (kind, value), one's own


def new_key(path: Path) -> None:
    """Write a fresh shared key into a file that only its owner can read. It goes to the other agency by hand."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} is there already; a key is never written over") from None
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_hex(32) + "\n")


def read_key(path: Path) -> bytes:
    """The shared key. Raises UsageError."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as problem:
        raise UsageError(f"{path} is no key: {problem}") from None
    if len(key) != 32:
        raise UsageError(f"{path} is no key of 32 bytes; make one with `sidelight deconflict key`")
    return key


def values_of(connection: Connection, case: Case) -> set[tuple[str, str]]:
    """Contacts and wordings of the ads pinned in a case, but for those so widely shared that they say nothing."""
    items = caseitems.of_case(connection, case.case_id)
    ad_ids = set(caseitems.pinned(items, ItemKind.AD))
    ad_ids |= {ad_id for one in items if one.kind is ItemKind.GROUP for ad_id in one.state.get("ad_ids", ())}
    found: set[tuple[str, str]] = set()
    for reading in load_readings(connection, sorted(ad_ids)).values():
        found |= {(one.kind.value, one.value) for one in reading.mentions if one.kind in CONTACTS}
        wording = " ".join(reading.masked.casefold().split())
        if len(wording) >= SHORTEST_WORDING:
            found.add(("wording", hashlib.sha256(wording.encode()).hexdigest()))
    shared = {(row.reason, row.key) for row in connection.execute(select(hubs.c.reason, hubs.c.key))}
    return found - shared


def on_this_server(connection: Connection, case: Case) -> list[Elsewhere]:
    """Other teams whose open cases hold some of what this case holds. Each of them is told the same of this team."""
    own = values_of(connection, case)
    contacts = {one.team: one.contact for one in cases.all_teams(connection)}
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for other in cases.every(connection):
        if other.team is not None and other.team != case.team and other.closed_at is None:
            found[other.team] |= own & values_of(connection, other)
    return [Elsewhere(team, contacts[team], tuple(sorted(same))) for team, same in sorted(found.items()) if same]


def make(workspace: Workspace, key: bytes, agency: str, contact: str, who: str) -> bytes:
    """A file of tokens of all open cases, for another agency that has the key. Recorded. Raises ExchangeError, UsageError."""
    if not agency.strip() or not contact.strip():
        raise UsageError("say which agency this is, and a desk the other one can call")
    with workspace.read() as connection:
        values = _own(connection)
    if len(values) > MOST:
        raise ExchangeError(
            f"{len(values):,} values are more than the {MOST:,} that one file may hold; close old cases"
        )
    tokens = [_token(key, kind, value) for kind, value in values]
    tokens += [secrets.token_bytes(32) for _ in range(-len(tokens) % STEP)]
    body = {
        "format": FORMAT, "agency": agency, "contact": contact, "made_at": now().isoformat(timespec="seconds"),
        "key": _key_id(key), "tokens": sorted(one.hex() for one in tokens),
    }  # fmt: skip
    audit.append(workspace, Act(who, Via.COMMAND, MAKE, "agency", agency, facts={"tokens": len(tokens)}))
    return orjson.dumps({**body, "mac": _mac(key, body)}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def take(workspace: Workspace, key: bytes, content: bytes, who: str) -> tuple[str, int]:
    """Keep another agency's tokens in place of those it sent before; returns its name and how many. Raises ExchangeError."""
    body = _opened(key, content)
    agency = body["agency"]
    with workspace.begin() as connection:
        recent = connection.execute(
            select(func.count())
            .select_from(audit_events)
            .where(
                audit_events.c.action == TAKE,
                audit_events.c.object_hash == blind(workspace, f"agency:{agency}"),
                audit_events.c.at > now() - timedelta(days=1),
            )
        ).scalar_one()
        if recent >= FILES_A_DAY:
            raise ExchangeError(f"{FILES_A_DAY} files of {agency} were taken within a day; the next one waits")
        connection.execute(delete(foreign_tokens).where(foreign_tokens.c.agency == agency))
        moment = now()
        for part in chunks(sorted(set(body["tokens"]))):
            rows = [
                {"agency": agency, "token": bytes.fromhex(one), "contact": body["contact"], "at": moment}
                for one in part
            ]
            connection.execute(insert(foreign_tokens), rows)
        facts = {"tokens": len(body["tokens"])}
        audit.append(workspace, Act(who, Via.COMMAND, TAKE, "agency", agency, facts=facts), connection)
    return agency, len(body["tokens"])


def compare(workspace: Workspace, key: bytes, who: str) -> dict[str, list[Elsewhere]]:
    """By open case: which agencies whose tokens were taken hold some of the same. Recorded."""
    found: dict[str, list[Elsewhere]] = {}
    with workspace.read() as connection:
        by_case = {one.case_id: values_of(connection, one) for one in _open_cases(connection)}
        tokens = {value: _token(key, *value) for value in set().union(*by_case.values())}
        held: dict[bytes, list[tuple[str, str]]] = defaultdict(list)
        for row in _by_token(connection, tokens.values()):
            held[bytes(row.token)].append((row.agency, row.contact))
        for case_id, values in by_case.items():
            same: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
            for value in values:
                for holder in held.get(tokens[value], ()):
                    same[holder].add(value)
            if same:
                found[case_id] = [
                    Elsewhere(agency, contact, tuple(sorted(mine))) for (agency, contact), mine in sorted(same.items())
                ]
    facts = {"cases": len(by_case), "found": len(found)}
    audit.append(workspace, Act(who, Via.COMMAND, "compare tokens", "workspace", str(workspace.root), facts=facts))
    return found


def _by_token(connection: Connection, tokens: Iterable[bytes]) -> list[Any]:
    """Bytes do not travel through JSON, by which text is asked for on SQLite."""
    query = select(foreign_tokens)
    return [row for part in chunks(tokens) for row in connection.execute(query.where(foreign_tokens.c.token.in_(part)))]


def _open_cases(connection: Connection) -> list[Case]:
    return [one for one in cases.every(connection) if one.closed_at is None]


def _own(connection: Connection) -> list[tuple[str, str]]:
    return sorted({value for one in _open_cases(connection) for value in values_of(connection, one)})


def _token(key: bytes, kind: str, value: str) -> bytes:
    salt = hmac.digest(key, b"sidelight salt", "sha256")
    stretched = hashlib.scrypt(f"{kind}\0{value}".encode(), salt=salt, **COST)
    return hmac.digest(key, stretched, "sha256")


def _key_id(key: bytes) -> str:
    return hmac.digest(key, b"sidelight key id", "sha256").hex()[:16]


def _mac(key: bytes, body: Mapping[str, Any]) -> str:
    return hmac.digest(key, orjson.dumps(body, option=orjson.OPT_SORT_KEYS), "sha256").hex()


def _opened(key: bytes, content: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(content)
        mac = body.pop("mac")
        known = body["format"] == FORMAT and isinstance(body["tokens"], list)
        lengths = {len(bytes.fromhex(one)) for one in body["tokens"]}
        text = isinstance(body["agency"], str) and isinstance(body["contact"], str) and isinstance(mac, str)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ExchangeError(f"this is no file of tokens: {problem}") from None
    if not known or not text or not lengths <= {32}:
        raise ExchangeError("this is no file of tokens that this version reads")
    if body.get("key") != _key_id(key):
        raise ExchangeError("the file was made with another key")
    if not hmac.compare_digest(mac, _mac(key, body)):
        raise ExchangeError("the file was changed on its way")
    if len(body["tokens"]) > MOST + STEP:
        raise ExchangeError(f"the file holds more than {MOST:,} tokens")
    return dict(body)
