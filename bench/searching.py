"""How fast embedded search answers and indexes, beside bare tantivy and SQLite FTS5 on the same text.

    .venv/bin/python -m bench.searching --workspace W [--ads 100000] [--queries 100] [--seed 8]

Takes the ads of W's index (more than it has are made by giving ads the title of another), builds the three anew, and asks
100 queries of each of 8 kinds: 20 stored hits and the total, or three facets with the total. Ours is asked as the search
page asks: from the text of the query, every hit a document. The three take turns query by query, each once unmeasured.
Times are CPU of the asking thread, so that a busy machine does not count; highlights stand apart.
"""

import argparse
import gc
import math
import sqlite3
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import orjson
import tantivy

from indexer.backend import Request, Write
from indexer.embedded import HEAP, Embedded
from indexer.fields import FIELDS, Holds
from indexer.highlight import highlights
from indexer.parse import parse
from indexer.query import All
from indexer.records import AdDocument, Sort, to_json
from indexer.tokens import words
from store.workspace import open_workspace

HITS = 20
FACETS = ("site", "month", "indicator")
BATCH = 500
SAMPLE = 20_000  # ads whose words queries are made of


@dataclass(frozen=True, slots=True)
class Question:
    """One query in each engine's terms; FTS5 has no fuzzy words and knows no other writing of a phone."""

    kind: str
    ours: str
    bare: Callable[["Bare"], Any]
    fts: tuple[str, tuple[str, ...]] | None


class Bare:
    """What a program with tantivy alone would do: one text field, the fields that are asked for, the ad as stored JSON."""

    def __init__(self, root: Path) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("words", tokenizer_name="spaces", index_option="position")
        builder.add_bytes_field("source", stored=True)
        builder.add_integer_field("age", indexed=True, fast=True)
        for name in (*FACETS, "phone"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, str(root))
        self.index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())

    def fill(self, documents: Sequence[AdDocument]) -> None:
        """Index them all."""
        writer = self.index.writer(HEAP, 1)
        for one in documents:
            writer.add_document(
                tantivy.Document(
                    words=_text(one),
                    source=to_json(one).encode(),
                    age=list(one.ages),
                    site=one.site,
                    month=f"{one.posted_at or one.first_seen:%Y-%m}",
                    indicator=list(one.indicators),
                    phone=list(one.phones),
                )
            )
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def hits(self, query: Any) -> int:
        """Twenty stored hits as objects, and the total."""
        found = self.searcher.search(query, HITS)
        for _, address in found.hits:
            orjson.loads(bytes(self.searcher.doc(address).get_first("source")))
        return int(found.count)

    def facets(self, query: Any) -> int:
        """Three facets and the total."""
        total = int(self.searcher.search(query, 1).count)
        for name in FACETS:
            self.searcher.aggregate(query, {"values": {"terms": {"field": name, "size": 10_000}}})
        return total


