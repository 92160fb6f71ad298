"""Pages that are no listing and no ad say so in words, whatever their status says."""

import pytest

from crawlers.page import Page
from crawlers.page_signs import Sign, sign_of

LONG = "<p>" + "Company for long walks by the harbor, any weather. " * 60 + "</p>"


def page(body: str) -> Page:
    return Page("https://harbor.example/ad/1", f"<html><body>{body}</body></html>".encode())


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        ("<h1>Page not found</h1>", Sign.GONE),
        ("<h1>Anuncio caducado</h1>" + LONG, Sign.GONE),
        ("<p>Este anúncio não está mais disponível.</p>", Sign.GONE),
        ("<title>Attention Required!</title><p>Not found</p>", Sign.BLOCKED),
        ("<h2>Verify you are human</h2>", Sign.BLOCKED),
        ("<div>We value your privacy. Accept all cookies?</div>", Sign.CONSENT),
        ("<h1>Service Unavailable</h1>", Sign.UNWELL),
        ("<h1>Evening walks</h1>" + LONG, None),
        ("<h1>Evening walks</h1><p>I was not found of rain. Captchas are no sport.</p>" + LONG, None),
        ("<h1>Founders, 4040 club</h1>", None),
    ],
)
def test_what_a_page_says_of_itself(body: str, sign: Sign | None) -> None:
    assert sign_of(page(body)) is sign


def test_a_page_that_is_no_html_says_nothing() -> None:
    assert sign_of(Page("https://harbor.example/", b"")) is None
