"""A site's manifest (`site.yml`): where its listing starts, how it leads on, what stands where, and how gently to read it."""

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crawlers.errors import ManifestError
from crawlers.feeds import ENTRY, LISTINGS
from crawlers.records import TEXT_FIELDS
from crawlers.selectors import compiled
from crawlers.timetable import timetable
from store.complaints import complaint
from store.datafiles import refuse_deep

FILE_NAME = "site.yml"
SIZE_LIMIT = 1_000_000
NAME = r"^[a-z][a-z0-9_-]{0,60}$"
AD_FIELDS = ("native_id", "url", "posted_at", *TEXT_FIELDS, "region", "image_hashes")


def _selector(written: str) -> str:
    compiled(written)
    return written


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no http or https address")
    return url


def _peer(written: str) -> str:
    parts = urlsplit(f"//{written}")
    try:
        ipaddress.ip_address(parts.hostname or "")
        port = parts.port
    except ValueError:
        port = None
    if port is None:
        raise ValueError(f"{written!r} is no IP address with a port, such as 127.0.0.1:8600 or [::1]:8600")
    return written


def _ad_field(name: str) -> str:
    if name not in AD_FIELDS:
        raise ValueError(f"{name!r} is no field of an ad; known are {', '.join(AD_FIELDS)}")
    return name


def zone_name(name: str) -> str:
    """A time zone's name as given; raises ValueError where there is none of that name."""
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no time zone; take one such as America/Chicago")
    return name


def date_format(written: str) -> str:
    """A format for dates as given; raises ValueError where it is none."""
    sample = datetime(2026, 5, 4, 13, 7, 9)  # noqa: DTZ001  only to try the format
    try:
        datetime.strptime(sample.strftime(written), written)  # noqa: DTZ007
    except ValueError as problem:
        raise ValueError(f"{written!r} is no date format: {problem}") from None
    return written


def _schedule(written: str) -> str:
    timetable(written)
    return written


Selected = Annotated[str, Field(min_length=1), AfterValidator(_selector)]


class Strict(BaseModel):
    """Unknown keys are refused: a misspelt key must not pass for a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Pace(Strict):
    """How gently: seconds between two requests, and how many at once."""

    delay: float = Field(default=2.0, ge=0, le=3600)
    concurrency: int = Field(default=1, ge=1, le=64)
    autothrottle: bool = True


class Robots(Strict):
    """Whether robots.txt is obeyed. It is, but for a legal basis that is written down here and lands in the audit log."""

    obey: bool = True
    legal_basis: Annotated[str, Field(min_length=20, max_length=2000)] | None = None

    @model_validator(mode="after")
    def _grounded(self) -> "Robots":
        if not self.obey and self.legal_basis is None:
            raise ValueError("'obey: false' needs 'legal_basis': the law or order, who gave it, and when")
        return self


class Budget(Strict):
    """Where one run ends at the latest."""

    pages: int = Field(default=20_000, ge=1)
    minutes: float = Field(default=60, gt=0)
    depth: int = Field(default=50, ge=0)
    megabytes: float = Field(default=500, gt=0)
    # The share of the pages kept for known ads that the listing did not come to before the pages were used up.
    revisits: float = Field(default=0.1, ge=0, le=1)


class Listing(Strict):
    """What a listing page holds: links to ads, or the ads themselves (`items`), and what leads on."""

    ads: Selected | None = None
    items: Selected | None = None
    next: Selected | None = None
    categories: Selected | None = None
    # Where `next` finds a number or a token instead of an address: an address with {next} in its place.
    follow: Annotated[str, Field(pattern=r"\{next\}")] | None = None


class Select(Strict):
    """Selectors of listing pages and of ads."""

    listing: Listing = Listing()
    ad: Mapping[
        Annotated[str, AfterValidator(_ad_field)],
        Selected,
    ] = Field(default_factory=dict)


class Floors(Strict):
    """What a healthy run has at the least: ads, and the share of ads with a field."""

    ads: int = Field(default=1, ge=1)
    fill: Mapping[Annotated[str, AfterValidator(_ad_field)], Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=dict
    )


class Manifest(Strict):
    """Everything an operator says about a site."""

    name: str = Field(pattern=NAME)
    start: list[Annotated[str, AfterValidator(_address)]] = Field(min_length=1)
    hosts: list[str] = Field(default_factory=list)  # further hosts the site's pages may lead to
    listing: Literal["pages", "next", "tree", "json", "sitemap", "feed"]
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    timezone: Annotated[str, AfterValidator(zone_name)] = "UTC"
    dates: list[Annotated[str, AfterValidator(date_format)]] = Field(default_factory=list)
    pace: Pace = Pace()
    robots: Robots = Robots()
    budget: Budget = Budget()
    allow_private: list[Annotated[str, AfterValidator(_peer)]] = Field(default_factory=list)
    select: Select = Select()
    scripts: bool = False  # its pages are built by scripts: each is run in a browser, see crawlers/renderer.py
    known_images: Selected | None = None  # addresses of pictures on an ad's page, to be hashed: docs/known-images.md
    ignore: list[str] = Field(default_factory=list)  # labels that stand on ads and that no rule is to take
    floors: Floors = Floors()
    schedule: Annotated[str, AfterValidator(_schedule)] | None = (
        None  # when `sidelight schedule` crawls it; never without
    )

    @model_validator(mode="before")
    @classmethod
    def _as_usual(cls, value: Any) -> Any:
        """A sitemap or a feed has its places by its format: what the manifest leaves out is filled in."""
        usual = LISTINGS.get(str(value.get("listing"))) if isinstance(value, Mapping) else None
        given = (value.get("select") or {}) if usual else None
        if usual is None or not isinstance(given, Mapping):
            return value
        listing, ad = given.get("listing") or {}, given.get("ad") or {}
        if not isinstance(listing, Mapping) or not isinstance(ad, Mapping):
            return value
        if "items" in listing:
            usual, ad = {key: one for key, one in usual.items() if key != "ads"}, {**ENTRY, **ad}
        return {**value, "select": {**given, "listing": {**usual, **listing}, "ad": ad}}

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates on the pages."""
        return ZoneInfo(self.timezone)

    @property
    def netlocs(self) -> frozenset[str]:
        """The hosts (with port, where it is written) that requests may go to."""
        return frozenset(netloc(url) for url in self.start) | frozenset(host.lower() for host in self.hosts)

    def at(self, origin: str) -> "Manifest":
        """The same site served at `origin` (host:port), which may be a private address."""
        start = [relocated(url, origin) for url in self.start]
        allowed = [*self.allow_private, *([origin] if _is_peer(origin) else [])]
        return self.model_copy(update={"start": start, "allow_private": allowed})


