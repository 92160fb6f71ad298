"""How fast embedded search answers and indexes, beside bare tantivy and SQLite FTS5 on the same text.

    .venv/bin/python -m bench.searching --workspace W [--ads 100000] [--queries 100] [--seed 8] [--keep FOLDER]

Takes the ads of W's index (more than it has are made by giving ads the title of another), builds the three anew, and asks
100 queries of each of 8 kinds: 20 stored hits and the total, or three facets with the total. Ours is asked as the search
page asks: from the text of the query, every hit a document. The three take turns query by query, each once unmeasured.
Times are CPU of the asking thread, so that a busy machine does not count; highlights stand apart.

Index rates are CPU of the whole process, merges included. Ours starts from documents: it folds the text, makes the forms a
value is found under, sort keys and JSON, and indexes all fields. Bare tantivy is shown three times. As documents stand, it
starts from the same documents, folds the text, makes JSON and indexes every field of theirs as it is: like for like, but for
the other forms and orders that ours makes. With 8 fields it indexes a fifth of them: it does less. With the same fields it
is given them ready-made, so it does nothing but index: what ours loses against it is the making of fields, all of it.
"""

import argparse
import gc
import math
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import tantivy

from bench.searching_rivals import FACETS, HITS, Bare, Fts, fill_plain, fill_same, text_of
from indexer.backend import Request, Write
from indexer.embedded import Embedded, fields
from indexer.fields import FIELDS, Holds
from indexer.highlight import highlights
from indexer.parse import parse
from indexer.query import All
from indexer.records import AdDocument, Sort
from store.workspace import open_workspace

BATCH = 500
WIDTHS = (9, 8, 9, 8, 7, 9, 8, 6, 7)
READY = 20_000  # documents whose fields are held in memory at once
SAMPLE = 20_000  # ads whose words queries are made of


@dataclass(frozen=True, slots=True)
class Question:
    """One query in each engine's terms; FTS5 has no fuzzy words and knows no other writing of a phone."""

    kind: str
    ours: str
    bare: Callable[[Bare], Any]
    fts: tuple[str, tuple[str, ...]] | None


def questions(documents: Sequence[AdDocument], count: int, seed: int) -> Iterator[Question]:
    """So many of each kind. Words are drawn evenly over how common they are: half in more than 1 ad of 50."""
    draw = Random(seed)
    sample = draw.sample(documents, min(SAMPLE, len(documents)))
    texts = [text_of(one).split() for one in sample]
    seen = Counter(word for text in texts for word in set(text) if word.isalpha() and len(word) > 3)
    common = [word for word, ads in sorted(seen.items()) if ads * 50 > len(sample)]
    rarer = [word for word, ads in sorted(seen.items()) if ads * 50 <= len(sample) and ads > 3]
    phones = [value for ad in sample[:2_000] for value in ad.phones if value[1:].isdigit()]

    def word(longer: int = 0) -> str:
        return next(
            one for one in iter(lambda: draw.choice(common if draw.random() < 0.5 else rarer), "") if len(one) > longer
        )

    for _ in range(count):
        one = word()
        yield Question("word", one, partial(_hits, partial(_all, words=(one,))), (f'"{one}"', ()))
        text = [token for token in draw.choice(texts) if token in seen]
        pair = draw.sample(text, 2) if len(set(text)) > 1 else [word(), word()]
        matched = " AND ".join(f'"{one}"' for one in pair)
        yield Question("and", " ".join(pair), partial(_hits, partial(_all, words=pair)), (matched, ()))
        whole = draw.choice([text for text in texts[:500] if len(text) > 4])
        at = draw.randrange(len(whole) - 3)
        run = whole[at : at + draw.choice((2, 3))]
        phrase = f'"{" ".join(run)}"'
        yield Question("phrase", phrase, partial(_hits, partial(_phrase, words=run)), (phrase, ()))
        stem = word()[:4]
        yield Question("prefix", f"{stem}*", partial(_hits, partial(_prefix, stem=stem)), (f'"{stem}" *', ()))
        right = word(5)
        at = draw.randrange(1, len(right) - 1)
        wrong = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
        yield Question("fuzzy", f"{wrong}~", partial(_hits, partial(_fuzzy, word=wrong)), None)
        one, age, site = word(), draw.randint(20, 40), draw.choice(sample).site
        narrow = partial(_all, words=(one,), site=site, below=age)
        conditions = (f"age < {age}", f"site = '{site}'")
        yield Question("filtered", f"{one} age:<{age} site:{site}", partial(_hits, narrow), (f'"{one}"', conditions))
        one = word()
        yield Question("facets", one, partial(_facets, partial(_all, words=(one,))), (f'"{one}"', ()))
        phone = draw.choice(phones or ["+12025550143"])
        typed = f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}" if phone.startswith("+1") else phone
        yield Question("phone", typed, partial(_hits, partial(_phone, phone=phone)), None)


