"""Casting: how many authors of which class there are, and each of them drawn from the parameters of the class."""

from pathlib import Path
from random import Random
from typing import Any

from market.contacts import Register
from market.grammar import bank
from market.numbers import Exchange, Number
from market.people import (
    Author,
    Hub,
    Person,
    Tenure,
    between,
    classes,
    draw_names,
    habits,
    numbers_over_time,
    weighted,
    write_with,
)
from market.places import Place, atlas
from market.prose import Template, compose
from market.routes import choose_towns, legs_of

LANGUAGES = {
    "US": {"en": 0.78, "es": 0.16, "pt": 0.06},
    "GB": {"en": 0.84, "es": 0.08, "pt": 0.08},
    "ES": {"es": 0.85, "en": 0.15},
    "MX": {"es": 0.9, "en": 0.1},
    "BR": {"pt": 0.9, "en": 0.1},
    "PT": {"pt": 0.8, "en": 0.2},
}
SITES = {
    "US": {"harbor": 0.55, "meadow": 0.35, "lantern": 0.1},
    "MX": {"meadow": 0.7, "harbor": 0.3},
    "BR": {"meadow": 0.7, "harbor": 0.3},
    "GB": {"lantern": 0.75, "meadow": 0.25},
    "ES": {"lantern": 0.75, "meadow": 0.25},
    "PT": {"lantern": 0.75, "meadow": 0.25},
}
# Share of authors who put a hub contact on some of their ads.
HUB_USERS = 0.9
# Share of authors with a picture that many have.
STOCK_USERS = 0.12
# How often a class copies wording that everybody copies.
COPIES = {"independent": 0.07, "spa": 0.25, "agency": 0.04}
POPULAR = (
    ("en", "own", "independent"),
    ("en", "house", "spa"),
    ("es", "own", "independent"),
    ("en", "own", "independent"),
)
DURATIONS = ((60,), (30, 60), (60, 120), (30, 60, 120), (60, 90))
GOLDEN = 0.6180339887498949
RECYCLED = 0.03  # of independents who begin late enough
GAP = 4  # days before somebody else has a given-up number


