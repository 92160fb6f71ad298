"""Bulk writes to Elasticsearch: results looked at one by one, what is overloaded or away tried again, what is refused named.

Every write carries its version, so one that was applied though its answer was lost is tried again without harm.
"""

import hashlib
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from elasticsearch import ApiError, ConnectionError, ConnectionTimeout, Elasticsearch  # noqa: A004

from indexer.backend import Refusal, SearchUnavailable, Write
from indexer.columns import columns

MOST_BYTES = 8_000_000
AWAY = frozenset({429, 502, 503, 504})  # the server is overloaded or away, whatever the document
# Seconds between the tries, up to half of each added by chance, so that several writers do not come back together.
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 15.0, 15.0)
LONGEST_REASON = 500  # characters
LONGEST_ID = 500  # bytes; Elasticsearch takes 512
READ = ("items.*.status", "items.*.error")  # what is looked at of an answer
Placed = tuple[str, Write]  # the index, or the alias of one, and what is written to it
Entry = tuple[Write, list[bytes]]  # with its lines of the request


def document_id(key: str) -> str:
    """The key, or its digest where it is too long for an id."""
    return key if len(key.encode()) <= LONGEST_ID else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def longest_retry(timeout: float) -> float:
    """Seconds after which no try of a write can still be under way, each answered within `timeout`."""
    return 1.5 * sum(PAUSES) + (len(PAUSES) + 1) * timeout


def send(client: Elasticsearch, batch: Iterable[Placed], *, aliased: bool = False) -> tuple[Refusal, ...]:
    """Write all of a batch; raises SearchUnavailable, or the client's error, where the server stays overloaded or away.

    With `aliased` all places must be aliases: what went away meanwhile is then not made anew under its bare name.
    """
    patient = client.options(max_retries=0)  # the client's own tries know no pause
    refusals: list[Refusal] = []
    for part in _parts(batch):
        waiting = part
        for pause in (*PAUSES, None):
            try:
                waiting, refused, status = _once(patient, waiting, last=pause is None, aliased=aliased)
            except (ApiError, ConnectionError, ConnectionTimeout) as problem:
                if pause is None or (isinstance(problem, ApiError) and not _passing(problem.status_code)):
                    raise
            else:
                refusals += refused
                if not waiting:
                    break
                if pause is None:
                    raise SearchUnavailable(
                        f"Elasticsearch would not take {len(waiting)} documents in {len(PAUSES) + 1} tries ({status}); "
                        "they stay due, to be written by the next run"
                    )
            time.sleep(pause * random.uniform(1, 1.5))  # noqa: S311
    return tuple(refusals)


def _passing(status: int) -> bool:
    """Whether trying again may help: a node that goes down answers 500 as well."""
    return status in AWAY or status >= 500


def _once(
    client: Elasticsearch, part: list[Entry], *, last: bool, aliased: bool
) -> tuple[list[Entry], list[Refusal], int]:
    """What has to be tried again, what was refused, and a status for which something has to be tried again.

    At the last try a document that the server fails on by itself (500) is refused, or it would hold up all others for ever.
    """
    lines: list[Any] = [
        line for _, lines in part for line in lines
    ]  # the client takes bytes, though its types do not say so
    answer = client.bulk(operations=lines, require_alias=aliased, filter_path=READ)
    again: list[Entry] = []
    refused: list[Refusal] = []
    passing = 0
    for entry, item in zip(part, answer["items"], strict=True):
        result = next(iter(item.values()))
        status = int(result["status"])
        # 409: a newer version stands there. 404: what is to be dropped is not there.
        if status < 300 or status == 409 or (status == 404 and entry[0].document is None):
            continue
        if status == 404:
            raise SearchUnavailable("the index that was written to went away; run it again")
        if status in AWAY or (_passing(status) and not last):
            again.append(entry)
            passing = status
        else:
            error = result.get("error", {})
            refused.append(Refusal(entry[0].key, entry[0].version, f"{status} {error.get('type', '')}: {_said(error)}"))
    return again, refused, passing


def _said(error: Mapping[str, Any]) -> str:
    """The server's reason, without the piece of the ad that it quotes: reasons are logged."""
    return str(error.get("reason", "")).partition(" Preview of field's value")[0][:LONGEST_REASON]


def _parts(batch: Iterable[Placed]) -> Iterator[list[Entry]]:
    part: list[Entry] = []
    size = 0
    for index, one in batch:
        action = {"_index": index, "_id": document_id(one.key), "version": one.version, "version_type": "external_gte"}
        # Put into JSON here: the client would do it with the standard library's, several times as slow.
        if one.document is None:
            lines = [orjson.dumps({"delete": action})]
        else:
            lines = [orjson.dumps({"index": action}), orjson.dumps(columns(one.document, one.version))]
        size += sum(map(len, lines))
        part.append((one, lines))
        if size > MOST_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part