def _hits(query: Callable[[Any], Any], bare: Bare) -> int:
    return bare.hits(query(bare.schema))


def _facets(query: Callable[[Any], Any], bare: Bare) -> int:
    return bare.facets(query(bare.schema))


def _all(schema: Any, words: Sequence[str], site: str = "", below: int = 0) -> Any:
    make = tantivy.Query
    parts = [make.term_query(schema, "words", one, index_option="freq") for one in words]
    if site:
        parts.append(make.term_query(schema, "site", site))
        parts.append(make.range_query(schema, "age", tantivy.FieldType.Integer, 0, below - 1))
    return make.boolean_query([(tantivy.Occur.Must, one) for one in parts]) if len(parts) > 1 else parts[0]


def _phrase(schema: Any, words: list[str]) -> Any:
    return tantivy.Query.phrase_query(schema, "words", list(words))


def _prefix(schema: Any, stem: str) -> Any:
    return tantivy.Query.regex_query(schema, "words", f"{stem}.*")


def _fuzzy(schema: Any, word: str) -> Any:
    return tantivy.Query.fuzzy_term_query(schema, "words", word, 1)


def _phone(schema: Any, phone: str) -> Any:
    return tantivy.Query.term_query(schema, "phone", phone)


def measure(ours: Embedded, bare: Bare, fts: Fts, asked: Sequence[Question]) -> dict[str, dict[str, list[float]]]:
    """CPU milliseconds by kind and engine."""
    taken: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in asked:
        counts: dict[str, int] = {}
        ways: dict[str, Callable[[], int]] = {"ours": partial(_ours, ours, one), "bare": partial(one.bare, bare)}
        if one.fts is not None:
            match, conditions = one.fts
            ways["fts5"] = partial(fts.facets, match) if one.kind == "facets" else partial(fts.hits, match, conditions)
        for name, way in ways.items():
            way()
            if ours.opened is not None:
                ours.opened.facets.clear()  # what was counted for the unmeasured turn would be given again
            began = time.thread_time()
            counts[name] = way()
            taken[one.kind][name].append((time.thread_time() - began) * 1_000)
        if one.kind not in {"phone", "prefix", "fuzzy"} and counts["ours"] != counts["bare"]:
            taken[one.kind]["differs"].append(1)
        tree = parse(one.ours)
        found = ours.search(Request(tree, sort=Sort.RELEVANCE, limit=HITS)).found
        began = time.thread_time()
        for hit in found:
            if isinstance(hit.document, AdDocument):
                highlights(hit.document, tree, tree)
        taken[one.kind]["highlights"].append((time.thread_time() - began) * 1_000)
    return taken


def _ours(backend: Embedded, one: Question) -> int:
    facets = one.kind == "facets"
    request = Request(
        parse(one.ours), sort=Sort.RELEVANCE, limit=1 if facets else HITS, facets=FACETS if facets else ()
    )
    return backend.search(request).total


