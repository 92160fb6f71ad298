"""What other extractors find in the same texts, and how fast: run by the reading bench under an interpreter that has them.

Stands alone, on the standard library and whatever of PEERS installs. Standard input: `{"jobs": {name: {"field", "texts":
[[text, region]]}}, "speed": [text], "rounds": N}`. Standard output: `{"problems": {peer: reason}, "found": {job: {peer:
[[value]]}}, "seconds": {peer: {what: [seconds per text, one per round]}}}`. Every peer gets its own defaults, and nothing
that would have to be fetched: no models, and the lists of top-level domains that come in the packages.
"""

# mypy: disable-error-code="import-not-found"

import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

Finder = Callable[[str, "str | None"], Iterable[Any]]
Finders = dict[str, Finder]
LONGEST_ROUND = 4.0  # seconds of CPU a round of one peer may take; a slow one gets fewer texts


def phonenumbers_matcher(leniency: str) -> Finders:
    """The matcher of python-phonenumbers."""
    from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, format_number

    level = getattr(Leniency, leniency)

    def phones(text: str, region: str | None) -> list[str]:
        found = PhoneNumberMatcher(text, region or "US", leniency=level)
        return [format_number(match.number, PhoneNumberFormat.E164) for match in found]

    return {"phones": phones}


def presidio() -> Finders:
    """presidio-analyzer with its pattern recognizers over a blank pipeline: no model."""
    import spacy
    import tldextract.tldextract as suffixes
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import EmailRecognizer, PhoneRecognizer, UrlRecognizer

    suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(suffix_list_urls=())  # the list in the package

    class Blank(SpacyNlpEngine):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.nlp = {"en": spacy.blank("en")}

    recognizers = [PhoneRecognizer(), EmailRecognizer(), UrlRecognizer()]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["en"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])

    def finder(entity: str) -> Finder:
        def found(text: str, _: str | None) -> list[str]:
            return [text[one.start : one.end] for one in engine.analyze(text, language="en", entities=[entity])]

        return found

    return {"phones": finder("PHONE_NUMBER"), "emails": finder("EMAIL_ADDRESS"), "urls": finder("URL")}


def recognizers_text() -> Finders:
    """Recognizers-Text, its English models."""
    from recognizers_number_with_unit import NumberWithUnitRecognizer
    from recognizers_sequence import SequenceRecognizer

    sequence, unit = SequenceRecognizer("en-us"), NumberWithUnitRecognizer("en-us")

    def finder(model: Any) -> Finder:
        return lambda text, _: [one.text for one in model.parse(text)]

    def amounts(model: Any, *, hundredth: frozenset[str] = frozenset()) -> Finder:
        def found(text: str, _: str | None) -> list[float]:
            resolved = [one.resolution for one in model.parse(text)]
            known = [one for one in resolved if one and re.fullmatch(r"-?\d+(?:\.\d+)?", str(one.get("value")))]
            return [float(one["value"]) / (100 if one.get("unit") in hundredth else 1) for one in known]

        return found

    return {
        "phones": finder(sequence.get_phone_number_model()),
        "emails": finder(sequence.get_email_model()),
        "urls": finder(sequence.get_url_model()),
        "handles": finder(sequence.get_mention_model()),
        "prices": amounts(unit.get_currency_model(), hundredth=frozenset({"Cent", "Penny"})),
        "ages": amounts(unit.get_age_model()),
    }


def commonregex() -> Finders:
    """commonregex-improved, a module of expressions."""
    import crim

    def prices(text: str, _: str | None) -> list[float]:
        return [float(re.sub(r"[^\d.]", "", one)) for one in crim.prices(text)]

    return {
        "phones": lambda text, _: crim.phones(text),
        "emails": lambda text, _: crim.emails(text),
        "urls": lambda text, _: crim.links(text),
        "prices": prices,
    }


def price_parser() -> Finders:
    """price-parser: one price of a short text."""
    from price_parser import Price

    def prices(text: str, _: str | None) -> list[float]:
        amount = Price.fromstring(text).amount
        return [] if amount is None else [float(amount)]

    return {"prices": prices}


def urlextract() -> Finders:
    """urlextract with the list of top-level domains in its package."""
    from urlextract import URLExtract

    extractor = URLExtract()
    return {"urls": lambda text, _: extractor.find_urls(text, only_unique=True)}


# Name in the table, the package whose version stands beside it, how to make it.
PEERS: dict[str, tuple[str, Callable[[], Finders]]] = {
    "phonenumbers VALID": ("phonenumbers", lambda: phonenumbers_matcher("VALID")),
    "phonenumbers POSSIBLE": ("phonenumbers", lambda: phonenumbers_matcher("POSSIBLE")),
    "presidio": ("presidio-analyzer", presidio),
    "recognizers-text": ("recognizers-text-suite", recognizers_text),
    "commonregex-improved": ("commonregex-improved", commonregex),
    "price-parser": ("price-parser", price_parser),
    "urlextract": ("urlextract", urlextract),
}


def seconds(finders: list[Finder], texts: list[str], rounds: int) -> list[float]:
    """CPU seconds per text, one figure for each round, after a warm one."""

    def run(some: list[str]) -> float:
        started = time.process_time()
        for text in some:
            for find in finders:
                list(find(text, "US"))
        return (time.process_time() - started) / len(some)

    run(texts[:20])
    count = max(20, min(len(texts), int(LONGEST_ROUND / max(run(texts[:20]), 1e-9))))
    return [run(texts[:count]) for _ in range(rounds)]


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Every job by every peer that has its field; a peer that fails is told with the reason and left out from then on."""
    told: dict[str, Any] = {
        "versions": {},
        "problems": {},
        "found": {name: {} for name in asked["jobs"]},
        "seconds": {},
    }
    for peer, (package, make) in PEERS.items():
        try:
            finders = make()
            told["versions"][peer] = version(package)
            for name, job in asked["jobs"].items():
                if find := finders.get(job["field"]):
                    told["found"][name][peer] = [list(find(text, region)) for text, region in job["texts"]]
            if asked["speed"]:
                every = {"phones alone": [finders["phones"]]} if "phones" in finders else {}
                if "phones" not in finders or len(finders) > 1:
                    every[", ".join(finders)] = list(finders.values())
                told["seconds"][peer] = {
                    what: seconds(some, asked["speed"], asked["rounds"]) for what, some in every.items()
                }
        except Exception as problem:  # whatever keeps a peer from running is what the table has to say
            told["problems"][peer] = f"{type(problem).__name__}: {problem}"
    return told


if __name__ == "__main__":
    output, sys.stdout = sys.stdout, sys.stderr  # some peers print
    json.dump(answer(json.load(sys.stdin)), output)
