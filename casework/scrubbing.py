"""After a purge: groups, scores and index follow, and no file of the workspace holds the freed bytes any longer."""

from dataclasses import dataclass

from sqlalchemy import delete, select, text

from casework.casetables import tombstones
from crawlers.captures import Damage, verify
from crawlers.tables import ads, capture_tombstones, captures
from indexer import stage as index_stage
from linker import stage as link_stage
from models import stage as score_stage
from nlp import stage as read_stage
from store.keys import blind
from store.tables import failures, pending
from store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands for what was forgotten, and every sign that some of it is still here (empty: none)."""

    ads: int
    captures: int
    cases: int
    problems: tuple[str, ...]


def finish(workspace: Workspace) -> None:
    """Bring what follows from the ads up to date, then write index and database anew without the freed bytes."""
    for stage in (read_stage, link_stage, score_stage):
        stage.run(workspace)
    index_stage.run(workspace)
    with workspace.begin() as connection:
        # No watch has anything to say of an ad that is gone, and nothing failed that still matters.
        known = select(ads.c.ad_id)
        connection.execute(
            delete(pending).where(pending.c.stage.in_(("watch", "standing")), pending.c.item.not_in(known))
        )
        connection.execute(delete(failures).where(failures.c.stage == "read", failures.c.item.not_in(known)))
    index_stage.rebuild(workspace)
    with workspace.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if workspace.engine.dialect.name == "sqlite":
            raw = connection.connection.driver_connection
            for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.execute(statement).fetchall()  # type: ignore[union-attr]
        else:
            connection.execute(text("VACUUM"))


def prove(workspace: Workspace) -> Proof:
    """Hold the tombstones against the store and every byte of the evidence."""
    with workspace.read() as connection:
        graves = connection.execute(select(tombstones)).all()
        gone_captures = {row.capture: row.at for row in connection.execute(select(capture_tombstones))}
        fallen = {row.identifier: row.at for row in graves if row.kind == "ad"}
        problems = [
            f"ad {row.ad_id} is here, and was purged on {fallen[one]:%Y-%m-%d}"
            for row in connection.execute(select(ads.c.ad_id, ads.c.first_seen))
            if (one := blind(workspace, f"ad:{row.ad_id}")) in fallen and row.first_seen <= fallen[one]
        ]
        problems += [
            f"capture {row.capture_id} is here, and was purged"
            for row in connection.execute(select(captures.c.capture_id))
            if blind(workspace, f"capture:{row.capture_id}") in gone_captures
        ]
    problems += [f"{one.warc_file}: {one.problem}" for one in verify(workspace) if isinstance(one, Damage)]
    return Proof(len(fallen), len(gone_captures), sum(row.kind == "case" for row in graves), tuple(problems))
