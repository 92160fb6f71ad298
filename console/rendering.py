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
        "query": lambda text: quote(str(text), safe=""),
    }
    made.filters.update(filters)
    return made


def options(values: Sequence[str], chosen: int = 0) -> Markup:
    """The options of a long list of choices at once, the one at `chosen` taken; HTML ends each where the next begins."""
    before = [Markup("<option>")] * len(values)
    before[chosen : chosen + 1] = [Markup("<option selected>")] * len(before[chosen : chosen + 1])
    return Markup("").join(mark + escape(plain(value)) for mark, value in zip(before, values, strict=True))


def render(name: str, zone: ZoneInfo, **values: Any) -> str:
    """The page `name` with these values; `local` and `date` show instants in `zone`."""
    template = environment().get_template(name)

    def local(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "not known"

    def date(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d}" if moment else "not known"

    return template.render(local=local, date=date, zone=str(zone), **values)
