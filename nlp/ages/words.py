"""The words of words.yml as one automaton and as expressions that are matched only beside a number.

No expression looks through a text: each is matched at a place, or looks for an end within a few letters before one.
"""

import re
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.text.alternatives import any_of
from nlp.text.numerals import PAIRS, WORDS
from store.datafiles import load_data

DATA: dict[str, Any] = load_data(Path(__file__).with_suffix(".yml"))


# What a word of the automaton is.
NUMBER, PAIR, LABEL, UNIT, WHO, LEAD = range(6)
# PAIR: two letters that look like digits, and what stands before them. LEAD: "in my", "early", "twenties".


def _starting(words: list[str]) -> str:
    """An alternation of whole words, singular or plural; with a star, of their beginnings."""
    stems = any_of(word[:-1] for word in words if word.endswith("*"))
    return rf"(?:(?:{any_of(word for word in words if not word.endswith('*'))})s?(?![a-z])|(?:{stems}))"


def _slips(word: str) -> set[str]:
    """Ways to mistype a word: two letters swapped, one left out, one doubled; not its first."""
    cuts = range(1, len(word))
    swapped = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in cuts if n + 1 < len(word)}
    return swapped | {word[:n] + word[n + 1 :] for n in cuts} | {word[:n] + word[n] + word[n:] for n in cuts}


PARTS = {
    "early": (0, 3),
    "mid": (4, 6),
    "middle": (4, 6),
    "late": (7, 9),
    "mid to late": (4, 9),
    "early to mid": (0, 6),
}
TEENS = {"early": (13, 14), "mid": (14, 16), "middle": (14, 16), "late": (17, 19), "mid to late": (15, 19)}
OWNERS = ("my", "her", "his", "their", "our", "your")
OWNING = ("mis", "sus", "meus", "seus", "casa dos")
DECADES = {
    word: 10 * n
    for words in (
        "twenties thirties forties fifties sixties seventies",
        "veinte treinta cuarenta cincuenta sesenta setenta",
        "vinte trinta quarenta cinquenta sessenta setenta",
        "veintes treintas cuarentas cincuentas sesentas setentas",
    )
    for n, word in enumerate(words.split(), start=2)
}
PERSON = DATA["person"]
SLIPS = sorted({slip for word in ("years", "year") for slip in _slips(word)} - {"yeas", "year", "years", "yea", "yer"})
MANY = frozenset([f"{who} {how}" for who in PERSON["plural"] for how in ("are", "were")] + list(PERSON["many"]))
# In the order of their kinds: an index tells the kind.
SIGNS: dict[str, int] = {
    **dict.fromkeys(WORDS, NUMBER),
    **dict.fromkeys((before + pair for before in ' \n:(=[*>"~-|·' for pair in PAIRS), PAIR),
    **dict.fromkeys(DATA["label"], LABEL),
    **dict.fromkeys((*SLIPS, *DATA["unit"]), UNIT),
    **dict.fromkeys((f"{who} {how}" for who in PERSON["singular"] for how in ("am", "is", "was")), WHO),
    **dict.fromkeys([*MANY, *PERSON["others"], *PERSON["has"]], WHO),
    **dict.fromkeys((*PARTS, *(f"in {one}" for one in OWNERS), *OWNING, *list(DECADES)[:6]), LEAD),
}
PATTERNS = tuple(SIGNS)
KIND_OF = tuple(SIGNS.values())
LAST_NUMBER, LAST_PAIR = len(WORDS) - 1, KIND_OF.index(LABEL) - 1
AUTOMATON = AhoCorasick(PATTERNS, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)

