"""Payments: the ways an ad names, and accounts; a way hides nobody, an account is masked."""

from collections.abc import Callable

import pytest

from crawlers.records import Ad
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
        ("gift cards valid 7 months, business card, cashier, $120", []),
    ],
)
def test_ways_and_accounts_are_found(text: str, found: list[str]) -> None:
    assert payments(text) == found


def test_an_account_is_masked_and_a_way_is_not(read_text: ReadText) -> None:
    assert read_text("cash or $anamade").masked == "cash or _payment_"
