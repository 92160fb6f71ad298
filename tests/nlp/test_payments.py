"""Payments: the ways an ad names, and accounts; a way hides nobody, an account is masked."""

from collections.abc import Callable

import pytest

from crawlers.records import Ad
from nlp.contact_signs import needed, payment_words
from nlp.extractor import AdText
from nlp.payments import Payments
from nlp.records import Reading

ReadText = Callable[..., Reading]


def payments(text: str) -> list[str]:
    return sorted(one.value for one in Payments()(AdText.of(Ad("test:1", "test", "", None, body=text))))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cash only", ["cash"]),
        ("Zelle or PayPal", ["paypal", "zelle"]),
        ("efectivo o transferencia bancaria", ["cash", "transfer"]),
        ("aceito pix e cartão", ["card", "pix"]),
        ("Cash App $anamade", ["$anamade", "cashapp"]),
        ("venmo @ana-made-up", ["@ana-made-up", "venmo"]),
        ("bc1q" + "made0up" * 5, ["bc1q" + "made0up" * 5]),
        ("zelle me, Cash App: anamade", ["anamade", "cashapp", "zelle"]),
        ("paypal.me/anamade", ["paypal", "paypal.me/anamade"]),
        ("wallet 1" + "MadeUp7" * 4, ["1" + "MadeUp7" * 4]),
        ("tarjetas o transferencias bancarias", ["card", "transfer"]),
        ("3one2five5fivezerooneoneoneO", []),
        ("gift cards valid 7 months, business card, cashier, $120", []),
    ],
)
def test_ways_and_accounts_are_found(text: str, found: list[str]) -> None:
    assert payments(text) == found


def test_an_account_is_masked_and_a_way_is_not(read_text: ReadText) -> None:
    assert read_text("cash or $anamade").masked == "cash or _payment_"


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("cash only", {"cash"}),
        ("tarjeta[s] [de credito]", {"tarjeta"}),
        ("(em|so) dinheiro", {"dinheiro"}),
        ("(visa|mastercard|amex)", {"visa", "mastercard", "amex"}),
    ],
)
def test_a_phrase_is_looked_for_where_a_word_it_needs_stands(phrase: str, words: set[str]) -> None:
    assert needed(phrase) == words


def test_every_phrase_needs_a_word() -> None:
    assert all(needed(phrase) for phrases in payment_words().values() for phrase in phrases)
