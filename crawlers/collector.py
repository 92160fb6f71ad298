"""One run over one site, without the network: given what came back from an address, what is kept and what is fetched next."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from http import HTTPStatus
from time import monotonic

from crawlers.errors import PageError
from crawlers.evidence import rendered_id
from crawlers.frontier import Entry, Frontier, Kind, Outcome
from crawlers.links import fingerprint, joined, refusal, unsessioned
from crawlers.page import Page
from crawlers.parse import Parsed, parse
from crawlers.pictures import Hashing, addresses, wanted
from crawlers.recorder import Picture, Recorder, Visit, capture_id
from crawlers.records import Ad
from crawlers.revisits import load_seen, plan
from crawlers.sites import Site
from crawlers.traps import Traps
from crawlers.validators import Validators
from crawlers.warc import RENDERED_TYPE, Fetched
from store.schema import now

HOPS_LIMIT = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_MODIFIED = 304
GONE = frozenset({404, 410})
# A listing that shows less than this share of the known ads is more likely broken than emptied.
TRUSTED_SHARE = 0.5


class Collector:
    """Takes visits of a run and hands out the entries to fetch, within the site's budget."""

    def __init__(
        self,
        site: Site,
        recorder: Recorder,
        frontier: Frontier,
        waiting: list[Entry],
        known: Mapping[str, str],
        seen: Collection[str] = (),
    ) -> None:
        """`known` maps the ids of the site's standing ads to their addresses; `seen` are those this run saw already."""
        self.site = site
        self.recorder = recorder
        self.counts = recorder.counts
        self.exhausted: str | None = None
        self._frontier = frontier
        self._waiting = waiting
        self._unseen = {ad_id: url for ad_id, url in known.items() if ad_id not in seen}
        self._pages = {fingerprint(url): ad_id for ad_id, url in known.items()}
        self._known = len(known)
        self._clock = monotonic()
        self._handed = self.counts["pages"]
        self._checked = False
        self._cut: list[Entry] = []  # what the pages kept for revisits left out
        self._met = set(seen)
        self._redirecting: set[str] = set()
        self.validators = Validators(recorder.workspace, site.name)
        self._traps = Traps()
        self._looks = wanted(recorder.workspace, site)
        if not self._looks:  # the authority may have ended since an interrupted run
            self._waiting = [entry for entry in waiting if entry.kind is not Kind.PICTURE]

    def begin(self) -> list[Entry]:
        """What to fetch first: the start of a new run, or what an interrupted one had left."""
        if not self._waiting:
            offers = (self._frontier.offer(url, Kind.LISTING, 0) for url in self.site.manifest.start)
            self._waiting = [entry for entry in offers if entry is not None]
            self.recorder.plan(self._waiting)
        return self._hand_out(self._waiting)

    def arrived(self, entry: Entry, fetched: Fetched) -> list[Entry]:
        """Keep a response; returns what to fetch next."""
        counts = Counter(pages=1, bytes=len(fetched.body), **{f"status.{fetched.status}": 1})
        self._spend(len(fetched.body))
        if fetched.status == NOT_MODIFIED:
            return self._unchanged(entry, fetched, counts)
        if fetched.status in REDIRECTS:
            return self._redirected(entry, fetched, counts)
        if fetched.status in GONE and entry.kind is not Kind.LISTING:
            ad_id = self._pages.get(entry.fingerprint)
            self._unseen.pop(ad_id or "", None)
            self._keep(Visit(entry, fetched.at, Outcome.DONE, None, fetched, gone=ad_id, counts=counts))
            return []
        if not 200 <= fetched.status < 300:
            error = f"{entry.url}: HTTP {fetched.status}"
            self._keep(Visit(entry, fetched.at, Outcome.FAILED, error, fetched, counts=counts))
            return []
        return self._read(entry, fetched, counts)

    def failed(self, entry: Entry, error: str, trouble: str | None = None) -> None:
        """No response came, or none that could be taken; `trouble` is the word it is counted under."""
        counts = Counter({"errors": 1} | ({trouble: 1} if trouble else {}))
        self._keep(Visit(entry, now(), Outcome.FAILED, f"{entry.url}: {error}", counts=counts))

    def unreadable(self, entry: Entry, fetched: Fetched, error: str) -> None:
        """A response came that cannot be read; it is kept."""
        self._spend(len(fetched.body))
        counts = Counter({"pages": 1, "bytes": len(fetched.body), f"status.{fetched.status}": 1, "unreadable": 1})
        self._keep(Visit(entry, fetched.at, Outcome.FAILED, error, fetched, counts=counts))

    def refused(self, entry: Entry, reason: str) -> None:
        """The address was not asked, or its answer not taken: robots, robots_unread, media, private."""
        counts = Counter({f"refused.{reason}": 1})
        self._keep(Visit(entry, now(), Outcome.REFUSED, f"{entry.url}: {reason}", counts=counts))

    def pictured(self, entry: Entry, status: int, seen: Hashing) -> None:
        """A picture went by."""
        self._spend(seen.size)
        counts = Counter({"pages": 1, "pictures": 1, "bytes": seen.size, f"status.{status}": 1})
        ad_id = self._pages.get(fingerprint(entry.via or ""))
        picture = Picture(ad_id, seen.digests()) if ad_id and status == HTTPStatus.OK else None
        self._keep(Visit(entry, now(), Outcome.DONE, picture=picture, counts=counts))

    def when_idle(self, *, listing_complete: bool) -> list[Entry]:
        """Nothing is left: look after the known ads that a complete listing did not show."""
        if self._checked or self.exhausted not in (None, "pages"):
            return []
        if self.exhausted:
            return self._spend_kept()
        if not listing_complete:
            return []
        self._checked = True
        seen = self._known - len(self._unseen)
        if self.site.manifest.select.listing.items is not None:
            # The listing shows the ads themselves, so one it no longer shows is gone.
            if seen >= TRUSTED_SHARE * self._known:
                self._missing_are_gone()
            return []
        if not self.counts["ads"]:
            return []
        return self._hand_out(self._checks(len(self._unseen), {}), kept=0)

    def _spend_kept(self) -> list[Entry]:
        """The pages are used up, perhaps before the listing: the kept ones go to the known ads that need it most, then on."""
        cut, self._cut, self.exhausted = {entry.fingerprint: entry for entry in self._cut}, [], None
        room = self.site.manifest.budget.pages - self._handed
        checks = [] if self.site.manifest.select.listing.items is not None else self._checks(room, cut)
        given = self._hand_out([*checks, *cut.values()], kept=0)
        self._checked = self.exhausted is not None
        return given

    def _checks(self, room: int, cut: dict[str, Entry]) -> list[Entry]:
        """Entries for the pages of at most `room` known ads that this run has not seen, in the order of the revisit plan.

        Those the listing showed are among `cut` and are taken out of it; the others are new to the frontier.
        """
        with self.recorder.workspace.read() as connection:
            seen = load_seen(connection, self.site.name)
        wanted = [self._unseen[one] for one in plan((seen[one] for one in self._unseen if one in seen), now(), room)]
        shown = {url: cut.pop(fingerprint(url), None) for url in wanted}
        offers = {url: self._frontier.offer(url, Kind.CHECK, 0) for url in wanted if shown[url] is None}
        checks = {url: one for url, one in offers.items() if one and not refusal(one.url, self.site.manifest)}
        self.recorder.plan(list(checks.values()))
        return [entry for url in wanted if (entry := shown[url] or checks.get(url))]

    def _missing_are_gone(self) -> None:
        for ad_id, url in self._unseen.items():
            if (entry := self._frontier.missing(ad_id, url)) is not None:
                self._keep(Visit(entry, now(), Outcome.DONE, None, gone=ad_id, leads=(entry,)))

    def overdue(self) -> bool:
        """Whether the run's time is up."""
        self._spend(0)
        return self.exhausted == "minutes"

    def _unchanged(self, entry: Entry, fetched: Fetched, counts: Counter[str]) -> list[Entry]:
        """Read the copy that a 304 stands for; where it is lost, ask once more, without conditions."""
        counts["unchanged"] += 1
        found = self.validators.earlier(entry)
        if found is None:
            self.validators.forget(entry)
            again = self._frontier.once_more(entry)
            self._keep(Visit(entry, fetched.at, Outcome.DONE, None, fetched, leads=(again,), counts=counts))
            return [again]
        capture, copy = found
        return self._read(entry, fetched, counts, copy, capture)

    def _read(
        self, entry: Entry, fetched: Fetched, counts: Counter[str], copy: Fetched | None = None, capture: str = ""
    ) -> list[Entry]:
        shown = copy or fetched
        page = Page(
            shown.url,
            shown.body if shown.rendered is None else shown.rendered,
            shown.header("content-type") if shown.rendered is None else RENDERED_TYPE,
            shown.header("content-encoding") if shown.rendered is None else "",
            "listing" if entry.kind is Kind.LISTING else "ad",
        )
        try:
            parsed = parse(self.site, page)
        except PageError as problem:
            counts["unreadable"] += 1
            if problem.trouble:
                counts[problem.trouble] += 1
            self._keep(Visit(entry, fetched.at, Outcome.FAILED, str(problem), fetched, counts=counts))
            return []
        capture = capture or capture_id(self.recorder.run_id, entry.fingerprint)
        capture = capture if shown.rendered is None else rendered_id(capture)
        ads = tuple(replace(ad, origin=replace(ad.origin, capture_id=capture)) for ad in parsed.ads)
        fresh = False
        for ad in ads:
            fresh |= ad.ad_id not in self._met
            self._met.add(ad.ad_id)
            self._unseen.pop(ad.ad_id, None)
            if entry.kind is not Kind.LISTING and self._traps.ad(ad.ad_id):
                counts["trap.session"] += 1
        counts.update(_fill(ads))
        counts["problems"] += len(parsed.problems)
        leads = self._leads(entry, parsed, counts, fresh=fresh)
        if self._looks and entry.kind is not Kind.LISTING and copy is None and ads:
            self._pages[entry.fingerprint] = ads[0].ad_id
            shown_there = (
                self._frontier.offer(url, Kind.PICTURE, 0, 0, entry.url) for url in addresses(self.site, page)
            )
            leads += tuple(lead for lead in shown_there if lead)
        error = "; ".join(parsed.problems[:5]) or None
        self._keep(Visit(entry, fetched.at, Outcome.DONE, error, fetched, ads, leads, counts=counts))
        return self._hand_out(leads)

    def _leads(self, entry: Entry, parsed: Parsed, counts: Counter[str], *, fresh: bool) -> tuple[Entry, ...]:
        leads: list[Entry] = []
        ads = [url for kind, url in parsed.links if kind == "ad"]
        for url in ads:
            leads.extend(self._offered(url, Kind.AD, entry, counts))
        shown = [*map(unsessioned, ads), *(ad.ad_id for ad in parsed.ads)]
        chain = self._traps.page(entry.fingerprint, shown, fresh=fresh or bool(leads))
        for kind, url in parsed.links:
            if kind == "ad":
                continue
            if entry.depth >= self.site.manifest.budget.depth:
                counts["refused.depth"] += 1
            elif trap := self._traps.lead(url, entry.url, chain):
                counts[f"trap.{trap}"] += 1
            else:
                for lead in self._offered(url, Kind.LISTING, entry, counts):
                    self._traps.follow(lead.fingerprint, chain)
                    leads.append(lead)
        return tuple(leads)

    def _offered(self, url: str, kind: Kind, entry: Entry, counts: Counter[str]) -> list[Entry]:
        if reason := refusal(url, self.site.manifest):
            counts[f"refused.{reason}"] += 1
            return []
        lead = self._frontier.offer(url, kind, entry.depth + 1, via=entry.url)
        return [lead] if lead else []

    def _redirected(self, entry: Entry, fetched: Fetched, counts: Counter[str]) -> list[Entry]:
        counts["redirects"] += 1
        target = joined(entry.url, fetched.header("location"))
        self._redirecting.add(entry.fingerprint)
        reason = refusal(target, self.site.manifest) or self._endless(entry, target)
        if reason:
            counts[f"refused.{reason}"] += 1
            error = f"{entry.url}: redirect refused ({reason})"
            self._keep(Visit(entry, fetched.at, Outcome.REFUSED, error, fetched, counts=counts))
            return []
        lead = self._frontier.offer(target, entry.kind, entry.depth, entry.hops + 1, entry.url)
        leads = (lead,) if lead else ()
        self._keep(Visit(entry, fetched.at, Outcome.DONE, None, fetched, leads=leads, counts=counts))
        return self._hand_out(leads)

    def _endless(self, entry: Entry, target: str) -> str | None:
        """Whether this redirect is one too many, or leads back to an address that redirects."""
        return "redirects" if entry.hops >= HOPS_LIMIT or fingerprint(target) in self._redirecting else None

    def _keep(self, visit: Visit) -> None:
        self.recorder.keep(visit)

    def _hand_out(self, entries: list[Entry] | tuple[Entry, ...], kept: int | None = None) -> list[Entry]:
        budget = self.site.manifest.budget
        if kept is None:
            kept = min(int(budget.revisits * budget.pages), len(self._unseen))
        left = max(budget.pages - self._handed - kept, 0)
        if len(entries) > left:
            self.exhausted = self.exhausted or "pages"
            self._cut.extend(entries[left:])
        given = list(entries[:left])
        self._handed += len(given)
        self.validators.prepare(given)
        return given

    def _spend(self, size: int) -> None:
        budget = self.site.manifest.budget
        if monotonic() - self._clock > budget.minutes * 60:
            self.exhausted = self.exhausted or "minutes"
        if self.counts["bytes"] + size > budget.megabytes * 1_000_000:
            self.exhausted = self.exhausted or "megabytes"


def _fill(ads: tuple[Ad, ...]) -> Counter[str]:
    counts: Counter[str] = Counter(ads=len(ads))
    for ad in ads:
        counts.update(f"filled.{name}" for name in ad.texts())
        counts["filled.posted_at"] += ad.posted_at is not None
        counts["filled.image_hashes"] += bool(ad.image_hashes)
    return counts
