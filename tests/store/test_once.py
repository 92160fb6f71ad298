"""What is found once is not looked for again, and is no other object's."""

from dataclasses import dataclass

from store.once import once

ASKED: list[str] = []


@dataclass(frozen=True)
class Word:
    text: str

    @once
    def letters(self) -> list[str]:
        """Its letters."""
        ASKED.append(self.text)
        return list(self.text)


def test_a_property_is_found_at_the_first_look_alone_and_for_each_object() -> None:
    ASKED.clear()
    one, other = Word("ab"), Word("cd")
    assert one.letters is one.letters == ["a", "b"]
    assert other.letters == ["c", "d"]
    assert ASKED == ["ab", "cd"]
    assert one == Word("ab")
