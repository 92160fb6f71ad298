"""Crawling as other rooms ask for it: one call, one process of its own (a reactor runs once), verdicts from the store."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from crawlers import runs
from crawlers.errors import CrawlError
from crawlers.manifest import netloc
from crawlers.project import user_agent
from crawlers.records import RunVerdict
from crawlers.sites import Site, discover
from store.errors import SettingsError, StoppedError, UsageError
from store.workspace import Workspace


def crawl(
    workspace: Workspace,
    names: Iterable[str] | None = None,
    sites: Sequence[Path] = (),
    origin: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
    notice: Callable[[str], None] = lambda _: None,
) -> list[RunVerdict]:
    """Crawl the named sites (all, where `names` is None) found in the workspace and the folders `sites`.

    `origin` (host:port) stands in for the host of every start address. `progress` is told how many pages are kept so far,
    `notice` what an operator should know at once (the disk is full).
    A site that cannot be begun gets a red verdict and the rest goes on. An interrupted run is taken up again.
    Raises UsageError for an unknown name, StoppedError after Ctrl-C, CrawlError where the process or the disk failed.
    """
    found, broken = discover(workspace, sites)
    wanted = sorted({*found, *broken}) if names is None else list(dict.fromkeys(names))
    for name in wanted:
        if name not in found and name not in broken:
            known = ", ".join(sorted(found)) or "none"
            raise UsageError(f"no site {name!r} in {workspace.sites} or --sites; known are: {known}")
    verdicts = [runs.refuse(workspace, name, str(broken[name])) for name in wanted if name in broken]
    good = [name for name in wanted if name in found]
    _need_contact(workspace, [found[name].at(origin) for name in good])
    if good:
        order = {
            "workspace": str(workspace.root),
            "sites": [str(folder.resolve()) for folder in sites],
            "names": good,
            "origin": origin,
        }
        verdicts += _run(workspace, order, progress, notice)
    return sorted(verdicts, key=lambda one: one.site)


def _run(
    workspace: Workspace, order: dict[str, Any], progress: Callable[[int], None], notice: Callable[[str], None]
) -> list[RunVerdict]:
    command = [sys.executable, "-m", "crawlers.process"]
    # Its own process group: Ctrl-C on the terminal reaches it once, through us.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0) as process:
        if process.stdin is None or process.stdout is None:
            raise CrawlError("the crawling process has no pipes")
        process.stdin.write(orjson.dumps(order, option=orjson.OPT_APPEND_NEWLINE))
        process.stdin.flush()
        with _forwarding(process) as stopped:
            ended, problems = _follow(process.stdout, progress, notice)
            status = process.wait()
    if problems:
        raise CrawlError(f"{'; '.join(problems)}; run it again to go on")
    if stopped:
        raise StoppedError("stopped at a safe point; run it again to go on")
    if status != 0:
        raise CrawlError(f"the crawling process ended with status {status}; run it again to go on")
    with workspace.read() as connection:
        return [verdict for run_id in ended if (verdict := runs.verdict(connection, run_id)) is not None]


def _follow(
    reports: IO[bytes], progress: Callable[[int], None], notice: Callable[[str], None]
) -> tuple[list[str], list[str]]:
    """Runs that were worked on, and what went wrong, as the process reports it."""
    pages: dict[str, int] = {}
    ended, problems = [], []
    for line in reports:
        try:
            report = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if "pages" in report:
            pages[report["site"]] = report["pages"]
            progress(sum(pages.values()))
        elif "notice" in report:
            notice(f"{report['site']}: {report['notice']}")
        elif report.get("problem"):
            problems.append(f"{report['site']}: {report['problem']}")
        else:
            ended.append(report["run_id"])
    return ended, problems


@contextmanager
def _forwarding(process: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """While inside, a signal to stop is handed on; the list holds those that came."""
    came: list[int] = []

    def forward(number: int, _frame: object) -> None:
        came.append(number)
        process.send_signal(number)

    try:
        before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:
        before = {}  # not the main thread: signals are somebody else's there
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _need_contact(workspace: Workspace, sites: Iterable[Site]) -> None:
    for site in sites:
        outside = {netloc(url) for url in site.manifest.start} - set(site.manifest.allow_private)
        if outside and not workspace.settings.contact:
            raise SettingsError(
                f"site {site.name!r} is on {min(outside)}: set 'contact' in {workspace.root / 'sidelight.toml'} to an e-mail "
                f"or web address first, so that its operator can reach you (it is sent as {user_agent('contact')!r})"
            )
