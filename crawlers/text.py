"""The text of an HTML element as a reader sees it and as its writer wrote it.

- `<br>` and the edges of block elements are line feeds; table cells are parted by a tab.
- White space that holds a line feed is how the page's source was laid out: one blank.
- Runs of blanks, zero-width and other characters stay: they can be part of how a contact was hidden.
- Inside `<pre>` and `<textarea>` everything stays.
- Scripts, styles, templates and comments are not text. The ends are trimmed.
"""

import re

from lxml import etree

BLOCKS = frozenset(
    """address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr html li main nav ol option p pre section summary table tbody tfoot thead tr ul
    """.split()  # noqa: SIM905  a list of forty words reads better as words
)
CELLS = frozenset({"td", "th"})
SILENT = frozenset({"script", "style", "template", "noscript", "head", "title", "object", "svg"})
EXACT = frozenset({"pre", "textarea"})
BREAKS = re.compile(r"[\r\n][ \t\r\n]*")
# Lone surrogates cannot occur in a parsed page.
EDGE = "\ud800"  # of a block: one line feed, however many edges meet
LAYOUT = "\ud801"  # of the source: one blank, none beside a line feed


def text_of(element: etree._Element) -> str:
    """The element's text by the rules above."""
    parts: list[str] = []
    exact = 0
    # An explicit stack: (element, None) to open, (element, name) to close.
    stack: list[tuple[etree._Element, str | None]] = [(element, None)]
    while stack:
        node, closing = stack.pop()
        if closing is not None:
            exact -= closing in EXACT
            if closing in BLOCKS:
                parts.append(EDGE)
        else:
            name = node.tag if isinstance(node.tag, str) else ""
            if name == "br":
                parts.append("\n")
            elif name in CELLS and parts:
                parts.append("\t")
            if name and (name not in SILENT or node is element):
                if name in BLOCKS:
                    parts.append(EDGE)
                exact += name in EXACT
                if node.text:
                    parts.append(node.text if exact else _laid_out(node.text))
                stack.append((node, name))
                stack.extend((child, None) for child in reversed(node))
                continue
        if node is not element and node.tail:
            parts.append(node.tail if exact else _laid_out(node.tail))
    return _joined("".join(parts))


def _laid_out(text: str) -> str:
    """Runs of blanks with a line feed in them become LAYOUT. Only line feeds are looked for: most blanks part words."""
    *lines, last = BREAKS.split(text)
    return LAYOUT.join([*(line.rstrip(" \t") for line in lines), last]) if lines else text


MARKS = re.compile(f"([{EDGE}{LAYOUT}][ \t\n{EDGE}{LAYOUT}]*)")


def _joined(text: str) -> str:
    pieces = MARKS.split(text.strip(f" \t\r\n{EDGE}{LAYOUT}"))
    for place in range(1, len(pieces), 2):
        words = pieces[place - 1].rstrip(" \t\n")
        run = pieces[place - 1][len(words) :] + pieces[place]
        pieces[place - 1 : place + 1] = words, _settle(run)
    return "".join(pieces)


def _settle(run: str) -> str:
    if EDGE in run:
        # Blanks beside an edge show nothing; a <br> just before an edge ends the line that the edge would end.
        kept = "".join(one for one in run if one in (EDGE, "\n"))
        return re.sub(f"\n?{EDGE}+", "\n", kept)
    return run.replace(LAYOUT, "" if "\n" in run or "\t" in run else " ")
