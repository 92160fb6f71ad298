"""E-mail addresses and handles in spellings that contacts.py does not use; each says the whole address for sure."""

from collections.abc import Callable
from random import Random
from typing import Any

from market.contacts import LABELS, Handle
from market.red_team.palette import fancy, phone_data, pick, spelling_data

Email = Callable[[str, str, str, Random], str]
Name = Callable[[Handle, str, Random], str]


def _email() -> dict[str, Any]:
    found: dict[str, Any] = spelling_data()["email"]
    return found


def signs(local: str, host: str, language: str, rng: Random) -> str:
    """anna.moon7{at}example(.)com"""
    at, dot = pick(_email()["signs"][language], rng), pick(_email()["dots"][language], rng)
    return f"{local}{at}{host.replace('.', dot)}"


def named_marks(local: str, host: str, language: str, rng: Random) -> str:
    """anna underscore moon7 at-sign example dot com"""
    dot, under = _email()["dot"][language], _email()["underscore"][language]
    at = pick(_email()["signs"][language][:3], rng).strip()
    local = local.replace("_", f" {under} ").replace(".", f" {dot} ")
    return f"{local} {at} {host.replace('.', f' {dot} ')}"


def letters_apart(local: str, host: str, _language: str, rng: Random) -> str:
    """a n n a @ e x a m p l e . c o m"""
    return pick((" ", "\u2009", "\u200b"), rng).join(f"{local}@{host}")


def explained(local: str, host: str, language: str, rng: Random) -> str:
    """anna (put the @ here) example.com"""
    return str(pick(_email()["apart"][language], rng)).format(l=local, h=host)


def fancy_email(local: str, host: str, _language: str, rng: Random) -> str:
    """Another alphabet of letters."""
    return fancy(f"{local}@{host}", rng)


def unseen(local: str, host: str, _language: str, rng: Random) -> str:
    """Characters that show nothing around the sign."""
    mark = pick(phone_data()["invisible"][:7], rng)
    return f"{local}{mark}@{mark}{host.replace('.', f'{mark}.{mark}')}"


def _handle() -> dict[str, Any]:
    found: dict[str, Any] = spelling_data()["handle"]
    return found


def _label(handle: Handle, rng: Random) -> str:
    return pick(LABELS[handle.platform], rng)


def _formed(form: str, handle: Handle, language: str, rng: Random) -> str:
    return str(pick(_handle()[form][language], rng)).format(p=_label(handle, rng), n=handle.name)


def platform_after(handle: Handle, language: str, rng: Random) -> str:
    """anna_moon7 is my insta"""
    return _formed("after", handle, language, rng)


def platform_before(handle: Handle, language: str, rng: Random) -> str:
    """insta 👉 anna_moon7"""
    return _formed("before", handle, language, rng)


def at_as_word(handle: Handle, language: str, rng: Random) -> str:
    """insta at anna_moon7"""
    return _formed("at", handle, language, rng)


def underscore_as_word(handle: Handle, language: str, rng: Random) -> str:
    """insta: anna underscore moon7; of a name without one it is said that it has none."""
    left, mark, right = handle.name.partition("_")
    words = _email()["underscore" if mark else "none"][language]
    return f"{_label(handle, rng)}: {left} {words} {right}".rstrip()


def platform_misspelt(handle: Handle, _language: str, rng: Random) -> str:
    """1nstagram: anna_moon7"""
    return f"{pick(_handle()['misspelt'][handle.platform], rng)}{pick((': ', ' @', ': @'), rng)}{handle.name}"


def platform_spaced(handle: Handle, _language: str, rng: Random) -> str:
    """i n s t a: @anna_moon7"""
    return f"{pick((' ', '_', '*'), rng).join(LABELS[handle.platform][0])}: @{handle.name}"


def in_halves(handle: Handle, language: str, rng: Random) -> str:
    """insta: anna + moon7 (one word)"""
    middle = 3 + int(rng.random() * (len(handle.name) - 5))
    form = str(pick(_handle()["halves"][language], rng))
    return form.format(p=_label(handle, rng), a=handle.name[:middle], b=handle.name[middle:])


def fancy_name(handle: Handle, _language: str, rng: Random) -> str:
    """Another alphabet of letters."""
    return f"{_label(handle, rng)}: {fancy(handle.name, rng)}"


EMAILS: dict[str, Email] = {
    one.__name__: one for one in (signs, named_marks, letters_apart, explained, fancy_email, unseen)
}
HANDLES: dict[str, Name] = {
    one.__name__: one
    for one in (
        *(platform_after, platform_before, at_as_word, underscore_as_word),
        *(platform_misspelt, platform_spaced, in_halves, fancy_name),
    )
}
# Unusual, yet not to hide anything.
OPEN = frozenset({"platform_after", "platform_before"})
