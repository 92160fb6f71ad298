"""The query language to a tree. No text of a user goes further than here except as folded tokens and plain values."""

from collections.abc import Iterator
from datetime import UTC
from zoneinfo import ZoneInfo

from indexer import contacts, filters
from indexer.lexer import FIELD, Is, Lexeme, lex
from indexer.query import All, And, Near, NearPlace, Node, Not, Or, QueryError
from indexer.tokens import tokenise
from indexer.values import Moment
from store.schema import now

DEEPEST = 20
MOST = 400
FARTHEST_WORDS = 50
FIELDS = frozenset(filters.FILTERS)


def parse(text: str, moment: Moment | None = None) -> Node:
    """The tree a query means, `All` for an empty one. Raises QueryError with the position and what to write instead."""
    lexemes = list(_with_contacts(text, lex(text, FIELDS)))
    if len(lexemes) > MOST:
        raise QueryError(f"the query has {len(lexemes)} parts", lexemes[MOST].start, f"write at most {MOST}")
    reader = _Reader(text, lexemes, moment or Moment(now().astimezone(UTC), ZoneInfo("UTC")))
    if not lexemes:
        return All()
    node = reader.alternatives(0)
    if (rest := reader.peek()) is not None:
        raise QueryError("a bracket is closed that was not opened", rest.start, "leave out the )")
    return node


class _Reader:
    """Recursive descent over the lexemes: OR binds weakest, then AND (a blank), then NEAR, then - and NOT."""

    def __init__(self, text: str, lexemes: list[Lexeme], moment: Moment) -> None:
        self.text = text
        self.lexemes = lexemes
        self.moment = moment
        self.at = 0

    def peek(self) -> Lexeme | None:
        return self.lexemes[self.at] if self.at < len(self.lexemes) else None

    def take(self) -> Lexeme | None:
        lexeme = self.peek()
        self.at += 1
        return lexeme

    def alternatives(self, depth: int) -> Node:
        parts = [self.conjunction(depth)]
        while (lexeme := self.peek()) and lexeme.what is Is.OR:
            self.at += 1
            parts.append(self.conjunction(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def conjunction(self, depth: int) -> Node:
        parts: list[Node] = []
        awaited: Lexeme | None = None
        while (lexeme := self.peek()) and lexeme.what not in {Is.CLOSE, Is.OR}:
            if lexeme.what is Is.AND:
                if not parts or awaited:
                    raise QueryError(
                        "AND stands between nothing", lexeme.start, 'write one AND two, or "AND" as a word'
                    )
                awaited = self.take()
                continue
            parts.append(self.pair(depth))
            awaited = None
        if not parts or awaited:
            end = lexeme.start if lexeme else len(self.text)
            raise QueryError(
                "something to search for is missing", end, "write a word here, or leave out the operator before"
            )
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def pair(self, depth: int) -> Node:
        first = self.peek()
        node = self.single(depth)
        near = self.peek()
        if near is None or near.what is not Is.NEAR:
            return node
        self.at += 1
        second = self.take()
        distance = int(near.text or 10) if len(near.text) < 4 else 0
        if not 1 <= distance <= FARTHEST_WORDS:
            raise QueryError(f"NEAR/{near.text} is no distance", near.start, f"write NEAR/1 to NEAR/{FARTHEST_WORDS}")
        left, right = _one_word(first, near), _one_word(second, near)
        if left == right:
            raise QueryError("NEAR with the same word twice", near.start, "write two different words")
        return Near(left, right, distance)

    def single(self, depth: int) -> Node:
        lexeme = self.take()
        if depth > DEEPEST:
            raise QueryError(
                "brackets and - are nested too deep", lexeme.start if lexeme else 0, f"use at most {DEEPEST} levels"
            )
        if lexeme is None:
            raise QueryError(
                "the query ends too early", len(self.text), "write what the operator before is for, or leave it out"
            )
        match lexeme.what:
            case Is.NOT:
                return Not(self.single(depth + 1))
            case Is.OPEN:
                return self.bracket(lexeme, depth)
            case Is.FIELD:
                return self.field(lexeme)
            case Is.STRING:
                return filters.text_node(lexeme.text, lexeme.start)
            case Is.PREFIX | Is.FUZZY:
                return filters.stem_node(lexeme)
            case Is.CONTACT if lexeme.node is not None:
                # An ad may hold the same characters as something else.
                return Or((lexeme.node, filters.text_node(lexeme.text, lexeme.start)))
            case Is.WORD:
                return self.word(lexeme)
        raise QueryError(
            f"{lexeme.text} cannot stand here",
            lexeme.start,
            "write a word before it, or put it between quotation marks",
        )

    def bracket(self, opened: Lexeme, depth: int) -> Node:
        node = self.alternatives(depth + 1)
        closed = self.take()
        if closed is None:
            raise QueryError("a bracket is opened and not closed", opened.start, "write the ) that ends it")
        return node

    def field(self, lexeme: Lexeme) -> Node:
        value = self.take()
        node = filters.read(lexeme, value, self.moment)
        following = self.peek()
        if isinstance(node, NearPlace) and following and (km := filters.distance(following)) is not None:
            self.at += 1
            return NearPlace(node.name, km, node.position)
        return node

    def word(self, lexeme: Lexeme) -> Node:
        named = FIELD.match(lexeme.text)
        if named and named.end() < len(lexeme.text) and tokenise(named.group(1)):
            raise QueryError(f"no field {named.group(1)!r}", lexeme.start, filters.unknown(named.group(1).lower()))
        if digits := contacts.partial(lexeme.text):
            return Or((filters.text_node(lexeme.text, lexeme.start), digits))
        return filters.text_node(lexeme.text, lexeme.start)


def _one_word(lexeme: Lexeme | None, near: Lexeme) -> str:
    if lexeme is not None and lexeme.what in {Is.WORD, Is.STRING}:
        found = tokenise(lexeme.text)
        if len(found) == 1:
            return found[0].text
    raise QueryError("NEAR stands between two single words", near.start, "write one NEAR/5 two")


def _with_contacts(text: str, lexemes: list[Lexeme]) -> Iterator[Lexeme]:
    """The lexemes, with those that together write a contact made one."""
    index = 0
    while index < len(lexemes):
        end = index
        after_field = index > 0 and lexemes[index - 1].what is Is.FIELD
        while end < len(lexemes) and lexemes[end].what is Is.WORD and not after_field:
            end += 1
        # The words beside NEAR are words.
        low = index + 1 if index > 0 and lexemes[index - 1].what is Is.NEAR else index
        high = end - 1 if end < len(lexemes) and lexemes[end].what is Is.NEAR else end
        if low >= high:
            yield lexemes[index]
            index += 1
            continue
        yield from lexemes[index:low]
        yield from _joined(text, lexemes[low:high])
        yield from lexemes[high:end]
        index = end


def _joined(text: str, run: list[Lexeme]) -> Iterator[Lexeme]:
    first = run[0].start
    found = contacts.spans(text[first : run[-1].end])
    open_until = -1
    for number, lexeme in enumerate(run):
        over = next((one for one in found if first + one.start < lexeme.end and lexeme.start < first + one.end), None)
        if over is None:
            yield lexeme
        elif over.end > open_until:
            open_until = over.end
            end = max(other.end for other in run[number:] if other.start < first + over.end)
            yield Lexeme(Is.CONTACT, text[lexeme.start : end], lexeme.start, end, over.node)
