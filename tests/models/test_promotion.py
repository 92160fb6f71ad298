"""A model comes into force only with a card, an evaluation and no loss against the scorecard; every step is audited."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from models import bias, cards, inforce, promotion, retraining, seals
from models.cases import Cases, cases
from models.comparison import compare, shadow
from models.folders import CARD, MANIFEST, METRICS, ModelError, load
from models.labels import Source
from models.priority import Published
from models.promotion import PromotionError
from nlp.pipeline import version
from store.tables import audit_events
from store.workspace import Workspace
from tests.models.conftest import labelled


@pytest.fixture
def folder(workspace: Workspace, trained: Path) -> Path:
    """A trained, evaluated, carded and sealed model in the workspace."""
    made = Path(shutil.copytree(trained, workspace.trained / "challenger"))
    seals.seal(workspace, made)
    return made


def edit(workspace: Workspace, folder: Path, **values: object) -> None:
    """Other figures, with their card and seal: as if the evaluation had found them."""
    metrics = json.loads((folder / METRICS).read_text("utf-8"))
    (folder / METRICS).write_text(json.dumps({**metrics, **values}), "utf-8")
    cards.write(folder)
    seals.seal(workspace, folder)


def test_a_promoted_model_is_in_force_and_the_scorecard_rolls_back(workspace: Workspace, folder: Path) -> None:
    assert inforce.standing(workspace).model == Published()
    promotion.promote(workspace, folder.name, why="better on May", pipeline=version())
    standing = inforce.standing(workspace)
    assert standing.model.label == load(folder).label
    promotion.promote(workspace, "scorecard", why="roll back", pipeline=version())
    assert inforce.standing(workspace).model == Published()
    assert inforce.standing(workspace).version != standing.version
    with workspace.read() as connection:
        rows = connection.execute(select(audit_events.c.action, audit_events.c.reason)).all()
    assert [tuple(row) for row in rows] == [("promote", "better on May"), ("promote", "roll back")]


def test_a_model_that_no_longer_loads_leaves_the_scorecard_in_force_with_the_reason(
    workspace: Workspace, folder: Path
) -> None:
    promotion.promote(workspace, folder.name, why="", pipeline=version())
    (folder / "model.skops").write_bytes(b"")
    standing = inforce.standing(workspace)
    assert standing.model == Published()
    assert "is not the file that was sealed" in str(standing.fallen_back)


def test_no_card_no_evaluation_or_an_old_one_is_refused(workspace: Workspace, folder: Path) -> None:
    (folder / CARD).write_text("older", "utf-8")
    with pytest.raises(PromotionError, match="card"):
        promotion.promote(workspace, folder.name, why="", pipeline=version())
    edit(workspace, folder, digest="of another model")
    with pytest.raises(PromotionError, match="another model"):
        promotion.promote(workspace, folder.name, why="", pipeline=version())
    (folder / METRICS).unlink()
    with pytest.raises(ModelError, match="no evaluation"):
        promotion.promote(workspace, folder.name, why="", pipeline=version())
    with workspace.read() as connection:
        assert inforce.promoted(connection) == "scorecard"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"difference": {"value": -0.01, "interval": [-0.05, 0.03]}}, "may be worse than the scorecard"),
        ({"difference": {"value": None, "interval": None}}, "too few groups"),
        ({"near_copies_in_training": 3}, "near-copies"),
    ],
)
def test_a_loss_a_leak_or_too_few_groups_are_refused(
    workspace: Workspace, folder: Path, values: dict[str, object], reason: str
) -> None:
    edit(workspace, folder, **values)
    with pytest.raises(PromotionError, match=reason):
        promotion.promote(workspace, folder.name, why="", pipeline=version())


@pytest.mark.slow
def test_a_rehearsal_model_needs_a_word_that_this_is_a_rehearsal(workspace: Workspace) -> None:
    made = workspace.trained / "market"
    rows = cases(*labelled(source=Source.MARKET))
    retraining.train(rows, made, pipeline=version())
    retraining.evaluate(rows, made)
    assert "**Rehearsal only.**" in cards.write(made)
    seals.seal(workspace, made)
    with pytest.raises(PromotionError, match="--rehearsal"):
        promotion.promote(workspace, "market", why="", pipeline=version())
    assert promotion.promote(workspace, "market", why="", pipeline=version(), rehearsal=True).model == "market"


def test_the_card_tells_limits_and_shows_not_measured_where_nothing_was(workspace: Workspace, folder: Path) -> None:
    edit(workspace, folder, difference={"value": None, "interval": None})
    told = (folder / CARD).read_text("utf-8")
    assert "Average precision less the scorecard's: not measured" in told
    assert "## Who was consulted\n\nNobody yet." in told
    assert not cards.stale(folder)


@pytest.mark.slow
def test_a_card_is_older_than_a_model_that_was_evaluated_again(
    workspace: Workspace, folder: Path, corpus: Cases
) -> None:
    """What the figures say has changed, so the card tells of another model than the one in the folder."""
    retraining.evaluate(corpus, folder, capacity=7)
    assert cards.stale(folder)
    with pytest.raises(PromotionError, match="card of 'challenger' is missing or older"):
        promotion.promote(workspace, folder.name, why="", pipeline=version())


def test_who_was_consulted_stands_on_the_card(workspace: Workspace, folder: Path) -> None:
    cards.consult(folder, "Public defender's office", "2026-11-20", "Show what speaks against.")
    assert cards.stale(folder)
    assert "- Public defender's office, 2026-11-20: Show what speaks against." in cards.write(folder)
    assert "Nobody yet" not in (folder / CARD).read_text("utf-8")


def test_a_model_that_tells_group_words_apart_is_refused(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that masking does not know stand for group words it has missed: the swap moves the value, and that is found."""
    leaky = {
        "leak": {
            "frames": ["Tea is ready. {}"],
            "words": ["I like the river.", "She is not allowed to leave the house."],
        }
    }
    monkeypatch.setattr(bias, "DATA", {**bias.DATA, **dict.fromkeys(bias.LANGUAGES, leaky)})
    with pytest.raises(PromotionError, match=r"fails the bias test: \d+ of \d+ swaps"):
        promotion.promote(workspace, folder.name, why="", pipeline=version())
    with workspace.read() as connection:
        assert inforce.promoted(connection) == "scorecard"


