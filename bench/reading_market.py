"""Reading rehearsal markets: every kind against the truth that was written with the ads. Mechanics, not the world."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

from bench.rivals import Rivals
from bench.tally import OURS, Row, Score, body, lines, values
from crawlers.adlines import parse_ad
from crawlers.records import Ad
from market.numbers import Number
from market.obfuscation import FAMILIES, disguised, plain
from nlp.pipeline import read_ads
from nlp.records import Kind, Reading

# In the truth, in the reading, and the page it belongs on.
KINDS = {
    "phones": (Kind.PHONE, "phones"),
    "emails": (Kind.EMAIL, "emails"),
    "handles": (Kind.HANDLE, "handles"),
    "urls": (Kind.URL, "urls"),
    "ages": (Kind.AGE, "ages"),
    "prices": (Kind.PRICE, "prices"),
    "names": (Kind.NAME, "names"),
    "payment": (Kind.PAYMENT, "payments"),
}
SHARED = (
    "phones",
)  # asked of the peers; the domains of a market are reserved names, which peers with lists do not know
# The truth lists what an author set out to say. These two follow from the ages that the ad states, so they are judged by those.
BY_AGE: dict[str, Callable[[int], bool]] = {
    "stated_minor": lambda age: age < 18,
    "stated_young_adult": lambda age: 18 <= age <= 22,
}
REPERTOIRE = ("en", "es", "pt")


class Market:
    """One folder with ads.jsonl and truth.jsonl, read once. `name` tells its rows from those of other markets."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.ads = [parse_ad(row) for row in lines(folder / "ads.jsonl")]
        truth = {row["ad_id"]: row for row in lines(folder / "truth.jsonl")}
        self.truth = [truth[ad.ad_id] for ad in self.ads]
        self.readings = list(read_ads(self.ads))

    def pairs(self) -> Iterator[tuple[Reading, dict[str, Any]]]:
        """Each reading with its truth."""
        return zip(self.readings, self.truth, strict=True)

    def ask(self, rivals: Rivals) -> None:
        """Put the ads before every peer that knows a shared kind."""
        texts = [("\n".join(ad.texts().values()), ad.region) for ad in self.ads]
        for field in SHARED:
            rivals.ask(f"{self.name} {field}", field, texts)

    def kinds(self, rivals: Rivals) -> Iterator[Row]:
        """Each kind, the town and the language."""
        for name, (kind, page) in KINDS.items():
            found = [values(reading, kind) for reading in self.readings]
            yield self._row(page, name, OURS, found)
            for peer, theirs in rivals.found(f"{self.name} {name}").items():
                yield self._row(page, name, peer, [_numbers(one) for one in theirs])
        places, languages = Score(), Score()
        for reading, true in self.pairs():
            if true["place"]:
                places.add({true["place"]} & values(reading, Kind.PLACE), {true["place"]})
            languages.add({reading.language}, {true["language"]})
        town = places.right + places.missed
        yield Row("places", f"{self.name}: the ad's town", OURS, recall=places.recall, values=town)
        yield languages.row("languages", f"{self.name}: language")

    def _row(self, page: str, name: str, who: str, found: list[set[str]]) -> Row:
        score = Score()
        for values_found, true in zip(found, self.truth, strict=True):
            score.add(values_found, set(true[name]))
        return score.row(page, f"{self.name}: {name}", who)

    def indicators(self, *, languages: bool) -> Iterator[Row]:
        """One row for each indicator, as often as not denied; then all that the truth lists. By language where asked."""
        listed = {name for true in self.truth for name in true["indicators"]}
        read = {name for reading in self.readings for name in values(reading, Kind.INDICATOR)}
        everything = Score()
        for name in sorted(listed | read | BY_AGE.keys()):
            page, what = "indicators", f"{self.name}: {name}"
            if name not in listed and name not in BY_AGE:
                count = sum(name in values(reading, Kind.INDICATOR) for reading in self.readings)
                yield Row(page, what, OURS, note=f"left out: not in the truth; read in {count} ads")
                continue
            score = self._judged(name, None)
            if name in listed:
                for part in ("right", "wrong", "missed"):
                    setattr(everything, part, getattr(everything, part) + getattr(score, part))
            note = "" if name in listed else "judged by the truth's ages"
            yield score.row(page, what, OURS, note)
            if languages:
                yield from (
                    self._judged(name, one).row(page, f"{what}, {one}", OURS, note)
                    for one in REPERTOIRE
                    if any(true["language"] == one for true in self.truth)
                )
        yield everything.row("indicators", f"{self.name}: all that the truth lists")

    def _judged(self, name: str, language: str | None) -> Score:
        score = Score()
        for reading, true in self.pairs():
            if language in (None, true["language"]):
                score.add(values(reading, Kind.INDICATOR) & {name}, _true(true, name))
        return score

    def disguises(self) -> Iterator[Row]:
        """Phone recall by the family the truth says they are hidden in, of a market that says so."""
        scores: defaultdict[str, Score] = defaultdict(Score)
        for reading, true in self.pairs():
            family = true.get("obfuscation")
            for one in [family] if isinstance(family, str) else family or ():
                scores[one].add(values(reading, Kind.PHONE), set(true["phones"]))
        for family, score in sorted(scores.items()):
            yield score.row("phones", f"{self.name}: phones, {family}")

    def spellings(self) -> Iterator[Row]:
        """The other kinds by the spelling that the truth names, of a market that says so."""
        scores: defaultdict[tuple[str, str], Score] = defaultdict(Score)
        for reading, true in self.pairs():
            for name, family in (true.get("spellings") or {}).items():
                scores[name, family].add(values(reading, KINDS[name][0]), set(true[name]))
        for (name, family), score in sorted(scores.items()):
            yield score.row(KINDS[name][1], f"{self.name}: {name}, {family}")

    def misses(self, show: int) -> Iterator[str]:
        """Up to `show` ads of each kind that were read wrongly, in words."""
        wanted = {**KINDS, "indicators": (Kind.INDICATOR, "")}
        for name, (kind, _) in wanted.items():
            shown = 0
            for ad, (reading, true) in zip(self.ads, self.pairs(), strict=True):
                there, right = values(reading, kind) - BY_AGE.keys(), set(true[name])
                if there != right and shown < show:
                    shown += 1
                    text = " | ".join(ad.texts().values())
                    yield f"{name} of {ad.ad_id}: wrong {sorted(there - right)}, missed {sorted(right - there)}\n    {text}"


