"""Reconcile finds what was done to an index behind the store's back: 50 drifts planted, on either engine.

    .venv/bin/python -m proof.drift [--search-url http://127.0.0.1:9200] [--ads 5000] [--seed 8]

Documents dropped, documents of ads that never were, older states put back, and texts edited; then reconcile has to name them
all, no other, and the next run has to mend them. Ends with 1 where it does not.
"""

import argparse
import logging
import secrets
import sys
import tempfile
import time
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from elasticsearch import Elasticsearch
from pydantic import SecretStr
from sqlalchemy import select, update

from crawlers.tables import ads
from indexer import documents, stage
from indexer.backend import SearchBackend, Write
from indexer.engine import open_backend
from indexer.records import AD, AdDocument
from proof.search_faults import ids, put, unmappable
from store.settings import Settings
from store.tables import counter
from store.workspace import Workspace, open_workspace


def plant(
    workspace: Workspace, backend: SearchBackend, each: int, seed: int, spare: Collection[str] = ()
) -> dict[str, set[str]]:
    """So many drifts of each of four kinds; the keys that reconcile has to name, by what it has to call them."""
    draw = Random(seed)
    with workspace.read() as connection:
        every = list(connection.execute(select(ads.c.ad_id).order_by(ads.c.ad_id)).scalars())
        chosen = draw.sample([one for one in every if f"{AD}:{one}" not in spare], 3 * each)
        made = documents.build(connection, AD, chosen)
        version = connection.execute(select(counter.c.value)).scalar_one() + 1_000
    dropped, older, edited = ([made[one] for one in chosen[place::3]] for place in range(3))
    extra = [replace(one, ad_id=f"{one.ad_id}-never") for one in dropped if isinstance(one, AdDocument)]
    writes = [Write(one.key, version, None) for one in dropped]
    writes += [Write(one.key, version, one) for one in extra]
    writes += [Write(one.key, version, replace(one, last_seen=one.last_seen - timedelta(days=1))) for one in older]
    writes += [
        Write(one.key, version, replace(one, body=f"{one.body} and more"))
        for one in edited
        if isinstance(one, AdDocument)
    ]
    backend.write(writes)
    backend.publish(version)
    with workspace.begin() as connection:  # versions only grow: what is put down next is later than what drifted
        connection.execute(update(counter).values(value=version + 1))
    return {
        "missing": {one.key for one in dropped},
        "stale": {one.key for one in (*older, *edited)},
        "extra": {one.key for one in extra},
    }


def main() -> None:
    """Plant, reconcile, mend, reconcile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search-url")
    parser.add_argument("--ads", type=int, default=5_000)
    parser.add_argument("--each", type=int, default=13, help="drifts of each of the four kinds; 13 make 52")
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    prefix = f"proof-{secrets.token_hex(4)}"
    url = SecretStr(chosen.search_url) if chosen.search_url else None
    aside = {f"{AD}:{one}" for one in unmappable(chosen.ads)} if url else set()
    with tempfile.TemporaryDirectory(prefix="drift-") as folder:
        workspace = open_workspace(Path(folder) / "workspace", Settings(search_url=url, search_prefix=prefix))
        put(workspace, ids(chosen.ads))
        stage.run(workspace)
        backend = open_backend(workspace)
        planted = plant(workspace, backend, chosen.each, chosen.seed, aside)
        backend.close()
        began = time.process_time()
        drift = stage.reconcile(workspace)
        took = time.process_time() - began
        found = {"missing": set(drift.missing) - aside, "stale": set(drift.stale), "extra": set(drift.extra)}
        stage.run(workspace)
        after = stage.reconcile(workspace)
        left = {*after.missing, *after.stale, *after.extra} - aside
    if chosen.search_url:
        with Elasticsearch(chosen.search_url) as client:
            for index in client.indices.get(index=f"{prefix}-*"):
                client.indices.delete(index=index)
    for name, keys in planted.items():
        print(f"{name:>8}: {len(found[name] & keys)} of {len(keys)} planted, {len(found[name] - keys)} others")
    print(f"{len(left)} left after the next run; reconcile of {chosen.ads:,} ads took {took:.1f} s of CPU")
    sys.exit(0 if found == planted and not left else 1)


if __name__ == "__main__":
    main()
