"""What is installed, reachable, behind or broken, in plain words, with what to do about it.

Each check is a function that yields findings; one that raises is itself a finding, so the rest still runs.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import func, select

from crawlers.records import Ad
from operations.findings import Finding, Grade
from store import health, outbox, pending
from store.errors import SidelightError
from store.health import State
from store.settings import FILE_NAME, Settings, load_settings
from store.tables import failures
from store.workspace import Workspace, locate, open_workspace

LOW_DISK = 2 * 1024**3
BEHIND = 1_000


def examine(given: Path | None, *, deep: bool = False) -> list[Finding]:
    """Every finding about the installation and the workspace at `given` (or where the settings say it is).

    `deep` also looks at what a running service needs, and sends a marked ad there and back, which is removed again.
    """
    findings = [*_guarded("reading", _reading)]
    root = locate(given)
    try:
        load_settings(root)
        workspace = open_workspace(given)
        probe = root / f".doctor-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except SidelightError as problem:
        return [
            Finding("workspace", Grade.BROKEN, str(problem), "mend what it names, then run doctor again"),
            *findings,
        ]
    except OSError as problem:
        text = f"the workspace {root} cannot be written: {problem.strerror}"
        return [Finding("workspace", Grade.BROKEN, text, "check owner, mount and free space"), *findings]
    findings.insert(0, Finding("workspace", Grade.OK, f"{root}, tables up to date"))
    checks = dict(CHECKS)
    if deep:
        from operations.deep import DEEP

        checks |= DEEP
    for topic, check in checks.items():
        findings += _guarded(topic, lambda check=check: check(workspace))  # type: ignore[misc]
    workspace.close()
    return findings


def _guarded(topic: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(check())
    except SidelightError as problem:
        return [Finding(topic, Grade.BROKEN, str(problem), getattr(problem, "remedy", ""))]
    except Exception as problem:
        return [Finding(topic, Grade.BROKEN, f"the check itself failed: {type(problem).__name__}: {problem}")]


def _reading() -> Iterator[Finding]:
    """The reader's data: tokenizer and pipeline, lexicons, gazetteer, phone metadata, tried on one sentence."""
    text = "Anna, 24, in Austin, TX. Call (512) 555-0143."
    try:
        # The lexicons and word lists are read when the module is.
        from nlp.pipeline import read_ads

        reading = next(iter(read_ads([Ad("doctor:1", "doctor", "", None, body=text, region="US")])))
    except (OSError, ValueError, ImportError, SidelightError) as problem:
        yield Finding(
            "reading",
            Grade.BROKEN,
            f"ads cannot be read, because data of the reader is missing or damaged: {problem}",
            "remove .venv and run ./sidelight again to install it anew; check nlp/ with git status",
        )
        return
    found = {mention.value for mention in reading.mentions}
    missing = {"+15125550143", "24"} - found
    if missing:
        yield Finding(
            "reading",
            Grade.BROKEN,
            f"the reader missed {sorted(missing)} in its own test sentence",
            "remove .venv and run ./sidelight again to install it anew",
        )
    else:
        yield Finding("reading", Grade.OK, f"pipeline {reading.version}, lexicons and gazetteer in place")


def _disk(workspace: Workspace) -> Iterator[Finding]:
    free = shutil.disk_usage(workspace.root).free
    if free < LOW_DISK:
        yield Finding(
            "disk", Grade.BROKEN, f"only {free / 1024**2:,.0f} MiB are free on {workspace.root}", "free some space"
        )
    else:
        yield Finding("disk", Grade.OK, f"{free / 1024**3:,.0f} GiB free")


def _database(workspace: Workspace) -> Iterator[Finding]:
    with workspace.read() as connection:
        if connection.dialect.name == "sqlite":
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if verdict != "ok":
                yield Finding(
                    "database",
                    Grade.BROKEN,
                    f"SQLite finds damage: {verdict}",
                    "restore the last backup: sidelight restore",
                )
                return
    yield Finding("database", Grade.OK, workspace.engine.url.render_as_string(hide_password=True))


