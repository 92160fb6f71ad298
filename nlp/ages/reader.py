"""From a word that speaks of age to the ages beside it: what may stand between, what must not follow or go before."""

import re
from collections.abc import Iterator

from nlp.ages.lists import NAME, Chain, found
from nlp.ages.words import (
    AFTER_WEAK,
    AGED_THING,
    CLIENT,
    CLIENT_LAST,
    COUNTED,
    CREW,
    DECADE,
    DECADES,
    FEW,
    HAS,
    JOIN,
    KIND_OF,
    LABEL,
    MANY,
    MEASURED,
    NOT_AFTER,
    NOT_BEFORE_LABEL,
    NOT_BEFORE_YEARS,
    OPEN_ENDED,
    PARTS,
    PATTERNS,
    PERSON_BETWEEN,
    PLURAL,
    RANGE,
    STOP,
    STRONG,
    TEENS,
    THING_AFTER,
    THING_BEFORE,
    THING_LAST,
    UNIT,
    WEAK,
    WHERE,
    WHO,
    labels,
)
from nlp.extractor import Found
from nlp.records import Kind
from nlp.text.numerals import Number, Numbers

LONGEST_LIST = 8
# How far a number may stand from the word that makes it an age, in letters.
FROM_LABEL, FROM_PERSON, TO_UNIT, LONGEST_JOINT = 48, 30, 16, 9
GLUED = re.compile(r"[/-]\d")
THREE = re.compile(r"(\d\d)[ ]?[-/. x][ ]?(\d\d)[ ]?[-/. x][ ]?(\d\d)(?!\d)")  # of a body: "36-24-36"
CLAUSE = re.compile(r"[.,;:!?|/*·\n]")
LETTER = re.compile(r"[a-z]")


