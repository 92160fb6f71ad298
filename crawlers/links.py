"""Which addresses a crawl may follow: text pages over http or https on the site's own hosts."""

import hashlib
import re
from contextlib import suppress
from pathlib import PurePosixPath
from urllib.parse import urldefrag, urljoin, urlsplit

from w3lib.url import canonicalize_url, safe_url_string

from crawlers.manifest import Manifest, netloc

URL_LIMIT = 2083
MEDIA_ENDINGS = frozenset(
    """.jpg .jpeg .jpe .png .gif .webp .avif .bmp .tif .tiff .svg .ico .heic .heif .jxl .raw .psd
    .mp4 .m4v .webm .mov .avi .mkv .mpg .mpeg .3gp .flv .wmv .ogv .m3u8 .ts .mp3 .m4a .wav .ogg .oga .flac .aac .opus
    .pdf .zip .gz .tgz .bz2 .xz .7z .rar .tar .exe .dmg .apk .iso .bin .woff .woff2 .ttf .otf .eot .css .js .swf
    """.split()  # noqa: SIM905  endings read better as words
)
# How pictures, sound, film, archives and programs begin, whatever their server calls them.
MEDIA_STARTS = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"BM\x00",
    b"II*\x00",
    b"MM\x00*",
    b"\x00\x00\x01\x00",
    b"OggS",
    b"ID3",
    b"fLaC",
    b"\x1a\x45\xdf\xa3",
    b"FLV",
    b"%PDF-",
    b"PK\x03\x04",
    b"Rar!",
    b"7z\xbc\xaf",
    b"MZ\x90",
    b"\x7fELF",
)
# What servers put into addresses to know a visitor again.
SESSION = re.compile(
    r"([?&])(?:phpsessid|aspsessionid[a-z]{0,8}|jsessionid|session_?id|sid|zenid|oscsid)=[A-Za-z0-9_-]{8,}(?:&|(?=#)|$)"
    r"|();jsessionid=[A-Za-z0-9.!_-]+",
    re.IGNORECASE,
)
PACKED = (".xml.gz", ".rss.gz", ".atom.gz")  # sitemaps and feeds as sites pack them
PACKED_TYPES = frozenset({"application/gzip", "application/x-gzip", "application/octet-stream"})
TEXT_TYPES = frozenset({"application/json", "application/xhtml+xml", "application/xml", "application/ld+json"})


def refusal(url: str, manifest: Manifest) -> str | None:
    """Why `url` may not be followed (scheme, length, address, media, offsite), or None where it may."""
    if len(url) > URL_LIMIT:
        return "length"
    try:
        parts = urlsplit(url)
        host = netloc(url)
    except ValueError:
        return "address"
    if parts.scheme not in ("http", "https"):
        return "scheme"
    if host not in manifest.netlocs:
        return "offsite"
    if not host.isascii() and not clean(url).isascii():
        return "address"  # no name that a resolver could be asked for
    path = parts.path.lower()
    return "media" if PurePosixPath(path).suffix in MEDIA_ENDINGS and not path.endswith(PACKED) else None


def is_text(content_type: str) -> bool:
    """Whether a response of this type may be read. One without a type may: its bytes decide."""
    kind = content_type.partition(";")[0].strip().lower()
    return (
        not kind
        or (kind.startswith("text/") and kind != "text/css")
        or kind in TEXT_TYPES
        or kind.endswith(("+json", "+xml"))
    ) and kind != "image/svg+xml"


def is_packed(url: str, content_type: str) -> bool:
    """Whether a response is a packed sitemap or feed: text after all."""
    kind = content_type.partition(";")[0].strip().lower()
    return urlsplit(url).path.lower().endswith(PACKED) and kind in PACKED_TYPES


def is_media(start: bytes) -> bool:
    """Whether a body that begins so is no text but a picture, film, archive or the like."""
    return (
        start.startswith(MEDIA_STARTS)
        or (start[:4] == b"RIFF" and start[8:12] in (b"WEBP", b"WAVE", b"AVI "))
        or start[4:8] == b"ftyp"  # MP4, HEIC, AVIF
    )


def clean(url: str) -> str:
    """The address as it is requested: escaped, without fragment."""
    return urldefrag(safe_url_string(url)).url


def fingerprint(url: str) -> str:
    """Equal for addresses that differ only in the order of their query, their fragment, their escaping or a session id."""
    return hashlib.sha256(canonicalize_url(unsessioned(url)).encode()).hexdigest()[:32]


def unsessioned(url: str) -> str:
    """The address without the session ids that servers are known to put in."""
    return SESSION.sub(r"\1", url)


def joined(url: str, location: str) -> str:
    """The address a Location header names, which comes as Latin-1 and is mostly UTF-8; what cannot be read is refused later."""
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(url, location)
    except ValueError:
        return location
