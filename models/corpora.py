"""Where labelled groups come from: the ledger with the workspace's groups, or a file of ads with a file of labels."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from crawlers.adlines import parse_ad
from linker.stored import group_ids_of
from models import folders, labels, seals
from models.cases import Cases, cases
from models.comparison import Moves, compare, shadow
from models.grouping import stored_views, views_of
from models.inforce import SCORECARD, promoted
from models.labelfiles import LabelFile
from models.labels import Label
from models.priority import Model, Published
from models.splits import held_out
from models.stored import load_priorities
from models.views import GroupView
from nlp.pipeline import version
from store import audit
from store.errors import UsageError
from store.jsonlines import LineReader
from store.workspace import Workspace


def corpus(workspace: Workspace, label_file: Path | None, ad_file: Path | None) -> tuple[Cases, str]:
    """Labelled groups and the version of the reading behind them. Reading the workspace's ads is recorded first."""
    found, given = _labelled(workspace, label_file, ad_file)
    made = cases(found, given)
    if not len(made):
        raise UsageError(
            "no group has a label that says yes or no; decide on queue entries, or: sidelight labels import FILE"
        )
    return made, version()


def material(
    workspace: Workspace, label_file: Path | None, ad_file: Path | None
) -> tuple[list[GroupView], list[Label]]:
    """Groups and labels as they are, for what rewrites ads or goes back in time. The look is recorded first."""
    views, given = _labelled(workspace, label_file, ad_file)
    return views, list(given)


def rivals(
    workspace: Workspace, challenger: str, champion: str | None, label_file: Path | None, ad_file: Path | None
) -> dict[str, Any]:
    """Both models on the groups neither has seen, and the moves in a queue of the team's capacity; `told` is for people."""
    with workspace.read() as connection:
        champion = champion or promoted(connection)
    found, given = _labelled(workspace, label_file, ad_file)
    labelled = cases(found, given)
    ours, theirs = _model(workspace, challenger), _model(workspace, champion)
    seen = frozenset(one for name in (challenger, champion) for one in _seen(workspace, name))
    rows = held_out(labelled, seen)
    figures = compare(labelled.take(rows), ours, theirs)
    moves = shadow(found, ours, theirs, workspace.settings.queue_capacity)
    return {
        "challenger": challenger,
        "champion": champion,
        **figures,
        "moves": _moves(moves),
        "told": _told(figures, moves),
    }


def import_file(workspace: Workspace, name: str) -> tuple[int, int]:
    """Put a file's labels in the ledger, each with the group its ads are in now; returns how many were added and skipped."""
    read = LabelFile(name, who=audit.operator())
    given = list(read)
    with workspace.begin() as connection:
        owner = group_ids_of(connection, sorted({ad_id for one in given for ad_id in one.ad_ids}))
        placed = [_placed(one, owner) for one in given]
        known = load_priorities(connection, sorted({one.group_id for one in placed if one.group_id}))
        placed = [replace(one, shown=labels.shown(known.get(one.group_id))) for one in placed]
        added = labels.record_all(connection, placed)
        act = audit.Act(audit.operator(), audit.Via.COMMAND, "import labels", "file", name, facts={"labels": added})
        audit.append(workspace, act, connection)
    return added, read.skipped


def _placed(label: Label, owner: dict[str, str]) -> Label:
    if label.group_id:
        return label
    groups = Counter(owner[ad_id] for ad_id in label.ad_ids if ad_id in owner)
    return replace(label, group_id=min(groups, key=lambda one: (-groups[one], one)) if groups else "")


def _labelled(
    workspace: Workspace, label_file: Path | None, ad_file: Path | None
) -> tuple[list[GroupView], Iterable[Label]]:
    if ad_file is not None and label_file is not None:
        views, given = views_of(LineReader(str(ad_file), parse_ad)), list(LabelFile(str(label_file)))
        _fit_together(views, given, label_file, ad_file)
        return views, given
    if ad_file is not None:
        raise UsageError("--ads needs --labels: a file that says which of these ads are what")
    act = audit.Act(audit.operator(), audit.Via.COMMAND, "learn", "workspace", str(workspace.root))
    audit.append(workspace, act)
    with workspace.read() as connection:
        given = labels.standing(connection)
    return list(stored_views(workspace)), list(LabelFile(str(label_file))) if label_file else given


def _fit_together(views: list[GroupView], given: list[Label], label_file: Path, ad_file: Path) -> None:
    """Raises UsageError where labels are about ads that are not there, or one person says two things of one ad."""
    there = {ad_id for view in views for ad_id in view.group.ad_ids}
    if unknown := sorted({ad_id for one in given for ad_id in one.ad_ids} - there):
        raise UsageError(
            f"{label_file}: {len(unknown)} labels are about ads that {ad_file} does not hold ({', '.join(unknown[:3])}); add "
            "these ads, or take the labels out"
        )
    said: dict[tuple[str, str], set[str]] = {}
    for one in given:
        for ad_id in one.ad_ids:
            said.setdefault((ad_id, one.who), set()).add(one.value.value)
    if torn := sorted(ad_id for (ad_id, _), values in said.items() if len(values) > 1):
        raise UsageError(
            f"{label_file}: {len(torn)} ads have labels of one person that contradict each other ({', '.join(torn[:3])}); "
            "keep the one that holds, or say in the column 'who' who gave which"
        )


def _model(workspace: Workspace, name: str) -> Model:
    return Published() if name == SCORECARD else seals.load(workspace, name, version())


def _seen(workspace: Workspace, name: str) -> frozenset[str]:
    return frozenset() if name == SCORECARD else folders.read_seen(folders.place(workspace.trained, name))


def _moves(moves: Moves) -> dict[str, Any]:
    return {"capacity": moves.capacity, "enter": list(moves.enter), "leave": list(moves.leave), "stay": moves.stay}


def _told(figures: dict[str, Any], moves: Moves) -> list[str]:
    found = figures["difference"]
    measured = (
        f"average precision differs by {found['value']:+.4f} ({found['interval'][0]:+.4f} to {found['interval'][1]:+.4f})"
        if found["value"] is not None
        else "not measured: too few held-out groups of both kinds"
    )
    return [
        f"{figures['n']} held-out groups, {figures['positives']} indicated: {measured}",
        f"queue of {moves.capacity}: {moves.stay} stay, {len(moves.enter)} enter, {len(moves.leave)} leave",
        *(f"  enters {group_id}" for group_id in moves.enter),
        *(f"  leaves {group_id}" for group_id in moves.leave),
    ]
