"""Web addresses: with http:// or without, and where the dots are written as words."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from nlp.contacts.domains import LONGEST, PICTURES, STRONG, is_host, is_top, named, suffixes
from nlp.contacts.hosts import Host, read_host
from nlp.contacts.signs import MOST, Hits, signs
from nlp.contacts.words import contact_words
from nlp.extractor import AdText, Example, Found
from nlp.records import Kind

WORDS = contact_words()
SCHEMES = ("http", "https", "ftp")
SCHEMED = re.compile(
    rf"://(?=[^\W_]|[{PICTURES}])([\w{PICTURES}-]{{1,63}}+(?:\.[\w{PICTURES}-]{{1,63}}+)+|localhost\b)"
)
# The last label of a dotted name.
ENDING = re.compile(r"\.([a-z]{2,18}|xn--[a-z0-9-]{2,40})(?![a-z0-9_@]|-[a-z0-9]|\.[a-z0-9])")
NAME = "abcdefghijklmnopqrstuvwxyz0123456789-_."
# Scripts that are written without blanks end an address.
UNSPACED = r"\u1100-\u11ff\u2e80-\ud7af\uf900-\ufaff\uff00-\uffef"
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}\Z")
PATH = re.compile(rf"(?::\d{{1,5}}(?!\d))?(?:[/?#][^\s<>\"`\x1e{UNSPACED}]{{0,2000}})?")
TRAILING = ".,;:!?'\")]}*~|"
OPENED = {")": "(", "]": "[", "}": "{"}
SHORT = re.compile(r"(?:/[a-z0-9]{1,40}(?![a-z0-9]))?")  # all that t.co gives out
SHORTENER = "t.co"
SPOKEN_ENDS = frozenset({"com", "net", "org", "info", "biz", "example", "test", "invalid"})
AT_ENDS = ("@", "at", "arroba", "]", ")", "}", *sorted(WORDS.at))
LED_BY = frozenset("@$#/'")  # what stands before no address
SHORTEST = 3  # characters before a spoken dot


class Urls:
    """Finds web addresses; the value is the address as written, its host in lower case."""

    name = "urls"
    examples = (
        Example("see https://Example.com/Page?x=1.", ("https://example.com/Page?x=1",)),
        Example("more on www.lantern.example", ("www.lantern.example",)),
        Example("my page: lantern dot com", ("lantern.com",)),
        Example("www dot lantern dot com", ("lantern.com",)),
        Example("lantern.com.Call me", ("lantern.com",)),
        Example("(see http://lantern.example/rooms_(blue))", ("http://lantern.example/rooms_(blue)",)),
        Example("在lantern.com预约", ("lantern.com",)),
        Example("http://Bücher.example/Straße", ("http://bücher.example/Straße",)),
        Example("lantern.me/rooms, www.lantern.me", ("lantern.me/rooms", "www.lantern.me")),
        Example("http://10.1.2.3:8080/a http://localhost:8080", ("http://10.1.2.3:8080/a", "http://localhost:8080")),
        Example("mail me at rose@example.com", ()),
        Example("call me.at home", ()),
        Example("Nice room.Live music.Come in. 2 hr.no rush", ()),
        Example("$lantern.com, http://lantern, http://-lantern.com, notes.tar.gz2", ()),
        Example("lantern[.]com, harbour dot co dot uk", ("lantern.com", "harbour.co.uk")),
        Example("the dot com boom", ()),
    )

    def __call__(self, text: AdText) -> Iterator[Found]:
        """Every address, in reading order, then those with spoken dots."""
        folded = text.folded.text
        spans = list(_schemed(folded)) if "://" in folded else []
        spans += _bare(text, spans)
        for start, end in spans:
            yield _found(text, start, end)
        if dots := signs(folded).dots:
            yield from _spoken(folded, dots)


def _schemed(folded: str) -> Iterator[tuple[int, int]]:
    reached = 0
    for match in islice(SCHEMED.finditer(folded), MOST):
        scheme = next((one for one in SCHEMES if folded.endswith(one, reached, match.start())), None)
        if scheme is None:
            continue
        if scheme == "http" and folded.endswith("shttp", reached, match.start()):
            continue
        start = match.start() - len(scheme)
        host = _host(match[1])
        if not host or folded[max(start - 1, 0) : start] in {"$", "@", "#"}:
            continue
        end = _end(folded, start, match.start(1) + len(host), host)
        if end and folded[end : end + 1] != "@":
            reached = end
            yield start, end


def _host(written: str) -> str:
    """As much of what follows "://" as is a host; "" where nothing is."""
    if len(written) > LONGEST:
        return ""
    if written == "localhost" or ADDRESS.match(written) or is_host(written):
        return written
    # A script without blanks, or a sentence, may be glued to it.
    plain = re.match(r"[a-z0-9_.-]*", written)
    cut = plain[0].rstrip("-_.") if plain else ""
    labels = cut.split(".")
    cut = ".".join(labels[: named(labels)])
    goes_on = written[len(cut) : len(cut) + 1]
    return cut if cut and is_host(cut) and (goes_on == "." or not goes_on.isascii()) else ""


def _bare(text: AdText, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Addresses without a scheme."""
    folded = text.folded.text
    schemed = iter(sorted(taken))
    low, high = next(schemed, (len(folded), len(folded)))
    reached = 0
    sure: set[str] = set()
    unsure: list[tuple[str, int, int]] = []
    for match in islice(ENDING.finditer(folded), MOST):
        if match.start() < reached or not is_top(match[1]):
            continue
        window = folded[max(match.start() - LONGEST, reached) : match.start()]
        start = match.start() - len(window) + len(window.rstrip(NAME))
        while high <= start:
            low, high = next(schemed, (len(folded), len(folded)))
        if low <= match.start() < high:
            continue
        if folded[max(start - 1, 0) : start] in LED_BY:
            continue  # most often the host of an e-mail address
        host, end = folded[start : match.end()], match.end()
        if host.startswith("..."):
            host = host.lstrip(".")
        start = end - len(host)
        labels = host.split(".")
        count = named(labels)
        if count < len(labels):  # lantern.com.call
            host = ".".join(labels[:count])
            end = start + len(host)
        if not is_host(host):
            continue
        last = _end(folded, start, end, host)
        if not last or folded[last : last + 1] == "@":
            continue
        reached = last
        if _is_name(text, host, start, end, folded[end : end + 1]):
            sure.add(host)
            yield start, last
        else:
            unsure.append((host, start, last))
    yield from ((start, end) for host, start, end in unsure if host in sure)


