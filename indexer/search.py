"""The search service: a query's text in, a page of hits out. Whoever shows it has recorded the look before."""

from collections.abc import Sequence
from datetime import UTC

from indexer.backend import MOST_FACET_VALUES, Request, SearchBackend
from indexer.engine import open_backend
from indexer.fields import FACETS
from indexer.highlight import highlights
from indexer.paging import page, question, read
from indexer.parse import parse
from indexer.query import And, Node, QueryError, Terms, ranks
from indexer.records import AD, GROUP, AdDocument, Facet, GroupDocument, Hit, Page, Sort
from indexer.resolve import resolve
from indexer.values import Moment
from store.database import chunks
from store.errors import UsageError
from store.schema import now
from store.workspace import Workspace

MOST_HITS = 500
MOST_COLLAPSED = 1_000


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
    tree = parse(text, Moment(now().astimezone(UTC), workspace.settings.zone))
    if sort is None:
        sort = (
            Sort.RELEVANCE
            if ranks(tree) and not collapse_groups
            else Sort.TIME
            if not collapse_groups
            else Sort.PRIORITY
        )
    if collapse_groups and sort is Sort.RELEVANCE:
        sort = Sort.PRIORITY
    own = backend or open_backend(workspace)
    try:
        node = resolve(tree, own)
        asked = question(text, sort, collapse_groups)
        if collapse_groups:
            return _collapsed(own, node, Request(node, GROUP, sort, limit, facets=tuple(facets)), asked, cursor)
        return _page(own, Request(node, sort=sort, limit=limit, facets=tuple(facets)), asked, cursor)
    finally:
        if backend is None:
            own.close()


def among(workspace: Workspace, text: str, ad_ids: Sequence[str], backend: SearchBackend | None = None) -> list[str]:
    """Those of these ads that answer the query, sorted: what a saved search asks of each batch of new ads."""
    tree = parse(text, Moment(now().astimezone(UTC), workspace.settings.zone))
    own = backend or open_backend(workspace)
    try:
        node = resolve(tree, own)
        found: list[str] = []
        for part in chunks(ad_ids):
            asked = And((Terms("key", tuple(f"{AD}:{one}" for one in part)), node))
            answer = own.search(Request(asked, limit=len(part)))
            found += [one.document.ad_id for one in answer.found if isinstance(one.document, AdDocument)]
        return sorted(found)
    finally:
        if backend is None:
            own.close()


def _page(backend: SearchBackend, request: Request, asked: str, cursor: str | None) -> Page:
    answer, following = page(backend, request, asked, read(cursor, asked) if cursor else None)
    hits = tuple(
        _hit(one.document, one.relevance, request.query) for one in answer.found if isinstance(one.document, AdDocument)
    )
    return Page(hits, answer.total, tuple(map(_ordered, answer.facets)), following, request.sort)


def _collapsed(backend: SearchBackend, node: Node, request: Request, asked: str, cursor: str | None) -> Page:
    """Pages over the group documents of the groups that answer; each shows its best ad."""
    over = backend.search(Request(node, limit=1, facets=("group", *request.facets)))
    counts = dict(over.facets[0].counts)
    of_groups = Request(Terms("group", tuple(sorted(counts))), GROUP, request.sort, request.limit)
    answer, following = page(backend, of_groups, asked, read(cursor, asked) if cursor else None)
    hits = []
    for one in answer.found:
        if not isinstance(one.document, GroupDocument):
            continue
        group_id = one.document.group_id
        sort = Sort.RELEVANCE if ranks(node) else Sort.TIME
        best = backend.search(Request(And((Terms("group", (group_id,)), node)), sort=sort, limit=1)).found
        hits += [
            _hit(ad.document, ad.relevance, node, counts[group_id])
            for ad in best
            if isinstance(ad.document, AdDocument)
        ]
    return Page(tuple(hits), answer.total, tuple(map(_ordered, over.facets[1:])), following, request.sort)


def _hit(document: AdDocument, relevance: float | None, node: Node, group_hits: int | None = None) -> Hit:
    return Hit(
        ad_id=document.ad_id,
        relevance=relevance,
        priority=document.priority,
        group_id=document.group_id,
        site=document.site,
        posted_at=document.posted_at,
        highlights=highlights(document, node),
        document=document,
        group_hits=group_hits,
    )


def _ordered(facet: Facet) -> Facet:
    """Months in order of time, all else by count and then by name."""
    in_time = facet.field == "month"
    counts = sorted(facet.counts, key=lambda one: one[0] if in_time else (-one[1], one[0]))
    return Facet(facet.field, tuple(counts[:MOST_FACET_VALUES]), facet.approximate)


__all__ = ["QueryError", "search"]
