"""Sites full of hostile answers, crawled in one process beside a good one: what comes through, what is named, what it costs."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crawlers.records import RunVerdict
from proof.hostile_answers import GROUPS, further
from proof.hostile_server import Answer, Server, ad, page, served, watch, write_site
from store.workspace import Workspace

GOOD = 5


@dataclass(frozen=True, slots=True)
class Bombed:
    """How it went: answers tried, those a verdict did not name, sites whose good ads did not all come, peak memory in MiB."""

    answers: int
    unnamed: list[str]
    short: list[str]
    memory: float


def bomb(workspace: Workspace, groups: Collection[str] = tuple(GROUPS), leave: Collection[str] = ()) -> Bombed:
    """Crawl the groups, without the answers in `leave`, and a good site, all at once."""
    chosen = {group: {name: made for name, made in GROUPS[group]().items() if name not in leave} for group in groups}
    server = Server(otherwise=further)
    with served(server):
        for group, answers in chosen.items():
            _offer(server, group, {name: answer for name, (answer, _) in answers.items()})
            write_site(workspace, server, group)
        _offer(server, "good", {})
        write_site(workspace, server, "good")
        watched = watch(workspace, [*chosen, "good"])
    verdicts = watched.verdicts
    unnamed = [
        f"{group}/{name}"
        for group, answers in chosen.items()
        for name, (_, expected) in answers.items()
        if not _is_named(verdicts[group], f"/{group}/{name}", expected)
    ]
    short = [name for name, one in verdicts.items() if one.counts["ads"] < GOOD]
    return Bombed(sum(map(len, chosen.values())), unnamed, short, watched.memory)


def _offer(server: Server, group: str, answers: dict[str, Answer]) -> None:
    paths = [f"/{group}/{name}" for name in answers]
    for path, answer in zip(paths, answers.values(), strict=True):
        server.pages[path] = answer
    good = [f"/{group}/ad/{number}" for number in range(GOOD)]
    for number, path in enumerate(good):
        server.pages[path] = ad(number)
    server.pages[f"/{group}/"] = page("".join(f'<a class="ad" href="{path}">x</a>' for path in _mixed(good, paths)))


def _mixed(good: Sequence[str], bad: Sequence[str]) -> list[str]:
    """The good ones first, between and last."""
    return [good[0], *bad[: len(bad) // 2], *good[1:3], *bad[len(bad) // 2 :], *good[3:]]


def _is_named(verdict: RunVerdict, path: str, expected: str) -> bool:
    mine = [reason for reason in verdict.reasons if re.search(rf"{re.escape(path)}[:,; ?]", reason)]
    return any(re.search(expected, reason) for reason in mine)
