"""Bytes per ad, measured: database, evidence, embedded index and, where a server is given, Elasticsearch.

    .venv/bin/python -m bench.sizing [--ads 20000] [--seed 7] [--elasticsearch URL] [--postgresql URL]

A rehearsal market is crawled over HTTP into a workspace and processed as on any day; then the folders are weighed. The figures
stand in docs/sizing.md. The indices that are made on a given server are removed again.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import func, select, text

import market
from crawlers.tables import ads, captures
from indexer import stage as index_stage
from market.make import make
from market.server import serve
from operations.daily import Sources, daily
from store.database import connect
from store.settings import Settings
from store.workspace import Workspace, open_workspace

SITES = Path(market.__file__).parent / "sites"
PREFIX = "sizing"


def weight(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def lived(root: Path, count: int, seed: int) -> Workspace:
    """A workspace after a day with a market of `count` ads."""
    folder = root / "market"
    make(folder, seed=seed, ads=count, days=14)
    workspace = open_workspace(root / "workspace", Settings())
    with serve(folder, port=0) as server:
        daily(workspace, Sources(folders=[SITES], origin=server.origin))
    return workspace


def on_disk(workspace: Workspace) -> dict[str, int]:
    """What the folders of a workspace weigh, the database after it was tidied as a nightly VACUUM would."""
    with workspace.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.commit()
        database = (workspace.root / "sidelight.db").stat().st_size
        free = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
        page = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    return {
        "database (SQLite)": database - free * page,
        "evidence (WARC)": weight(workspace.captures),
        "index (embedded)": weight(workspace.index),
    }


def on_elasticsearch(workspace: Workspace, url: str) -> dict[str, int]:
    """What the same documents weigh on a server, merged to one segment, and one with no copies."""
    from elasticsearch import Elasticsearch

    settings = workspace.settings.model_copy(update={"search_url": SecretStr(url), "search_prefix": PREFIX})
    other = Workspace(workspace.root, settings)
    with Elasticsearch(url, request_timeout=600) as client:
        try:
            index_stage.rebuild(other)
            grown = _stored(client)
            client.indices.forcemerge(index=f"{PREFIX}-*", max_num_segments=1)
            return {"index (Elasticsearch)": grown, "index (Elasticsearch, merged)": _stored(client)}
        finally:
            other.close()
            for name in list(client.indices.get(index=f"{PREFIX}-*")):
                client.indices.delete(index=name)


def _stored(client: object) -> int:
    from elasticsearch import Elasticsearch

    assert isinstance(client, Elasticsearch)
    client.indices.refresh(index=f"{PREFIX}-*")
    answer = client.indices.stats(index=f"{PREFIX}-*", metric="store")
    return int(answer["_all"]["primaries"]["store"]["size_in_bytes"])


def on_postgresql(workspace: Workspace, url: str) -> dict[str, int]:
    """What the same rows weigh on PostgreSQL, with its indexes, right after they were written."""
    from sqlalchemy import make_url

    from store import migrations
    from store.database import chunks
    from store.schema import metadata

    with _database(url) as name:
        target = connect(make_url(url).set(database=name).render_as_string(hide_password=False))
        migrations.upgrade(target)
        with workspace.read() as source, target.begin() as sink:
            for table in metadata.sorted_tables:
                rows = source.execution_options(yield_per=1000).execute(select(table))
                for part in chunks(rows, 1000):
                    sink.execute(table.insert(), [row._asdict() for row in part])
        with target.connect() as connection:
            size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        target.dispose()
    return {"database (PostgreSQL)": int(size)}


@contextmanager
def _database(url: str) -> Iterator[str]:
    owner = connect(url).execution_options(isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {PREFIX}"))
        connection.execute(text(f"CREATE DATABASE {PREFIX}"))
    try:
        yield PREFIX
    finally:
        with owner.connect() as connection:
            connection.execute(text(f"DROP DATABASE {PREFIX}"))
        owner.dispose()


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ads", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--elasticsearch", metavar="URL")
    options.add_argument("--postgresql", metavar="URL")
    chosen = options.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sidelight-sizing-") as folder:
        workspace = lived(Path(folder), chosen.ads, chosen.seed)
        with workspace.read() as connection:
            there = connection.execute(select(func.count()).select_from(ads)).scalar_one()
            pages = connection.execute(select(func.count()).select_from(captures)).scalar_one()
        print(f"seed {chosen.seed}: {there:,} ads, {pages:,} captures, {time.monotonic() - began:.0f} s", flush=True)
        weights = on_disk(workspace)
        if chosen.elasticsearch:
            weights |= on_elasticsearch(workspace, chosen.elasticsearch)
        if chosen.postgresql:
            weights |= on_postgresql(workspace, chosen.postgresql)
        workspace.close()
    for what, size in weights.items():
        print(f"{what:<32}{size / 2**20:10,.1f} MiB {size / there:10,.0f} bytes per ad")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
