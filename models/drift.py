"""Drift: whether what comes in still looks like what came before. PSI and KS per feature and score, fill rates, new words.

The last week stands against the eight before it. Each week is what it alone shows: of every group the ads of that week.
Groups that go on are larger than those that ended, and as all stand now every week would seem to differ from the ones
before. A measure drifts where its population stability index is at least DRIFTED and the difference is more than chance,
over all measures of a day together. Then a trained model is no longer what was measured, and the scorecard ranks in its
place (models.inforce) until a check is calm again or somebody promotes a model knowing of it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from models.features import NAMES, matrix
from models.learnable import cleared
from models.priority import Model, assess, ranked
from models.views import GroupView, clipped
from nlp.records import Kind

Floats = NDArray[np.float64]

WINDOW, BEFORE = timedelta(days=7), timedelta(days=56)
DRIFTED = 0.2  # PSI; by custom 0.1 is little and 0.25 much
CHANCE = 0.001  # of a false alarm on one day, over all measures
FEWEST = 30  # groups, or ads, on either side below which nothing is measured
EDGES = np.array([0.0, 0.25, 0.5, 0.75])  # none at all is a bin of its own
WORD = re.compile(r"[^\W\d_]{3,}")
KINDS = tuple(f"ads with {kind.value}" for kind in Kind)
RARE = 2  # ads that have to use a word before it is known


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: how far the window is from what came before. `p` is how often chance would part them as far."""

    name: str
    before: float  # mean
    now: float
    psi: float
    ks: float
    p: float
    drifted: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """A check at a moment. `measures` are empty where there is too little on either side, and nothing is said then."""

    at: datetime
    groups: int  # in the window
    ads: int
    measures: tuple[Measure, ...]

    @property
    def alarm(self) -> bool:
        """Whether any measure drifted."""
        return any(one.drifted for one in self.measures)

    @property
    def why(self) -> str:
        """What drifted, worst first, in one sentence; what to say of a calm check otherwise."""
        if not self.measures:
            return f"not measured: at least {FEWEST} groups and ads are needed in the last week and before it"
        worst = sorted((one for one in self.measures if one.drifted), key=lambda one: -one.psi)
        told = [f"{one.name} went from {one.before:.2f} to {one.now:.2f} (PSI {one.psi:.2f})" for one in worst[:3]]
        more = f" and {len(worst) - 3} more" if len(worst) > 3 else ""
        return f"{'; '.join(told)}{more}" if told else f"{len(self.measures)} measures are as before"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many groups and ads there are in the last week and in the weeks before it, from their dates alone."""

    groups: int
    groups_before: int
    ads: int
    ads_before: int

    @property
    def enough(self) -> bool:
        """Whether anything can be measured."""
        return min(self.groups, self.groups_before) >= FEWEST or min(self.ads, self.ads_before) >= FEWEST

    def unmeasured(self, at: datetime) -> Drift:
        """The check that says so."""
        return Drift(at, self.groups, self.ads, ())


def count(dates: Iterable[Iterable[datetime]], at: datetime) -> Counted:
    """What there is to measure, given when the ads of each group were posted."""
    late = early = ads = ads_before = 0
    for moments in dates:
        weeks = set()
        for moment in moments:
            if at - WINDOW - BEFORE <= moment <= at:
                ads, ads_before = ads + (moment > at - WINDOW), ads_before + (moment <= at - WINDOW)
                if moment > at - WINDOW - BEFORE:
                    weeks.add((at - moment) // WINDOW)
        late, early = late + (0 in weeks), early + len(weeks - {0})
    return Counted(late, early, ads, ads_before)


def drift(views: Iterable[GroupView], at: datetime, model: Model | None = None) -> Drift:
    """The last WINDOW before `at` against the BEFORE before it, week by week. Ads stand when they were posted."""
    whole = list(views)
    counted = count(([moment for ad_id in view.ad_ids if (moment := view.moment(ad_id))] for view in whole), at)
    if not counted.enough:
        return counted.unmeasured(at)
    parts = [(week, part) for view in whole for week, part in _weeks(view, at)]
    late = np.array([week == 0 for week, _ in parts], dtype=bool)
    views = [part for _, part in parts]
    rows: dict[str, tuple[Floats, NDArray[np.bool_]]] = {}
    strengths = matrix(assess(view).found for view in views)
    for column, name in enumerate(NAMES):
        rows[name] = strengths[:, column], late
    rows["value"] = np.array([round(value, 6) for value in ranked(views, strengths, model).tolist()]), late
    said = _ads(whole, at)
    rows |= said
    parted = {name: (values[~new], values[new]) for name, (values, new) in rows.items()}
    enough = {name: two for name, two in parted.items() if min(map(len, two)) >= FEWEST}
    measures = tuple(_measure(name, *two, CHANCE / max(1, len(enough))) for name, two in enough.items())
    return Drift(at, int(late.sum()), int(said[KINDS[0]][1].sum()), measures)


def _weeks(view: GroupView, at: datetime) -> Iterator[tuple[int, GroupView]]:
    """The group as each of the weeks before `at` alone shows it; the last week is number 0."""
    weeks: dict[int, list[str]] = defaultdict(list)
    for ad_id in view.ad_ids:
        moment = view.moment(ad_id)
        if moment is not None and at - WINDOW - BEFORE < moment <= at:
            weeks[(at - moment) // WINDOW].append(ad_id)
    for week, ad_ids in sorted(weeks.items()):
        end = at - week * WINDOW
        yield week, clipped(view, ad_ids, end - WINDOW, end)


def psi(before: Floats, after: Floats) -> float:
    """Population stability index over the bins of EDGES, half an observation added to each."""
    old, new = (_counts(values) + 0.5 for values in (before, after))
    p, q = old / old.sum(), new / new.sum()
    return float(((q - p) * np.log(q / p)).sum())


def _measure(name: str, before: Floats, after: Floats, chance: float) -> Measure:
    from scipy.stats import chi2_contingency, ks_2samp  # a second to import, and on most days nothing is measured

    ks = ks_2samp(before, after, method="asymp")
    counts = np.array([_counts(before), _counts(after)])
    counts = counts[:, counts.sum(axis=0) > 0]
    binned = float(chi2_contingency(counts).pvalue) if counts.shape[1] > 1 else 1.0
    index = psi(before, after)
    return Measure(
        name,
        round(float(before.mean()), 4),
        round(float(after.mean()), 4),
        round(index, 4),
        round(float(ks.statistic), 4),
        binned,
        bool(index >= DRIFTED and binned < chance),
    )


def _counts(values: Floats) -> Floats:
    bins = np.searchsorted(EDGES, values, side="left")
    counts: Floats = np.bincount(bins, minlength=len(EDGES) + 1).astype(np.float64)
    return counts


def _ads(views: Sequence[GroupView], at: datetime) -> dict[str, tuple[Floats, NDArray[np.bool_]]]:
    """Of each ad: whether it has a mention of each kind, and what share of its words is unknown to earlier ads."""
    dated = [
        (moment, view.readings[ad_id])
        for view in views
        for ad_id in view.ad_ids
        if (moment := view.moment(ad_id)) is not None and at - WINDOW - BEFORE <= moment <= at
    ]
    dated.sort(key=lambda one: (one[0], one[1].ad_id))
    recent = np.array([moment > at - WINDOW for moment, _ in dated], dtype=bool)
    found = {
        name: (np.array([float(bool(one.of(kind))) for _, one in dated]), recent)
        for name, kind in zip(KINDS, Kind, strict=True)
    }
    # The older half says what is known, so that both sides of the comparison are measured on ads it has not seen.
    texts = [set(WORD.findall(cleared(one))) for _, one in dated]
    half = len(texts) // 2
    known = {word for word, count in _documents(texts[:half]).items() if count >= RARE}
    shares = [len(words - known) / len(words) if words else 0.0 for words in texts[half:]]
    found["unknown words"] = np.array(shares), recent[half:]
    return found


def _documents(texts: Iterable[set[str]]) -> Counter[str]:
    return Counter(word for words in texts for word in words)


def as_json(found: Drift) -> Mapping[str, object]:
    """The check as it is stored and printed."""
    return {**asdict(found), "at": found.at.isoformat(), "alarm": found.alarm, "why": found.why}
