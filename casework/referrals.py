"""A report by a person: what a case holds, as text, with the official bodies of a country. Never sent from here."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from casework import packcontent, packs
from casework.packcontent import Content
from casework.printing import plain
from crawlers.records import TEXT_FIELDS
from store import audit
from store.audit import Act
from store.errors import UsageError
from store.filehashes import file_hashes
from store.workspace import Workspace

DATA = Path(__file__).parent / "authorities.yml"
HEAD = """REPORT BY A PERSON, prepared from {title}

To be read, completed and sent by a person. Sidelight sends nothing. Before you send it:
- in an emergency call the police first;
- look whether each address below is still the body's own;
- say what you know yourself, and what is only in these ads. An ad can be untrue, and may be written by somebody else;
- nothing here is a finding about anyone.

Your name and office, and how to reach you: ______________________________
What you ask for:                           ______________________________

WHERE ({country})
{where}
WHAT THE ADS SAY
{ads}"""


@dataclass(frozen=True, slots=True)
class Authority:
    """An official body, what it takes reports of (trafficking, children, report: of anything), and its public address."""

    name: str
    takes: str
    web: str


@cache
def authorities() -> dict[str, tuple[Authority, ...]]:
    """By ISO 3166 country; those of "any" are for every one."""
    raw: dict[str, list[dict[str, Any]]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return {
        f"{country}": tuple(Authority(one["name"], one["for"], one["web"]) for one in some)
        for country, some in raw.items()
    }


def of_country(country: str) -> tuple[Authority, ...]:
    """The bodies of a country. Raises UsageError naming the countries there are."""
    known = authorities()
    if country.upper() not in known or country == "any":
        raise UsageError(f"no body is known for {country!r}; there are {', '.join(sorted(known.keys() - {'any'}))}")
    return (*known[country.upper()], *known["any"])


def export(workspace: Workspace, content: Content, country: str, target: Path, terms: packs.Terms) -> None:
    """Write the package into the new folder `target`: text alone. Recorded before. Raises UsageError."""
    bodies = of_country(country)
    if not terms.reason.strip():
        raise UsageError("say why the report is made")
    case_id = content.item if content.kind == "case" else None
    with packs.new_folder(target) as draft:
        act = Act(
            terms.who, terms.via, "prepare report", content.kind, content.item, case_id=case_id, reason=terms.reason
        )
        audit.append(workspace, act)
        (draft / "report.txt").write_text(_text(content, country.upper(), bodies), encoding="utf-8")
        facts = packcontent.facts(workspace, content)
        (draft / "facts.jsonl").write_bytes(packcontent.lines(facts))
        sums = "".join(f"{digest}  {name}\n" for name, digest in file_hashes(draft).items())
        (draft / "SHA256SUMS").write_text(sums)


def _text(content: Content, country: str, bodies: tuple[Authority, ...]) -> str:
    where = "".join(f"- {one.name} ({one.takes}): {one.web}\n" for one in bodies)
    ads = "".join(
        f"\n{ad_id}\n  address: {plain(stored.ad.url)}\n  seen: {stored.first_seen:%Y-%m-%d %H:%M} to "
        f"{stored.last_seen:%Y-%m-%d %H:%M} UTC\n"
        + "".join(f"  {name}: {plain(text)}\n" for name in TEXT_FIELDS if (text := getattr(stored.ad, name)))
        for ad_id, stored in content.ads.items()
    )
    return HEAD.format(title=content.title, country=country, where=where, ads=ads)
