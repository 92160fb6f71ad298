"""What Sidelight costs on top of Elasticsearch: writing beside bare `streaming_bulk`, asking beside bare client calls.

    .venv/bin/python -m bench.searching_server --search-url http://127.0.0.1:9200 --workspace W [--ads 10000] [--queries 30]

Takes the ads of W's embedded index. Each of the rounds writes them all by ours, from documents, and by the client's own
`streaming_bulk`, which is given the same fields ready-made, into an index of the same mapping. Then the same queries are
asked by ours, from the text of the query to documents, and by the client's `search` with the body ready-made, the stored
JSON of its hits read. The two take turns. Times are of the wall, for the server does most; the median of the rounds counts.
"""

import argparse
import secrets
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk
from pydantic import SecretStr

from bench.searching import BATCH, documents_of, questions
from bench.searching_rivals import FACETS, HITS
from indexer.backend import Request, SearchBackend, Write
from indexer.bulk import document_id
from indexer.columns import columns
from indexer.elastic_answers import body
from indexer.engine import open_backend
from indexer.mapping import SETTINGS, mapping
from indexer.parse import parse
from indexer.records import AdDocument, Sort
from store.settings import Settings
from store.workspace import Workspace


def main() -> None:
    """Write, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search-url", required=True)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--ads", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=30, help="of each kind")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    documents = documents_of(chosen.workspace, chosen.ads)
    prefix = f"bench-{secrets.token_hex(4)}"
    settings = Settings(search_url=SecretStr(chosen.search_url), search_prefix=prefix)
    backend = open_backend(Workspace(chosen.workspace, settings))
    with Elasticsearch(chosen.search_url, request_timeout=60) as client:
        try:
            _writing(backend, client, f"{prefix}-bare", documents, chosen.rounds)
            _asking(backend, client, prefix, _requests(documents, chosen.queries, chosen.seed))
        finally:
            backend.close()
            for name in client.indices.get(index=f"{prefix}*"):
                client.indices.delete(index=name)


def _writing(
    backend: SearchBackend, client: Elasticsearch, bare: str, documents: Sequence[AdDocument], rounds: int
) -> None:
    ready = [(document_id(one.key), columns(one, 1)) for one in documents]

    def ours() -> None:
        parts = range(0, len(documents), BATCH)
        refused = backend.rebuild(
            ([Write(one.key, 1, one) for one in documents[at : at + BATCH]] for at in parts), version=1
        )
        assert not refused

    def theirs() -> None:
        client.options(ignore_status=404).indices.delete(index=bare)
        client.indices.create(index=bare, settings=SETTINGS, mappings=mapping(1))
        actions = ({"_index": bare, "_id": name, "_source": fields} for name, fields in ready)
        for done, _ in streaming_bulk(client, actions, chunk_size=BATCH):
            assert done
        client.indices.refresh(index=bare)

    for first in (ours, theirs):  # the server's first writes are its slowest
        first()
    taken = [(_wall(ours), _wall(theirs)) for _ in range(rounds)]
    rates = [len(documents) / statistics.median(times) for times in zip(*taken, strict=True)]
    print(f"ours {rates[0]:,.0f} documents a second, streaming_bulk {rates[1]:,.0f}: {rates[0] / rates[1]:.2f} of bare")


def _requests(documents: Sequence[AdDocument], count: int, seed: int) -> Iterator[tuple[str, str, Request]]:
    for one in questions(documents, count, seed):
        limit, facets = (1, FACETS) if one.kind == "facets" else (HITS, ())
        yield one.kind, one.ours, Request(parse(one.ours), sort=Sort.RELEVANCE, limit=limit, facets=facets)


def _asking(
    backend: SearchBackend, client: Elasticsearch, index: str, asked: Iterator[tuple[str, str, Request]]
) -> None:
    taken: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for kind, text, request in asked:
        ready = body(request)

        def ours(text: str = text, request: Request = request) -> int:
            again = Request(parse(text), request.kind, request.sort, request.limit, None, request.facets)
            return backend.search(again).total

        def theirs(ready: dict[str, Any] = ready) -> int:
            found = client.search(index=index, **ready)["hits"]
            for hit in found["hits"]:
                orjson.loads(hit["_source"]["source"][0])
            return int(found["total"]["value"])

        assert ours() == theirs()
        for _ in range(3):
            taken[kind].append((_wall(ours), _wall(theirs)))
    print(f"{'kind':>9} {'ours p50':>9} {'bare p50':>9} {'x bare':>7}  milliseconds")
    for kind, times in taken.items():
        mine, bare = (statistics.median(one) * 1_000 for one in zip(*times, strict=True))
        print(f"{kind:>9} {mine:>9.2f} {bare:>9.2f} {mine / bare:>7.2f}")
    mine, bare = (sum(one) for one in zip(*(one for times in taken.values() for one in times), strict=True))
    print(f"{'all':>9} {'':>9} {'':>9} {mine / bare:>7.2f}")


def _wall(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
