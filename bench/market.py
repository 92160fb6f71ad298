"""How fast a market is made, and how hard it is for simple methods: `python -m bench.market [--seed N] [--ads N]`.

The methods: phonenumbers' matcher for phones; one group per shared contact (taken from the truth, so that only the
joining is judged); any indicator at all as a reason to look at a group, in the order of group ids.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher

from market.make import Entry, generate
from market.measures import Score, b_cubed, join_on_any, micro, precision_at

KEYS = ("phones", "emails", "handles", "urls")
TARGETS = {"phones": 0.6, "join": 0.75, "any": 2.0}


def phones_by_matcher(entries: list[Entry]) -> Score:
    """The stock matcher over every text field, with the ad's region."""
    return micro((_matched(entry), set(entry.truth["phones"])) for entry in entries)


def _matched(entry: Entry) -> set[str]:
    found = set()
    for name in ("title", "body", "contact", "location", "price", "age", "name"):
        for match in PhoneNumberMatcher(entry.ad.get(name, ""), entry.ad["region"], leniency=Leniency.VALID):
            found.add(phonenumbers.format_number(match.number, PhoneNumberFormat.E164))
    return found


def joined_on_contacts(entries: list[Entry]) -> Score:
    """Ads joined on any contact that the truth says they share, against the authors."""
    keys = {entry.ad["ad_id"]: _contacts(entry) for entry in entries}
    return b_cubed(join_on_any(keys), {entry.ad["ad_id"]: entry.truth["author"] for entry in entries})


def _contacts(entry: Entry) -> Iterator[str]:
    for kind in KEYS:
        for value in entry.truth[kind]:
            yield f"{kind} {value}"


def any_indicator(entries: list[Entry], k: int = 50) -> tuple[float, float, float]:
    """Precision at k of "some indicator is there", the share of groups where it is, and the prevalence, over authors."""
    fires: dict[str, bool] = defaultdict(bool)
    controlled: dict[str, bool] = {}
    for entry in entries:
        fires[entry.truth["author"]] |= bool(entry.truth["indicators"])
        controlled[entry.truth["author"]] = entry.truth["class"] == "controlled"
    ranked = sorted(fires, key=lambda author: (not fires[author], author))
    prevalence = sum(controlled.values()) / len(controlled)
    return precision_at([controlled[author] for author in ranked], k), sum(fires.values()) / len(fires), prevalence


def measure(seed: int, ads: int) -> dict[str, float]:
    """All figures of one market."""
    start = time.perf_counter()
    entries = list(generate(seed=seed, ads=ads))
    seconds = time.perf_counter() - start
    phones, joined = phones_by_matcher(entries), joined_on_contacts(entries)
    precision, share, prevalence = any_indicator(entries)
    return {
        "ads/s": ads / seconds,
        "phonenumbers recall": phones.recall,
        "join precision": joined.precision,
        "join recall": joined.recall,
        "join B-cubed F1": joined.f1,
        "any-indicator share": share,
        "any-indicator P@50": precision,
        "prevalence": prevalence,
        "authors": len({entry.truth["author"] for entry in entries}),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ads", type=int, default=2500)
    asked = parser.parse_args()
    for name, value in measure(asked.seed, asked.ads).items():
        print(f"{name:22} {value:10.3f}")


if __name__ == "__main__":
    main()