class Reader:
    """Reads the ages of one folded text."""

    __slots__ = ("done", "numbers", "text")

    def __init__(self, text: str, numbers: Numbers) -> None:
        self.text = text
        self.numbers = numbers
        self.done: set[int] = set()  # where numbers start that are read already

    def read(self, index: int, start: int, end: int) -> Iterator[Found]:
        """What the word `text[start:end]`, PATTERNS[index], says."""
        kind = KIND_OF[index]
        if kind == UNIT:
            return self._before_unit(start, end)
        if kind == LABEL:
            return self._after_label(start, end)
        if kind == WHO:
            return self._after_person(PATTERNS[index], end)
        return self._decade(PATTERNS[index], start, end)

    # --- the three rules ----------------------------------------------------------------------------------------------
    def _after_label(self, start: int, end: int) -> Iterator[Found]:
        text = self.text
        first = self.numbers.after(end, FROM_LABEL)
        if first is None or first[2] < 0 or not labels(text[end : first[0]]):
            return
        if self._asked(start) or AGED_THING.search(text, max(0, start - 16), start):
            return
        if self._word_before(start) in NOT_BEFORE_LABEL:
            return
        if MEASURED.match(text, first[1]):
            return
        chain = self._forward(first, many=text[end - 1] == "s")
        if chain[0] and not (chain[0][-1][2] >= 18 and OPEN_ENDED.match(text, chain[0][-1][1])):
            yield from self._found(chain, 0.95)

    def _after_person(self, who: str, end: int) -> Iterator[Found]:
        text = self.text
        first = self.numbers.after(end, FROM_PERSON)
        if first is None or first[2] < 0:
            return
        gap = text[end : first[0]]
        if "\x1e" in gap or any(word not in PERSON_BETWEEN for word in gap.replace("*", " ").split()):
            return
        if (three := THREE.match(text, first[0])) and "18" <= three[2] < min(three[1], three[3]):
            return
        many = who in MANY
        chain = self._forward(first, many=many)
        if not chain[0] or "/" in chain[1]:
            return
        last = chain[0][-1][1]
        if weak := WEAK.match(text, last):
            if NOT_AFTER.match(text, weak.end()):
                return
        elif not STRONG.match(text, last):
            if len(chain[0]) == 1 and not self._bare(first, who, many="both" not in gap and many):
                return
            if who in HAS and not STOP.match(text, last):
                return
        if not self._of_thing(first[0]) and not THING_AFTER.match(text, last):
            yield from self._found(chain, 0.85)

    def _before_unit(self, start: int, end: int) -> Iterator[Found]:
        text = self.text
        last = self.numbers.before(start, TO_UNIT)
        if last is not None and last[0] in self.done:
            return
        unit = weak = None
        if last is not None and (last := self._whole(last)) is not None and last[2] >= 0:
            unit = STRONG.match(text, last[1]) or (weak := WEAK.match(text, last[1]))
        if last is None or unit is None:
            # A unit that stands as a label: "Years of age: 16" and the like.
            said = text[end - 4 : end]
            if said in {" age", "edad", "dade"} or (said == "anos" and {":", "="} & {*text[end : end + 2]}):
                yield from self._after_label(start, end)
            return
        if THING_AFTER.match(text, unit.end()) or (weak and NOT_AFTER.match(text, unit.end())):
            return
        chain = self._backward(last)
        if not chain[0]:
            return
        begin = chain[0][0][0]
        if self._asked(begin) or self._of_thing(begin):
            return
        if OPEN_ENDED.match(text, unit.end()) and last[2] >= 18:
            return
        if weak and (self._other_years(begin) or (weak["en"] and not AFTER_WEAK.match(text, unit.end()))):
            return
        yield from self._found(chain, 0.95)

    def _decade(self, word: str, start: int, end: int) -> Iterator[Found]:
        """ "in my twenties", "early 30s", "late teens"."""
        text = self.text
        match = DECADE.match(text, start if word in PARTS or word in DECADES else end + 1)
        if match is None or self._asked(start):
            return
        decade, part = match["decade"], match["part"] or ""
        if decade == "teens":
            low, high = TEENS.get(part, (13, 19))
        else:
            first = DECADES.get(decade) or int(decade[:2])
            low, high = (first + more for more in PARTS.get(part, (0, 9)))
        yield Found(Kind.AGE, f"{low}-{high}", *match.span("at"), NAME, 0.8)

    # --- lists and ranges ---------------------------------------------------------------------------------------------
    def _forward(self, first: Number, *, many: bool) -> Chain:
        """The list that begins with `first`, as far as nothing else is counted there; empty for dates and measures."""
        text = self.text
        items, joints = [first], [""]
        while len(items) < LONGEST_LIST:
            last, following = items[-1], self.numbers.after(items[-1][1], LONGEST_JOINT)
            if following is None or following[2] < 0 or not (joint := self._joint(last, following)):
                break
            if len(items) > 1 and joint in "-/":
                break  # "24, 5-9 tall"
            items.append(following)
            joints.append(joint)
        while len(items) > 1 and (
            GLUED.match(text, items[-1][1])
            or (joints[-1] == "," and text[items[-1][1] : items[-1][1] + 1] == '"')
            or not self._free(items[-1], loose=joints[-1] == "-" or (many and len(items) == 2 and joints[-1] == "and"))
        ):
            items.pop()
            joints.pop()
        if len(items) == 1 and text[first[1] : first[1] + 1] == "/" and GLUED.match(text, first[1]):
            return [], []
        return items, joints[1:]

    def _backward(self, last: Number) -> Chain:
        """The list that ends with `last`; empty where a measure or a date ends there."""
        text = self.text
        items: list[Number] = [last]
        joints: list[str] = []
        while len(items) < LONGEST_LIST:
            earlier = self.numbers.before(items[0][0], LONGEST_JOINT)
            while earlier and earlier[2] < 0 and earlier[1] == items[0][0] - 1 and text[earlier[0] - 1].isalpha():
                earlier = self.numbers.before(earlier[0], LONGEST_JOINT)  # a slip of the finger: "18 to0 25"
            if earlier is None or earlier[2] < 0 or not (joint := self._joint(earlier, items[0])):
                break
            items.insert(0, earlier)
            joints.insert(0, joint)
        while items and items[0][0] > 1 and text[items[0][0] - 1] in "-/,.:+" and text[items[0][0] - 2].isdigit():
            items.pop(0)
            if joints:
                joints.pop(0)
        if (
            len(items) > 1
            and set(joints) == {","}
            and self._word_before(items[0][0]) not in {None, "ages", "are", "is"}
        ):
            return [last], []
        return items, joints

    def _joint(self, left: Number, right: Number) -> str:
        """How two numbers are joined: "-" (a range), "and", "," or "/"; "" where they are not."""
        start, end = left[1], right[0]
        if end <= start:
            return ""
        if RANGE.fullmatch(self.text, start, end):
            return "-" if left[2] < right[2] else ""
        if not JOIN.fullmatch(self.text, start, end):
            return ""
        gap = self.text[start:end].strip()
        return gap if gap in {",", "/"} else "and"

    def _free(self, item: Number, *, loose: bool) -> bool:
        """Whether a list may end with this number: a unit or a stop follows; where `loose`, anything that is not counted."""
        text, end = self.text, item[1]
        if STRONG.match(text, end) or WEAK.match(text, end):
            return self._unit(end)  # "3+ years experience" ends no list of ages
        if STOP.match(text, end):
            return True
        return loose and not any(rule.match(text, end) for rule in (COUNTED, MEASURED, PLURAL, LETTER))

    # --- what stands beside -------------------------------------------------------------------------------------------
    def _unit(self, end: int) -> bool:
        """Whether a person's unit of age follows."""
        text = self.text
        if strong := STRONG.match(text, end):
            return not THING_AFTER.match(text, strong.end())
        weak = WEAK.match(text, end)
        return bool(weak and not NOT_AFTER.match(text, weak.end()))

    def _bare(self, one: Number, who: str, *, many: bool) -> bool:
        """Whether a number after "I'm" tells an age without a unit, and nothing that is counted."""
        text, end, value = self.text, one[1], one[2]
        if many and value < 10:
            return False  # "we are 3"
        if value <= FEW and CREW.match(text, end):
            return False  # "I'm a one woman business"
        following = text[end : end + 3].lstrip(" ,.'-")
        if 4 <= value <= 7 and following[:1].isdigit() and text[end : end + 1] in " ,.'-":
            return False  # "I'm 5 7"
        if STOP.match(text, end):
            return not (value == 1 and text[one[0]].isalpha())  # "I'm one"
        if text[end : end + 1].isalpha() or text[end : end + 1] in {"/", ":", "'"}:
            return False
        if who not in HAS and text[one[0] : end] == "once":
            return False
        return not (COUNTED.match(text, end) or PLURAL.match(text, end) or (value < 10 and following[:1].isdigit()))

    def _whole(self, number: Number | None) -> Number | None:
        """The whole number where `number` is the end of "16 1/2" or "16.5"."""
        if number is None or number[0] < 2:
            return number
        start, end, _ = number
        before = self.text[start - 2 : start]
        if before == "1/" and self.text[start:end] == "2":
            return self.numbers.before(start - 2, 3) or number
        if before[1] in ".," and before[0].isalnum() and self.text[start:end] == "5":
            return self.numbers.before(start - 1, 1)
        return number

    def _of_thing(self, begin: int) -> bool:
        """Whether the sentence tells the age of a house, a dog, a whisky."""
        if self._word_before(begin) in THING_LAST and (
            match := THING_BEFORE.search(self.text, max(0, begin - 48), begin)
        ):
            clause = CLAUSE.split(self.text[max(0, match.start() - 16) : match.start()])[-1]
            return WHERE.isdisjoint(clause.split()[-3:])
        return False

    def _asked(self, position: int) -> bool:
        """Whether the words before say whom an ad is for, not who is advertised."""
        return self._word_before(position) in CLIENT_LAST and bool(
            CLIENT.search(self.text, max(0, position - 26), position)
        )

    def _word_before(self, position: int) -> str | None:
        """The word right before, on the same line."""
        words = self.text[max(0, position - 16) : position].rpartition("\n")[2].split()
        return words[-1].strip(".,:+'*(") if words else None

    def _other_years(self, position: int) -> bool:
        """Whether the words before make years of something else: "for 10 years", "garantia de 10 años"."""
        words = self.text[max(0, position - 24) : position].rpartition("\n")[2].split()[-2:]
        if words and words[-1] == "de":
            words.pop()
        return bool(words) and words[-1].strip(".,:+'*(") in NOT_BEFORE_YEARS

    def _found(self, chain: Chain, confidence: float) -> Iterator[Found]:
        self.done.update(item[0] for item in chain[0])
        return found(chain, confidence)
