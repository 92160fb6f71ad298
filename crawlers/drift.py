"""What changed about a site's pages: the counts of a run beside those of its earlier runs, in plain words.

A run whose numbers look healthy can still read the wrong thing: a moved block, new ids, a wall that passes for an ad.
"""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from crawlers.manifest import Manifest
from crawlers.shape import REPEATED
from crawlers.verdict import Finding
from store.health import State

# Of pages that say they are no listing and no ad: below the first share told, above the second the run is not to be trusted.
FEW = 0.01
MANY = 0.5
# A share that compares two runs needs this many looks in each.
LOOKS = 8
# At most this share of looked-at ads may have a field where no earlier run saw it, or a label that no rule takes.
MOVED = 0.5
UNREAD = 0.2
# The usual length of an ad's text halved or doubled this often (a bucket is a power of two).
BUCKETS = 2
# Share of ads with one and the same value; of known ads seen again; of those seen again that changed.
SAME = 0.4
AGAIN = 0.1
CHANGED = 0.6
BARREN = 0.5  # share of listing pages, over the usual
TELL = 5  # labels named in one sentence

NOTICES = {
    "sign.blocked": "pages that say the crawl is blocked (a challenge, a limit, an access wall)",
    "sign.consent": "pages with a consent or age wall in place of what was asked for",
    "sign.unwell": "pages that say the site is unwell, with a status that says it is well",
    "sign.gone": "pages of the listing that say they are not there, with a status that says they are",
    "layout": "pages without an ad that do not say why: has the layout changed?",
    "turned_away": "ads not known yet that lead back to the listing",
    "doubtful_gone": "known ads whose page says or leads as if gone: too many to be believed, so they still stand",
}


def drifts(manifest: Manifest, counts: Mapping[str, int], past: Sequence[Mapping[str, int]]) -> list[Finding]:
    """Findings about a run, given the counts of the site's earlier runs, newest first."""
    return [
        *_notices(counts),
        *_barren(counts, past),
        *(_moved(name, counts, past) for name in sorted(manifest.select.ad)),
        *_unread(counts),
        *_lengths(counts, past),
        *_texts(counts, past),
        *_known(counts, past),
    ]


def _notices(counts: Mapping[str, int]) -> list[Finding]:
    found = []
    for name, sentence in NOTICES.items():
        number = counts.get(name, 0)
        if not number:
            continue
        # One junk page among many is every site's.
        share = number / max(counts.get("pages", 0), number, 1)
        state = State.RED if share > MANY else State.AMBER if share >= FEW else State.GREEN
        found.append(Finding(name, state, f"{sentence}: {number}", number))
    return found


def _barren(counts: Mapping[str, int], past: Sequence[Mapping[str, int]]) -> list[Finding]:
    """Listing pages that show neither an ad nor a way on: the last page may be one, and an empty town, but not many at once."""
    shares = [one.get("barren", 0) / max(one.get("listings", 0), 1) for one in past]
    share, usual = counts.get("barren", 0) / max(counts.get("listings", 0), 1), median(shares) if shares else 0.0
    if share <= BARREN + usual:
        return []
    reason = f"{share:.0%} of the listing pages show neither an ad nor a way on: has the layout changed?"
    return [Finding("barren", State.AMBER, reason, share, BARREN + usual)]


def _moved(name: str, counts: Mapping[str, int], past: Sequence[Mapping[str, int]]) -> Finding:
    prefix, measure = f"place.{name}.", f"place.{name}"
    here = {key: number for key, number in counts.items() if key.startswith(prefix)}
    known = {key for one in past for key in one if key.startswith(prefix)}
    seen = sum(here.values())
    new = sum(number for key, number in here.items() if key not in known) / max(seen, 1)
    if not known or seen < LOOKS or new <= MOVED:
        return Finding(measure, State.GREEN, f"{name!r} stands where it stood", 1 - new if known else None)
    reason = f"on {new:.0%} of the pages looked at, {name!r} stands where no earlier run found it: the layout changed"
    return Finding(measure, State.AMBER, reason, 1 - new, MOVED)


def _unread(counts: Mapping[str, int]) -> list[Finding]:
    looked = counts.get("looked", 0)
    if looked < LOOKS:
        return []
    shares = {key[6:]: number / looked for key, number in counts.items() if key.startswith("label.")}
    # What says the same on every page is the site's furniture and no field of an ad.
    heavy = {
        label: share
        for label, share in shares.items()
        if share > UNREAD and counts.get(f"varied.{label}", 0) >= UNREAD * share * looked
    }
    if not heavy:
        return [Finding("unread", State.GREEN, "every label that many ads show is taken by a rule", 0.0, UNREAD)]
    most = sorted(heavy.items(), key=lambda one: (-one[1], one[0]))
    named = ", ".join(f"{label!r} ({share:.0%})" for label, share in most[:TELL])
    more = f" and {len(most) - TELL} more" if len(most) > TELL else ""
    reason = f"ads show what no rule takes: {named}{more}; add a rule, or list the label under 'ignore'"
    return [Finding("unread", State.AMBER, reason, most[0][1], UNREAD)]


