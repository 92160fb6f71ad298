"""How a run ended, in plain words: counts and fill rates against the manifest's floors and the site's own history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from crawlers.manifest import Manifest
from store.health import State

# A figure below its floor is amber; below half of it, red.
DEEP = 0.5
# Against the site's own history: a run with fewer ads than this share of the usual, a fill rate this much lower.
FEW = 0.5
VERY_FEW = 0.2
DROP = 0.2
ERROR_SHARE = 0.05
ORDER = (State.GREEN, State.AMBER, State.RED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged measure of a run."""

    measure: str
    state: State
    reason: str
    value: float | None = None
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier run of the site that ended."""

    ads: int
    fill: Mapping[str, float]


def judge(
    manifest: Manifest, counts: Mapping[str, int], fill: Mapping[str, float], past: Sequence[Past]
) -> list[Finding]:
    """Every finding about a run, the ads first. The run's state is the worst of them; a run with no ads is never green."""
    return [
        _ads(manifest, counts, past),
        *(_field(name, manifest.floors.fill.get(name), fill.get(name, 0.0), past) for name in _scope(manifest, fill)),
        *_troubles(counts),
    ]


def worst(findings: Sequence[Finding]) -> State:
    """The state of the run."""
    return max((one.state for one in findings), key=ORDER.index, default=State.GREEN)


def _ads(manifest: Manifest, counts: Mapping[str, int], past: Sequence[Past]) -> Finding:
    seen, floor = counts.get("ads", 0), manifest.floors.ads
    usual = median(one.ads for one in past) if past else 0.0
    if seen == 0:
        return Finding("ads", State.RED, "not one ad was found", seen, floor)
    if seen < floor:
        state = State.RED if seen < DEEP * floor else State.AMBER
        return Finding("ads", state, f"{seen} ads where the manifest expects at least {floor}", seen, floor)
    if seen < FEW * usual:
        state = State.RED if seen < VERY_FEW * usual else State.AMBER
        return Finding("ads", state, f"{seen} ads where earlier runs found {usual:g}", seen, usual)
    return Finding("ads", State.GREEN, f"{seen} ads", seen, floor)


def _scope(manifest: Manifest, fill: Mapping[str, float]) -> list[str]:
    wanted = {*manifest.select.ad, *manifest.floors.fill} - {"native_id", "url", "region"}
    return sorted(wanted | {name for name, share in fill.items() if share > 0})


def _field(name: str, floor: float | None, share: float, past: Sequence[Past]) -> Finding:
    measure = f"fill.{name}"
    usual = median(one.fill.get(name, 0.0) for one in past) if past else 0.0
    if floor is not None and share < floor:
        state = State.RED if share < DEEP * floor else State.AMBER
        return Finding(measure, state, f"{share:.0%} of ads have {name!r}; the floor is {floor:.0%}", share, floor)
    if share < usual - DROP:
        return Finding(
            measure, State.AMBER, f"{share:.0%} of ads have {name!r}; earlier runs had {usual:.0%}", share, usual
        )
    if share == 0:
        return Finding(measure, State.AMBER, f"no ad has {name!r}: its rule found nothing on any page", 0.0, floor)
    return Finding(measure, State.GREEN, f"{share:.0%} of ads have {name!r}", share, floor)


def _troubles(counts: Mapping[str, int]) -> list[Finding]:
    pages = max(counts.get("pages", 0), 1)
    sentences = {
        "errors": "{n} addresses could not be fetched",
        "http_errors": "{n} pages answered with an error",
        "unreadable": "{n} pages could not be read",
        "problems": "{n} values or pages were odd (a date, an encoding, an item)",
        "refused.robots": "{n} addresses are closed by robots.txt",
        "refused.private": "{n} addresses lead into a private network and were refused",
        "refused.depth": "{n} addresses lie deeper than the budget",
        "refused.redirects": "{n} chains of redirects were too long",
        "left": "{n} addresses were left when the budget was used up",
        "suppressed": "{n} ads carry an identifier that may not be collected and were not stored",
    }
    found = []
    for name, sentence in sentences.items():
        if number := counts.get(name, 0):
            serious = name in ("errors", "http_errors", "unreadable") and number > ERROR_SHARE * (pages + number)
            state = State.GREEN if name == "suppressed" else State.AMBER
            state = State.RED if serious and number > DEEP * pages else state
            found.append(Finding(name, state, sentence.format(n=number), number))
    return found
