"""A query's text cut into lexemes, each with its place, so that every complaint can point at a character."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from indexer.query import Node, QueryError

LONGEST_QUERY = 4_000


class Is(Enum):
    """What a lexeme is."""

    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    NEAR = auto()  # text holds the distance
    STRING = auto()
    WORD = auto()
    PREFIX = auto()
    FUZZY = auto()  # text ends in the number of edits
    FIELD = auto()  # the value is the next lexeme
    CONTACT = auto()


@dataclass(frozen=True, slots=True)
class Lexeme:
    """`text` without its marks; `start` and `end` in the query."""

    what: Is
    text: str
    start: int
    end: int
    node: Node | None = None  # of a CONTACT


BLANK = re.compile(r"\s+")
# A phone with a bracketed part: its brackets group nothing.
BRACKETED = re.compile(r"(?:\+\d{1,3}[ .-]?)?\(\d{1,5}\)[ .-]?\d(?:[ .\-/]?\d){3,14}(?![\w:*~])")
# The value of a field that holds a phone goes on over blanks.
SPACED = re.compile(r"\+?\d{1,5}(?:[ .\-/]\d{1,8}){1,5}(?![\w:*~@])")
PHONE_FIELDS = frozenset({"phone", "linked"})
NEAR = re.compile(r"NEAR(?:/(\d*))?(?=[\s()]|$)")
OPERATOR = re.compile(r"(OR|AND|NOT|\|)(?=[\s()]|$)")
FIELD = re.compile(r"([A-Za-z_]{1,30}+):(?!//)")
BARE = re.compile(r'[^\s"()]+')
FUZZY = re.compile(r"\A(.*[^~])~([0-9]*)\Z", re.DOTALL)
OPERATORS = {"OR": Is.OR, "|": Is.OR, "AND": Is.AND, "NOT": Is.NOT}
MARKS = {"(": Is.OPEN, ")": Is.CLOSE}


def lex(text: str, fields: frozenset[str]) -> list[Lexeme]:
    """The lexemes of a query; only a name in `fields` before a colon is a field. Raises QueryError."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"the query has {len(text)} characters", LONGEST_QUERY, f"write at most {LONGEST_QUERY}")
    found: list[Lexeme] = []
    position = 0
    while position < len(text):
        if blank := BLANK.match(text, position):
            position = blank.end()
            continue
        field = found[-1].text if found and found[-1].what is Is.FIELD else None
        lexeme = _next(text, position, fields, field)
        found.append(lexeme)
        position = lexeme.end
    return found


def _next(text: str, at: int, fields: frozenset[str], field: str | None) -> Lexeme:
    phone = BRACKETED.match(text, at) or (SPACED.match(text, at) if field in PHONE_FIELDS else None)
    if phone:
        return Lexeme(Is.WORD, phone.group(), at, phone.end())
    if text[at] in MARKS:
        return Lexeme(MARKS[text[at]], text[at], at, at + 1)
    if text[at] == '"':
        return _string(text, at)
    if field is None:
        if operator := _operator(text, at):
            return operator
        if named := FIELD.match(text, at):
            name = named.group(1).lower()
            if name in fields:
                return Lexeme(Is.FIELD, name, at, named.end())
    return _bare(text, at, value=field is not None)


def _operator(text: str, at: int) -> Lexeme | None:
    if near := NEAR.match(text, at):
        return Lexeme(Is.NEAR, near.group(1) or "", at, near.end())
    if operator := OPERATOR.match(text, at):
        return Lexeme(OPERATORS[operator.group(1)], operator.group(), at, operator.end())
    if text[at] == "-" and at + 1 < len(text) and not text[at + 1].isspace():
        return Lexeme(Is.NOT, "-", at, at + 1)
    return None


def _string(text: str, at: int) -> Lexeme:
    end = text.find('"', at + 1)
    if end < 0:
        raise QueryError("a quotation mark is opened and not closed", at, 'end the phrase with "')
    return Lexeme(Is.STRING, text[at + 1 : end], at, end + 1)


def _bare(text: str, at: int, *, value: bool) -> Lexeme:
    run = BARE.match(text, at)
    if run is None:  # cannot be: every other character was taken above
        raise QueryError(f"{text[at]!r} cannot stand here", at, "put it between quotation marks")
    word, end = run.group(), run.end()
    if not value or word[0] not in "<>":
        if len(word) > 1 and word.endswith("*"):
            return Lexeme(Is.PREFIX, word[:-1], at, end)
        if fuzzy := FUZZY.match(word):
            return Lexeme(Is.FUZZY, f"{fuzzy.group(1)}~{fuzzy.group(2) or 1}", at, end)
    return Lexeme(Is.WORD, word, at, end)
