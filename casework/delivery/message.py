"""What a message says: how many alerts, of how many watches, where to read them. Never a title, a query or words of an ad."""

from dataclasses import dataclass
from datetime import datetime

import orjson

from store.errors import SidelightError


class NotTakenError(SidelightError):
    """The message did not get through; `for_good` where another try is of no use."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Message:
    """Counts and a link. `key` is the same at every attempt, so a receiver can drop a repeat."""

    key: str
    alerts: int
    watches: int
    made_at: datetime
    link: str

    @property
    def subject(self) -> str:
        """One line."""
        return f"Sidelight: {self.alerts:,} new alert{'' if self.alerts == 1 else 's'}"

    @property
    def text(self) -> str:
        """The body of a mail."""
        ads = "1 ad" if self.alerts == 1 else f"{self.alerts:,} ads"
        watches = "one of your watches" if self.watches == 1 else f"{self.watches:,} of your watches"
        where = self.link or "the console, under Watches"
        return f"{ads} answered {watches}.\n\nRead them here: {where}\n"

    def as_json(self) -> bytes:
        """The body of a webhook."""
        return orjson.dumps(
            {
                "id": self.key,
                "alerts": self.alerts,
                "watches": self.watches,
                "made_at": self.made_at.isoformat(),
                "link": self.link,
            }
        )
