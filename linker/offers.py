"""Whether an ad is a job offer: by what it says, or by the category its site keeps it under."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

RECRUITS = "recruitment_offer"
# Parts of a page's address by which sites name their job categories, in the languages that are read.
CATEGORIES = frozenset(
    (
        *(
            "job",
            "jobs",
            "career",
            "careers",
            "employment",
            "vacancy",
            "vacancies",
            "hiring",
            "recruitment",
            "recruiting",
        ),
        *("help-wanted", "job-offers", "job-ads", "empleo", "empleos", "trabajo", "trabajos", "vacantes"),
        *("ofertas-de-empleo", "ofertas-de-trabajo", "bolsa-de-trabajo"),
        *("emprego", "empregos", "trabalho", "trabalhos", "vagas", "vagas-de-emprego", "ofertas-de-emprego"),
    )
)

WHOLE = ("http://", "https://")  # begin an address that leaves nothing out


def says_so(value: str, detail: Mapping[str, Any]) -> bool:
    """Whether an indicator says that the ad is a job offer, and does not deny it."""
    return value == RECRUITS and not detail.get("negated")


def category_of(address: str) -> str | None:
    """The part of an address's path that names a job category; None where none does."""
    if address.startswith(WHOLE) and address.isprintable() and CATEGORIES.isdisjoint(_parts(address)):
        return None  # as of nearly all: to take an address apart takes six times as long
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    return next((part for part in _parts(path)[:-1] if part in CATEGORIES), None)


def _parts(path: str) -> list[str]:
    return path.lower().replace("_", "-").split("/")
