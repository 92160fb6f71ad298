"""Templates to pages: everything escaped, every string made visible, times in the team's zone."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined

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
        "query": lambda text: quote(str(text), safe=""),
    }
    made.filters.update(filters)
    return made


def render(name: str, zone: ZoneInfo, **values: Any) -> str:
    """The page `name` with these values; `local` and `date` show instants in `zone`."""
    template = environment().get_template(name)

    def local(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "not known"

    def date(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d}" if moment else "not known"

    return template.render(local=local, date=date, zone=str(zone), **values)
