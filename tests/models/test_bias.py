"""Who people are changes no score: words of group identity are swapped in the ads themselves and read anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from crawlers.records import Ad
from linker.records import Group
from models.bias import DATA, LANGUAGES, SPELLINGS
from models.grouping import views_of
from models.learnable import learnable
from models.priority import prioritise
from models.records import Priority
from models.views import GroupView
from nlp.pipeline import read_ads
from tests.models.conftest import START

ALONE = Group("g", ("s:0",), (), (), (), (), START, START)
ALIKE = ("as written", "upper case", "no accents", "emoji", "digits and signs")
TOWNS = ("Chicago, IL", "Dallas, TX", "Denver, CO")
SENTENCES = {
    "en": "A quiet hour of massage with tea and soft music in a bright room by the river. I speak {0}. My manager answers "
    "the phone. I am {1}, born in 1999. You can call 212-555-0101 and the office arranges everything for your visit.",
    "es": "Una hora tranquila de masaje con té y música suave en un cuarto junto al río. Hablo {0}. Soy {1}. Mi jefe "
    "contesta el teléfono 212-555-0101 y la oficina arregla todo para la visita de usted.",
    "pt": "Uma hora calma de massagem com chá e música suave em um quarto perto do rio. Falo {0}. Sou {1}. Meu gerente "
    "atende o telefone 212-555-0101 e o escritório arranja tudo para a sua visita.",
}
# Three words that are an indicator; a contact and a group word stand at the end of it like three words, too.
MINE = "Trabajo sola y por mi cuenta. WeChat: @prairie2615"
SWAPS = {
    "en": [("Thai", "Romanian"), ("Spanish", "an immigrant"), ("Polish", "Latina"), ("Russian", "a trans woman")],
    "es": [("tailandés", "rumana"), ("inglés", "inmigrante"), ("polaco", "latina"), ("ruso", "trans")],
    "pt": [("tailandês", "romena"), ("inglês", "imigrante"), ("francês", "latina"), ("russo", "trans")],
}


def ads(language: str, swap: Sequence[str]) -> list[Ad]:
    return [
        Ad(
            f"s:{number}",
            "s",
            "",
            START + timedelta(hours=2 * number),
            body=SENTENCES[language].format(*swap),
            location=TOWNS[number % 3],
            name=("Ana", "Bea", "Cleo")[number % 3],
            region="US",
        )
        for number in range(9)
    ]


def scored(found: list[Ad]) -> tuple[list[Priority], list[str]]:
    views = views_of(found)
    return prioritise(views), [learnable(view) for view in views]


def valued(found: list[Ad]) -> tuple[list[float], list[str]]:
    priorities, texts = scored(found)
    return [one.value for one in priorities], texts


def words(found: list[Ad]) -> set[str]:
    """The words a model may learn from."""
    text = " ".join(learnable(view) for view in views_of(found))
    return set("".join(char if char.isalnum() else " " for char in text).split())


@pytest.mark.parametrize("language", SENTENCES)
def test_swapping_words_of_group_identity_changes_a_score_by_exactly_nothing(language: str) -> None:
    results = [scored(ads(language, swap)) for swap in SWAPS[language]]
    values = [[one.value for one in priorities] for priorities, _ in results]
    assert values[0][0] > 0
    assert all(value == values[0] for value in values)
    assert all(texts == results[0][1] for _, texts in results)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_any_class_can_be_told_from_another_however_it_is_spelt(language: str) -> None:
    """The value and the words a model learns from are the same for every word of a class; bench/bias.py swaps in market ads."""
    random = Random(5)
    plain = ads(language, SWAPS[language][0])[0]
    for kind, one in DATA[language].items():
        frame = random.choice(one["frames"])
        said = [frame.format(SPELLINGS[how](str(word), random)) for word in one["words"] for how in ALIKE]
        changed = [replace(plain, body=f"{plain.body} {sentence}") for sentence in said]
        learnt = {
            learnable(GroupView(ALONE, {plain.ad_id: ad}, {plain.ad_id: reading}))
            for ad, reading in zip(changed, read_ads(changed), strict=True)
        }
        assert len(learnt) == 1, (kind, frame, learnt)


@pytest.mark.parametrize(
    ("language", "plain", "other"),
    [
        ("en", "Friends call me blonde.", "Friends call me ginger."),
        ("en", "They say I am leggy.", "They say I am 𝐠𝐢𝐧𝐠𝐞𝐫."),
        ("es", "Soy rumana.", "Soy Maya."),
        ("en", "Meet a real nonbinary person.", "Meet a real 🙋🏼\u200d♀️trans man."),
        ("en", "Meet a real nonbinary person.", "Meet a real 🇷🇴 trans man."),
        ("pt", "Conheça uma transgenero.", "Conheça uma 🙋🏼\u200d♀️garota trans."),
        ("es", f"{MINE}\nMi mandarín es bueno.", f"{MINE}\nMi *noruego* es bueno."),
        ("es", f"{MINE}\nletona y discreta.", f"{MINE}\n(letona) y discreta."),
        ("pt", "Meu libras é bom.", "Meu c a n t o n ê s é bom."),
        ("en", "Born in Moldova.", "Born in Luxembourg."),
        ("en", "I come from Hungary.", "I come from Luxembourg ♂️."),
        ("en", "Grew up in India.", "Grew up in P a r a g u a y."),
        ("pt", "Venho de Japão.", "Venho de Guiné-Bissauuuu."),
        ("pt", "Amiga polonesa na cidade.", "Amiga PORTO-RIQUENHA na cidade."),
        ("en", "texts made with care\nA green-eyed woman.", "texts made with care\nA thick woman."),
    ],
)
def test_a_word_that_was_once_read_as_something_else_changes_nothing(language: str, plain: str, other: str) -> None:
    first, second = [
        [replace(one, body=f"{one.body}\n{said}") for one in ads(language, SWAPS[language][0])]
        for said in (plain, other)
    ]
    assert valued(first) == valued(second)


def test_what_leaves_the_text_is_the_phrase_as_it_was_masked_and_nothing_else() -> None:
    said = "Trabajo sola y por mi cuenta. Página: pepper1.example y 212-555-0108"
    kept = words([replace(one, body=f"{one.body} {said}") for one in ads("es", SWAPS["es"][0])])
    assert kept & {"trabajo", "solo", "sola", "cuenta"} == set()
    assert "pagina" in kept


@pytest.mark.parametrize("says", [(language, one) for language in LANGUAGES for one in DATA["harmless"][language]])
def test_adulthood_independence_screening_and_touring_never_raise(says: tuple[str, str]) -> None:
    language, sentence = says
    plain = ads(language, SWAPS[language][0])
    before = prioritise(views_of(plain))[0]
    after = prioritise(views_of([replace(one, body=f"{one.body} {sentence}") for one in plain]))[0]
    assert after.value <= before.value


def test_what_an_ad_ends_with_and_harmless_wording_begin_no_phrase_that_raises() -> None:
    """ "idade: 42" and "recém-chegada" on the next line suggest no youth."""
    plain = [replace(one, body=f"{one.body}\nMinha idade: 42") for one in ads("pt", SWAPS["pt"][0])]
    before = prioritise(views_of(plain))[0]
    after = prioritise(views_of([replace(one, body=f"{one.body}\nRecém-chegada na cidade.") for one in plain]))[0]
    assert after.value <= before.value


@pytest.mark.parametrize(
    "says", ["Independent, I work for myself.", "References required.", "Touring Chicago this week only."]
)
def test_what_must_never_raise_is_not_in_the_text_a_model_learns_from(says: str) -> None:
    plain = ads("en", SWAPS["en"][0])
    saying = [replace(one, body=f"{one.body} {says}") for one in plain]
    assert words(saying) & {"independent", "myself", "references", "touring"} == set()
    assert words(plain) <= words(saying)