def _search(workspace: Workspace) -> Iterator[Finding]:
    from indexer.backend import State as Index
    from indexer.engine import open_backend

    remedies = {
        Index.MISSING: "sidelight index rebuild (a new workspace gets its index with the first sidelight daily)",
        Index.OUT_OF_DATE: "sidelight index rebuild",
        Index.UNAVAILABLE: "start it and check search_url, or remove search_url to use the embedded engine",
    }
    found = open_backend(workspace).health()
    if found.state is Index.READY:
        yield Finding("search", Grade.OK, f"{found.engine}, {found.documents:,} documents")
        return
    grade = Grade.NOTE if found.state is Index.MISSING else Grade.BROKEN
    yield Finding("search", grade, f"{found.engine}: the index is {found.state}: {found.detail}", remedies[found.state])


def _model(workspace: Workspace) -> Iterator[Finding]:
    from models.inforce import standing

    found = standing(workspace)
    if found.fallen_back is None:
        yield Finding("model", Grade.OK, f"groups are ranked by {found.model.label}")
    else:
        text = f"the promoted model cannot be used, so the scorecard ranks: {found.fallen_back}"
        yield Finding("model", Grade.BROKEN, text, "sidelight promote scorecard, or train and promote another")


def _backlog(workspace: Workspace) -> Iterator[Finding]:
    with workspace.read() as connection:
        for stage in ("read", "link", "score", "watch", "standing"):
            waiting = pending.count(connection, stage)
            if waiting:
                grade = Grade.NOTE if waiting >= BEHIND else Grade.OK
                yield Finding(f"stage {stage}", grade, f"{waiting:,} items wait", "sidelight process")
        waiting, refused = outbox.count(connection)
        if waiting:
            yield Finding("stage index", Grade.NOTE, f"{waiting:,} documents wait to be indexed", "sidelight process")
        if refused:
            text = f"{refused:,} documents could not be made, or the engine refused them"
            yield Finding(
                "stage index", Grade.BROKEN, text, "sidelight pending index, then sidelight pending index --retry"
            )
        rows = connection.execute(
            select(failures.c.stage, func.count().label("n"), func.min(failures.c.error).label("error")).group_by(
                failures.c.stage
            )
        )
        for row in rows:
            text = f"{row.n:,} items were set aside, such as: {row.error}"
            remedy = f"sidelight pending {row.stage} names them; mended, sidelight pending {row.stage} --retry"
            yield Finding(f"stage {row.stage}", Grade.BROKEN, text, remedy)


def _sites(workspace: Workspace) -> Iterator[Finding]:
    from crawlers.sites import discover

    manifests, broken = discover(workspace)
    for problem in broken.values():
        yield Finding("sites", Grade.BROKEN, str(problem), "mend the manifest, then sidelight sites check")
    if not (manifests or broken):
        yield Finding("sites", Grade.NOTE, "no site is set up", "sidelight sites new NAME --from URL")
    if manifests and not workspace.settings.contact:
        remedy = f'set contact = "you@example.org" in {workspace.root / FILE_NAME}'
        yield Finding("sites", Grade.NOTE, "the crawler's user agent names no contact", remedy)
    with workspace.read() as connection:
        for row in health.latest(connection):
            if row.state is not State.GREEN:
                grade = Grade.BROKEN if row.state is State.RED else Grade.NOTE
                yield Finding(
                    f"site {row.site}", grade, f"{row.measure}: {row.reason}", f"sidelight sites report {row.site}"
                )


def _schedule(workspace: Workspace) -> Iterator[Finding]:
    from operations import jobs
    from operations.schedule import LOCK
    from store.locks import is_held

    running = is_held(workspace, LOCK)
    with workspace.read() as connection:
        known = jobs.every(connection).values()
    for job in known:
        if job.state == jobs.FAILED:
            yield Finding("schedule", Grade.BROKEN, f"{job.job} failed: {job.result}", "sidelight schedule --show")
        elif job.cut_short and not running:
            yield Finding("schedule", Grade.NOTE, f"{job.job} was cut short", "sidelight schedule goes on with it")
    if known:
        yield Finding("schedule", Grade.OK, "a scheduler is running" if running else "no scheduler is running just now")


def _settings(workspace: Workspace) -> Iterator[Finding]:
    changed = [name for name in Settings.model_fields if name in workspace.settings.model_fields_set]
    yield Finding("settings", Grade.OK, f"set: {', '.join(sorted(changed))}" if changed else "all at their defaults")


CHECKS: dict[str, Callable[[Workspace], Iterator[Finding]]] = {
    "settings": _settings,
    "disk": _disk,
    "database": _database,
    "search": _search,
    "model": _model,
    "backlog": _backlog,
    "sites": _sites,
    "schedule": _schedule,
}
