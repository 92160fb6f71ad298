"""An author's ads: who is presented where on which day, what is written, and what is true about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from market import obfuscation, prices
from market.contacts import write_email, write_handle
from market.grammar import Bank, bank
from market.numbers import Number
from market.people import Author, Person
from market.places import COUNTRY, Place
from market.prose import Draft
from market.routes import Leg

REGION = {"harbor": "US", "lantern": "GB", "meadow": "US"}
LOCAL_NAMES = {("Lisbon", "pt"): "Lisboa", ("Lisbon", "es"): "Lisboa", ("New York City", "en"): "New York"}
AGE_FORMS = {"en": ("{}", "{}", "{} yrs", "{} y/o"), "es": ("{}", "{}", "{} años"), "pt": ("{}", "{}", "{} anos")}
STOCK = tuple(f"5f0c{n:012x}" for n in range(0x9A10, 0x9A10 + 12))  # pictures that everybody takes


@dataclass(slots=True)
class Post:
    """One ad: when it appears and goes, its fields, its truth, and an earlier state if it changed."""

    day: int
    minute: int
    site: str
    category: str  # the town, as its site sorts it
    fields: dict[str, str]
    images: list[str]
    truth: dict[str, Any]
    until: int | None = None  # the first day on which it is gone
    changed: int | None = None  # the day on which it took its final form
    before: dict[str, Any] = field(default_factory=dict)  # fields until then


@dataclass(slots=True)
class Told:
    """What an ad says, collected while it is written."""

    phones: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    handles: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    ages: set[str] = field(default_factory=set)
    prices: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    payment: set[str] = field(default_factory=set)
    signs: set[str] = field(default_factory=set)
    hidden: bool = False


def posts_of(author: Author, days: int, hub_rate: float, minors: int, rng: Random) -> Iterator[Post]:
    """All ads of an author in order of time; the first `minors` hold nothing but neutral text and a bare age."""
    random = rng.random
    span = author.last - author.first + 1
    when = sorted(author.first + int(random() * span) for _ in range(author.ads))
    last: tuple[Person, Leg, Draft, str] | None = None
    for index, day in enumerate(when):
        if last is not None and random() < 0.15 and last[1].first <= day <= last[1].last:
            person, leg, draft, site = last  # taken down and posted again under a new native id
        else:
            person, leg = _present(author, index, day, rng)
            template = author.templates[int(random() * len(author.templates))]
            draft = template.drafts[0 if random() < 0.6 else int(random() * len(template.drafts))]
            site = author.sites[int(random() * len(author.sites))]
        last = (person, leg, draft, site)
        writing = Writing(author, person, leg.place, draft, site, day, index, rng)
        post = writing.neutral() if index < minors else writing.post(hub_rate)
        if random() < 0.35:
            post.until = day + 1 + int(random() * 6)
        if index >= minors and random() < 0.08 and day + 1 < min(days, post.until or days):
            _change(post, day, min(days, post.until or days), rng)
        yield post


def _present(author: Author, index: int, day: int, rng: Random) -> tuple[Person, Leg]:
    """The person shown and a stay of hers that covers the day."""
    person = author.persons[(index + int(rng.random() * 2)) % len(author.persons)]
    legs = [leg for leg in person.legs if leg.first <= day <= leg.last] or [person.legs[-1]]
    return person, legs[int(rng.random() * len(legs))]


def _change(post: Post, day: int, end: int, rng: Random) -> None:
    """Give the ad an earlier state: an older price, another title, or an older date (a bump)."""
    post.changed = day + 1 + int(rng.random() * (end - day - 1))
    kind = int(rng.random() * 3)
    if kind == 0 and post.fields.get("price"):
        post.before = {"price": ""}
    elif kind == 1:
        post.before = {"title": post.fields["location"] or "..."}
    else:
        post.before = {"posted_at": post.day}
    if "posted_at" in post.before:
        post.day = post.changed


class Writing:
    """One ad being written."""

    def __init__(
        self, author: Author, person: Person, place: Place, draft: Draft, site: str, day: int, index: int, rng: Random
    ) -> None:
        self.author, self.person, self.place, self.draft, self.site, self.day = author, person, place, draft, site, day
        self.index = index
        self.rng = rng
        self.bank: Bank = bank(author.language)
        self.region = REGION[site]
        self.told = Told()
        self.name = person.names[0 if len(person.names) == 1 or rng.random() < 0.6 else 1]

    def post(self, hub_rate: float) -> Post:
        """An ordinary ad."""
        author, rng, told, draft = self.author, self.rng, self.told, self.draft
        random = rng.random
        told.signs.update(draft.signs)
        fields = self._labels()
        tail: list[str] = []
        self._ages(fields, tail)
        self._prices(fields, tail)
        if author.payment and random() < 0.7:
            for method in author.payment:
                tail.append(self._say_payment(method))
        suffix = self._contacts(fields, tail)
        if author.hub is not None and random() < hub_rate:
            tail.append(self._hub())
        slots = {"name": self.name, "place": self._town(), "postal": self._postal(), "name2": self._other()}
        if draft.named:
            told.names.add(self.name.lower())
        if draft.paired:
            told.names.add(slots["name2"].lower())
        title = draft.title.format_map(slots)
        if author.shouting:
            title = title.upper()
        fields["title"] = title + suffix
        if len(tail) > 1 and random() < 0.5:
            rng.shuffle(tail)
        fields["body"] = (
            draft.joint.join((draft.body.format_map(slots), *tail)) if tail else draft.body.format_map(slots)
        )
        return self._finished(fields, draft.template)

    def neutral(self) -> Post:
        """An ad that says nothing: a stated age below 18 stands only beside such text."""
        author, rng = self.author, self.rng
        number = self._numbers()[0]
        sentences = self.bank.plain("neutral")
        fields = {
            "title": self._town(),
            "body": sentences[int(rng.random() * len(sentences))].expand(rng),
            "location": self._town(),
            "contact": obfuscation.plain(number, self.region, rng),
            "age": str(16 + int(rng.random() * 2)),
        }
        self.told.phones.add(number.e164)
        self.told.ages.add(fields["age"])
        return self._finished(fields, f"{author.id}-neutral")

    def _finished(self, fields: dict[str, str], template: str) -> Post:
        author, told, rng = self.author, self.told, self.rng
        if told.hidden:
            told.signs.add("contact_obfuscation")
        truth = {
            "author": author.id,
            "class": author.kind,
            "template": template,
            "phones": sorted(told.phones),
            "emails": sorted(told.emails),
            "handles": sorted(told.handles),
            "urls": sorted(told.urls),
            "ages": sorted(told.ages),
            "prices": sorted(told.prices),
            "names": sorted(told.names),
            "place": self.place.id,
            "payment": sorted(told.payment),
            "language": author.language,
            "indicators": sorted(told.signs),
            "recruits": author.recruits,
        }
        images: list[str] = []
        if author.images and rng.random() < 0.5:
            images.append(author.images[int(rng.random() * len(author.images))])
        elif rng.random() < 0.05:
            images.append(STOCK[int(rng.random() * len(STOCK))])
        return Post(self.day, int(rng.random() * 1440), self.site, self.place.slug, fields, images, truth)

    # What the fields say

    def _town(self) -> str:
        return LOCAL_NAMES.get((self.place.name, self.author.language), self.place.name)

    def _postal(self) -> str:
        postal = self.place.postal
        return (
            postal + f"{int(self.rng.random() * 100):02d}"
            if len(postal) == 3
            else postal + f"{int(self.rng.random() * 1000):03d}"
        )

    def _other(self) -> str:
        persons = self.author.persons
        other = persons[(self.index + 1) % len(persons)].names[0]
        return other if other != self.name else "Anna"

    def _labels(self) -> dict[str, str]:
        random, place, town = self.rng.random, self.place, self._town()
        chance = random()
        where = f"{town}, {place.state or COUNTRY[place.country]}"
        if place.country == "US" and chance < 0.2:
            where = f"{town}, {place.state} {self._postal()}"
        elif chance > 0.65 and place.name != "Kansas City":
            where = town
        fields = {"location": where}
        if random() < 0.6:
            fields["name"] = self.name
            self.told.names.add(self.name.lower())
        return fields

    def _ages(self, fields: dict[str, str], tail: list[str]) -> None:
        author, person, rng = self.author, self.person, self.rng
        if rng.random() >= author.ages_stated:
            return
        if len(author.persons) > 2 and author.kind in {"agency", "spa", "controlled"} and rng.random() < 0.2:
            low = min(one.age for one in author.persons)
            high = max(max(one.age for one in author.persons), low + 2)
            value = f"{low}-{high}"
            tail.append(author.forms["range"].format(age=value))
        else:
            age = max(18, person.age - (self.day - author.first) // 4) if person.falling else person.age
            value = str(age)
            if rng.random() < 0.6:
                forms = AGE_FORMS[author.language]
                fields["age"] = forms[int(rng.random() * len(forms))].format(value)
            if "age" not in fields or rng.random() < 0.3:
                tail.append(author.forms["age"].format(age=value))
        self.told.ages.add(value)

    def _prices(self, fields: dict[str, str], tail: list[str]) -> None:
        author, rng = self.author, self.rng
        if not author.durations:
            return
        chance = rng.random()
        if chance < 0.55:
            text, values = prices.write(self.place.currency, author.factor, author.durations, author.language, rng)
            tail.append(author.forms["price"].format(price=text))
        elif chance < 0.75:
            text, values = prices.write(self.place.currency, author.factor, (60,), author.language, rng)
            fields["price"] = text
        elif chance < 0.85:
            text, values = prices.write_bare(self.place.currency, author.factor, rng)
            fields["price"] = text
        else:
            return
        self.told.prices.update(values)

    def _say(self, what: str, **slots: str) -> str:
        sentences = self.bank.topics("say")[what]
        return sentences[int(self.rng.random() * len(sentences))].expand(self.rng).format_map(slots)

    def _say_payment(self, method: str) -> str:
        sentences = self.bank.topics("payment")[method]
        self.told.payment.add(method)
        return sentences[int(self.rng.random() * len(sentences))].expand(self.rng)

    # Contacts

    def _numbers(self) -> list[Number]:
        """Today's numbers: one line, at times two; the old one too where it bridges a change."""
        author, rng = self.author, self.rng
        lines = author.lines
        first = (self.index if self.index < len(lines) else int(rng.random() * len(lines))) % len(lines)
        chosen = [first]
        if len(lines) > 1 and (self.index < len(lines) or rng.random() < 0.35):
            chosen.append((first + 1) % len(lines))
        numbers = []
        for line in chosen:
            tenures = [tenure for tenure in lines[line] if tenure.first <= self.day]
            current = tenures[-1] if tenures else lines[line][0]
            numbers.append(current.number)
        return numbers

    def _old(self) -> Number | None:
        for line in self.author.lines:
            if self.author.bridge == "both" and len(line) > 1 and line[1].first <= self.day <= line[1].first + 3:
                return line[0].number
        return None

    def _contacts(self, fields: dict[str, str], tail: list[str]) -> str:
        """Write the contacts; returns what goes on the title."""
        author, rng, told = self.author, self.rng, self.told
        random = rng.random
        suffix = ""
        others = author.handle is not None or author.email is not None
        silent = (
            author.ads > 1
            and not author.templates[0].shared
            and author.recruits is None
            and random() < (0.12 if others else 0.04)
        )
        if not silent:
            suffix = self._phones(fields, tail)
        must = author.bridge == "handle" or (silent and others and random() < 0.7)
        if author.handle is not None and (must or random() < 0.6):
            hidden = random() < author.hidden * 0.6
            tail.append(self._say("handle", handle=write_handle(author.handle, rng, hidden=hidden)))
            told.handles.add(author.handle.value)
            told.hidden |= hidden
        if author.email is not None and ((must and author.handle is None) or random() < 0.6):
            hidden = random() < author.hidden * 0.8
            tail.append(self._say("email", email=write_email(author.email, author.language, rng, hidden=hidden)))
            told.emails.add(author.email)
            told.hidden |= hidden
        if author.url is not None and random() < 0.6:
            tail.append(self._say("url", url=author.url))
            told.urls.add(author.url)
        return suffix

    def _phones(self, fields: dict[str, str], tail: list[str]) -> str:
        rng, told = self.rng, self.told
        random = rng.random
        numbers = self._numbers()
        main = numbers[0]
        suffix = ""
        family = self._family()
        if family == "spread":
            head, end = obfuscation.halves(main, self.region, rng)
            suffix = f" {head}"
            tail.append(self._say("tail", tail=end))
        else:
            text = self._write(main, family)
            chance = random()
            if chance < 0.3:
                fields["contact"] = text
            elif chance < 0.38:
                suffix = f" {text}"
            else:
                tail.append(self._say("phone", phone=text))
                if chance > 0.8:
                    fields["contact"] = self._write(main, self._family(spread=False))
        told.phones.add(main.e164)
        for number in numbers[1:]:
            tail.append(self._say("again", phone=self._write(number, self._family(spread=False))))
            told.phones.add(number.e164)
        old = self._old()
        if old is not None and old.e164 not in told.phones:
            tail.append(self._say("old", phone=self._write(old, self._family(spread=False))))
            told.phones.add(old.e164)
        return suffix

    def _family(self, *, spread: bool = True) -> str | None:
        """The disguise of the next number, or None for plain writing."""
        author, random = self.author, self.rng.random
        if random() >= author.hidden:
            return None
        self.told.hidden = True
        family = (
            author.habits[int(random() * 2)]
            if random() < 0.75
            else obfuscation.HABITS[int(random() * len(obfuscation.HABITS))]
        )
        return "mixed" if family == "spread" and not spread else family

    def _write(self, number: Number, family: str | None) -> str:
        if family is None:
            return obfuscation.plain(number, self.region, self.rng)
        return obfuscation.disguised(number, self.region, self.author.language, family, self.rng)

    def _hub(self) -> str:
        hub = self.author.hub
        if hub is None:
            raise ValueError("only authors with a hub write one")
        if hub.number is not None:
            self.told.phones.add(hub.number.e164)
            return self._say(hub.kind, phone=self._write(hub.number, None))
        if hub.kind == "hub_url":
            self.told.urls.add(hub.text)
            return self._say(hub.kind, url=hub.text)
        self.told.emails.add(hub.text)
        return self._say(hub.kind, email=hub.text)