def main() -> None:
    """Index, ask, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--ads", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--without-fts", action="store_true", help="leave FTS5 out")
    parser.add_argument(
        "--keep", type=Path, help="build the three there, or ask those that are there; no rates of indexing"
    )
    chosen = parser.parse_args()
    documents = documents_of(chosen.workspace, chosen.ads)
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="searching-") as folder:
        root = chosen.keep or Path(folder)
        there = (root / "bare").exists()
        (root / "bare").mkdir(parents=True, exist_ok=True)
        ours, bare, fts = Embedded(root / "ours"), Bare(root / "bare"), Fts(root / "fts.db")
        if not there:
            rates = _filled(ours, bare, None if chosen.without_fts else fts, documents)
            if not chosen.keep:
                rates |= _rivals(root, documents)
            _report_rates(rates, len(documents))
        asked = list(questions(documents, chosen.queries, chosen.seed))
        if chosen.without_fts:
            asked = [replace(one, fts=None) for one in asked]
        _report(measure(ours, bare, fts, asked))


def _filled(ours: Embedded, bare: Bare, fts: Fts | None, documents: Sequence[AdDocument]) -> dict[str, float]:
    """CPU seconds to index the documents in each of the three."""
    batches = ([Write(one.key, 1, one) for one in documents[at : at + BATCH]] for at in range(0, len(documents), BATCH))
    rates = {"ours": _cpu(lambda: ours.rebuild(batches, 1)), "bare, 8 fields": _cpu(lambda: bare.fill(documents))}
    return rates | ({"FTS5": _cpu(lambda: fts.fill(documents))} if fts else {})


def _rivals(root: Path, documents: Sequence[AdDocument]) -> dict[str, float]:
    """CPU seconds of bare tantivy with other fields."""
    (root / "plain").mkdir()
    parts = range(0, len(documents), READY)
    return {
        "bare, same fields": sum(_same(root / f"same-{at}", documents[at : at + READY]) for at in parts),
        "bare, as documents stand": _cpu(lambda: fill_plain(root / "plain", documents)),
    }


def _report_rates(rates: Mapping[str, float], documents: int) -> None:
    for name, seconds in rates.items():
        print(f"indexed by {name}: {documents / seconds:,.0f} documents a second of CPU")
    for name, seconds in rates.items():
        if name.startswith("bare"):
            print(f"ours of {name}: {seconds / rates['ours']:.2f} (ours has {_fields()} fields)")


def _same(folder: Path, documents: Sequence[AdDocument]) -> float:
    """CPU seconds to index fields that are ready, in an index of its own: all of them at once would fill the memory."""
    folder.mkdir()
    ready = [fields(one, 1) for one in documents]
    return _cpu(lambda: fill_same(folder, ready))


def _fields() -> int:
    return sum(field.holds is not Holds.STORED for field in FIELDS)


def documents_of(root: Path, count: int) -> list[AdDocument]:
    backend = Embedded(open_workspace(root).index)
    found: list[AdDocument] = []
    request = Request(All(), sort=Sort.TIME, limit=2_000)
    while len(found) < count:
        page = backend.search(request).found
        found += [one.document for one in page if isinstance(one.document, AdDocument)]
        if len(page) < request.limit:
            break
        request = replace(request, after=page[-1].after)
    held = len(found)
    for number in range(held, count):
        one, other = found[number % held], found[(number * 7_919 + number // held) % held]
        found.append(replace(one, ad_id=f"{one.ad_id}-{number // held}", title=other.title, written=""))
    return found[:count]


def _cpu(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def _report(taken: dict[str, dict[str, list[float]]]) -> None:
    heads = ("ours p50", "p99", "bare p50", "p99", "x bare", "fts5 p50", "p99", "x", "highl.")
    print(f"{'kind':>9}" + "".join(f" {one:>{width}}" for one, width in zip(heads, WIDTHS, strict=True)))
    for kind, engines in taken.items():
        ours, bare, fts = (engines.get(name) for name in ("ours", "bare", "fts5"))
        line = f"{kind:>9} {_at(ours, 50):>9} {_at(ours, 99):>8} {_at(bare, 50):>9} {_at(bare, 99):>8}"
        line += f" {statistics.median(ours or [0]) / statistics.median(bare or [1]):>7.2f} {_at(fts, 50):>9} {_at(fts, 99):>8}"
        line += f" {statistics.median(fts) / statistics.median(ours or [1]):>6.1f}" if fts else f" {'-':>6}"
        print(
            f"{line} {_at(engines['highlights'], 50):>7}"
            + (f"  {len(engines['differs'])} other totals" if engines.get("differs") else "")
        )


def _at(values: list[float] | None, percent: int) -> str:
    if not values:
        return "-"
    ordered = sorted(values)
    return f"{ordered[min(math.ceil(len(ordered) * percent / 100), len(ordered)) - 1]:.2f}"


if __name__ == "__main__":
    main()
