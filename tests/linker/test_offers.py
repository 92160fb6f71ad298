"""Job categories in addresses: whatever an address looks like, the short way says what taking it apart says."""

from urllib.parse import urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from linker.offers import CATEGORIES, category_of

pieces = st.sampled_from(
    [
        *"/:?#.@ \t\n[]",
        "//",
        "http:",
        "https://",
        "HTTP://",
        "harbor.example",
        "jobs",
        "Jobs",
        "help_wanted",
        "ad",
        "17",
        "é",
    ]
)


def _plainly(address: str) -> str | None:
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    parts = [part.replace("_", "-") for part in path.lower().split("/")[:-1]]
    return next((part for part in parts if part in CATEGORIES), None)


@given(st.lists(pieces, max_size=9).map("".join))
@example("https://harbor.example/jobs/17")
@example("https://harbor.example/jo\nbs/17")
@example("https:jobs/17")
@example("https://harbor.example/Help_Wanted/17?jobs/1")
@example("https://harbor.example/ad/jobs")
@example("jobs/17")
def test_an_address_has_the_category_that_its_path_names(address: str) -> None:
    assert category_of(address) == _plainly(address)
