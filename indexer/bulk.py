"""Bulk writes to Elasticsearch: results looked at one by one, what is overloaded tried again, what is refused named."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from indexer.backend import Refusal, Write
from indexer.columns import columns

MOST_BYTES = 8_000_000
PASSING = frozenset({429, 502, 503, 504})
TRIES = 8
FIRST_PAUSE = 0.1  # seconds; doubled at each try
LONGEST_ID = 500  # bytes; Elasticsearch takes 512


def document_id(key: str) -> str:
    """The key, or its digest where it is too long for an id."""
    return key if len(key.encode()) <= LONGEST_ID else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def send(client: Elasticsearch, index: str, batch: Sequence[Write]) -> tuple[Refusal, ...]:
    """Write all of a batch; raises the client's error where the server stays overloaded or away."""
    refusals: list[Refusal] = []
    for part in _parts(batch):
        waiting = part
        pause = FIRST_PAUSE
        for attempt in range(1, TRIES + 1):
            waiting, refused = _once(client, index, waiting, last=attempt == TRIES)
            refusals += refused
            if not waiting:
                break
            time.sleep(pause)
            pause *= 2
    return tuple(refusals)


Entry = tuple[Write, list[dict[str, Any]]]


def _once(client: Elasticsearch, index: str, part: list[Entry], *, last: bool) -> tuple[list[Entry], list[Refusal]]:
    """What has to be tried again, and what was refused."""
    try:
        answer = client.bulk(index=index, operations=[line for _, lines in part for line in lines])
    except ApiError as problem:
        if problem.status_code in PASSING and not last:
            return part, []
        raise
    again: list[Entry] = []
    refused: list[Refusal] = []
    for entry, item in zip(part, answer["items"], strict=True):
        result = next(iter(item.values()))
        status = int(result["status"])
        # 409: a newer version stands there. 404: what is to be dropped is not there.
        if status < 300 or status == 409 or (status == 404 and entry[0].document is None):
            continue
        if status in PASSING and not last:
            again.append(entry)
        else:
            error = result.get("error", {})
            reason = f"{status} {error.get('type', '')}: {error.get('reason', '')}"
            refused.append(Refusal(entry[0].key, entry[0].version, reason))
    return again, refused


def _parts(batch: Sequence[Write]) -> Iterator[list[Entry]]:
    part: list[Entry] = []
    size = 0
    for one in batch:
        action = {"_id": document_id(one.key), "version": one.version, "version_type": "external_gte"}
        if one.document is None:
            lines: list[dict[str, Any]] = [{"delete": action}]
        else:
            fields = columns(one.document, one.version)
            lines = [{"index": action}, fields]
            size += 2 * len(str(fields["source"][0]))
        part.append((one, lines))
        if size > MOST_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part
