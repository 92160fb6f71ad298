"""Payments: the ways an ad names, and accounts; a way hides nobody, an account is masked."""

from collections.abc import Callable

import pytest

from crawlers.records import Ad
from nlp.contacts.payment_words import spellings
from nlp.contacts.payments import Payments
from nlp.extractor import AdText
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
    ("phrase", "spelled"),
    [
        ("cash only", {"cash only"}),
        ("tarjeta[s] [de credito]", {"tarjeta", "tarjetas", "tarjeta de credito", "tarjetas de credito"}),
        ("(em|so) dinheiro", {"em dinheiro", "so dinheiro"}),
        ("[bank|wire] transfer", {"transfer", "bank transfer", "wire transfer"}),
    ],
)
def test_a_phrase_is_written_out(phrase: str, spelled: set[str]) -> None:
    assert spellings(phrase) == spelled


def test_words_of_a_phrase_may_be_joined_by_a_hyphen() -> None:
    assert payments("cash-app or apple-pay") == ["applepay", "cashapp"]
