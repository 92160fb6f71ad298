"""From files to a model in force by commands alone: train, evaluate, card, compare, promote, roll back."""

import json
import re
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner, Result

from models.cli import app
from store.errors import SidelightError
from store.workspace import Workspace
from tests.models.conftest import WORDS


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Ads and labels: every third is labelled and says that a manager sets the terms; each stands alone."""
    folder, random = tmp_path_factory.mktemp("files"), Random(3)
    ads, labels = [], ["ad_id,value"]
    for number in range(120):
        indicated = number % 3 == 0
        text = " ".join(random.choices(WORDS, k=30))
        ad = {
            "ad_id": f"s:{number}",
            "site": "s",
            "url": "",
            "posted_at": f"2026-{1 + number // 28:02}-{1 + number % 28:02}T12:00:00Z",
            "title": "",
            "body": text + (" my manager answers the phone" if indicated else " tea is served"),
        }
        ads.append(json.dumps(ad))
        labels.append(f"s:{number},{int(indicated)}")
    (folder / "ads.jsonl").write_text("\n".join(ads), "utf-8")
    (folder / "labels.csv").write_text("\n".join(labels), "utf-8")
    return folder / "ads.jsonl", folder / "labels.csv"


def run(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--workspace", str(workspace.root)])


@pytest.mark.slow
def test_from_files_to_a_carded_model_compared_with_the_scorecard(
    workspace: Workspace, files: tuple[Path, Path]
) -> None:
    ads, labels = map(str, files)
    made = run(workspace, "train", "--name", "may", "--ads", ads, "--labels", labels)
    assert made.exit_code == 0, made.output
    assert "learned from 72 groups (24 indicated)" in made.output
    measured = run(workspace, "evaluate", "may", "--ads", ads, "--labels", labels)
    assert "# Model card: may" in measured.output
    assert run(workspace, "card", "may").output == measured.output
    compared = json.loads(
        run(workspace, "compare", "may", "--ads", ads, "--labels", labels, "--replay", "2", "--json").output
    )
    assert compared["champion"] == "scorecard"
    assert [one["day"] for one in compared["replay"]] == ["2026-05-07", "2026-05-08"]
    told = run(workspace, "compare", "may", "--ads", ads, "--labels", labels).output.splitlines()
    assert told == compared["told"][: len(told)]
    assert told
    assert run(workspace, "promote", "may", "--why", "a test").exit_code == 0
    assert "scorecard is in force" in run(workspace, "promote", "scorecard").output
    assert "may is in force" in run(workspace, "promote", "--back").output
    said = run(workspace, "card", "may", "--consulted", "A survivor board", "--said", "Show what speaks against first.")
    assert "A survivor board" in said.output


def test_what_cannot_be_done_is_one_sentence(workspace: Workspace, files: tuple[Path, Path]) -> None:
    ads, _ = map(str, files)
    for words, reason in (
        (("train",), "no group has a label"),
        (("train", "--ads", ads), "--ads needs --labels"),
        (("evaluate", "nothing", "--ads", ads, "--labels", str(files[1])), "there is no model 'nothing'"),
        (("promote", "nothing"), "there is no model 'nothing'"),
        (("card", "../keys"), "no name for a model"),
        (("card", "may", "--consulted", "A survivor board"), "--consulted and --said go together"),
        (("promote",), "name a model to promote, or say --back"),
        (("promote", "may", "--back"), "name a model to promote, or say --back"),
        (("promote", "--back"), "nothing was promoted that could be taken back"),
    ):
        problem = run(workspace, *words).exception
        assert isinstance(problem, SidelightError)
        assert reason in str(problem)


def test_labels_are_imported_and_counted(workspace: Workspace, files: tuple[Path, Path]) -> None:
    labels = str(files[1])
    assert "120 labels added, 0 lines skipped" in run(workspace, "labels", "import", labels).output
    assert "0 labels added" in run(workspace, "labels", "import", labels).output
    assert run(workspace, "labels", "count").output.split() == [
        "80", "not", "trafficking", "(opinion)", "40", "trafficking-indicated", "(opinion)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("nowhere:1,1", "1 labels are about ads that .* does not hold .nowhere:1.; add these ads"),
        ("s:0,0", "1 ads have labels of one person that contradict each other .s:0.; keep the one that holds"),
    ],
)
def test_labels_that_do_not_fit_the_ads_say_what_to_change(
    workspace: Workspace, files: tuple[Path, Path], tmp_path: Path, more: str, message: str
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(files[1].read_text("utf-8") + f"\n{more}", "utf-8")
    problem = run(workspace, "train", "--ads", str(files[0]), "--labels", str(labels)).exception
    assert isinstance(problem, SidelightError)
    assert re.search(message, str(problem))
