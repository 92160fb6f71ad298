"""The truth of an ad, collected while it is written: whatever goes into a text goes in here at the same place."""

from dataclasses import dataclass, field
from typing import Any

from market.people import Author
from market.places import Place


@dataclass(slots=True)
class Told:
    """What an ad says, in normal forms."""

    phones: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    handles: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    ages: set[str] = field(default_factory=set)
    prices: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    payment: set[str] = field(default_factory=set)
    signs: set[str] = field(default_factory=set)  # indicators
    hidden: bool = False  # a contact is disguised
    families: dict[str, str] = field(default_factory=dict)  # of the red team, by kind

    def truth(self, author: Author, template: str, place: Place) -> dict[str, Any]:
        """The line of truth.jsonl, still without its ad_id."""
        if self.hidden:
            self.signs.add("contact_obfuscation")
        return {
            "author": author.id,
            "class": author.kind,
            "template": template,
            "phones": sorted(self.phones),
            "emails": sorted(self.emails),
            "handles": sorted(self.handles),
            "urls": sorted(self.urls),
            "ages": sorted(self.ages),
            "prices": sorted(self.prices),
            "names": sorted(self.names),
            "place": place.id,
            "payment": sorted(self.payment),
            "language": author.language,
            "indicators": sorted(self.signs),
            "recruits": author.recruits,
        }