def netloc(url: str) -> str:
    """Host and port of an address, in lower case, without user or a default port."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def relocated(url: str, origin: str) -> str:
    """`url` at another host and port."""
    return urlsplit(url)._replace(netloc=origin).geturl()


def _is_peer(origin: str) -> bool:
    try:
        return bool(_peer(origin))
    except ValueError:
        return False


def load_manifest(path: Path) -> Manifest:
    """The manifest in `path`; raises ManifestError naming file, line and key."""
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise ManifestError(f"{path}: larger than {SIZE_LIMIT} bytes; that is no manifest")
        text = path.read_text(encoding="utf-8")
        refuse_deep(text)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except OSError as problem:
        raise ManifestError(f"{path}: cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise ManifestError(f"{path}: not UTF-8: {problem.reason} at byte {problem.start}") from None
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ManifestError(f"{where}: not valid YAML: {getattr(problem, 'problem', problem)}") from None
    if not isinstance(value, dict):
        raise ManifestError(f"{path}:1: expected keys and values such as 'name: harbor'")
    if repeated := _repeated(tree):
        raise ManifestError(f"{path}:{repeated.start_mark.line + 1}: key {repeated.value!r} stands twice")
    try:
        manifest = Manifest.model_validate(value)
    except ValidationError as problem:
        first = problem.errors()[0]
        line, key = _place(tree, first["loc"])
        raise ManifestError(f"{path}:{line}: key {key!r}: {complaint(first, Manifest)}") from None
    if manifest.name != path.parent.name:
        line, _ = _place(tree, ("name",))
        raise ManifestError(f"{path}:{line}: key 'name': is {manifest.name!r} in the folder {path.parent.name!r}")
    return manifest


def _place(tree: yaml.Node | None, loc: tuple[int | str, ...]) -> tuple[int, str]:
    """Line and dotted key of what pydantic complains about, as deep as the file goes."""
    node, line, keys = tree, 1, [str(part) for part in loc if part != "[key]"]
    for part in loc:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, below in node.value:
                if key.value == str(part):
                    line, child = key.start_mark.line + 1, below
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
            line = child.start_mark.line + 1
        if child is None:
            break
        node = child
    return line, ".".join(keys)


def _repeated(tree: yaml.Node | None) -> Any:
    if isinstance(tree, yaml.MappingNode):
        seen = set()
        for key, below in tree.value:
            if key.value in seen:
                return key
            seen.add(key.value)
            if found := _repeated(below):
                return found
    elif isinstance(tree, yaml.SequenceNode):
        for one in tree.value:
            if found := _repeated(one):
                return found
    return None
