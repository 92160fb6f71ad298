"""Templates to pages: everything escaped, every string made visible, times in the team's zone."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from casework.watching.canaries import is_canary
from console.visible import plain, shown
from console.welfare import strong, welfare

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """The one template environment."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., object]] = {
        "shown": shown,
        "words": lambda text: str(text).replace("_", " ").replace("-", " "),
        "count": lambda number: f"{number:,}",
        "percent": lambda part: f"{part:.0%}",
        "json": lambda value: orjson.dumps(value).decode(),
        "strong": strong,
        "blurred": lambda indicator: indicator in welfare().blurred,
        "any_strong": lambda run: any(strong(one) for one in run),
        "planted": is_canary,
        "options": options,
        "circles": circles,
        "query": lambda text: quote(str(text), safe=""),
    }
    made.filters.update(filters)
    return made


def options(values: Sequence[str], chosen: int = 0) -> Markup:
    """The options of a long list of choices at once, the one at `chosen` taken; HTML ends each where the next begins."""
    marks = ["<option>"] * len(values)
    marks[chosen : chosen + 1] = ["<option selected>"] * len(marks[chosen : chosen + 1])
    made = map(str.__add__, marks, escaped(values))
    return Markup("".join(made))  # noqa: S704  each value is escaped


def circles(dots: Sequence[tuple[float, float, str]]) -> Markup:
    """The dots of a chart at once, each with what is told of it."""
    told = escaped([one for _, _, one in dots])
    made = (
        f'<circle cx="{x}" cy="{y}" r="4"><title>{one}</title></circle>'
        for (x, y, _), one in zip(dots, told, strict=True)
    )
    return Markup("".join(made))  # noqa: S704  two numbers, and a text that is escaped


def escaped(texts: Sequence[str]) -> list[str]:
    """Each of many short texts as a page prints it, in a fifth of the time that one after the other takes.

    They are escaped as one, held apart by a character that `plain` lets through in none of them.
    """
    return str(escape("\0".join(str(plain(one)) for one in texts))).split("\0") if texts else []


def render(name: str, zone: ZoneInfo, **values: Any) -> str:
    """The page `name` with these values; `local` and `date` show instants in `zone`."""
    template = environment().get_template(name)

    def local(moment: datetime | None) -> str:
        return moment.astimezone(zone).replace(tzinfo=None).isoformat(" ", "minutes") if moment else "not known"

    def date(moment: datetime | None) -> str:
        return moment.astimezone(zone).date().isoformat() if moment else "not known"

    return template.render(local=local, date=date, zone=str(zone), **values)
