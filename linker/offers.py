"""Whether an ad is a job offer: by what it says, or by the category its site keeps it under."""

from urllib.parse import urlsplit

from crawlers.records import Ad
from nlp.records import Kind, Reading

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


def is_job_offer(ad: Ad, reading: Reading) -> bool:
    """True where the ad says so and does not deny it, or stands in a site's category of jobs."""
    said = any(one.value == RECRUITS and not one.detail.get("negated") for one in reading.of(Kind.INDICATOR))
    return said or category_of(ad.url) is not None


def category_of(address: str) -> str | None:
    """The part of an address's path that names a job category; None where none does."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    parts = (part.replace("_", "-") for part in path.lower().split("/")[:-1])
    return next((part for part in parts if part in CATEGORIES), None)