def _lengths(counts: Mapping[str, int], past: Sequence[Mapping[str, int]]) -> list[Finding]:
    here, before = _usual_length(counts), [one for run in past if (one := _usual_length(run)) is not None]
    if here is None or not before:
        return []
    usual = median(before)
    value, expected = 2.0 ** (here - 1), 2.0 ** (usual - 1)
    if abs(here - usual) < BUCKETS:
        return [Finding("length", State.GREEN, "texts are as long as they were", value, expected)]
    reason = f"an ad's text has about {value:.0f} characters; in earlier runs it had {expected:.0f}"
    return [Finding("length", State.AMBER, reason, value, expected)]


def _usual_length(counts: Mapping[str, int]) -> float | None:
    """The median of the buckets (powers of two), None where there are too few ads."""
    buckets = sorted((int(key[7:]), number) for key, number in counts.items() if key.startswith("length."))
    total, sofar = sum(number for _, number in buckets), 0
    for bucket, number in buckets:
        sofar += number
        if total >= LOOKS and sofar * 2 >= total:
            return bucket
    return None


def _texts(counts: Mapping[str, int], past: Sequence[Mapping[str, int]]) -> list[Finding]:
    ads = max(counts.get("ads", 0), 1)
    found = [*_alike(counts, past)]
    for name, limit, sentence in (
        ("future", FEW, "of the ads are dated in the future: is the format or the time zone right?"),
        ("misread", FEW, "of the ads hold characters that were read in a wrong encoding"),
        ("unlisted", UNREAD, "of the ads still stand, though the listing no longer shows them: is it read to its end?"),
    ):
        number = counts.get(name, 0)
        share = number / ads
        usual = median(one.get(name, 0) / max(one.get("ads", 0), 1) for one in past) if past else 0.0
        if ads >= LOOKS and number > 1 and share > limit + usual:
            found.append(Finding(name, State.AMBER, f"{share:.0%} {sentence}", share, limit))
    looked, whole = counts.get("looked", 0), counts.get("whole", 0) / max(counts.get("looked", 0), 1)
    before = [one.get("whole", 0) / one["looked"] for one in past if one.get("looked", 0) >= LOOKS]
    if looked >= LOOKS and before and whole < median(before) - UNREAD:
        reason = f"{whole:.0%} of the pages looked at are there to their end; in earlier runs {median(before):.0%} were"
        found.append(Finding("whole", State.AMBER, reason, whole, median(before)))
    return found


def _alike(counts: Mapping[str, int], past: Sequence[Mapping[str, int]]) -> Iterator[Finding]:
    """Whether one value stands in a field of so many ads that it is the site's and no ad's."""
    for name in REPEATED:
        key, having = f"same.{name}", f"filled.{name}"
        number, share = counts.get(key, 0), counts.get(key, 0) / max(counts.get(having, 0), 1)
        usual = median(one.get(key, 0) / max(one.get(having, 0), 1) for one in past) if past else 0.0
        if number >= LOOKS and share > SAME + usual:
            reason = (
                f"{share:.0%} of {name!r} say one and the same: does a rule take a part of the page that is no ad's?"
            )
            yield Finding(key, State.AMBER, reason, share, SAME + usual)


def _known(counts: Mapping[str, int], past: Sequence[Mapping[str, int]]) -> list[Finding]:
    """Whether ids or fields changed under every ad at once."""
    known = min((counts.get("known", 0), past[0].get("ads", 0))) if past else 0
    again = counts.get("same", 0) + counts.get("changed", 0)
    if known < LOOKS or counts.get("ads", 0) < LOOKS:
        return []
    if again < AGAIN * known:
        reason = f"of {known} known ads {again} were seen again, though there are ads: has the site changed its ids?"
        return [Finding("again", State.AMBER, reason, again / known, AGAIN)]
    if counts.get("changed", 0) > CHANGED * again:
        share = counts["changed"] / again
        reason = f"{share:.0%} of the ads seen again changed at once: has the layout, or a rule, changed?"
        return [Finding("changed", State.AMBER, reason, share, CHANGED)]
    return [Finding("again", State.GREEN, f"{again} of {known} known ads were seen again", again / known, AGAIN)]