class Casting:
    """Draws authors one after another; every contact is given out once."""

    def __init__(
        self,
        rng: Random,
        days: int,
        obfuscated: float,
        hubs: tuple[Hub, ...],
        exchange: Exchange,
        popular: int,
        unseen: Path | None = None,
    ) -> None:
        self.rng = rng
        self.unseen = unseen
        self.days = days
        self.obfuscated = obfuscated
        self.hubs = hubs
        self.exchange = exchange
        self.register = Register(rng)
        self.towns = {country: atlas().within(frozenset({country})) for country in LANGUAGES}
        self.anywhere = atlas().within(frozenset(LANGUAGES))
        self._given_up: list[tuple[Number, int]] = []
        self._templates = 0
        self._habit = rng.random()
        self._stock = [f"{rng.getrandbits(64):016x}" for _ in range(popular)]
        self._popular = self._compose_popular(popular)

    def author(self, identity: str, kind: str, ads: int, group: Author | None = None) -> Author:
        """One author of a class, with `ads` to post; `group` is the controlled group a recruiter works for."""
        rng, given = self.rng, classes()[kind]
        home = group.home if group else self.anywhere[int(rng.random() * len(self.anywhere))]
        language = group.language if group else weighted(LANGUAGES[home.country], rng)
        route = weighted(given["route"], rng)
        towns = choose_towns(route, home, self.towns[home.country], rng)
        first, last = self._days(kind, ads, group)
        persons = self._persons(given, kind, route, towns)
        templates = self._texts(given, kind, language, route, recruits=group is not None)
        lines = self._lines(given, kind, home, (first, last), group)
        changed = any(len(line) > 1 for line in lines)
        bridge = (
            weighted({"both": 0.4, "handle": 0.3, "text": 0.0 if templates[0].shared else 0.3}, rng)
            if changed
            else "none"
        )
        handle, email, url = write_with(self.register, persons[0].names[0], given["contacts"], rng)
        if bridge == "handle" and handle is None and email is None:
            handle = self.register.handle(persons[0].names[0])
        if bridge == "text":
            handle = email = url = None
        self._habit = (self._habit + GOLDEN) % 1  # evenly spread: a small market has its share of disguises too
        low, high = given["price"]
        return Author(
            id=identity,
            kind=kind,
            language=language,
            home=home,
            route=route,
            ads=ads,
            first=first,
            last=last,
            persons=persons,
            templates=templates,
            sites=self._sites(given, home),
            lines=lines,
            bridge=bridge,
            handle=handle,
            email=email,
            url=url,
            hidden=0.95 if self._habit < self.obfuscated else min(0.95, self.obfuscated * 1.4),
            habits=habits(rng),
            factor=low + rng.random() * (high - low),
            durations=DURATIONS[int(rng.random() * len(DURATIONS))] if high else (),
            ages_stated=given["ages"]["stated"],
            payment=self._payment(language),
            images=self._images(),
            hub=self.hubs[int(rng.random() * len(self.hubs))] if self.hubs and rng.random() < HUB_USERS else None,
            recruits=group.id if group else None,
            forms=self._forms(language),
            shouting=rng.random() < 0.12,
        )

    def _days(self, kind: str, ads: int, group: Author | None) -> tuple[int, int]:
        rng, days = self.rng, self.days
        if group is not None:  # while the group posts, so that the shared contact overlaps in time
            first = group.first + int(rng.random() * max(1, (group.last - group.first) // 2))
            return first, min(group.last, first + 1 + int(rng.random() * days))
        if kind in {"agency", "controlled", "spam"} or ads > 6:
            return int(rng.random() * min(3, days)), days - 1
        first = int(rng.random() * days)
        return first, min(days - 1, first + 1 + int(rng.random() * days))

    def _persons(self, given: dict[str, Any], kind: str, route: str, towns: list[Place]) -> tuple[Person, ...]:
        rng, ages = self.rng, given["ages"]
        count = between(given["persons"], rng)
        drawn = draw_names(count + 1, rng)
        falling = rng.random() < ages["falling"]
        persons = []
        for index in range(count):
            known = (drawn[index], drawn[count]) if index == 0 and rng.random() < given["alias"] else (drawn[index],)
            age = ages["low"] + int(
                (ages["high"] - ages["low"] + 1) * rng.random() ** (1.5 if kind == "independent" else 1.0)
            )
            persons.append(Person(known, age, falling, tuple(legs_of(route, index, towns, self.days))))
        return tuple(persons)

    def _lines(
        self, given: dict[str, Any], kind: str, home: Place, window: tuple[int, int], group: Author | None
    ) -> list[list[Tenure]]:
        rng = self.rng
        if group is not None:
            return [group.lines[0]]
        lines = []
        for _ in range(between(given["lines"], rng)):
            start = None
            if kind == "independent" and self._given_up and rng.random() < RECYCLED:
                number, free = self._given_up[0]
                if window[0] >= free + GAP:
                    del self._given_up[0]
                    start = number
            line = numbers_over_time(
                self.exchange, home, window, rng, change=rng.random() < given["changes"], start=start
            )
            if start is None and len(line) > 1 and kind == "independent":
                self._given_up.append((line[0].number, line[1].first + 2))
            lines.append(line)
        return lines

    def _texts(
        self, given: dict[str, Any], kind: str, language: str, route: str, *, recruits: bool
    ) -> tuple[Template, ...]:
        rng = self.rng
        signs = dict(given["signs"])
        signs["movement_language"] = given["moving"].get(route, 0)
        if recruits:
            signs["recruitment_vague_benefits"] = 0.85
        if rng.random() < COPIES.get(kind, 0):
            voice = "own" if kind == "independent" else "house"
            popular = [one for one in self._popular if one[0] == language and one[1].voice == voice]
            if popular:
                return (popular[int(rng.random() * len(popular))][1],)
        texts = []
        for _ in range(between(given["templates"], rng)):
            voice = weighted(given["voices"], rng)
            texts.append(
                compose(self._next_template(), bank(language, self.unseen), voice, signs, given["signs_no"], rng)
            )
        return tuple(texts)

    def _compose_popular(self, count: int) -> tuple[tuple[str, Template], ...]:
        """Wording that many unrelated authors copy."""
        found = []
        for index in range(count):
            language, voice, kind = POPULAR[index % len(POPULAR)]
            given = classes()[kind]
            template = compose(
                self._next_template(),
                bank(language, self.unseen),
                voice,
                given["signs"],
                given["signs_no"],
                self.rng,
                versions=2,
                shared=True,
            )
            found.append((language, template))
        return tuple(found)

    def _next_template(self) -> str:
        self._templates += 1
        return f"t{self._templates:06d}"

    def _sites(self, given: dict[str, Any], home: Place) -> tuple[str, ...]:
        rng = self.rng
        wanted = between(given["sites"], rng)
        chances = dict(SITES[home.country])
        found: list[str] = []
        while chances and len(found) < wanted:
            site = weighted(chances, rng)
            del chances[site]
            found.append(site)
        return tuple(found)

    def _images(self) -> tuple[str, ...]:
        """Hashes of an author's pictures, at times with one that everybody takes."""
        rng = self.rng
        own = tuple(f"{rng.getrandbits(64):016x}" for _ in range(int(rng.random() * 4)))
        return (*own, self._stock[int(rng.random() * len(self._stock))]) if rng.random() < STOCK_USERS else own

    def _payment(self, language: str) -> tuple[str, ...]:
        rng = self.rng
        if rng.random() < 0.6:
            return ()
        methods = tuple(bank(language).topics("payment"))
        first = methods[int(rng.random() * len(methods))]
        return (
            (first,) if rng.random() < 0.7 else tuple(dict.fromkeys((first, methods[int(rng.random() * len(methods))])))
        )

    def _forms(self, language: str) -> dict[str, str]:
        rng, words = self.rng, bank(language)
        return {
            name: sentences[int(rng.random() * len(sentences))].expand(rng)
            for name in ("price", "age", "range")
            for sentences in (words.plain(name),)
        }