# --- what follows a number --------------------------------------------------------------------------------------------
HALF = r"(?:[ -]?1/2|\.5|[ -]and[ -]a[ -]half|,5)?"
# Between a number and its unit no sentence ends: "calle 16. Yo ..." is no "16 yo".
BLANK = r"[ '*()+-]{0,3}"
STRONG = re.compile(
    rf"{HALF}(?:{BLANK}y[ ./]{{0,2}}o|(?:\n|{BLANK})(?:y[a-z']{{1,6}}[ \n.'*()-]{{0,4}}(?:olds?|young|of age)|"
    rf"(?:de |of )(?:edad|idade|age)|an(?:itos|inhos)|"
    rf"an[iy]?os[ \n](?:de[ \n](?:edad|idade)|cumplidos|completos|feitos|recien cumplidos)))(?![a-z])"
)
WEAK = re.compile(
    rf"{HALF}(?:\n|{BLANK})(?:(?P<es>a ?n[in]?os)|(?P<en>years?|yrs?|{any_of(SLIPS)}))(?:'s?)?(?![a-z])(?!['-]?\d)"
)
# "cumplió 16 años en mayo" tells an age, "10 años en el sector" does not.
MONTH = "jan|ene|feb|fev|mar|apr|abr|may|mai|jun|jul|aug|agosto|sep|set|oct|out|nov|dec|dez|dic"
NOT_AFTER = re.compile(
    rf"(?:[ +'-]{{1,3}}|\.[ ]?(?=exp))(?!(?:de|of|en|em|in) (?:edad|idade|age|{MONTH})){_starting(DATA['not_after_years'])}"
)
# What may follow "16 years" in English where no person stands before it.
AFTER_WEAK = re.compile(r"[ ]{0,2}(?:[^a-z0-9 ]|\Z|and (?!counting)|y |e |who |that |likes |que )")
# "16 year old house cleaner" is a person.
NO_TRADE = (
    r"(?![ -]?[a-z]*(?:er|or|ist|ant|ess|girl|boy|man|woman|lady|maid|wife|person|model|mate|staff|chef|student)s?"
    r"(?![a-z]))"
)
THING_AFTER = re.compile(rf"[ -]{{1,2}}(?:{any_of(DATA['thing'])})(?:s|es)?(?![a-z]){NO_TRADE}")
# "I'm a one woman business", "a two-spirit person": so few persons are a number of them, or no age.
FEW = 3
CREW = re.compile(r"[ -](?:wom[ae]n|m[ae]n|girl|lady|person|on[ -]one)(?![a-z])|(?<=[a-z])[-_][a-z]")
COUNTED = re.compile(rf"[ -]{{0,2}}{_starting(DATA['counted'])}")
MEASURED = re.compile(
    r"[ -]{0,2}(?:months?|mo|mos|meses|mes|weeks?|wks?|semanas?|days?|dias?|hours?|hrs?|h|minutes?|mins?|cm|mm|m|km|kgs?|"
    r"kilos?|lbs?|ft|feet|inch(?:es)?|oz|gb|am|pm|percent|usd|eur|euros?|dollars?|miles?|photos?|fotos?)(?![a-z])"
)
PLURAL = re.compile(
    r" (?!always|was|is|has|this|his|yes|as|us|ladies|sometimes|besides|loves|likes|lives|speaks|enjoys|reads|writes|works|"
    r"years|yrs)[a-z]+[^suia']s(?![a-z])"
)
OPEN_ENDED = re.compile(r"[ ]{0,2}(?:\+(?![ ]?\d)|(?:and|or|y|e|o|ou)[ ](?:up|older|over|above|mas|mais))")
STOP = re.compile(r"(?!\.\d|-[a-z])[ ]{0,3}(?:[^a-z0-9 /:'%$]|['/](?!\d)|\Z|(?:y|e|and)[ ](?!\d))")

# --- what stands before a number --------------------------------------------------------------------------------------
CLIENT = re.compile(rf"(?:(?<![a-z])(?:{any_of(DATA['client'])}))(?: the)?(?: age)?(?: of)?[^a-z0-9]{{0,3}}\Z")
# The last words of those expressions: they are tried only after one of them.
CLIENT_LAST = frozenset(phrase.split()[-1] for phrase in DATA["client"]) | {"the", "age", "of"}
BETWEEN = frozenset(DATA["between"])
PERSON_BETWEEN = frozenset(PERSON["may_stand_between"])
HAS = frozenset(PERSON["has"])
NOT_BEFORE_YEARS = frozenset(DATA["not_before_years"])
NOT_BEFORE_LABEL = frozenset(DATA["not_before_label"])
NOT_AFTER_LABEL = frozenset(DATA["not_after_label"])
THING_BEFORE = re.compile(
    rf"(?<![a-z])(?:(?:{any_of(DATA['thing'])})s?"
    rf"(?: is| was| are| has| turned| turns| aged| tiene| tem| only| now| about| over| almost){{1,3}}"
    rf"|(?:{any_of(DATA['pet'])})s?,?(?: aged?:?)?)[ ]?\Z"
)
THING_LAST = frozenset(
    ["is", "was", "are", "has", "turned", "turns", "aged", "tiene", "tem", "only", "now", "about", "over", "almost"]
)
# The thing must be what the sentence is about, not where the person is: "at the shop is 16" tells of a person.
WHERE = frozenset(DATA["where"])
THING_LAST |= {pet + plural for pet in DATA["pet"] for plural in ("", "s")}
AGED_THING = re.compile(rf"(?<![a-z])(?:{any_of(DATA['thing'])})s?(?: is| was| are)? \Z")

# --- what stands between two numbers ----------------------------------------------------------------------------------
RANGE = re.compile(r"[ ]{0,2}(?:-|to\w?|thru|through|until|till|hasta|ate|al?)[ ]{0,2}")
JOIN = re.compile(r"[ ]{0,2}(?:,[ ]?(?:and|or|&|y|e|o|ou)?|&|/|\+|(?:and|or|y|e|o|ou|und)(?=[ ]))[ ]{0,2}")
WORDS_BETWEEN = re.compile(r"[a-z]+")
DECADE = re.compile(
    rf"(?P<at>(?:(?P<part>{any_of(PARTS)})[ -]{{1,2}})?(?:(?:{any_of((*OWNERS, *OWNING))}) )?"
    rf"(?P<decade>[2-7]0'?s|{any_of(DECADES)}|teens))(?![a-z0-9])"
)


def labels(gap: str) -> bool:
    """Whether what stands between a label and a number leaves the number the label's."""
    if "\x1e" in gap:
        return False
    words: list[str] = WORDS_BETWEEN.findall(gap)
    if not words:
        return len(gap) <= 12
    if len(words) <= 6 and BETWEEN.issuperset(words):
        return True
    for mark in ":=":
        head, sign, tail = gap.partition(mark)
        if sign:
            before, after = WORDS_BETWEEN.findall(head), WORDS_BETWEEN.findall(tail)
            return len(before) <= 3 and NOT_AFTER_LABEL.isdisjoint(before) and BETWEEN.issuperset(after)
    return False
