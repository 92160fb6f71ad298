"""A page says times in the team's zone, numbers as people write them, and fails rather than leave out what it was not given."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, UndefinedError
from markupsafe import escape

from console import rendering
from console.rendering import circles, escaped, options
from console.visible import plain

LATE = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A page of the one line that a test gives."""

    def made(line: str, **values: object) -> str:
        monkeypatch.setattr(rendering.environment(), "loader", DictLoader({line: line}))
        return rendering.render(line, TOKYO, **values)

    return made


@pytest.mark.parametrize(
    ("line", "value", "said"),
    [
        ("{{ date(value) }}", LATE, "2026-05-02"),
        ("{{ local(value) }}", LATE, "2026-05-02 08:30"),
        ("{{ date(value) }}", None, "not known"),
        ("{{ local(value) }}", None, "not known"),
        ("{{ zone }}", None, "Asia/Tokyo"),
        ("{{ value }}", "<b>&\u202e", "&lt;b&gt;&amp;⟨U+202E⟩"),
        ("{{ value|words }}", "third_party-control", "third party control"),
        ("{{ value|count }}", 1_234_567, "1,234,567"),
        ("{{ value|percent }}", 0.256, "26%"),
        ("{{ value|query }}", "a/b c&d", "a%2Fb%20c%26d"),
        ("{{ value|json }}", {"a": "<"}, "{&#34;a&#34;:&#34;&lt;&#34;}"),
    ],
)
def test_what_a_template_writes(page, line: str, value: object, said: str) -> None:  # type: ignore[no-untyped-def]
    assert page(line, value=value) == said


def test_a_value_that_was_not_given_is_an_error(page) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UndefinedError):
        page("{{ forgotten }}")


@given(st.lists(st.text(), max_size=8))
def test_many_texts_are_escaped_at_once_as_one_by_one(texts: list[str]) -> None:
    one_by_one = [str(escape(plain(text))) for text in texts]
    assert escaped(texts) == one_by_one
    assert options(texts) == "".join(f"<option>{text}" for text in one_by_one).replace("<option", "<option selected", 1)
    dots = circles([(1.5, 2.0, text) for text in texts])
    assert dots == "".join(f'<circle cx="1.5" cy="2.0" r="4"><title>{text}</title></circle>' for text in one_by_one)
