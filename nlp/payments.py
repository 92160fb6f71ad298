"""How an ad wants to be paid: a way (`cash`, `zelle`), or the account itself where it is given (`$anamade`, a wallet)."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import re2

from nlp.extractor import AdText, Example, Found
from nlp.phrases import Phrases
from nlp.records import Kind
from store.datafiles import load_data

NAME = "payments"
OTHER = "none"
# method: where its account stands; the first group is the account.
ACCOUNTS = (
    ("cashapp", re2.compile(r"(?:^|[^\w$])(\$[a-z][a-z0-9_]{2,19})\b")),
    ("cashapp", re2.compile(r"\bcash ?app(?: me| is| name| tag)?\s?[:=@-]{1,2}\s?(@?[a-z][a-z0-9_]{2,19})\b")),
    ("venmo", re2.compile(r"\bvenmo(?: me| is| name)?\s?[:=-]?\s?(@[a-z][a-z0-9_-]{3,29})\b")),
    ("paypal", re2.compile(r"\b(paypal\.me/[a-z0-9]{3,20})\b")),
    ("crypto", re2.compile(r"\b(bc1[a-z0-9]{25,60}|0x[0-9a-f]{40}|[13][1-9a-z]{25,33})\b")),
    ("pix", re2.compile(r"\bpix\W{1,3}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")),
)


class Payments:
    """Ways to pay and accounts to pay to."""

    name = NAME
    examples = (
        Example("Cash only, or Zelle", ("cash", "zelle")),
        Example("Cash app $anamade", ("cashapp", "$anamade")),
        Example("Venmo: @ana-made-up", ("venmo", "@ana-made-up")),
        Example("Pago en efectivo o Bizum", ("cash", "bizum")),
        Example("Aceito pix e cartão", ("pix", "card")),
        Example("cashier, business card, $120", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Ways by their words, then accounts; of two ways in the same words the longer."""
        folded = text.folded.text
        position = 0
        for hit in sorted(_methods().find(folded), key=lambda one: (one.start, -one.end)):
            if hit.start >= position:
                position = hit.end
                if hit.key == OTHER:
                    continue
                yield Found(Kind.PAYMENT, hit.key, hit.start, hit.end, NAME, 0.8, {"method": hit.key})
        for method, pattern in ACCOUNTS:
            for match in pattern.finditer(folded):
                yield Found(Kind.PAYMENT, match[1], match.start(1), match.end(1), NAME, 0.9, {"method": method})


@cache
def _methods() -> Phrases:
    return Phrases(load_data(Path(__file__).with_name("payments.yml")))
