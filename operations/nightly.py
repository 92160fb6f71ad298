"""What is done once a night: forgetting what is past its time, and holding the index against the store."""

from collections.abc import Callable, Mapping

from store.workspace import Workspace


def _retention(workspace: Workspace) -> str:
    from casework import retention, scrubbing
    from store import audit
    from store.audit import Act, Via

    done = retention.purge(workspace)
    if done.ads or done.captures or done.cases:
        scrubbing.finish(workspace)
    facts = {"ads": done.ads, "files": done.files, "held": done.held}
    audit.append(workspace, Act(audit.operator(), Via.SCHEDULE, "purge", "workspace", str(workspace.root), facts=facts))
    return f"{done.ads} ads purged, {done.held} kept for standing decisions, {done.files} evidence files deleted"


def _reconcile(workspace: Workspace) -> str:
    from indexer import stage

    drift = stage.reconcile(workspace)
    return f"index: {len(drift.missing)} missing, {len(drift.stale)} stale, {len(drift.extra)} extra documents"


def _sweep(workspace: Workspace) -> str:
    from casework.watching import runs

    return f"watches: {runs.sweep(workspace)} alerts that had been missed"


def _canary(workspace: Workspace) -> str:
    from casework.watching import canaries

    return f"planted {canaries.plant(workspace)}"


# In this order; the work returns a line for the job's record. What they change is processed right after.
NIGHTLY: Mapping[str, Callable[[Workspace], str]] = {
    "retention": _retention,
    "reconcile": _reconcile,
    "sweep": _sweep,
    "canary": _canary,
}
