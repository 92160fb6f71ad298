"""Text can be read: every pair of colours that text is set in has the contrast WCAG 2.2 AA asks for, light and dark."""

import re
from pathlib import Path

import pytest

import console

CSS = (Path(console.__file__).parent / "static" / "base.css").read_text(encoding="utf-8")
TEXT = ("ink", "soft", "accent")
GROUNDS = ("paper", "card", "faint", "accent-wash")
MARKS = tuple(f"k-{name}" for name in ("contact", "web", "number", "name", "place", "indicator", "found"))
PAIRS = (
    *((text, ground) for text in TEXT for ground in GROUNDS),
    *(("ink", mark) for mark in MARKS),
    *((state, f"{state}-wash") for state in ("good", "warn", "bad")),
    *((state, "card") for state in ("good", "warn", "bad")),
    ("on-accent", "accent"),
    ("card", "bad"),
)


def _palettes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    own = {"light": _variables(light)}
    return own | {"dark": own["light"] | _variables(dark)}


def _variables(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", text))


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    palette = _palettes()[scheme]
    for text, ground in PAIRS:
        low, high = sorted((_luminance(palette[text]), _luminance(palette[ground])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)
