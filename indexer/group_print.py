"""A group as a terminal shows it: its priority, ads, links, movement and templates."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from indexer.movement_lines import circuit_line, conflict_line, stay_line, template_texts


def print_group(found: dict[str, Any], limit: int) -> None:
    """Print a group's dossier, at most so many lines of each part."""
    out = Console(highlight=False)
    out.print(
        Text(f"group {found['group_id']}", "bold"),
        f"{len(found['ads'])} ads, {moment(found['first_seen'])} to {moment(found['last_seen'])}",
    )
    print_priority(out, found["priority"])
    lines = {
        "ads": [
            f"{one['ad_id']}  {one['site']}  {moment(one['posted_at']) or 'no date'}  {one['title']}"
            for one in found["ads"]
        ],
        "links": [f"{one['left']} - {one['right']}: {one['reason']} {one['key']}" for one in found["links"]],
        "keys too common to join by": [f"{one['reason']} {one['key']}: {one['why']}" for one in found["hubs"]],
        "places": [stay_line(one) for one in found["itinerary"]],
        "more than one traveller can do": [conflict_line(one) for one in found["conflicts"]],
        "circuits": [circuit_line(one) for one in found["circuits"]],
        "may be the same poster (style; a suggestion, no link)": [
            f"{one['group_id']}: {one['sentence']}" for one in found["style"]
        ],
    }
    for title, rows in lines.items():
        if rows:
            out.print(Text(title, "bold"))
            for row in rows[:limit]:
                out.print(Text(f"  {row}"), soft_wrap=True)
            if len(rows) > limit:
                out.print(f"  and {len(rows) - limit} more; --limit shows them", style="dim")
    if found["templates"]:
        out.print(Text("templates", "bold"))
        for text in template_texts(found):
            out.print(text, soft_wrap=True)


def print_priority(out: Console, priority: dict[str, Any] | None) -> None:
    """Print a priority with its evidence."""
    if priority is None:
        out.print("not ranked yet", style="dim")
        return
    value = f"review priority {priority['value']:.2f}, {priority['band']}, looked at as {priority['route']}"
    out.print(f"{value} (model {priority['model']})", markup=False)
    if priority["abstained"]:
        out.print(f"  {priority['abstained']}", markup=False)
    reasons = Table.grid(padding=(0, 2, 0, 0))  # a long sentence goes on below its beginning
    reasons.add_column(justify="right", min_width=9)
    for one in priority["evidence"]:
        reasons.add_row(one["direction"], Text(one["sentence"]))
    for sentence in priority["lowered_by"]:
        reasons.add_row("lowers", Text(sentence), style="dim")
    out.print(reasons)


def moment(written: str | None) -> str:
    """A time in ISO 8601, which is stored in UTC, to the minute; empty where there is none."""
    return written[:16].replace("T", " ") if written else ""
