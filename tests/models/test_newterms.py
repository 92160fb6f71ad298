"""New words near indicators are found, told with their impact, and are no words that were always there."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from models.newterms import new_terms
from models.views import GroupView
from nlp.records import Kind, Mention
from tests.models.conftest import START, WORDS, Facts, make_view

AT = START + timedelta(days=63)
SIGN = "third_party_control"  # make_view says an indicator's name for its words


def market(new: str, *, beside: bool) -> list[GroupView]:
    """Six groups a day for nine weeks. In the last one a third says the sign, and `new` beside it or far from it."""
    random, made = Random(4), []
    for number in range(63 * 6):
        day = number / 6
        words = random.choices(WORDS, k=30)
        if number % 3 == 0:
            words[10:13] = SIGN.split("_")
            if day > 56.5:
                words.insert(14 if beside else 29, new)
        text = " ".join(words)
        facts = Facts(hours=24 * day, masked=text)
        view = make_view([facts] * 2, name=f"g{number:04}")
        made.append(_with_sign(view, text) if number % 3 == 0 else view)
    return made


def _with_sign(view: GroupView, text: str) -> GroupView:
    phrase = " ".join(SIGN.split("_"))
    start = text.index(phrase)
    one = Mention(Kind.INDICATOR, SIGN, phrase, "body", start, start + len(phrase), "test", detail={"negated": False})
    ids = view.ad_ids[:1]
    return replace(
        view,
        readings={
            ad_id: replace(reading, mentions=(*reading.mentions, one)) if ad_id in ids else reading
            for ad_id, reading in view.readings.items()
        },
    )


def test_a_new_word_beside_an_indicator_is_proposed_with_what_it_would_add() -> None:
    [found] = new_terms(market("zephyr", beside=True), AT)
    assert (found.term, found.indicator, found.ads_before) == ("zephyr", SIGN, 0)
    assert found.ads_now >= 5
    assert (
        found.gaining_ads == found.gaining_groups == found.ads_now // 2
    )  # one ad of each group shows the sign already
    assert found.new_leads == 0


def test_a_new_word_elsewhere_is_none_and_old_words_are_not_new() -> None:
    assert new_terms(market("zephyr", beside=False), AT) == []
    assert new_terms(market(WORDS[0], beside=True), AT) == []
    assert new_terms([], AT) == []
