"""Records per second of `import warc` beside a bare warcio loop with the same parser, and memory over a large file.

    .venv/bin/python -m bench.importing [--ads 3000] [--rounds 3] [--gigabytes 1]

The archive holds the ad pages of a rehearsal market as a crawler keeps them: a request and a response for each. The bare loop
reads the responses with warcio and gives them to the parser; ours also checks digests, keeps the archive, and writes
captures, ads and sightings. Each turn is a process of its own; seconds are CPU seconds of the work, in a workspace that
stands. `--gigabytes`
then imports a file of that size, packed, most of it pages of other sites, and prints the most memory the process held
after a tenth and at the end.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median

import orjson
from rich.console import Console
from rich.table import Table
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.archives import hosts_of, import_warc, site_of
from crawlers.errors import PageError
from crawlers.page import Page
from crawlers.parse import parse
from crawlers.sites import Site, load_site
from market.make import make
from market.server import Market
from store.settings import Settings
from store.workspace import open_workspace

ROOT = Path(__file__).parents[1]
ORIGIN = "127.0.0.1:8600"
PATHS = {"harbor": "/harbor/ad/", "lantern": "/lantern/ad/"}
GOAL = 0.7
SHOT = 40_000  # bytes of a foreign page, which cannot be packed
FOREIGN = 100  # such pages, over and over
AMONG = 20  # foreign pages to one ad page in the large file
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def sites() -> dict[str, Site]:
    """The market's sites that show each ad on a page of HTML."""
    return {name: load_site(ROOT / "market" / "sites" / name, trusted=False) for name in PATHS}


def pages(folder: Path, ads: int) -> Iterator[tuple[str, bytes, str]]:
    """Address, body and content type of every ad page of a market."""
    make(folder, seed=1, ads=ads)
    market = Market(folder)
    for name, path in PATHS.items():
        for native in market.catalogue.view(name, None).by_id:
            answer = market.answer(f"{path}{native}")
            yield f"http://{ORIGIN}{path}{native}", answer.body, answer.content_type


class Archive:
    """A WARC file as a crawler would have written it."""

    def __init__(self, path: Path) -> None:
        self.out = path.open("wb")
        self._writer = WARCWriter(self.out, gzip=True, warc_version="1.1")
        self._number = 0

    def add(self, url: str, body: bytes, kind: str) -> None:
        """A request and its response, a second after the one before."""
        self._number += 1
        at = {"WARC-Date": datetime.fromtimestamp(BEGAN.timestamp() + self._number, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        asked = StatusAndHeaders("/ HTTP/1.1", [("Host", ORIGIN)], protocol="GET")
        head = StatusAndHeaders("200 OK", [("Content-Type", kind), ("Server", "harbor")], protocol="HTTP/1.1")
        make_record, write = self._writer.create_warc_record, self._writer.write_record
        write(make_record(url, "request", http_headers=asked, warc_headers_dict=dict(at)))
        write(make_record(url, "response", BytesIO(body), len(body), http_headers=head, warc_headers_dict=dict(at)))


def bare(path: Path) -> tuple[Counter[str], float]:
    """warcio and the parser, and nothing else."""
    known, counts = hosts_of(sites()), Counter[str]()
    began = time.process_time()
    with path.open("rb") as handle:
        for record in ArchiveIterator(handle):
            counts["records"] += record.rec_type == "response"
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type != "response" or (site := site_of(url, known)) is None:
                continue
            kind = record.http_headers.get_header("Content-Type") or ""
            try:
                counts["ads"] += len(parse(site, Page(url, record.content_stream().read(), kind)).ads)
            except PageError:
                counts["without"] += 1
    return counts, time.process_time() - began


def ours(path: Path, every: int) -> tuple[Counter[str], float]:
    """`import warc` into a new workspace."""
    peaks: list[int] = []

    def progress(records: int) -> None:
        if every and not peaks and records >= every:
            peaks.append(_peak())

    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        workspace = open_workspace(Path(name), Settings())
        known, began = sites(), time.process_time()
        counts = Counter(import_warc(workspace, known, path, sys.stderr.write, progress).counts)
        seconds = time.process_time() - began
        workspace.close()
    return counts + Counter(early=peaks[0] if peaks else 0, late=_peak()), seconds


def _peak() -> int:
    """MiB held at the most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def turn(who: str, path: Path, every: int = 0) -> dict[str, float]:
    """One import in a process of its own: counts and CPU seconds."""
    command = [sys.executable, "-m", "bench.importing", "--turn", who, str(path), "--every", str(every)]
    return dict(orjson.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout))


def large(path: Path, ads: list[tuple[str, bytes, str]], gigabytes: float) -> int:
    """Fill a file to that size; returns how many responses it holds."""
    archive, rng, count = Archive(path), Random(7), 0
    begun = [archive.out.tell()]
    for number in range(FOREIGN):
        archive.add(f"http://elsewhere.example/{number}", rng.randbytes(SHOT), "text/html")
        begun.append(archive.out.tell())
    archive.out.flush()
    foreign = [path.read_bytes()[a:b] for a, b in pairwise(begun)]
    count = FOREIGN
    while archive.out.tell() < gigabytes * 1e9:
        if count % AMONG:
            archive.out.write(foreign[count % FOREIGN])
        else:
            archive.add(*ads[count // AMONG % len(ads)])
        count += 1
    archive.out.close()
    return count


def main() -> None:
    """Print the tables. Exit status 1 where the goal was missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ads", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gigabytes", type=float, default=0.0)
    parser.add_argument("--turn", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--every", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.turn:
        who, path = asked.turn
        counts, seconds = bare(Path(path)) if who == "bare" else ours(Path(path), asked.every)
        print(orjson.dumps({**counts, "seconds": seconds}).decode())
        return
    console, good = Console(width=110), True
    with tempfile.TemporaryDirectory() as scratch:
        ads = list(pages(Path(scratch) / "market", asked.ads))
        path = Path(scratch) / "archive.warc.gz"
        archive = Archive(path)
        for one in ads:
            archive.add(*one)
        archive.out.close()
        took: dict[str, list[dict[str, float]]] = {"bare warcio": [], "import warc": []}
        for _ in range(asked.rounds):
            for who, found in took.items():
                found.append(turn(who.split()[0], path))
        table = Table("who", "responses", "ads", "per CPU-second", "MiB at the most")
        speeds = {who: median(one["records"] / one["seconds"] for one in found) for who, found in took.items()}
        for who, found in took.items():
            facts = (f"{found[0][key]:,.0f}" if key in found[0] else "" for key in ("records", "ads"))
            table.add_row(who, *facts, f"{speeds[who]:,.0f}", str(found[0].get("late", "")))
        ratio = speeds["import warc"] / speeds["bare warcio"]
        table.add_row("ratio", "", "", f"{ratio:.2f} (goal {GOAL})", "")
        console.print(table)
        good = ratio >= GOAL
        if asked.gigabytes:
            path.unlink()
            count = large(path, ads, asked.gigabytes)
            found = turn("import", path, count // 10)
            console.print(
                f"{path.stat().st_size / 1e9:.2f} GB, {count:,} responses, {found['ads']:,.0f} ads in {found['seconds']:,.0f} "
                f"CPU-seconds: {found['early']:.0f} MiB at the most after a tenth, {found['late']:.0f} MiB at the end"
            )
    sys.exit(not good)


if __name__ == "__main__":
    main()
