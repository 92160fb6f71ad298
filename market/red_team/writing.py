"""One ad of the red team: as any other, but with every contact, price and age in a family that is used nowhere else.

Each ad has one family per kind, so that what gets past a reader can be told by family.
"""

from functools import cache
from typing import Any

from market.contacts import LABELS, PLATFORMS, Handle
from market.grammar import Sentence
from market.numbers import Number
from market.obfuscation import groups_of, prefix_of
from market.reach import Reach
from market.red_team import addresses, figures, phones
from market.red_team.palette import phone_data, pick
from market.writing import Writing

# For the further numbers of an ad whose first is spread over the ad or inside an address.
FURTHER = "labelled"


class RedReach(Reach):
    """The contacts of an ad, each kind in one family."""

    def _family(self, *, whole: bool = False) -> str:
        family = _drawn(self, "phones", phones.ALL)
        self.told.hidden |= family not in phones.OPEN
        return FURTHER if whole and family in phones.PLACED else family

    def _number(self, number: Number, family: str | None) -> str:
        """A hub has no family of its own: it is written as the ad's other numbers."""
        family = family or self._family(whole=True)
        return phones.disguised(number, self.region, self.author.language, family, self.rng)

    def _main(self, number: Number, fields: dict[str, str], tail: list[str]) -> str:
        family = self._family()
        if family == "downwards":  # lines of their own, so never in a title
            tail.append(self._say("phone", phone=self._number(number, family)))
        elif family == "url":
            tail.append(self._url(number))
        elif family == "handle":
            tail.append(self._handle_with(number))
        elif family == "thirds":
            return self._thirds(number, fields, tail)
        else:
            return super()._main(number, fields, tail)
        return ""

    def _groups(self, number: Number) -> tuple[str, ...]:
        """Groups for an address; abroad the country code is the first."""
        foreign = number.country != self.region
        groups = groups_of(number, foreign=foreign)
        return (prefix_of(number)[1:], *groups) if foreign else groups

    def _url(self, number: Number) -> str:
        groups = self._groups(number)
        url = pick(phone_data()["urls"], self.rng).format(n="".join(groups), d="-".join(groups))
        self.told.urls.add(url)
        return self._said("url_says", url=url)

    def _handle_with(self, number: Number) -> str:
        groups = self._groups(number)
        stem = self.author.persons[0].names[0].lower()
        form = pick(phone_data()["handles"], self.rng)
        handle = Handle(
            PLATFORMS[int(number.digits) % len(PLATFORMS)],
            form.format(name=stem, n="".join(groups), g="_".join(groups)),
        )
        self.told.handles.add(handle.value)
        return self._said("handle_says", label=pick(LABELS[handle.platform], self.rng), name=handle.name)

    def _thirds(self, number: Number, fields: dict[str, str], tail: list[str]) -> str:
        foreign = number.country != self.region
        first, middle, last = groups_of(number, foreign=foreign)
        tail.append(self._said("thirds", part=middle))
        fields["contact"] = last
        return f" {prefix_of(number)} {first}" if foreign else f" {first}"

    def _said(self, what: str, **slots: str) -> str:
        return pick(_sentences(what, self.author.language), self.rng).expand(self.rng).format_map(slots)

    def _handle(self, handle: Handle) -> str:
        family = _drawn(self, "handles", tuple(addresses.HANDLES))
        self.told.hidden |= family not in addresses.OPEN
        return addresses.HANDLES[family](handle, self.author.language, self.rng)

    def _email(self, email: str) -> str:
        self.told.hidden = True
        local, _, host = email.partition("@")
        family = _drawn(self, "emails", tuple(addresses.EMAILS))
        return addresses.EMAILS[family](local, host, self.author.language, self.rng)


def _drawn(part: Reach | Writing, kind: str, families: tuple[str, ...]) -> str:
    """The ad's family for a kind, drawn when it is first needed."""
    used = part.told.families
    if kind not in used:
        used[kind] = pick(families, part.rng)
    return used[kind]


@cache
def _sentences(what: str, language: str) -> tuple[Sentence, ...]:
    return tuple(Sentence(text, {}) for text in phone_data()[what][language])


class RedWriting(Writing):
    """Writes one ad of the red team."""

    contacts = RedReach

    def truth(self, template: str) -> dict[str, Any]:
        """With the family of the phones (null where the ad has none) and those of the other kinds."""
        others = dict(sorted(self.told.families.items()))
        return {**super().truth(template), "obfuscation": others.pop("phones", None), "spellings": others}

    def _age_field(self, age: str) -> str:
        return figures.write_age_field(_drawn(self, "ages", tuple(figures.AGES)), age, self.author.language, self.rng)

    def _age_line(self, age: str) -> str:
        return figures.AGES[_drawn(self, "ages", tuple(figures.AGES))](age, self.author.language, self.rng)

    def _priced(self, durations: tuple[int, ...]) -> tuple[str, list[str]]:
        author, family = self.author, _drawn(self, "prices", figures.PRICES)
        return figures.write_prices(family, self.place.currency, author.factor, durations, author.language, self.rng)

    def _priced_bare(self) -> tuple[str, list[str]]:
        author, family = self.author, _drawn(self, "prices", tuple(figures.MONEY))
        return figures.write_bare_price(family, self.place.currency, author.factor, author.language, self.rng)
