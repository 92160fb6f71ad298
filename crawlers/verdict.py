"""How a run ended, in plain words: counts and fill rates against the manifest's floors and the site's own history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from crawlers.manifest import Manifest
from store.health import State

# A figure below its floor is amber; below half of it, red.
DEEP = 0.5
# Against the site's own history: a run with fewer ads than this share of the usual, a fill rate this much lower.
FEW = 0.5
VERY_FEW = 0.2
DROP = 0.2
# Shares of pages that failed: below the first it is told but not held against the run, above the second it is red.
FEW_PAGES = 0.01
MANY_PAGES = 0.5
# Hostile or broken answers by what they overstep; each is an error or an unreadable page too.
HOSTILE = {
    "bounds.size": "answers larger than the limit, cut off",
    "bounds.inflated": "pages whose compression unpacks beyond the limits or was not asked for",
    "bounds.elements": "pages with more elements or attributes than any page needs",
    "bounds.nesting": "pages nested deeper than the parser goes",
    "bounds.head": "answers whose headers do not end",
    "bounds.time": "answers that took too long, broken off",
    "cut": "answers that broke off or were chunked wrongly",
    "damaged": "pages whose compression is damaged",
}
PER_PAGE = frozenset({"errors", "http_errors", "unreadable", "problems", *HOSTILE})
TROUBLES = {
    "errors": "addresses that could not be fetched",
    "http_errors": "pages that answered with an error",
    "unreadable": "pages that could not be read",
    "problems": "values or pages that were odd (a date, an encoding, an item)",
    **HOSTILE,
    "refused.robots": "addresses closed by robots.txt",
    "refused.robots_unread": "addresses left alone because the host's robots.txt could not be read",
    "refused.private": "addresses that lead into a private network, refused",
    "refused.depth": "addresses deeper than the budget",
    "refused.redirects": "chains of redirects that were too long",
    "waits": "times a host said it was busy, and was left in peace",
    "trap.calendar": "a calendar that goes on for ever: addresses not followed",
    "trap.session": "addresses that change with every visit (session ids): not followed, or ads met again",
    "trap.pages": "pages past the end of the listing: addresses not followed",
    "trap.query": "addresses whose query grows with every page: not followed",
    "trap.path": "addresses whose path repeats itself: not followed",
    "trap.duplicates": "pages that show the same under ever new addresses: not followed",
    "left": "addresses left when the budget was used up",
    "suppressed": "ads not stored because they carry an identifier that may not be collected",
}
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
    counts: Mapping[str, int] = field(default_factory=dict)


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
    found = []
    for name, sentence in TROUBLES.items():
        number = counts.get(name, 0)
        share = number / max(counts.get("pages", 0), number, 1)
        if not number:
            continue
        if name == "suppressed" or (name in PER_PAGE and share < FEW_PAGES):
            state = State.GREEN  # told, but no reason to doubt the run
        else:
            state = State.RED if name in PER_PAGE and share > MANY_PAGES else State.AMBER
        found.append(Finding(name, state, f"{sentence}: {number}", number))
    return found
