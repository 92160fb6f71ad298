"""Readers agree as far as kappa says, chance taken off; weak labels are the indicators' own, and stay apart."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score
from typer.testing import CliRunner

from models import labels
from models.agreement import FEWEST, agreement
from models.cli import app
from models.labels import Label, Shown, Source, Tier, Value
from models.weak import ballots, dawid_skene, lines, weak_labels
from store.workspace import Workspace
from tests.models.conftest import labelled

AT = datetime(2026, 5, 1, tzinfo=UTC)
YES, NO = Value.INDICATED, Value.NOT


def read(who: str, said: Sequence[Value], *, day: int = 0, shown: Shown | None = None) -> list[Label]:
    moment = AT + timedelta(days=day)
    return [
        Label(f"g{number}", (), value, Tier.OPINION, who, moment, Source.DECISION, shown=shown)
        for number, value in enumerate(said)
    ]


def test_readers_who_always_agree_have_a_kappa_of_one() -> None:
    said = [YES, NO] * 10
    [both] = agreement([*read("ana", said), *read("ben", said)])
    assert (both.kappa, both.same, both.interval, both.groups) == (1.0, 1.0, (1.0, 1.0), 20)


def test_kappa_is_that_of_the_published_formula() -> None:
    # 45 yes-yes, 15 yes-no, 25 no-yes, 15 no-no: 60 % alike; 65 % of all readings are yes.
    one, other = [YES] * 60 + [NO] * 40, [YES] * 45 + [NO] * 15 + [YES] * 25 + [NO] * 15
    [both] = agreement([*read("ana", one), *read("ben", other)])
    assert both.kappa == pytest.approx((0.6 - (0.65**2 + 0.35**2)) / (1 - (0.65**2 + 0.35**2)), abs=1e-4)
    assert both.interval is not None
    assert both.interval[0] < both.kappa < both.interval[1]


def test_cleared_and_not_trafficking_are_one_answer_and_a_readers_newest_word_counts() -> None:
    first, second = [NO, YES] * 10, [Value.CLEARED, YES] * 10
    given = [*read("ana", first), *read("ben", [YES] * 20), *read("ben", second, day=1)]
    assert agreement(given)[0].kappa == 1.0


def test_pairs_are_told_apart_where_there_are_three_and_too_few_groups_are_not_measured() -> None:
    said = [YES, NO] * 10
    every = [*read("ana", said), *read("ben", said), *read("cleo", said[: FEWEST - 1])]
    found = {one.readers: one.kappa for one in agreement(every)}
    assert found == {("ana", "ben", "cleo"): 1.0, ("ana", "ben"): 1.0, ("ana", "cleo"): None, ("ben", "cleo"): None}
    assert "not measured" in agreement([])[0].sentence


def test_a_second_reading_with_the_first_on_screen_is_said_to_be_one() -> None:
    said = [YES, NO] * 10
    seen = Shown(0.5, "review", "review", "ranked", (), (), others=1)
    assert "20 readings were given with another's verdict on screen" in (
        agreement([*read("ana", said), *read("ben", said, shown=seen)])[0].sentence
    )


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(list(Value)), st.sampled_from(list(Value))), min_size=FEWEST, max_size=40))
def test_kappa_is_at_most_one_and_is_none_where_only_one_answer_was_given(said: list[tuple[Value, Value]]) -> None:
    [both] = agreement([*read("ana", [one for one, _ in said]), *read("ben", [other for _, other in said])])
    assert both.kappa is None or -1 <= both.kappa <= 1


def test_the_command_prints_the_agreement_of_the_ledger(workspace: Workspace) -> None:
    with workspace.begin() as connection:
        labels.record_all(connection, [*read("ana", [YES, NO] * 10), *read("ben", [YES, NO] * 10)])
    root = ["--workspace", str(workspace.root)]
    assert "ana and ben: kappa 1.00 (1.00 to 1.00)" in CliRunner().invoke(app, ["labels", "agreement", *root]).stdout
    told = CliRunner().invoke(app, ["labels", "agreement", "--json", *root]).stdout
    assert json.loads(told)["kappa"] == 1.0


def test_weak_labels_find_who_is_right_without_any_label() -> None:
    random = np.random.default_rng(5)
    y = random.random(4_000) < 0.1
    recall, alarms = np.array([0.9, 0.7, 0.6, 0.5]), np.array([0.05, 0.1, 0.02, 0.5])
    votes = np.where(y[:, None], random.random((4_000, 4)) < recall, random.random((4_000, 4)) < alarms)
    found = dawid_skene(["copies", "control", "places", "wording"], votes, prevalence=0.1)
    assert found.prevalence == pytest.approx(0.1, abs=0.02)
    assert [one.recall for one in found.readers] == pytest.approx(recall, abs=0.07)
    assert [one.false_alarms for one in found.readers] == pytest.approx(alarms, abs=0.03)
    counted = votes.sum(axis=1)
    assert average_precision_score(y, found.posterior) > average_precision_score(y, counted)


def test_independence_never_speaks_for_and_a_family_reads_once() -> None:
    views, given_labels = labelled(60)
    found = weak_labels(views, 0.3)
    assert all(one.recall >= one.false_alarms for one in found.readers)
    y = [one.value is YES for one in given_labels]
    assert average_precision_score(y, found.posterior) > 0.9
    families, votes = ballots(np.zeros((0, 26)))
    assert len(set(families)) == len(families) == votes.shape[1]


def test_no_groups_have_no_weak_labels_and_a_line_is_no_label() -> None:
    assert len(weak_labels([], 0.01).posterior) == 0
    views, _ = labelled(6)
    assert {key for line in lines(views, weak_labels(views, 0.3)) for key in line} == {"group_id", "ad_ids", "weak"}


def test_the_command_writes_weak_labels_and_leaves_the_ledger_alone(workspace: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "weak.jsonl"
    result = CliRunner().invoke(app, ["labels", "weak", str(target), "--workspace", str(workspace.root)])
    assert result.exit_code == 0
    with workspace.read() as connection:
        assert labels.standing(connection) == []