def test_a_rollback_takes_one_promotion_back_and_the_next_the_one_before(
    workspace: Workspace, folder: Path, trained: Path
) -> None:
    second = workspace.trained / "second"
    shutil.copytree(trained, second)
    manifest = json.loads((second / MANIFEST).read_text("utf-8"))
    (second / MANIFEST).write_text(json.dumps({**manifest, "name": "second"}), "utf-8")
    cards.write(second)
    seals.seal(workspace, second)
    for name in ("challenger", "second"):
        promotion.promote(workspace, name, why="", pipeline=version())
    names = [promotion.back(workspace, why="worse in June", pipeline=version()).model for _ in range(2)]
    assert names == ["challenger", "scorecard"]
    assert inforce.standing(workspace).model == Published()
    with pytest.raises(PromotionError, match="nothing was promoted"):
        promotion.back(workspace, why="", pipeline=version())
    with workspace.read() as connection:
        actions = connection.execute(select(audit_events.c.action).order_by(audit_events.c.seq)).scalars().all()
    assert actions == ["promote", "promote", "roll back", "roll back"]


def test_a_refusal_is_audited_too(workspace: Workspace, folder: Path) -> None:
    (folder / CARD).unlink()
    with pytest.raises(PromotionError):
        promotion.promote(workspace, folder.name, why="in a hurry", pipeline=version())
    with workspace.read() as connection:
        rows = connection.execute(select(audit_events.c.action, audit_events.c.reason)).all()
    assert [tuple(row) for row in rows] == [("promotion refused", "in a hurry")]


def test_champion_and_challenger_are_compared_on_the_same_groups(corpus: Cases, folder: Path) -> None:
    model = load(folder)
    assert compare(corpus, model, model)["difference"] == {"value": 0.0, "interval": [0.0, 0.0]}
    views, _ = labelled(30)
    same = shadow(views, Published(), Published(), 5)
    assert (same.enter, same.leave, same.stay) == ((), (), 5)
    routed = [replace(view, readings={}) for view in views]
    assert shadow(routed, model, Published(), 5).stay == 0
