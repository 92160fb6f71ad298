"""The known ads of a site during one run: which were seen, and which pages say, or lead as if, the ad were gone."""

from collections.abc import Collection, Mapping

from crawlers.links import fingerprint

# A site that shows, or calls gone, more than this share of what stood is more likely broken than emptied.
TRUSTED_SHARE = 0.5
ALWAYS_TRUSTED = 5  # so many may go at once, however few there are


class Standing:
    """`known` maps ids of standing ads to addresses; `seen` are those this run saw before it was interrupted."""

    def __init__(self, known: Mapping[str, str], seen: Collection[str]) -> None:
        self.unseen = {ad_id: url for ad_id, url in known.items() if ad_id not in seen}
        self._pages = {fingerprint(url): ad_id for ad_id, url in known.items()}
        self._known = len(known)
        self._moved: dict[str, list[str]] = {}  # ads by the page that theirs led to
        self._notices: set[str] = set()
        self._softly = 0

    @property
    def trusted(self) -> bool:
        """Whether the listing showed enough of the known ads to believe that the rest is gone."""
        return self._known - len(self.unseen) >= TRUSTED_SHARE * self._known

    def on(self, page: str) -> str | None:
        """The ad whose page (by fingerprint) this is."""
        return self._pages.get(page)

    def shows(self, page: str, ad_id: str) -> None:
        """The page shows the ad."""
        self._pages[page] = ad_id

    def see(self, ad_id: str) -> None:
        """The ad was seen."""
        self.unseen.pop(ad_id, None)

    def gone(self, page: str) -> str | None:
        """The ad whose page (by fingerprint) answered that it is gone."""
        ad_id = self._pages.get(page)
        self.unseen.pop(ad_id or "", None)
        return ad_id

    def moved(self, page: str, target: str) -> list[str]:
        """An ad's page leads to another address; returns the ads that are gone for it, as the target is known to say so."""
        ad_id = self._pages.get(page)
        if ad_id is None:
            return []
        if target in self._notices:
            return self._believed([ad_id])
        self._moved.setdefault(target, []).append(ad_id)
        return []

    def says_gone(self, page: str) -> tuple[list[str], list[str]]:
        """A page says in words that it is gone, or leads to the listing: ads believed gone for it, and ads doubted."""
        self._notices.add(page)
        ads = [*self._moved.pop(page, []), *([self._pages[page]] if page in self._pages else [])]
        believed = self._believed(ads)
        return believed, [ad_id for ad_id in ads if ad_id not in believed]

    def _believed(self, ads: list[str]) -> list[str]:
        room = max(ALWAYS_TRUSTED, int(TRUSTED_SHARE * self._known)) - self._softly
        believed = ads[: max(room, 0)]
        self._softly += len(believed)
        for ad_id in believed:
            self.unseen.pop(ad_id, None)
        return believed