def _true(truth: dict[str, Any], name: str) -> set[str]:
    if name not in BY_AGE or name in truth["indicators"]:
        return {name} & set(truth["indicators"])
    youngest = (int(age.partition("-")[0]) for age in truth["ages"])
    return {name} if any(map(BY_AGE[name], youngest)) else set()


def _numbers(found: Iterable[str]) -> set[str]:
    """A peer's phones in the form of the truth, as far as that can be done without knowing more than the peer does."""
    normal = set()
    for one in found:
        try:
            normal.add(format_number(parse(one, "US"), PhoneNumberFormat.E164))
        except NumberParseException:
            normal.add(one)
    return normal


def families(seed: int, count: int = 4000) -> Iterator[Row]:
    """Phones by the family they are hidden in, each in a sentence with other numbers."""
    rng = Random(seed)
    scores: defaultdict[str, Score] = defaultdict(Score)
    truth: list[tuple[str, str]] = []
    ads: list[Ad] = []
    for _ in range(count):
        family = rng.choice(["plain", *FAMILIES])
        number = Number("US", f"{rng.choice(('312', '713', '212', '305', '808'))}5550{rng.randrange(100, 200)}")
        language = rng.choice(REPERTOIRE)
        text = plain(number, "US", rng) if family == "plain" else disguised(number, "US", language, family, rng)
        around = rng.choice(
            ("rates 100 150 200, {} no blocked calls", "text {} for 24/7 visits", "{}", "I am 24, 5'4, 120 lbs. {}")
        )
        ads.append(body(around.format(text), "US"))
        truth.append((family, number.e164))
    for (family, value), reading in zip(truth, read_ads(ads), strict=True):
        scores[family].add(values(reading, Kind.PHONE), {value})
    for family, score in sorted(scores.items()):
        yield score.row("phones", f"phones, {family}")
