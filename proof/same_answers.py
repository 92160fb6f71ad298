"""Both engines give the same answers: ids, facets, and which of two ads comes first, for thousands of generated queries.

    .venv/bin/python -m proof.same_answers --search-url http://127.0.0.1:9200 [--queries 2000] [--ads 4000] [--seed 8]
        [--workspace W]

Makes a rehearsal market and processes it (or takes the workspace W), puts its documents into an embedded index and into
Elasticsearch, and asks both. It ends with 1 where an answer differs, or where fewer than 80 % have 1 to 1,000 hits.
"""

import argparse
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from indexer import stage
from indexer.backend import Request, SearchBackend
from indexer.engine import open_backend
from indexer.fields import FACETS
from indexer.parse import parse
from indexer.query import All, Node, QueryError, ranks
from indexer.records import AdDocument, Facet, Sort
from indexer.resolve import resolve
from proof.query_grammar import Grammar
from store.settings import Settings
from store.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[1]
TOGETHER = 50
MOST = 1_000
PAGE = 500
# An ad is clearly before another where its score is this share greater. The embedded index counts groups among the documents
# that a word's rarity is measured by, the other only what has words: nearer ones may change places.
CLEAR = 0.25
FACETS_OF = 10  # facets are compared for every so many queries: all of them take long


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one query came to on both engines."""

    query: str
    hits: int
    differences: tuple[str, ...]


def compare(
    workspace: Workspace, first: SearchBackend, second: SearchBackend, queries: Iterable[str]
) -> Iterator[Outcome]:
    """Ask both engines every query."""
    waiting: list[tuple[str, Node]] = []
    for number, text in enumerate(queries):
        tree = parse(text)
        nodes = [resolve(tree, one, workspace) for one in (first, second)]
        if nodes[0] != nodes[1]:
            yield Outcome(text, 0, ("resolved to different ids",))
            continue
        waiting.append((text, nodes[0]))
        if len(waiting) == TOGETHER:
            yield from _compare(first, second, waiting, facets_from=number + 1 - TOGETHER)
            waiting = []
    yield from _compare(first, second, waiting, facets_from=0)


def _compare(
    first: SearchBackend, second: SearchBackend, asked: Sequence[tuple[str, Node]], facets_from: int
) -> Iterator[Outcome]:
    requests = [
        Request(node, sort=Sort.TIME, limit=PAGE, facets=FACETS if (facets_from + place) % FACETS_OF == 0 else ())
        for place, (_, node) in enumerate(asked)
    ]
    ranked = [Request(node, sort=Sort.RELEVANCE, limit=50) for _, node in asked]
    pages = [(one.search_many(requests), one.search_many(ranked)) for one in (first, second)]
    for place, (text, _) in enumerate(asked):
        here, there = (page[0][place] for page in pages)
        found: list[str] = []
        if here.total != there.total:
            found.append(f"{here.total} and {there.total} hits")
        ids = [[one.document.key for one in answer.found] for answer in (here, there)]
        if ids[0] != ids[1]:
            found.append(f"other ids, such as {sorted(set(ids[0]) ^ set(ids[1]))[:3] or 'none: another order'}")
        if _ordered(here.facets) != _ordered(there.facets):
            found.append("other facets")
        if ranks(parse(text)):
            found += _misplaced(
                *({one.document.key: one.relevance or 0 for one in page[1][place].found} for page in pages)
            )
        yield Outcome(text, here.total, tuple(found))


def _ordered(facets: Iterable[Facet]) -> list[tuple[str, list[tuple[str, int]]]]:
    return [(one.field, sorted(one.counts)) for one in facets]


def _misplaced(here: dict[str, float], there: dict[str, float]) -> list[str]:
    """Where one engine clearly puts an ad before another and the other engine clearly does not."""
    both = [key for key in here if key in there]
    for place, key in enumerate(both):
        for other in both[place + 1 :]:
            if here[key] > here[other] * (1 + CLEAR) and there[other] > there[key] * (1 + CLEAR):
                return [f"{key} before {other} in one, after it in the other"]
    return []


def documents(backend: SearchBackend) -> list[AdDocument]:
    """Every ad of an index."""
    found: list[AdDocument] = []
    request = Request(All(), sort=Sort.TIME, limit=PAGE)
    while True:
        page = backend.search(request).found
        found += [one.document for one in page if isinstance(one.document, AdDocument)]
        if len(page) < PAGE:
            return found
        request = Request(All(), sort=Sort.TIME, limit=PAGE, after=page[-1].after)


def readable(grammar: Grammar, count: int) -> list[str]:
    """So many different queries of the grammar that can be read: a place of a document may be unknown to the gazetteer."""
    found: dict[str, None] = {}
    while len(found) < count:
        text = grammar.query()
        try:
            parse(text)
        except QueryError:
            continue
        found[text] = None
    return list(found)


def _made(root: Path, ads: int, seed: int) -> Path:
    market, workspace = root / "market", root / "workspace"
    workspace.mkdir()
    for words in (
        ["market", "make", str(market), "--seed", str(seed), "--ads", str(ads)],
        ["import", "ads", str(market / "ads.jsonl"), "--workspace", str(workspace)],
        ["process", "--workspace", str(workspace)],
    ):
        subprocess.run([sys.executable, "-m", "sidelight", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return workspace


def main() -> None:
    """Make both indexes, ask, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search-url", required=True)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--ads", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--workspace", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="same-answers-") as folder:
        root = chosen.workspace or _made(Path(folder), chosen.ads, chosen.seed)
        settings = Settings(search_url=SecretStr(chosen.search_url), search_prefix=f"same-{secrets.token_hex(4)}")
        embedded, elastic = open_workspace(root, Settings()), open_workspace(root, settings)
        stage.ready(embedded)
        stage.rebuild(elastic)
        first, second = open_backend(embedded), open_backend(elastic)
        try:
            held = documents(first)
            queries = readable(Grammar(held, chosen.seed), chosen.queries)
            started = time.monotonic()
            outcomes = list(compare(embedded, first, second, queries))
        finally:
            second.client.indices.delete(index=f"{settings.search_prefix}-*")  # type: ignore[attr-defined]
    sys.exit(_report(outcomes, len(held), time.monotonic() - started))


def _report(outcomes: Sequence[Outcome], ads: int, seconds: float) -> int:
    some = sum(1 <= one.hits <= MOST for one in outcomes)
    different = [one for one in outcomes if one.differences]
    for one in different[:20]:
        print(f"{one.query!r}: {'; '.join(one.differences)}")
    print(
        f"{len(outcomes):,} queries over {ads:,} ads in {seconds:.0f} s: {some / len(outcomes):.1%} with 1 to {MOST:,} hits"
    )
    print(f"{len(different):,} answered differently")
    return 1 if different or some < 0.8 * len(outcomes) else 0


if __name__ == "__main__":
    main()
