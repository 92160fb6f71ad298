"""Numbers in words: `cardinal(123, "es")` is "ciento veintitrés"."""

from functools import cache
from pathlib import Path
from typing import Any

from market.datafiles import load_data


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = load_data(Path(__file__).with_name("cardinals.yml"))
    return data


def cardinal(number: int, language: str) -> str:
    """A number from 0 to 9,999 in words of `en`, `es` or `pt`."""
    words = _data()[language]
    if number < len(words["below"]):
        return str(words["below"][number])
    if number < 100:
        tens, ones = divmod(number, 10)
        head, joint, rest = words["tens"][tens], words["tight"], ones
    elif number < 1000:
        hundreds, rest = divmod(number, 100)
        head, joint = words["hundred"] if number == 100 else words["hundreds"][hundreds], words["loose"]
    else:
        thousands, rest = divmod(number, 1000)
        one, many = words["thousand"]
        head, joint = one if thousands == 1 else f"{cardinal(thousands, language)} {many}", " "
    return f"{head}{joint}{cardinal(rest, language)}" if rest else str(head)
