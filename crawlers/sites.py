"""Sites are folders: `<dir>/<name>/site.yml`, and only where selectors do not suffice a `parser.py`. Found by walking."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import orjson

from crawlers.errors import ManifestError
from crawlers.manifest import FILE_NAME, Manifest, load_manifest
from crawlers.page import Page
from store.workspace import Workspace

PARSER = "parser.py"
Parser = Callable[[Page], Mapping[str, Any]]


@dataclass(frozen=True)
class Site:
    """A manifest with the folder it stands in and its parser, where it has one."""

    manifest: Manifest
    folder: Path
    parser: Parser | None = None
    parser_sha256: str = ""

    @property
    def name(self) -> str:
        """The site's name, which is its folder's."""
        return self.manifest.name

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that shapes a run: a run goes on only under the manifest it began with."""
        return _sha256({**self.manifest.model_dump(mode="json"), "parser": self.parser_sha256})

    @cached_property
    def version(self) -> str:
        """Name and version of what turns a page into fields: the same version on the same page yields the same fields."""
        shaping = self.manifest.model_dump(mode="json", include={"select", "dates", "timezone", "region"})
        return f"{self.name}@{_sha256({**shaping, 'parser': self.parser_sha256})[:12]}"

    def at(self, origin: str | None) -> "Site":
        """The same site served at `origin` (host:port)."""
        return self if origin is None else replace(self, manifest=self.manifest.at(origin))


def discover(workspace: Workspace, folders: Iterable[Path] = ()) -> tuple[dict[str, Site], dict[str, ManifestError]]:
    """Every site under the workspace's `sites/` and `folders`, by name; and what is wrong with the rest, by name."""
    found: dict[str, Site] = {}
    broken: dict[str, ManifestError] = {}
    for folder in (workspace.sites, *folders):
        if not folder.is_dir():
            raise ManifestError(f"{folder}: no such folder of sites")
        for path in sorted(folder.glob(f"*/{FILE_NAME}")):
            name = path.parent.name
            if name in found:
                elsewhere = found[name].folder
                broken[name] = ManifestError(f"{path}: site {name!r} is also in {elsewhere}; rename one of them")
                continue
            try:
                found[name] = load_site(path.parent, trusted=folder == workspace.sites)
            except ManifestError as problem:
                broken[name] = problem
    return found, broken


def load_site(folder: Path, *, trusted: bool) -> Site:
    """The site in `folder`. `parser.py` runs as code, so it is taken only from the operator's own `sites/` (trusted)."""
    manifest = load_manifest(folder / FILE_NAME)
    path = folder / PARSER
    if not path.exists():
        _check_selectors(manifest, folder / FILE_NAME)
        return Site(manifest, folder)
    if not trusted:
        raise ManifestError(f"{path}: parsers run only from the workspace's own sites folder; move the site there")
    spec = spec_from_file_location(f"site_parser_{manifest.name}", path)
    if spec is None or spec.loader is None:
        raise ManifestError(f"{path}: cannot be loaded as Python")
    module = module_from_spec(spec)
    try:
        source = path.read_bytes()
        spec.loader.exec_module(module)
        parser = module.parse
    except Exception as problem:
        raise ManifestError(f"{path}: cannot be loaded: {type(problem).__name__}: {problem}") from problem
    return Site(manifest, folder, parser, hashlib.sha256(source).hexdigest())


def _check_selectors(manifest: Manifest, path: Path) -> None:
    listing, ad = manifest.select.listing, manifest.select.ad
    missing = None
    if not (listing.ads or listing.items):
        missing = "select.listing.ads (links to ads) or select.listing.items (the ads themselves)"
    elif manifest.listing == "tree" and not listing.categories:
        missing = "select.listing.categories (a tree leads on by these)"
    elif manifest.listing not in ("tree", "sitemap", "feed") and not listing.next:
        missing = f"select.listing.next (listing {manifest.listing!r} leads on by it)"
    elif "native_id" not in ad:
        missing = "select.ad.native_id (what tells one ad from another)"
    if missing:
        raise ManifestError(f"{path}:1: needs {missing}, or a {PARSER} that finds it")


def _sha256(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
