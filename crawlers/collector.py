"""One run over one site, without the network: given what came back from an address, what is kept and what is fetched next."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from http import HTTPStatus
from time import monotonic

from crawlers.answers import GONE, REDIRECTS, filled, is_front, page_of
from crawlers.errors import PageError
from crawlers.evidence import rendered_id
from crawlers.frontier import Entry, Frontier, Kind, Outcome
from crawlers.links import fingerprint, joined, refusal, unsessioned
from crawlers.page import Page
from crawlers.page_signs import Sign, mistaken, sign_of
from crawlers.parse import Parsed, parse
from crawlers.pictures import Hashing, addresses, wanted
from crawlers.recorder import Picture, Recorder, Visit, capture_id
from crawlers.revisits import checks
from crawlers.shape import Looks
from crawlers.sites import Site
from crawlers.standing import Standing
from crawlers.traps import Traps
from crawlers.validators import Validators
from crawlers.warc import Fetched
from store.schema import now

HOPS_LIMIT = 5


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
        self._standing = Standing(known, seen)
        self._looks = Looks(site, self.counts)
        self._listings = {fingerprint(url) for url in site.manifest.start}
        self.counts.setdefault("known", len(known))
        self._clock = monotonic()
        self._handed = self.counts["pages"]
        self._checked = False
        self._cut: list[Entry] = []  # what the pages kept for revisits left out
        self._met = set(seen)
        self._redirecting: set[str] = set()
        self.validators = Validators(recorder.workspace, site.name)
        self._traps = Traps()
        self._hashes = wanted(recorder.workspace, site)
        if not self._hashes:  # the authority may have ended since an interrupted run
            self._waiting = [entry for entry in waiting if entry.kind is not Kind.PICTURE]

    def begin(self) -> list[Entry]:
        """What to fetch first: the start of a new run, or what an interrupted one had left."""
        if not self._waiting:
            self._waiting = [
                one for url in self.site.manifest.start if (one := self._frontier.offer(url, Kind.LISTING, 0))
            ]
            self.recorder.plan(self._waiting)
        return self._hand_out(self._waiting)

    def arrived(self, entry: Entry, fetched: Fetched) -> list[Entry]:
        """Keep a response; returns what to fetch next."""
        counts = Counter(pages=1, bytes=len(fetched.body), **{f"status.{fetched.status}": 1})
        self._spend(len(fetched.body))
        if fetched.status == HTTPStatus.NOT_MODIFIED:
            return self._unchanged(entry, fetched, counts)
        if fetched.status in REDIRECTS:
            return self._redirected(entry, fetched, counts)
        if fetched.status in GONE and entry.kind is not Kind.LISTING:
            ad_id = self._standing.gone(entry.fingerprint)
            self.recorder.keep(Visit(entry, fetched.at, Outcome.DONE, None, fetched, gone=ad_id, counts=counts))
            return []
        if not 200 <= fetched.status < 300:
            error = f"{entry.url}: HTTP {fetched.status}"
            if sign := sign_of(page_of(entry, fetched)):
                counts[f"sign.{sign}"] += 1
            self.recorder.keep(Visit(entry, fetched.at, Outcome.FAILED, error, fetched, counts=counts))
            return []
        return self._read(entry, fetched, counts)

    def failed(self, entry: Entry, error: str, trouble: str | None = None) -> None:
        """No response came, or none that could be taken; `trouble` is the word it is counted under."""
        counts = Counter({"errors": 1} | ({trouble: 1} if trouble else {}))
        self.recorder.keep(Visit(entry, now(), Outcome.FAILED, f"{entry.url}: {error}", counts=counts))

    def unreadable(self, entry: Entry, fetched: Fetched, error: str) -> None:
        """A response came that cannot be read; it is kept."""
        self._spend(len(fetched.body))
        counts = Counter({"pages": 1, "bytes": len(fetched.body), f"status.{fetched.status}": 1, "unreadable": 1})
        self.recorder.keep(Visit(entry, fetched.at, Outcome.FAILED, error, fetched, counts=counts))

    def refused(self, entry: Entry, reason: str) -> None:
        """The address was not asked, or its answer not taken: robots, robots_unread, media, private."""
        counts = Counter({f"refused.{reason}": 1})
        self.recorder.keep(Visit(entry, now(), Outcome.REFUSED, f"{entry.url}: {reason}", counts=counts))

    def pictured(self, entry: Entry, status: int, seen: Hashing) -> None:
        """A picture went by."""
        self._spend(seen.size)
        counts = Counter({"pages": 1, "pictures": 1, "bytes": seen.size, f"status.{status}": 1})
        ad_id = self._standing.on(fingerprint(entry.via or ""))
        picture = Picture(ad_id, seen.digests()) if ad_id and status == HTTPStatus.OK else None
        self.recorder.keep(Visit(entry, now(), Outcome.DONE, picture=picture, counts=counts))

    def when_idle(self, *, listing_complete: bool) -> list[Entry]:
        """Nothing is left: look after the known ads that a complete listing did not show."""
        if self._checked or self.exhausted not in (None, "pages"):
            return []
        if self.exhausted:
            return self._spend_kept()
        if not listing_complete:
            return []
        self._checked = True
        if self.site.manifest.select.listing.items is not None:
            # The listing shows the ads themselves, so one it no longer shows is gone.
            if self._standing.trusted:
                self._are_gone(list(self._standing.unseen.items()))
            return []
        return self._hand_out(self._checks(len(self._standing.unseen), {}), kept=0) if self.counts["ads"] else []

    def _spend_kept(self) -> list[Entry]:
        """The pages are used up, perhaps before the listing: the kept ones go to the known ads that need it most, then on."""
        cut, self._cut, self.exhausted = {entry.fingerprint: entry for entry in self._cut}, [], None
        room = self.site.manifest.budget.pages - self._handed
        checks = [] if self.site.manifest.select.listing.items is not None else self._checks(room, cut)
        given = self._hand_out([*checks, *cut.values()], kept=0)
        self._checked = self.exhausted is not None
        return given

    def _checks(self, room: int, cut: dict[str, Entry]) -> list[Entry]:
        found, fresh = checks(self.recorder.workspace, self.site, self._frontier, self._standing.unseen, room, cut)
        self.recorder.plan(fresh)
        return found

    def _are_gone(self, ads: list[tuple[str, str]]) -> None:
        """Ads that are gone without a page of their own that says so."""
        for ad_id, url in ads:
            if (entry := self._frontier.missing(ad_id, url)) is not None:
                self.recorder.keep(Visit(entry, now(), Outcome.DONE, None, gone=ad_id, leads=(entry,)))

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
            self.recorder.keep(Visit(entry, fetched.at, Outcome.DONE, None, fetched, leads=(again,), counts=counts))
            return [again]
        capture, copy = found
        return self._read(entry, replace(fetched, stands_for=capture), counts, copy, capture)

    def _read(
        self, entry: Entry, fetched: Fetched, counts: Counter[str], copy: Fetched | None = None, capture: str = ""
    ) -> list[Entry]:
        shown = copy or fetched
        page = page_of(entry, shown)
        try:
            parsed = mistaken(parse(self.site, page), page)
        except PageError as problem:
            return self._without_ad(entry, fetched, page, problem, counts)
        if entry.kind is Kind.LISTING:
            counts.update(listings=1, barren=not (parsed.ads or parsed.links))
        capture = capture or capture_id(self.recorder.run_id, entry.fingerprint)
        capture = capture if shown.rendered is None else rendered_id(capture)
        ads = tuple(replace(ad, origin=replace(ad.origin, capture_id=capture)) for ad in parsed.ads)
        fresh = False
        for ad in ads:
            fresh |= ad.ad_id not in self._met
            self._met.add(ad.ad_id)
            self._standing.see(ad.ad_id)
            if entry.kind is not Kind.LISTING and self._traps.ad(ad.ad_id):
                counts["trap.session"] += 1
        counts.update(filled(ads))
        counts.update(self._looks.at(page, parsed, fetched.at))
        counts["unlisted"] += len(ads) if entry.kind is Kind.CHECK else 0
        counts["problems"] += len(parsed.problems)
        leads = self._leads(entry, parsed, counts, fresh=fresh)
        if self._hashes and entry.kind is not Kind.LISTING and copy is None and ads:
            self._standing.shows(entry.fingerprint, ads[0].ad_id)
            offers = (self._frontier.offer(url, Kind.PICTURE, 0, 0, entry.url) for url in addresses(self.site, page))
            leads += tuple(lead for lead in offers if lead)
        error = "; ".join(parsed.problems[:5]) or None
        self.recorder.keep(Visit(entry, fetched.at, Outcome.DONE, error, fetched, ads, leads, counts=counts))
        return self._hand_out(leads)

    def _without_ad(
        self, entry: Entry, fetched: Fetched, page: Page, problem: PageError, counts: Counter[str]
    ) -> list[Entry]:
        """A page that could be fetched and holds nothing: what it says of itself decides what that means."""
        sign = sign_of(page) if problem.trouble in (None, "layout") else None
        if sign is Sign.GONE and entry.kind is not Kind.LISTING:
            self._gone_softly(entry, fetched, counts, "sign.gone")
            return []
        counts["unreadable"] += 1
        if named := f"sign.{sign}" if sign else problem.trouble:
            counts[named] += 1
        error = f"{problem} (it says: {sign})" if sign else str(problem)
        self.recorder.keep(Visit(entry, fetched.at, Outcome.FAILED, error, fetched, counts=counts))
        return []

    def _gone_softly(self, entry: Entry, fetched: Fetched, counts: Counter[str], unknown: str) -> None:
        """The page of an ad says gone, or leads to the listing, with a status that does not; `unknown` counts other ads."""
        believed, doubted = self._standing.says_gone(entry.fingerprint)
        counts["doubtful_gone"] += len(doubted)
        counts[unknown] += not (believed or doubted)
        self.recorder.keep(
            Visit(entry, fetched.at, Outcome.DONE, None, fetched, gone=(*believed, None)[0], counts=counts)
        )
        self._are_gone([(ad_id, entry.url) for ad_id in believed[1:]])

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
        if lead and kind is Kind.LISTING:
            self._listings.add(lead.fingerprint)
        return [lead] if lead else []

    def _redirected(self, entry: Entry, fetched: Fetched, counts: Counter[str]) -> list[Entry]:
        counts["redirects"] += 1
        target = joined(entry.url, fetched.header("location"))
        self._redirecting.add(entry.fingerprint)
        reason = refusal(target, self.site.manifest)
        if reason is None and (entry.hops >= HOPS_LIMIT or fingerprint(target) in self._redirecting):
            reason = "redirects"
        if reason:
            counts[f"refused.{reason}"] += 1
            error = f"{entry.url}: redirect refused ({reason})"
            self.recorder.keep(Visit(entry, fetched.at, Outcome.REFUSED, error, fetched, counts=counts))
            return []
        aim = fingerprint(target)
        if entry.kind is not Kind.LISTING and (aim in self._listings or is_front(target)):
            self._gone_softly(entry, fetched, counts, "turned_away")
            return []
        self._are_gone([(ad_id, entry.url) for ad_id in self._standing.moved(entry.fingerprint, aim)])
        lead = self._frontier.offer(target, entry.kind, entry.depth, entry.hops + 1, entry.url)
        leads = (lead,) if lead else ()
        self.recorder.keep(Visit(entry, fetched.at, Outcome.DONE, None, fetched, leads=leads, counts=counts))
        return self._hand_out(leads)

    def _hand_out(self, entries: list[Entry] | tuple[Entry, ...], kept: int | None = None) -> list[Entry]:
        budget = self.site.manifest.budget
        if kept is None:
            kept = min(int(budget.revisits * budget.pages), len(self._standing.unseen))
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
