"""Lines for a terminal of where a group was: stays, what one traveller could not have done, circuits; and its templates."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

FILLS = 6  # shown of a slot


def stay_line(one: Mapping[str, Any]) -> str:
    """A stay, with how many of its ads are reposts and how often they were bumped."""
    again = [_many(one[f"{noun}s"], noun) for noun in ("repost", "bump") if one[f"{noun}s"]]
    extra = f" ({', '.join(again)})" if again else ""
    return f"{one['name']}: {one['first']} to {one['last']}, {_many(one['ads'], 'ad')}{extra}"


def conflict_line(one: Mapping[str, Any]) -> str:
    """Two ads that one traveller could not have posted where they were."""
    who = f"under the name {', '.join(one['names'])}" if one["names"] else "under no common name"
    ads = ", ".join(f"{ad_id} {moment[:16]}" for ad_id, moment in zip(one["ads"], one["at"], strict=True))
    hours = f"{one['hours']:.1f} h"
    if one["least"]:
        hours = f"at most {hours} between them, the way takes {one['least']:.1f} h"
    return f"{one['kind']}: {' and '.join(one['places'])}, {one['kilometres']:,.0f} km, {hours}, {who}: {ads}"


def circuit_line(one: Mapping[str, Any]) -> str:
    """Towns in order, and who went there when."""
    riders = "; ".join(
        f"{rider['group_id']} {rider['stays'][0]['first'][:10]} to {rider['stays'][-1]['last'][:10]}"
        for rider in one["riders"]
    )
    return f"{' → '.join(place['name'] for place in one['places'])}: {len(one['riders'])} groups: {riders}"


def template_texts(found: Mapping[str, Any]) -> "Iterator[Text]":
    """Each template with its slots marked, and what fills them."""
    from rich.text import Text

    for one in found["templates"]:
        strays = f", {one['strays']} with words of their own" if one["strays"] else ""
        looked = "" if one["looked"] == one["ads"] else f", {one['looked']} looked at"
        yield Text(f"  {one['ads']} ads, {one['wordings']} wordings{looked}{strays}", "dim")
        text = Text("  ")
        for part in one["parts"]:
            if "text" in part:
                text.append(f"{part['text']} ")
            else:
                text.append(f"[{_slot(part)}]", "bold yellow")
                text.append(" ")
        yield text


def _slot(part: Mapping[str, Any]) -> str:
    fills = [f"{one['words'] or 'nothing'} ×{len(one['ads'])}" for one in part["fills"][:FILLS]]
    more = len(part["fills"]) - FILLS
    return f"{', '.join(part['slot'])}: {' | '.join([*fills, *([f'and {more} more'] if more > 0 else [])])}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