class Fts:
    """SQLite FTS5 over the same words, with the ad and its fields in tables beside it."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.executescript(
            "create virtual table said using fts5(words, content='', tokenize=\"unicode61 remove_diacritics 0\");"
            "create table ads (id integer primary key, source blob, site text, month text, age integer);"
            "create table indicators (id integer, indicator text);"
        )

    def fill(self, documents: Sequence[AdDocument]) -> None:
        """Index them all."""
        with self.connection:
            for number, one in enumerate(documents):
                self.connection.execute("insert into said(rowid, words) values (?, ?)", (number, _text(one)))
                age = one.ages[0] if one.ages else None
                row = (number, to_json(one), one.site, f"{one.posted_at or one.first_seen:%Y-%m}", age)
                self.connection.execute("insert into ads values (?, ?, ?, ?, ?)", row)
                rows = [(number, indicator) for indicator in one.indicators]
                self.connection.executemany("insert into indicators values (?, ?)", rows)
        self.connection.execute("create index by_ad on indicators (id)")

    def hits(self, match: str, conditions: tuple[str, ...]) -> int:
        """Twenty stored hits by BM25, and the total."""
        where = " and ".join(("said match ?", *conditions))
        tables = "said" + (" join ads on ads.id = said.rowid" if conditions else "")
        rows = self.connection.execute(
            f"select rowid from (select said.rowid from {tables} where {where} order by bm25(said) limit {HITS})",  # noqa: S608
            (match,),
        ).fetchall()
        for (number,) in rows:
            orjson.loads(self.connection.execute("select source from ads where id = ?", (number,)).fetchone()[0])
        return int(self.connection.execute(f"select count(*) from {tables} where {where}", (match,)).fetchone()[0])  # noqa: S608

    def facets(self, match: str) -> int:
        """Three facets and the total."""
        found = "(select rowid as id from said where said match ?)"
        for name in ("site", "month"):
            self.connection.execute(
                f"select {name}, count(*) from {found} join ads using (id) group by 1", (match,)
            ).fetchall()  # noqa: S608
        grouped = f"select indicator, count(*) from {found} join indicators using (id) group by 1"  # noqa: S608
        self.connection.execute(grouped, (match,)).fetchall()
        return int(self.connection.execute("select count(*) from said where said match ?", (match,)).fetchone()[0])


def _text(one: AdDocument) -> str:
    return " ".join(words(part) for part in (one.title, one.body, one.location, one.contact, one.name) if part)


def questions(documents: Sequence[AdDocument], count: int, seed: int) -> Iterator[Question]:
    """So many of each kind. Words are drawn evenly over how common they are: half in more than 1 ad of 50."""
    draw = Random(seed)
    sample = draw.sample(documents, min(SAMPLE, len(documents)))
    texts = [_text(one).split() for one in sample]
    seen = Counter(word for text in texts for word in set(text) if word.isalpha() and len(word) > 3)
    common = [word for word, ads in sorted(seen.items()) if ads * 50 > len(sample)]
    rarer = [word for word, ads in sorted(seen.items()) if ads * 50 <= len(sample) and ads > 3]
    make = tantivy.Query

    def word() -> str:
        return draw.choice(common if draw.random() < 0.5 else rarer)

    def term(bare: Bare, one: str) -> Any:
        return make.term_query(bare.schema, "words", one, index_option="freq")

    def both(*queries: Any) -> Any:
        return make.boolean_query([(tantivy.Occur.Must, one) for one in queries])

    for _ in range(count):
        one = word()
        yield Question("word", one, lambda bare, one=one: bare.hits(term(bare, one)), (f'"{one}"', ()))
        text = [token for token in draw.choice(texts) if token in seen]
        left, right = draw.sample(text, 2) if len(set(text)) > 1 else (word(), word())
        yield Question(
            "and",
            f"{left} {right}",
            lambda bare, pair=(left, right): bare.hits(both(*(term(bare, one) for one in pair))),
            (f'"{left}" AND "{right}"', ()),
        )
        whole = draw.choice([text for text in texts[:500] if len(text) > 4])
        at = draw.randrange(len(whole) - 3)
        run = whole[at : at + draw.choice((2, 3))]
        yield Question(
            "phrase",
            f'"{" ".join(run)}"',
            lambda bare, run=run: bare.hits(make.phrase_query(bare.schema, "words", list(run))),
            (f'"{" ".join(run)}"', ()),
        )
        stem = word()[:4]
        yield Question(
            "prefix",
            f"{stem}*",
            lambda bare, stem=stem: bare.hits(make.regex_query(bare.schema, "words", f"{stem}.*")),
            (f'"{stem}" *', ()),
        )
        right_word = next(one for one in iter(word, None) if len(one) > 5)
        at = draw.randrange(1, len(right_word) - 1)
        wrong = right_word[:at] + right_word[at + 1] + right_word[at] + right_word[at + 2 :]
        yield Question(
            "fuzzy",
            f"{wrong}~",
            lambda bare, wrong=wrong: bare.hits(make.fuzzy_term_query(bare.schema, "words", wrong, 1)),
            None,
        )
        one, age, site = word(), draw.randint(20, 40), draw.choice(sample).site
        yield Question(
            "filtered",
            f"{one} age:<{age} site:{site}",
            lambda bare, one=one, age=age, site=site: bare.hits(
                both(
                    term(bare, one),
                    make.term_query(bare.schema, "site", site),
                    make.range_query(bare.schema, "age", tantivy.FieldType.Integer, 0, age - 1),
                )
            ),
            (f'"{one}"', (f"age < {age}", f"site = '{site}'")),
        )
        one = word()
        yield Question("facets", one, lambda bare, one=one: bare.facets(term(bare, one)), (f'"{one}"', ()))
        phone = draw.choice(
            [value for ad in sample[:2_000] for value in ad.phones if value[1:].isdigit()] or ["+12025550143"]
        )
        typed = f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}" if phone.startswith("+1") else phone
        yield Question(
            "phone",
            typed,
            lambda bare, phone=phone: bare.hits(make.term_query(bare.schema, "phone", phone)),
            None,
        )


def measure(ours: Embedded, bare: Bare, fts: Fts, asked: Sequence[Question]) -> dict[str, dict[str, list[float]]]:
    """CPU milliseconds by kind and engine."""
    taken: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in asked:
        counts: dict[str, int] = {}
        ways: dict[str, Callable[[], int]] = {
            "ours": lambda one=one: _ours(ours, one),
            "bare": lambda one=one: one.bare(bare),
        }
        if one.fts is not None:
            match, conditions = one.fts
            facets = one.kind == "facets"
            ways["fts5"] = lambda m=match, c=conditions, f=facets: fts.facets(m) if f else fts.hits(m, c)
        for name, way in ways.items():
            way()
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
    chosen = parser.parse_args()
    documents = _documents(chosen.workspace, chosen.ads)
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="searching-") as folder:
        root = Path(folder)
        (root / "bare").mkdir()
        ours, bare, fts = Embedded(root / "ours"), Bare(root / "bare"), Fts(root / "fts.db")
        batches = (
            [Write(one.key, 1, one) for one in documents[at : at + BATCH]] for at in range(0, len(documents), BATCH)
        )
        rates = {"ours": _cpu(lambda: ours.rebuild(batches, 1)), "bare tantivy": _cpu(lambda: bare.fill(documents))}
        if not chosen.without_fts:
            rates["FTS5"] = _cpu(lambda: fts.fill(documents))
        for name, seconds in rates.items():
            print(f"indexed by {name}: {len(documents) / seconds:,.0f} documents a second of CPU")
        print(
            f"ours of bare: {rates['bare tantivy'] / rates['ours']:.2f} (the bare index has {8} fields, ours {_fields()})"
        )
        asked = list(questions(documents, chosen.queries, chosen.seed))
        if chosen.without_fts:
            asked = [replace(one, fts=None) for one in asked]
        _report(measure(ours, bare, fts, asked))


def _fields() -> int:
    return sum(field.holds is not Holds.STORED for field in FIELDS)


def _documents(root: Path, count: int) -> list[AdDocument]:
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
        found.append(replace(one, ad_id=f"{one.ad_id}-{number // held}", title=other.title, spans=()))
    return found[:count]


def _cpu(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def _report(taken: dict[str, dict[str, list[float]]]) -> None:
    print(
        f"{'kind':>9} {'ours p50':>9} {'p99':>8} {'bare p50':>9} {'p99':>8} {'x bare':>7} {'fts5 p50':>9} {'p99':>8} {'x':>6} {'highl.':>7}"
    )
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
