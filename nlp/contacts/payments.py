"""How an ad wants to be paid: a way (`cash`, `zelle`), or the account itself where it is given (`$anamade`, a wallet)."""

import re
from itertools import islice

from nlp.contacts.payment_words import payment_words
from nlp.contacts.signs import MOST, signs
from nlp.extractor import AdText, Example, Found
from nlp.records import Kind

NAME = "payments"
OTHER = "none"
# Accounts. These follow the word for their way to pay ...
CASHAPP = re.compile(r"(?: me| is| name| tag)?\s?[:=@-]{1,2}\s?(@?[a-z][a-z0-9_]{2,19})\b")
VENMO = re.compile(r"(?: me| is| name)?\s?[:=-]?\s?(@[a-z][a-z0-9_-]{3,29})\b")
PIX = re.compile(r"\W{1,3}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")
AFTER = {"cashapp": CASHAPP, "venmo": VENMO, "pix": PIX}
# ... these begin with a sign of their own, and wallets with a digit.
PAYPAL = re.compile(r"paypal\.me/[a-z0-9]{3,20}\b")
CASHTAG = re.compile(r"\$(?<![\w$]\$)[a-z][a-z0-9_]{2,19}\b")
HEX = re.compile(r"0x[0-9a-f]{40}\b")
BECH32 = re.compile(r"bc1[a-z0-9]{25,60}\b")
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

    def __call__(self, text: AdText) -> list[Found]:
        """Ways by their words, then accounts; of two ways in the same words the longer."""
        folded = text.folded.text
        known = signs(folded)
        found: list[Found] = []
        position, last = 0, len(folded)
        for start, end, phrase in known.payments:  # by where they begin, the longer first
            if start < position or (start and _joins(folded[start - 1])) or (end < last and _joins(folded[end])):
                continue
            position = end
            way = payment_words()[phrase]
            if way == OTHER:
                continue
            found.append(Found(Kind.PAYMENT, way, start, end, NAME, 0.8, {"method": way}))
            account = AFTER[way].match(folded, end) if way in AFTER else None
            if account:
                found.append(_account(account[1], account.start(1), way))
        for start, _, _ in known.accounts:
            if not folded[max(start - 1, 0) : start].isalnum() and (match := PAYPAL.match(folded, start)):
                found.append(_account(match[0], start, "paypal"))
        if "$" in folded:
            tags = islice(CASHTAG.finditer(folded), MOST)
            found += [_account(match[0], match.start(), "cashapp") for match in tags]
        for start, end in text.numbers[:MOST]:
            if folded[start] in "013" and folded[end : end + 1].isalpha():
                found += _wallet(text, start, end)
        return found


def _joins(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _wallet(text: AdText, start: int, end: int) -> list[Found]:
    """The address of a wallet that a run of digits is the first of: it begins with a digit, or has one third."""
    folded = text.folded.text
    begin = start - 2 if folded[max(start - 2, 0) : start] == "bc" else start
    if folded[max(begin - 1, 0) : begin].isalnum():
        return []
    match = (BECH32 if begin < start else HEX).match(folded, begin)
    if match:
        return [_account(match[0], begin, "crypto")]
    if begin == start and (match := BASE58.match(text.original.text, text.folded.span(start, end)[0])):
        value = match[0]  # as written: its case is part of it
        if value.lower() == folded[start : start + len(value)]:
            return [_account(value, start, "crypto")]
    return []


def _account(value: str, start: int, method: str) -> Found:
    return Found(Kind.PAYMENT, value, start, start + len(value), NAME, 0.9, {"method": method})
