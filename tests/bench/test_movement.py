"""What the bench of itineraries takes for true and for right."""

from bench.movement import cast, matched
from market.make import generate


def test_the_cast_is_that_of_the_market_of_the_same_seed() -> None:
    authors = {one.id: one for one in cast(7, 200, 10)}
    for one in generate(seed=7, ads=200, days=10):
        author = authors[one.truth["author"]]
        assert author.kind == one.truth["class"]
        towns = {leg.place.id for person in author.persons for leg in person.legs}
        assert one.truth["place"] in towns


def test_a_true_stay_is_found_once() -> None:
    true = [("1", 0, 3), ("2", 4, 6), ("1", 8, 9)]
    assert matched([("1", 1, 2), ("2", 6, 7), ("1", 8, 8)], true) == 3
    assert matched([("1", 1, 1), ("1", 2, 2), ("1", 5, 6), ("2", 0, 3)], true) == 1