def _is_name(text: AdText, host: str, start: int, end: int, follows: str) -> bool:
    """Whether it is a host, and no sentence that ends and another that begins without a blank."""
    before, _, top = host.rpartition(".")
    if before.replace(".", "").isdigit():
        return False
    if host.startswith("www."):
        return True
    if top in STRONG:
        return True
    low, _ = text.folded.span(end - len(top) - 2, end)
    _, high = text.folded.span(end - 1, end)
    written = text.original.text[low:high]
    if len(written) == len(top) + 2 and written[0].islower() and written[2].isupper():
        return False  # room.Live music
    if follows == "/":
        return True
    if top not in WORDS.word_domains and (
        len(top) == 2 or top in WORDS.domains or f"{before.rpartition('.')[2]}.{top}" in suffixes()
    ):
        return True
    folded = text.folded.text
    around = folded[max(start - 1, 0) : start], folded[end : end + 1]
    # No sentence of words without blanks ends in a Latin word.
    return any(one > "\u2e80" for one in around if one.isalpha())


def _end(folded: str, start: int, host_end: int, host: str) -> int:
    """Where the address ends, without the signs of the sentence it stands in; 0 where it is none."""
    if host == SHORTENER and folded[host_end : host_end + 1] == "/":
        short = SHORT.match(folded, host_end)
        return short.end() if short and short.end() > host_end else 0
    path = PATH.match(folded, host_end)
    end = path.end() if path else host_end
    if end == host_end:
        return end
    counts = {sign: folded.count(sign, start, end) for sign in "()[]{}"} if folded[end - 1] in TRAILING else {}
    while end > host_end and (sign := folded[end - 1]) in TRAILING:
        if sign in OPENED:
            if counts[OPENED[sign]] >= counts[sign]:
                break
            counts[sign] -= 1
        end -= 1
    return end


def _spoken(folded: str, dots: Hits) -> Iterator[Found]:
    """Addresses around words for dots, given as triggers."""
    reached = 0
    for dot, _, _ in dots:
        if dot < reached:
            continue
        name = dot - (folded[dot - 1 : dot] == " ")
        window = folded[max(name - 63, reached) : name]
        start = name - len(window) + len(window.rstrip(NAME))
        host = read_host(folded, start) if name - start >= SHORTEST else None
        if host is None or host.form == "plain" or not _is_spoken_end(host) or host.end <= dot:
            reached = dot if host is None else max(dot, host.end)
            continue
        reached = host.end
        if folded[max(start - 24, 0) : start].rstrip().endswith(AT_ENDS) or host.first in WORDS.never:
            continue
        value = host.value.removeprefix("www.")
        yield Found(Kind.URL, value, start, host.end, Urls.name, 0.8, {"form": "words"})


def _is_spoken_end(host: Host) -> bool:
    """com, net, ... or co.uk: endings that no sentence has behind the word for a dot."""
    *_, before, top = host.value.split(".")
    return top in SPOKEN_ENDS or (host.value.count(".") > 1 and f"{before}.{top}" in suffixes())


def _found(text: AdText, start: int, end: int) -> Found:
    low, high = text.folded.span(start, end)
    folded, written = text.folded.text[start:end], text.original.text[low:high]
    if not written.isascii():  # accents belong to it, invisible and full-width characters do not
        written = unicodedata.normalize("NFKC", "".join(letter for letter in written if letter.isprintable()))
    size, wrote = _head(folded), _head(written)
    host = written[:wrote].lower()
    if not host.isascii() and not all(letter.isascii() or letter.isalpha() for letter in host):
        host = folded[:size]
    return Found(Kind.URL, host + written[wrote:], start, end, Urls.name, detail={"form": "plain"})


def _head(address: str) -> int:
    """Where the path begins."""
    scheme = address.find("://") + 3 if "://" in address else 0
    return min((at for sign in "/?#" if (at := address.find(sign, scheme)) > 0), default=len(address))


URLS = Urls()
