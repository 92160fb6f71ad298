"""E-mail addresses, handles and web addresses: made up, at reserved domains, and written plainly or disguised."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

from market.datafiles import load_data

DOMAINS = ("example.com", "example.org", "example.net", "mail.example", "post.example", "inbox.test", "letters.test")
LABELS = {
    "instagram": ("instagram", "insta", "ig", "IG", "Instagram"),
    "telegram": ("telegram", "tg", "Telegram"),
    "snapchat": ("snapchat", "snap", "Snapchat"),
    "twitter": ("twitter", "Twitter"),
    "wechat": ("wechat", "WeChat"),
    "kik": ("kik", "Kik"),
}
PLATFORMS = tuple(LABELS)
DOT = {"en": "dot", "es": "punto", "pt": "ponto"}
AT = {"en": "at", "es": "arroba", "pt": "arroba"}


@dataclass(frozen=True, slots=True)
class Handle:
    """A name on a platform."""

    platform: str
    name: str

    @property
    def value(self) -> str:
        """The normal form of a handle."""
        return f"{self.platform}:{self.name}"


class Register:
    """Makes names that nobody else has."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._count = int(rng.random() * 1000)
        self._stems: list[str] = load_data(Path(__file__).with_name("names.yml"))["stems"]

    def _stem(self, name: str, joints: tuple[str, ...]) -> str:
        rng = self._rng
        self._count += 1 + int(rng.random() * 3)
        word = self._stems[int(rng.random() * len(self._stems))]
        joint = joints[int(rng.random() * len(joints))]
        pair = (name.lower(), word) if rng.random() < 0.6 else (word, name.lower())
        return f"{pair[0]}{joint}{pair[1]}{self._count}"

    def handle(self, name: str) -> Handle:
        """A fresh handle for somebody who calls herself so."""
        return Handle(PLATFORMS[int(self._rng.random() * len(PLATFORMS))], self._stem(name, ("", "", "_")))

    def email(self, name: str) -> str:
        """A fresh address at a reserved domain."""
        return f"{self._stem(name, ('', '.', '_'))}@{DOMAINS[int(self._rng.random() * len(DOMAINS))]}"

    def url(self, name: str) -> str:
        """A fresh site at a reserved domain, in the way its owner writes it everywhere."""
        forms = ("https://{}", "http://www.{}/", "www.{}", "{}")
        return forms[int(self._rng.random() * len(forms))].format(f"{self._stem(name, ('', '-'))}.example")


def write_handle(handle: Handle, rng: Random, *, hidden: bool) -> str:
    """`insta: @name`; hidden: letters apart, a full-width name, or nothing but signs between label and name."""
    labels = LABELS[handle.platform]
    label = labels[int(rng.random() * len(labels))]
    name = handle.name
    if not hidden:
        forms = (f"{label}: {name}", f"{label} @{name}", f"{label}: @{name}", f"{label} {name}")
        return forms[int(rng.random() * (4 if len(label) > 4 else 3))]  # "ig", "snap" alone may be anything
    style = int(rng.random() * 4)
    if style == 0:
        return f"{label}: {' '.join(name)}"
    if style == 1:
        return f"{label} @{name.translate(FULL_WIDTH)}"
    if style == 2:
        return f"{'.'.join(label)}. → {name}"
    middle = len(name) // 2
    return f"{label}: @{name[:middle]}\u200b{name[middle:]}"


FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in (*range(0x30, 0x3A), *range(0x61, 0x7B))})


def write_email(email: str, language: str, rng: Random, *, hidden: bool) -> str:
    """`name@host`; hidden: `name (at) host (dot) com` and its kin."""
    if not hidden:
        return email if rng.random() < 0.85 else email.upper()
    local, _, host = email.partition("@")
    at, dot = AT[language], DOT[language]
    style = int(rng.random() * 6)
    if style == 0:
        return f"{local} ({at}) {host.replace('.', f' ({dot}) ')}"
    if style == 1:
        return f"{local} {at.upper()} {host.replace('.', f' {dot.upper()} ')}"
    if style == 2:
        return f"{local} [{at}] {host.replace('.', f' [{dot}] ')}"
    if style == 3:
        return f"{local}＠{host.replace('.', '．')}"
    if style == 4:
        return f"{local} @ {host.replace('.', ' . ')}"
    return f"{local} {at} {host.replace('.', f' {dot} ')}"
