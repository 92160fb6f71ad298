"""One ad being written: its fields, and with them what they say."""

from random import Random
from typing import Any

from market import obfuscation, prices
from market.grammar import bank
from market.people import Author, Person
from market.places import COUNTRY, Place
from market.prose import Draft
from market.reach import Reach
from market.told import Told

REGION = {"harbor": "US", "lantern": "GB", "meadow": "US"}
LOCAL_NAMES = {("Lisbon", "pt"): "Lisboa", ("Lisbon", "es"): "Lisboa", ("New York City", "en"): "New York"}
AGE_FORMS = {"en": ("{}", "{}", "{} yrs", "{} y/o"), "es": ("{}", "{}", "{} años"), "pt": ("{}", "{}", "{} anos")}
AMBIGUOUS = frozenset({"Kansas City"})  # never without its state
TEAMS = frozenset({"agency", "spa", "controlled"})


class Writing:
    """Writes one ad of `author` that shows `person` in `place` with the wording of `draft`."""

    contacts: type[Reach] = Reach

    def __init__(
        self, author: Author, person: Person, place: Place, draft: Draft, site: str, day: int, index: int, rng: Random
    ) -> None:
        self.author, self.person, self.place, self.draft, self.rng = author, person, place, draft, rng
        self.day = day
        self.index = index
        self.told = Told()
        self.words = bank(author.language)
        self.reach = self.contacts(author, self.words, REGION[site], day, index, self.told, rng)
        self.name = person.names[0 if len(person.names) == 1 or rng.random() < 0.6 else 1]
        self.town = LOCAL_NAMES.get((place.name, author.language), place.name)

    def ordinary(self, hub_rate: float) -> dict[str, str]:
        """The fields of an ordinary ad."""
        author, rng, told, draft = self.author, self.rng, self.told, self.draft
        told.signs.update(draft.signs)
        fields = self._labels()
        tail: list[str] = []
        self._ages(fields, tail)
        self._prices(fields, tail)
        if author.payment and rng.random() < 0.7:
            tail.extend(map(self._payment, author.payment))
        suffix = self.reach.write(fields, tail)
        if author.hub is not None and rng.random() < hub_rate:
            tail.append(self.reach.hub(author.hub))
        slots = {"name": self.name, "place": self.town, "postal": self._postal(), "name2": self._other()}
        if draft.named:
            told.names.add(self.name.lower())
        if draft.paired:
            told.names.add(slots["name2"].lower())
        title = draft.title.format_map(slots)
        fields["title"] = (title.upper() if author.shouting else title) + suffix
        if len(tail) > 1 and rng.random() < 0.5:
            rng.shuffle(tail)
        fields["body"] = draft.joint.join((draft.body.format_map(slots), *tail))
        return fields

    def neutral(self) -> dict[str, str]:
        """The fields of an ad that says nothing: a stated age below 18 stands only beside such text."""
        rng = self.rng
        number = self.reach.numbers()[0]
        sentences = self.words.plain("neutral")
        age = str(16 + int(rng.random() * 2))
        self.told.phones.add(number.e164)
        self.told.ages.add(age)
        return {
            "title": self.town,
            "body": sentences[int(rng.random() * len(sentences))].expand(rng),
            "location": self.town,
            "contact": obfuscation.plain(number, self.reach.region, rng),
            "age": age,
        }

    def truth(self, template: str) -> dict[str, Any]:
        """The line of truth.jsonl, still without its ad_id."""
        return self.told.truth(self.author, template, self.place)

    def _postal(self) -> str:
        start, last = self.place.postal, int(self.rng.random() * 1000)
        return f"{start}{last:03d}"[:5] if start.isdecimal() else f"{start} {last % 10}AB"

    def _other(self) -> str:
        persons = self.author.persons
        other = persons[(self.index + 1) % len(persons)].names[0]
        return other if other != self.name else "Anna"

    def _labels(self) -> dict[str, str]:
        place, town, chance = self.place, self.town, self.rng.random()
        where = f"{town}, {place.state or COUNTRY[place.country]}"
        if place.country == "US" and chance < 0.2:
            where = f"{where} {self._postal()}"
        elif chance > 0.65 and place.name not in AMBIGUOUS:
            where = town
        fields = {"location": where}
        if self.rng.random() < 0.6:
            fields["name"] = self.name
            self.told.names.add(self.name.lower())
        return fields

    def _ages(self, fields: dict[str, str], tail: list[str]) -> None:
        author, person, rng = self.author, self.person, self.rng
        if rng.random() >= author.ages_stated:
            return
        if len(author.persons) > 2 and author.kind in TEAMS and rng.random() < 0.2:
            ages = sorted(one.age for one in author.persons)
            value = f"{ages[0]}-{max(ages[-1], ages[0] + 2)}"
            tail.append(author.forms["range"].format(age=value))
        else:
            age = max(18, person.age - (self.day - author.first) // 4) if person.falling else person.age
            value = str(age)
            if rng.random() < 0.6:
                fields["age"] = self._age_field(value)
            if "age" not in fields or rng.random() < 0.3:
                tail.append(self._age_line(value))
        self.told.ages.add(value)

    def _age_field(self, age: str) -> str:
        forms = AGE_FORMS[self.author.language]
        return forms[int(self.rng.random() * len(forms))].format(age)

    def _age_line(self, age: str) -> str:
        return self.author.forms["age"].format(age=age)

    def _prices(self, fields: dict[str, str], tail: list[str]) -> None:
        author, rng = self.author, self.rng
        chance = rng.random()
        if not author.durations or chance > 0.85:
            return
        if chance < 0.55:
            text, values = self._priced(author.durations)
            tail.append(author.forms["price"].format(price=text))
        elif chance < 0.75:
            fields["price"], values = self._priced((60,))
        else:
            fields["price"], values = self._priced_bare()
        self.told.prices.update(values)

    def _priced(self, durations: tuple[int, ...]) -> tuple[str, list[str]]:
        author = self.author
        return prices.write(self.place.currency, author.factor, durations, author.language, self.rng)

    def _priced_bare(self) -> tuple[str, list[str]]:
        return prices.write_bare(self.place.currency, self.author.factor, self.rng)

    def _payment(self, method: str) -> str:
        sentences = self.words.topics("payment")[method]
        self.told.payment.add(method)
        return sentences[int(self.rng.random() * len(sentences))].expand(self.rng)
