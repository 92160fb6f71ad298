"""Listings without an end beside a good site: where each stops, what its verdict says, and what they cost the good one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from proof.hostile_server import Answer, Server, ad, page, served, watch, write_site
from store.health import State
from store.workspace import Workspace

ADS = 20
PER_PAGE = 10
PAGES_ALLOWED = 400  # the traps' budget of pages
PACE = {"delay": 2, "concurrency": 1, "autothrottle": False}  # what a manifest has when it says nothing


@dataclass(frozen=True, slots=True)
class Trapped:
    """How it went: by trap, the pages it cost beyond the site's own, and what was wrong; seconds of the good site."""

    pages: dict[str, int]
    wrong: list[str]
    alone: float
    beside: float

    @property
    def slower(self) -> float:
        """Share by which the traps slowed the good site down."""
        return self.beside / self.alone - 1


def _link(target: str, kind: str) -> str:
    return f'<a class="{kind}" href="{target}">x</a>'


def _token(path: str) -> str:
    return sha256(path.encode()).hexdigest()[:20]


def _calendar(path: str) -> str:
    day = date.fromisoformat(path.rpartition("/")[2] if path.count("-") else "2026-01-15").replace(day=15)
    return _link(f"/calendar/on/{day + timedelta(days=30)}", "next")


def _session(path: str) -> str:
    return _shown("/session/ad/0", "/session/ad/1") + _link(f"/session/?visitor={_token(path)}", "next")


def _pages(path: str) -> str:
    number = int(path.rpartition("=")[2]) if "=" in path else 1000
    return _shown("/pages/ad/1") + _link(f"/pages/more?page={number + 1}", "next")


def _query(path: str) -> str:
    query = urlsplit(path).query
    return _link(f"/query/find?back={query.replace('=', '-')}x", "next")


def _path(path: str) -> str:
    return _link(f"{urlsplit(path).path.rstrip('/')}/again", "next")


def _duplicates(path: str) -> str:
    words = _token(path).translate(str.maketrans("0123456789", "ghijklmnop"))
    return _shown("/duplicates/ad/2", "/duplicates/ad/3") + _link(f"/duplicates/{words}", "next")


TRAPS: dict[str, Callable[[str], str]] = {
    "calendar": _calendar,
    "session": _session,
    "pages": _pages,
    "query": _query,
    "path": _path,
    "duplicates": _duplicates,
}


def _shown(*paths: str) -> str:
    return "".join(_link(path, "ad") for path in paths)


def _site(name: str, number: int, ads: int) -> Server:
    """A listing of real ads, whose last page leads into the trap of that name."""
    trap = TRAPS.get(name)
    last = (ads - 1) // PER_PAGE

    def otherwise(path: str) -> Answer | None:
        if path.startswith(f"/{name}/ad/"):
            return ad(path.rpartition("/")[2])
        return page(trap(path)) if trap and path.startswith(f"/{name}/") else None

    server = Server(f"127.0.0.{number}", otherwise=otherwise)
    for index in range(last + 1):
        shown = _shown(*(f"/{name}/ad/{one}" for one in range(index * PER_PAGE, min(ads, (index + 1) * PER_PAGE))))
        onward = f"/{name}/list/{index + 1}" if index < last else f"/{name}/in" if trap else ""
        server.pages[f"/{name}/list/{index}" if index else f"/{name}/"] = page(shown + _link(onward, "next"))
    return server


def trap(open_scratch: Callable[[str], Workspace], ads: int = ADS, pace: dict[str, object] = PACE) -> Trapped:
    """Crawl the good site alone, then beside every trap, each in a workspace of its own."""
    servers = {name: _site(name, number, ads) for number, name in enumerate(["good", *TRAPS], start=11)}
    with served(*servers.values()):
        alone, together = open_scratch("alone"), open_scratch("together")
        for workspace, names in ((alone, ["good"]), (together, list(servers))):
            for name in names:
                budget = {"pages": PAGES_ALLOWED if name in TRAPS else 20_000}
                write_site(workspace, servers[name], name, pace=pace, budget=budget)
        watch(alone, ["good"])
        seconds = _span(servers["good"])
        second = watch(together, list(servers))
    own = ads + (ads - 1) // PER_PAGE + 1
    pages = {name: second.verdicts[name].counts["pages"] - own for name in TRAPS}
    wrong = [
        f"{name}: {verdict.state.value}, {verdict.counts['ads']} ads: {'; '.join(verdict.reasons)}"
        for name, verdict in second.verdicts.items()
        if verdict.counts["ads"] != ads or (name in TRAPS and not _alarmed(name, verdict.state, verdict.counts))
    ]
    return Trapped(pages, wrong, seconds, _span(servers["good"]))


def _span(server: Server) -> float:
    """Seconds from the first request to the last; the next span begins anew."""
    first, last = server.times[0], server.times[-1]
    server.times.clear()
    return last - first


def _alarmed(name: str, state: State, counts: object) -> bool:
    return state is State.AMBER and f"trap.{name}" in dict(counts)  # type: ignore[call-overload]


def scratch(folder: Path) -> Callable[[str], Workspace]:
    """Opens workspaces in `folder`."""
    from store.settings import Settings
    from store.workspace import open_workspace

    return lambda name: open_workspace(folder / name, Settings())
