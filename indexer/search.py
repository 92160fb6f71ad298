"""The search service: a query's text in, a page of hits out. Whoever shows it has recorded the look before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.backend import MOST_FACET_VALUES, Ranked, Request, SearchBackend
from indexer.fields import FACETS
from indexer.highlight import highlights
from indexer.inquiry import inquire
from indexer.paging import Cursor, page, question, read
from indexer.query import And, LinkedTo, Node, Terms, ranks, wanted
from indexer.records import AD, GROUP, AdDocument, Facet, GroupDocument, Hit, Page, Sort
from store.database import chunks
from store.errors import UsageError
from store.quarantine import held
from store.workspace import Workspace

MOST_HITS = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it was written, as the engine is asked, and what its cursors are stamped with."""

    tree: Node
    node: Node
    question: str


def search(
    workspace: Workspace,
    text: str,
    *,
    limit: int = 20,
    cursor: str | None = None,
    sort: Sort | None = None,
    facets: Sequence[str] = (),
    collapse_groups: bool = False,
    backend: SearchBackend | None = None,
) -> Page:
    """Answer a query of the query language (docs/searching.md).

    Without `sort`: by relevance where words are asked for, else newest first. Collapsed, each group stands once, by
    priority or time, with its best ad. A long-lived caller hands in its open `backend`. Raises QueryError, SearchError.
    """
    if unknown := sorted(set(facets) - set(FACETS)):
        raise UsageError(f"no facet {unknown[0]!r}; known are {', '.join(FACETS)}")
    if not 1 <= limit <= MOST_HITS:
        raise UsageError(f"a page of {limit}; ask for 1 to {MOST_HITS}")
    with inquire(workspace, text, backend) as (own, tree, node):
        if collapse_groups and sort in {None, Sort.RELEVANCE}:
            sort = Sort.PRIORITY
        if sort is None:
            sort = Sort.RELEVANCE if ranks(tree) else Sort.TIME
        asked = Asked(tree, node, question(text, sort, collapse_groups))
        earlier = read(cursor, asked.question) if cursor else None
        request = Request(asked.node, sort=sort, limit=limit, facets=tuple(facets))
        found = (_collapsed if collapse_groups else _page)(own, asked, request, earlier)
        with workspace.read() as connection:
            # The index follows the store a little later; what is held back is held back now.
            back = held(connection, [hit.ad_id for hit in found.hits])
            shown = tuple(hit for hit in found.hits if hit.ad_id not in back)
            if any(isinstance(leaf, LinkedTo) for leaf in wanted(tree, whole=(LinkedTo,))):
                from indexer.linked import with_chains  # the linker takes a while to import, and most queries need none

                shown = with_chains(connection, own, tree, shown)
            return replace(found, hits=shown)


def every(workspace: Workspace, text: str, backend: SearchBackend | None = None) -> list[str]:
    """The ids of all ads that answer the query, newest first."""
    with inquire(workspace, text, backend) as (own, _, node):
        return list(own.ids(node))


def among(workspace: Workspace, text: str, ad_ids: Sequence[str], backend: SearchBackend | None = None) -> list[str]:
    """Those of these ads that answer the query, sorted: what a saved search asks of each batch of new ads."""
    with inquire(workspace, text, backend) as (own, _, node):
        found: list[str] = []
        for part in chunks(ad_ids):
            asked = And((Terms("key", tuple(f"{AD}:{one}" for one in part)), node))
            answer = own.search(Request(asked, limit=len(part)))
            found += [one.document.ad_id for one in answer.found if isinstance(one.document, AdDocument)]
        return sorted(found)


def _page(backend: SearchBackend, asked: Asked, request: Request, earlier: Cursor | None) -> Page:
    answer, following = page(backend, request, asked.question, earlier)
    hits = tuple(_hits(answer.found, asked))
    return Page(hits, answer.total, tuple(map(_ordered, answer.facets)), following, request.sort)


def _collapsed(backend: SearchBackend, asked: Asked, request: Request, earlier: Cursor | None) -> Page:
    """Pages over the group documents of the groups that answer; each shows its best ad."""
    over = backend.search(replace(request, limit=1, facets=("group", *request.facets)))
    counts = dict(over.facets[0].counts)
    of_groups = replace(request, query=Terms("group", tuple(sorted(counts))), kind=GROUP, facets=())
    answer, following = page(backend, of_groups, asked.question, earlier)
    best = Sort.RELEVANCE if ranks(asked.node) else Sort.TIME
    hits: list[Hit] = []
    for one in answer.found:
        if isinstance(one.document, GroupDocument):
            group_id = one.document.group_id
            within = And((Terms("group", (group_id,)), asked.node))
            found = backend.search(Request(within, sort=best, limit=1)).found
            hits += _hits(found, asked, counts[group_id])
    return Page(tuple(hits), answer.total, tuple(map(_ordered, over.facets[1:])), following, request.sort)


def _hits(found: Sequence[Ranked], asked: Asked, group_hits: int | None = None) -> Iterator[Hit]:
    for one in found:
        if isinstance(document := one.document, AdDocument):
            yield Hit(
                ad_id=document.ad_id,
                relevance=one.relevance,
                priority=document.priority,
                group_id=document.group_id,
                site=document.site,
                posted_at=document.posted_at,
                highlights=highlights(document, asked.tree, asked.node),
                document=document,
                group_hits=group_hits,
            )


def _ordered(facet: Facet) -> Facet:
    """Months in order of time, all else by count and then by name."""
    in_time = facet.field == "month"
    counts = sorted(facet.counts, key=lambda one: one[0] if in_time else (-one[1], one[0]))
    return Facet(facet.field, tuple(counts[:MOST_FACET_VALUES]), facet.approximate)
