"""How an ad wants to be paid: a way (`cash`, `zelle`), or the account itself where it is given (`$anamade`, a wallet)."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from nlp.contact_signs import MOST, payment_words, signs
from nlp.extractor import AdText, Example, Found
from nlp.phrases import Phrases
from nlp.records import Kind

NAME = "payments"
OTHER = "none"
# Accounts. These follow the word for their way to pay ...
CASHAPP = re.compile(r"(?: me| is| name| tag)?\s?[:=@-]{1,2}\s?(@?[a-z][a-z0-9_]{2,19})\b")
VENMO = re.compile(r"(?: me| is| name)?\s?[:=-]?\s?(@[a-z][a-z0-9_-]{3,29})\b")
PIX = re.compile(r"\W{1,3}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")
AFTER = {"cashapp": CASHAPP, "venmo": VENMO, "pix": PIX}
# ... and these begin with a sign of their own.
STARTS = {
    "paypal.me/": ("paypal", re.compile(r"[a-z0-9]{3,20}\b")),
    "bc1": ("crypto", re.compile(r"[a-z0-9]{25,60}\b")),
    "0x": ("crypto", re.compile(r"[0-9a-f]{40}\b")),
}
CASHTAG = re.compile(r"\$(?<![\w$]\$)[a-z][a-z0-9_]{2,19}\b")
# Letters and digits that cannot be taken for one another; upper and lower case differ.
BASE58 = re.compile(r"[13][1-9A-HJ-NP-Za-km-z]{25,33}(?![A-Za-z0-9])")


class Payments:
    """Ways to pay and accounts to pay to."""

    name = NAME
    examples = (
        Example("Cash only, or Zelle", ("cash", "zelle")),
        Example("Cash app $anamade", ("cashapp", "$anamade")),
        Example("Venmo: @ana-made-up", ("venmo", "@ana-made-up")),
        Example("Pago en efectivo o Bizum", ("cash", "bizum")),
        Example("Aceito pix e cartão", ("pix", "card")),
        Example("Cash App: anamade", ("cashapp", "anamade")),
        Example("paypal.me/anamade", ("paypal", "paypal.me/anamade")),
        Example("1" + "MadeUp7" * 4, ("1" + "MadeUp7" * 4,)),
        Example("gift card, 1one2five5five5Zero1OO5five5zero", ()),
        Example("cashier, business card, $120", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Ways by their words, then accounts; of two ways in the same words the longer."""
        folded = text.folded.text
        known = signs(folded)
        if known.payments:
            position = 0
            for hit in sorted(islice(_methods().find(folded), MOST), key=lambda one: (one.start, -one.end)):
                if hit.start < position:
                    continue
                position = hit.end
                if hit.key == OTHER:
                    continue
                yield Found(Kind.PAYMENT, hit.key, hit.start, hit.end, NAME, 0.8, {"method": hit.key})
                account = AFTER[hit.key].match(folded, hit.end) if hit.key in AFTER else None
                if account:
                    yield _account(account[1], account.start(1), hit.key)
        for start, end, word in known.accounts:
            method, pattern = STARTS[word]
            if not folded[max(start - 1, 0) : start].isalnum() and (rest := pattern.match(folded, end)):
                yield _account(word + rest[0], start, method)
        if "$" in folded:
            for match in islice(CASHTAG.finditer(folded), MOST):
                yield _account(match[0], match.start(), "cashapp")
        yield from _wallets(text)


def _wallets(text: AdText) -> Iterator[Found]:
    """Addresses in base58, which begin with a digit; their case is part of them."""
    folded, original = text.folded, text.original.text
    for start, end in text.numbers[:MOST]:
        if folded.text[start] in "13" and folded.text[end : end + 1].isalpha():
            low, _ = folded.span(start, start + 1)
            match = BASE58.match(original, low)
            if (
                match
                and not original[max(low - 1, 0) : low].isalnum()
                and match[0].lower() == folded.text[start : start + len(match[0])]
            ):
                yield _account(match[0], start, "crypto")


def _account(value: str, start: int, method: str) -> Found:
    return Found(Kind.PAYMENT, value, start, start + len(value), NAME, 0.9, {"method": method})


@cache
def _methods() -> Phrases:
    return Phrases(payment_words())
