"""Who somebody is changes nothing: words of group identity swapped in market ads, in three languages, and read anew.

    python -m bench.bias [--ads N] [--swaps N] [--seed N] [--show N] [--model MODEL] FOLDER   of `sidelight market make`

Each of the ads gets one sentence about nationality, ethnicity, country, language, migration, gender or body, and that sentence
is swapped through so many words, each in a spelling of its own, emoji among them. Counted are swaps after which the
scorecard's value of the ad's group differs (has to be 0), and swaps after which the text that a trained model learns from
differs: where it does not, no model whatever can tell the words apart. The words are in models/bias.yml.

Then: wording about adulthood, independence, screening and touring may never raise a value (a second, different age in a group
is a contradiction and is left out), and exchanging the town of a group that stays in one for another moves it by at most 0.02
at the 95th percentile.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import orjson
from rich.console import Console
from rich.table import Table

from crawlers.adlines import parse_ad
from crawlers.records import Ad
from models import folders
from models.bias import Outcome, differing, outcomes, raised
from models.grouping import views_of
from models.priority import prioritise
from models.views import GroupView

MOST = 0.02  # that a change of town may move a value, at the 95th percentile


def moved(views: Sequence[GroupView], seed: int) -> list[float]:
    """By how much the value of each ad's group moves when its town becomes another, all linked anew.

    Of groups in one town only: between several the distances change too, and what one traveller can do is evidence.
    """
    ads = [
        view.ad(ad_id)
        for view in views
        if len({view.ad(one).location for one in view.ad_ids}) == 1
        for ad_id in view.ad_ids
    ]
    random = Random(seed)
    towns = sorted({ad.location for ad in ads if ad.location})
    other = dict(zip(towns, random.sample(towns, len(towns)), strict=True))

    def there(ad: Ad) -> Ad:
        old, new = ad.location, other.get(ad.location, "")
        if not old:
            return ad
        name, instead = old.partition(",")[0], new.partition(",")[0]
        return replace(ad, location=new, title=ad.title.replace(name, instead), body=ad.body.replace(name, instead))

    def by_ads(some: Sequence[Ad]) -> dict[str, float]:
        views = views_of(some)
        return {
            ad_id: one.value for view, one in zip(views, prioritise(views), strict=True) for ad_id in view.group.ad_ids
        }

    before, after = by_ads(ads), by_ads([there(ad) for ad in ads])
    return [abs(before[ad_id] - after[ad_id]) for ad_id in sorted(before)]


def main() -> None:
    """Print the counts by class, language and spelling, and examples of what leaked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ads", type=int, default=2_000)
    parser.add_argument("--swaps", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many of the words that leaked")
    parser.add_argument("--model", type=Path, help="a model's folder; else the scorecard")
    asked = parser.parse_args()
    model = folders.load(asked.model) if asked.model else None
    out = Console(highlight=False, width=140)
    ads = [parse_ad(orjson.loads(line)) for line in (asked.folder / "ads.jsonl").open("rb")]
    views = views_of(ads)
    began = time.process_time()
    found = list(outcomes(views, asked.ads, asked.swaps, asked.seed, model))
    values, texts = differing(found)
    out.print(
        f"{len(found):,} swaps in {asked.ads:,} ads of {len(views):,} groups, {time.process_time() - began:.0f} CPU s: "
        f"value changed in {len(values):,}, text changed in {len(texts):,}"
    )
    for by in ("kind", "language", "spelling"):
        _table(out, by, found, values, texts)
    for one in [*values, *texts][: asked.show]:
        out.print(
            f"{one.swap.language} {one.swap.kind:12} {one.swap.spelling:12} {one.swap.sentence}  ->  {one.text[-60:]}",
            markup=False,
        )
    rises = raised(views, asked.ads, asked.seed, model)
    out.print(f"wording that never raises: {len(rises)} of {min(asked.ads, len(views)):,} raised")
    for sentence, by_how_much in rises[: asked.show]:
        out.print(f"  +{by_how_much:.4f} {sentence}", markup=False)
    shifts = moved(views, asked.seed)
    high = float(np.percentile(shifts, 95))
    out.print(
        f"another town, groups that stay in one: moved by {high:.4f} at the 95th percentile ({MOST} is allowed), "
        f"{np.mean(shifts):.4f} on average"
    )


def _table(
    out: Console, by: str, found: Sequence[Outcome], values: Sequence[Outcome], texts: Sequence[Outcome]
) -> None:
    table = Table(by, "swaps", "value changed", "text changed", box=None, pad_edge=False)
    counts = [Counter(getattr(one.swap, by) for one in some) for some in (found, values, texts)]
    for name in sorted(counts[0]):
        table.add_row(name, *(f"{some[name]:,}" for some in counts))
    out.print(table)


if __name__ == "__main__":
    main()
