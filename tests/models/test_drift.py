"""A shift of what comes in is told within a week, an ordinary week is calm, and after an alarm the scorecard ranks."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from sqlalchemy import insert

from models import promotion, seals
from models.drift import Drift, drift, psi
from models.inforce import standing
from models.priority import Published
from models.tables import drift_checks
from models.views import GroupView
from nlp.pipeline import version
from store.schema import now
from store.workspace import Workspace
from tests.models.conftest import START, WORDS, Facts, make_view
from tests.models.test_training_commands import run

SHIFT = 80  # day of the planted shift
NEW_WORDS = [f"{first}{second}" for first in ("kite", "moss", "harp", "fern") for second in "abcdefghijklmnop"]


def market(days: int, *, shift: str = "", a_day: int = 8) -> list[GroupView]:
    """So many groups each day; from SHIFT on they write in other words, or stop naming ages."""
    random, made = Random(11), []
    for day in range(days):
        late = shift and day >= SHIFT
        for number in range(a_day):
            words = NEW_WORDS if late and shift == "vocabulary" else WORDS
            says = ("third_party_control",) if random.random() < 0.4 and not (late and shift == "vocabulary") else ()
            facts = Facts(
                hours=24 * day + number,
                name=random.choice(["Ana", "Bea", "Cleo"]),
                age="" if late and shift == "ages" else random.choice(["24", "31", ""]),
                says=says,
                masked=" ".join(random.choices(words, k=25)),
            )
            made.append(make_view([facts] * 2, name=f"g{day:03}-{number:02}"))
    return made


def after(day: int) -> datetime:
    return START + timedelta(days=day)


def checked(views: Sequence[GroupView], days: range) -> list[Drift]:
    return [drift(views, after(day)) for day in days]


@pytest.mark.slow
@pytest.mark.parametrize("shift", ["vocabulary", "ages"])
def test_a_planted_shift_is_told_within_seven_days(shift: str) -> None:
    views = market(SHIFT + 8, shift=shift)
    alarms = [found.alarm for found in checked(views, range(SHIFT, SHIFT + 8))]
    assert not alarms[0]
    assert any(alarms[1:8])
    assert alarms[-1]


@pytest.mark.slow
def test_ordinary_weeks_are_calm() -> None:
    views = market(100)
    assert not any(found.alarm for found in checked(views, range(70, 100, 2)))


@pytest.mark.slow
def test_groups_that_go_on_and_grow_are_no_drift() -> None:
    random, made = Random(5), []
    for day in range(0, 70, 1):
        for number in range(4):
            lasts = random.choice([1, 1, 2, 8, 40])  # days; a young archive holds the long ones in its last week
            facts = [
                Facts(
                    hours=24 * (day + step) + number,
                    name=random.choice(["Ana", "Bea", "Cleo"]),
                    says=("third_party_control",) if random.random() < 0.3 else (),
                    masked=" ".join(random.choices(WORDS, k=25)),
                )
                for step in range(0, lasts, 3)
                if day + step < 70
            ]
            made.append(make_view(facts, name=f"g{day:03}-{number}"))
    assert [found.why for found in checked(made, range(30, 70, 3)) if found.alarm] == []


def test_what_drifted_is_said_worst_first() -> None:
    found = drift(market(SHIFT + 7, shift="vocabulary"), after(SHIFT + 7))
    assert found.why.startswith("unknown words went from")
    assert {one.name for one in found.measures if one.drifted} >= {"unknown words", "third_party_control"}


def test_too_little_is_not_measured() -> None:
    found = drift(market(60, a_day=1), after(60))
    assert not found.alarm
    assert "not measured" in found.why or "as before" in found.why
    assert drift([], after(0)).why.startswith("not measured")


def test_the_index_is_nothing_for_equal_parts_and_grows_with_the_difference() -> None:
    part = np.array([0.0, 0.1, 0.5, 0.9] * 50)
    assert psi(part, part) == pytest.approx(0)
    assert 0 < psi(part, np.where(part == 0.0, 0.9, part)) < psi(part, np.full(200, 0.9))


def alarm(workspace: Workspace, *, on: bool, later: timedelta = timedelta()) -> None:
    row = {"made_at": now() + later, "at": now(), "model": "challenger", "alarm": on, "figures": {"why": "value rose"}}
    with workspace.begin() as connection:
        connection.execute(insert(drift_checks).values(row))


def test_after_an_alarm_the_scorecard_ranks_until_a_calm_check_or_a_promotion(
    workspace: Workspace, trained: Path
) -> None:
    seals.seal(workspace, Path(shutil.copytree(trained, workspace.trained / "challenger")))
    promotion.promote(workspace, "challenger", why="better", pipeline=version())
    assert standing(workspace).model.label.startswith("challenger")
    alarm(workspace, on=True)
    assert isinstance(standing(workspace).model, Published)
    assert standing(workspace).fallen_back == "what comes in has drifted: value rose"
    alarm(workspace, on=False)
    assert standing(workspace).fallen_back is None
    alarm(workspace, on=True, later=timedelta(seconds=-60))
    assert standing(workspace).model.label.startswith("challenger")  # promoted after it, knowing of it


def test_a_check_of_an_empty_workspace_is_kept_and_calm(workspace: Workspace) -> None:
    from models.drift_checks import check

    assert not check(workspace).alarm
    assert replace(check(workspace), measures=()).why.startswith("not measured")


def test_the_command_says_drift_or_calm_with_its_reason_and_proposes_nothing_where_nothing_is_stored(
    workspace: Workspace,
) -> None:
    said = run(workspace, "drift").output
    assert re.match(r"calm on \d{4}-\d\d-\d\d: ", said), said
    told = json.loads(run(workspace, "drift", "--json").output)
    assert told["alarm"] is False
    assert told["why"] in said
    assert run(workspace, "drift", "--terms").output == ""
