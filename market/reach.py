"""How an ad says where its author can be reached: numbers, handle, e-mail, site and hub contacts, plain or disguised."""

from random import Random

from market import obfuscation
from market.contacts import Handle, write_email, write_handle
from market.grammar import Bank
from market.numbers import Number
from market.people import Author, Hub
from market.told import Told

# Days for which a changed number and the new one stand side by side.
OVERLAP = 4


class Reach:
    """The contacts of one ad; what is written is told."""

    def __init__(self, author: Author, words: Bank, region: str, day: int, index: int, told: Told, rng: Random) -> None:
        self.author, self.words, self.region, self.told, self.rng = author, words, region, told, rng
        self.day = day
        self.index = index  # of the ad among the author's

    def write(self, fields: dict[str, str], tail: list[str]) -> str:
        """Put the contacts into fields and lines; returns what goes behind the title."""
        author, told, random = self.author, self.told, self.rng.random
        others = author.handle is not None or author.email is not None
        may_be_silent = author.ads > 1 and not author.templates[0].shared and author.recruits is None
        silent = may_be_silent and random() < (0.12 if others else 0.04)
        suffix = "" if silent else self._phones(fields, tail)
        must = author.bridge == "handle" or (silent and others and random() < 0.7)
        if author.handle is not None and (must or random() < 0.6):
            tail.append(self._say("handle", handle=self._handle(author.handle)))
            told.handles.add(author.handle.value)
        if author.email is not None and ((must and author.handle is None) or random() < 0.6):
            tail.append(self._say("email", email=self._email(author.email)))
            told.emails.add(author.email)
        if author.url is not None and random() < 0.6:
            tail.append(self._say("url", url=author.url))
            told.urls.add(author.url)
        return suffix

    def hub(self, hub: Hub) -> str:
        """A line with a contact that is on everybody's ads."""
        if hub.number is not None:
            self.told.phones.add(hub.number.e164)
            return self._say(hub.kind, phone=self._number(hub.number, None))
        if hub.kind == "hub_url":
            self.told.urls.add(hub.text)
            return self._say(hub.kind, url=hub.text)
        self.told.emails.add(hub.text)
        return self._say(hub.kind, email=hub.text)

    def numbers(self) -> list[Number]:
        """Today's numbers: one line, at times two; the first ads show the lines in pairs, so that all hang together."""
        lines, random = self.author.lines, self.rng.random
        first = self.index % len(lines) if self.index < len(lines) else int(random() * len(lines))
        chosen = [first]
        if len(lines) > 1 and (self.index < len(lines) or random() < 0.35):
            chosen.append((first + 1) % len(lines))
        numbers = []
        for line in chosen:
            begun = [tenure for tenure in lines[line] if tenure.first <= self.day]
            numbers.append((begun[-1] if begun else lines[line][0]).number)
        return numbers

    def _phones(self, fields: dict[str, str], tail: list[str]) -> str:
        told = self.told
        main, *further = self.numbers()
        suffix = self._main(main, fields, tail)
        told.phones.add(main.e164)
        for number in further:
            tail.append(self._say("again", phone=self._number(number, self._family(whole=True))))
            told.phones.add(number.e164)
        old = self._old()
        if old is not None and old.e164 not in told.phones:
            tail.append(self._say("old", phone=self._number(old, self._family(whole=True))))
            told.phones.add(old.e164)
        return suffix

    def _main(self, number: Number, fields: dict[str, str], tail: list[str]) -> str:
        family = self._family()
        if family == "spread":
            head, end = obfuscation.halves(number, self.region, self.rng)
            tail.append(self._say("tail", tail=end))
            return f" {head}"
        text = self._number(number, family)
        chance = self.rng.random()
        if chance < 0.3:
            fields["contact"] = text
        elif chance < 0.38:
            return f" {text}"
        else:
            tail.append(self._say("phone", phone=text))
            if chance > 0.8:
                fields["contact"] = self._number(number, self._family(whole=True))
        return ""

    def _old(self) -> Number | None:
        if self.author.bridge == "both":
            for line in self.author.lines:
                if len(line) > 1 and line[1].first <= self.day < line[1].first + OVERLAP:
                    return line[0].number
        return None

    def _family(self, *, whole: bool = False) -> str | None:
        """The disguise of the next number, or None for plain writing; `whole` where it must stand in one place."""
        author, random = self.author, self.rng.random
        if random() >= author.hidden:
            return None
        self.told.hidden = True
        all_habits = obfuscation.HABITS
        family = author.habits[int(random() * 2)] if random() < 0.75 else all_habits[int(random() * len(all_habits))]
        return "mixed" if family == "spread" and whole else family

    def _number(self, number: Number, family: str | None) -> str:
        if family is None:
            return obfuscation.plain(number, self.region, self.rng)
        return obfuscation.disguised(number, self.region, self.author.language, family, self.rng)

    def _handle(self, handle: Handle) -> str:
        hidden = self.rng.random() < self.author.hidden * 0.6
        self.told.hidden |= hidden
        return write_handle(handle, self.rng, hidden=hidden)

    def _email(self, email: str) -> str:
        hidden = self.rng.random() < self.author.hidden * 0.8
        self.told.hidden |= hidden
        return write_email(email, self.author.language, self.rng, hidden=hidden)

    def _say(self, what: str, **slots: str) -> str:
        sentences = self.words.topics("say")[what]
        return sentences[int(self.rng.random() * len(sentences))].expand(self.rng).format_map(slots)
