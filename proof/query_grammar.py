"""Queries of the search language drawn from what a corpus holds: every form of it, most of them with a few hits.

A query is written for one document, so that most of it must match, and joined from one to four parts: words, phrases, NEAR,
prefixes, slips, contacts in any writing, and every field. One in ten is about something that no document may hold.
"""

from collections.abc import Callable, Sequence
from random import Random

from indexer.records import AdDocument
from indexer.tokens import cut, words

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NOTHING = ("zzyzx", "age:..17", "price:<1/h", "posted:<1999-01-01", '"quartz marmalade"', "phone:+999*", "size:>100000")


class Grammar:
    """Draws queries for a corpus; the same seed draws the same."""

    def __init__(self, documents: Sequence[AdDocument], seed: int) -> None:
        self.documents = sorted(documents, key=lambda one: one.ad_id)
        self.draw = Random(seed)
        self.forms: tuple[Callable[[AdDocument], str | None], ...] = (
            *(self.word, self.rare, self.phrase, self.near, self.prefix, self.slip, self.title, self.location) * 2,
            *(self.phone, self.part_of_phone, self.email, self.handle, self.name, self.place, self.radius) * 2,
            *(self.age, self.price, self.rate, self.posted, self.seen, self.site, self.indicator, self.has),
            *(self.group, self.linked, self.size, self.priority, self.band, self.reason, self.payment, self.url),
        )
        common: dict[str, int] = {}
        for document in self.documents:
            for token in set(words(document.body).split()):
                common[token] = common.get(token, 0) + 1
        self.count = common

    def query(self) -> str:
        """One query."""
        draw = self.draw
        if draw.random() < 0.05:
            return draw.choice(NOTHING)
        document = draw.choice(self.documents)
        parts = [one for _ in range(draw.choice((1, 1, 2, 2, 3, 4))) if (one := draw.choice(self.forms)(document))]
        if not parts:
            parts = [self.word(document) or "zzyzx"]
        if draw.random() < 0.2 and (other := draw.choice(self.forms)(draw.choice(self.documents))):
            parts[0] = f"({parts[0]} OR {other})"
        if draw.random() < 0.2 and (other := self.word(draw.choice(self.documents))):
            parts.append(draw.choice((f"-{other}", f"NOT {other}", f"-({other} OR {self.word(document) or 'zzyzx'})")))
        return " AND ".join(parts) if draw.random() < 0.1 else " ".join(parts)

    def _tokens(self, text: str) -> list[str]:
        return [one for one in cut(words(text)) if one not in {"or", "and", "not", "near"}]

    def _pick(self, document: AdDocument, longest: int = 20) -> str | None:
        tokens = [one for one in self._tokens(document.body) if 3 <= len(one) <= longest and one.isalpha()]
        return self.draw.choice(tokens) if tokens else None

    def word(self, document: AdDocument) -> str | None:
        """A word of the ad."""
        return self._pick(document)

    def rare(self, document: AdDocument) -> str | None:
        """The rarest of a few of its words."""
        picked = [one for _ in range(4) if (one := self._pick(document))]
        return min(picked, key=lambda one: self.count.get(one, 0)) if picked else None

    def phrase(self, document: AdDocument) -> str | None:
        """Two to five words that stand together."""
        tokens = words(document.body).split()
        length = self.draw.randint(2, 5)
        if len(tokens) <= length:
            return None
        start = self.draw.randrange(len(tokens) - length)
        return f'"{" ".join(tokens[start : start + length])}"'

    def near(self, document: AdDocument) -> str | None:
        """Two words a few places apart."""
        tokens = words(document.body).split()
        if len(tokens) < 6:
            return None
        start = self.draw.randrange(len(tokens) - 5)
        left, right = f'"{tokens[start]}"', f'"{tokens[start + self.draw.randint(1, 5)]}"'
        if left == right:
            return None
        left, right = (left, right) if self.draw.random() < 0.5 else (right, left)
        return f"{left} NEAR/{self.draw.randint(1, 8)} {right}"

    def prefix(self, document: AdDocument) -> str | None:
        """The beginning of a word."""
        word = self._pick(document)
        return f"{word[: self.draw.randint(2, max(len(word) - 1, 2))]}*" if word else None

    def slip(self, document: AdDocument) -> str | None:
        """A word with a letter wrong, left out, doubled, or swapped with the next."""
        word = self._pick(document, 12)
        if word is None or len(word) < 5:
            return None
        at = self.draw.randrange(1, len(word) - 1)
        wrong = (
            word[:at] + "x" + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        )
        return f"{self.draw.choice(wrong)}~{self.draw.choice(('', '', '2'))}" if len(word) > 6 else f"{wrong[0]}~"

    def title(self, document: AdDocument) -> str | None:
        """A word of the title."""
        tokens = [one for one in self._tokens(document.title) if len(one) > 2]
        return f"title:{self.draw.choice(tokens)}" if tokens else None

    def location(self, document: AdDocument) -> str | None:
        """A word of the line for the place."""
        tokens = self._tokens(document.location)
        return f'location:"{self.draw.choice(tokens)}"' if tokens else None

    def phone(self, document: AdDocument) -> str | None:
        """The phone in one of the ways people type it."""
        if not document.phones:
            return None
        value = self.draw.choice(document.phones)
        digits = "".join(one for one in value if one.isdigit())
        national = digits[1:] if value.startswith("+1") else digits
        ways = [value if value.startswith("+") else digits, digits, f"phone:{value}"]
        if value.startswith("+1") and len(national) == 10:
            area, middle, last = national[:3], national[3:6], national[6:]
            ways += [f"({area}) {middle}-{last}", f"{area}-{middle}-{last}", f"{area}.{middle}.{last}"]
            ways += [" ".join(DIGITS[int(one)] for one in national), f'phone:"{area} {middle} {last}"']
        return self.draw.choice(ways)

    def part_of_phone(self, document: AdDocument) -> str | None:
        """Its last or first digits."""
        if not document.phones:
            return None
        digits = "".join(one for one in self.draw.choice(document.phones) if one.isdigit())
        length = self.draw.randint(5, 8)
        return self.draw.choice((digits[-length:], f"phone:{digits[:length]}*"))

    def email(self, document: AdDocument) -> str | None:
        """The e-mail, or its beginning."""
        value = _one(self.draw, document.emails)
        return value and self.draw.choice((value, value.upper(), f"email:{value}", f"email:{value[:6]}*"))

    def handle(self, document: AdDocument) -> str | None:
        """The handle, with and without its platform."""
        value = _one(self.draw, document.handles)
        if value is None or value.startswith("unknown:"):
            return None
        return self.draw.choice((f"handle:{value}", f'handle:"{value.partition(":")[2]}"'))

    def name(self, document: AdDocument) -> str | None:
        """The name given."""
        value = _one(self.draw, document.names)
        return value and self.draw.choice((f'name:"{value}"', f"name:{value.split()[0][:3]}*"))

    def payment(self, document: AdDocument) -> str | None:
        """The way to pay."""
        value = _one(self.draw, document.payments)
        return value and f'payment:"{value}"'

    def url(self, document: AdDocument) -> str | None:
        """The address it names."""
        value = _one(self.draw, document.urls)
        return value and self.draw.choice((f"url:{value}", f'url:"https://{value}/"'))

    def place(self, document: AdDocument) -> str | None:
        """The place, by name or id."""
        place = _one(self.draw, document.places)
        return place and self.draw.choice((f'place:"{place.name}"', f'place:"{place.place_id}"'))

    def radius(self, document: AdDocument) -> str | None:
        """Around the place."""
        place = _one(self.draw, document.places)
        if place is None or place.latitude is None or "," in place.name:
            return None
        return f'near:"{place.name}" {self.draw.choice((5, 20, 50))}{self.draw.choice(("km", "mi"))}'

    def age(self, document: AdDocument) -> str | None:
        """The age stated."""
        age = _one(self.draw, document.ages)
        return age and self.draw.choice((f"age:{age}", f"age:<={age}", f"age:{age}..{age + 3}", f"age:>{age - 1}"))

    def price(self, document: AdDocument) -> str | None:
        """An amount."""
        amount = _one(self.draw, document.amounts)
        currency = f" currency:{document.currencies[0]}" if document.currencies and self.draw.random() < 0.5 else ""
        return amount and f"{self.draw.choice((f'price:{amount:g}', f'price:<={amount:g}'))}{currency}"

    def rate(self, document: AdDocument) -> str | None:
        """What an hour costs."""
        rate = _one(self.draw, document.rates)
        return rate and self.draw.choice((f"price:{int(rate)}..{int(rate) + 1}/h", f"price:<{int(rate) + 1}/60min"))

    def posted(self, document: AdDocument) -> str | None:
        """The day or month."""
        if document.posted_at is None:
            return None
        day = f"{document.posted_at:%Y-%m-%d}"
        return self.draw.choice((f"posted:{day}", f"posted:{day[:7]}", f"posted:>={day}", f"posted:..{day}"))

    def seen(self, document: AdDocument) -> str | None:
        """When it was seen, and whether it still stands."""
        return self.draw.choice(
            (f"seen:{document.last_seen:%Y-%m-%d}", f"found:{document.first_seen:%Y-%m}", "seen:live")
        )

    def site(self, document: AdDocument) -> str | None:
        """The site."""
        return f"site:{document.site}"

    def indicator(self, document: AdDocument) -> str | None:
        """An indicator."""
        value = _one(self.draw, document.indicators)
        return value and self.draw.choice((f"indicator:{value}", f"indicator:{value[:8]}*"))

    def has(self, _: AdDocument) -> str | None:
        """What it holds and does not hold."""
        return (
            f"{self.draw.choice(('', '-'))}has:{self.draw.choice(('phone', 'email', 'url', 'price', 'age', 'image'))}"
        )

    def group(self, document: AdDocument) -> str | None:
        """The group."""
        return document.group_id and f"group:{document.group_id}"

    def linked(self, document: AdDocument) -> str | None:
        """What is linked to its contact."""
        value = _one(self.draw, (*document.phones, *document.emails))
        return value and f'linked:"{value}"'

    def size(self, document: AdDocument) -> str | None:
        """The size of the group."""
        return self.draw.choice((f"size:{document.group_size}", f"size:>={document.group_size}"))

    def priority(self, document: AdDocument) -> str | None:
        """The review priority."""
        if document.priority is None:
            return None
        return f"priority:>={document.priority:.3f}"

    def band(self, document: AdDocument) -> str | None:
        """The band, the route or the lane."""
        chosen = _one(
            self.draw, [(name, value) for name in ("band", "route", "lane") if (value := getattr(document, name))]
        )
        return chosen and f'{chosen[0]}:"{chosen[1]}"'

    def reason(self, document: AdDocument) -> str | None:
        """What links the group."""
        value = _one(self.draw, document.reasons)
        return value and f"reason:{value}"


def _one(draw: Random, values: Sequence) -> object:  # type: ignore[type-arg]
    return draw.choice(values) if values else None
