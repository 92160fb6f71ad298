"""What can be changed in a module, one small change at a time: the mistakes that a test ought to notice.

Comparisons turned, `and` for `or`, conditions negated, constants moved, a return without its value; a statement, a decorator
or one of several conditions left out. What a person reads (messages, log lines) and what only types say are left alone.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Mult: ast.FloorDiv
}  # fmt: skip
# Decorators without which nothing else is left to test, and arguments that say how and not what.
SHAPE = frozenset({"property", "staticmethod", "classmethod", "dataclass", "cache", "lru_cache", "asynccontextmanager"})
MANNER = frozenset(
    {"strict", "slots", "frozen", "index", "nullable", "title", "include_in_schema", "media_type", "help"}
    | {"trim_blocks", "lstrip_blocks", "lazy"}  # blank lines between tags; when a font is read
)
# How far apart and how large things stand on paper and in a sheet: the calls alone, or the numbers given to them.
SPACING = frozenset({"ln", "set_y", "freeze_panes"})
LAYOUT = frozenset({"set_font", "cell", "multi_cell", "_write"})
CONDITIONS = frozenset({"where", "filter"})
DURABLE = frozenset({"fsync"})  # what only a power cut would tell: proof/faults.py and proof/kill_daily.py are for that


TOLD = re.compile(r": ([\w/]+\.py):\d+ \(line (\d+)\): (.*)$", re.MULTILINE)  # as Mutant.__str__ writes it

ROOT = Path(__file__).parents[1]
# module -> test files, by subject
GUARDS: dict[str, dict[str, list[str]]] = yaml.safe_load(Path(__file__).with_name("mutants.yml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Mutation:
    """The `number`-th change of a module. `function` is where it is ("Desk.look"), None for what runs on import."""

    number: int
    line: int
    function: str | None
    before: str
    after: str

    @property
    def change(self) -> str:
        """What it comes to."""
        return f"{self.before}  ->  {self.after}"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change, where it is made, and who guards the place."""

    subject: str
    module: str
    mutation: Mutation

    def __str__(self) -> str:
        what = self.mutation
        return f"{self.module}:{what.number} (line {what.line}): {what.change}"

    @property
    def guards(self) -> list[str]:
        """The test files."""
        return GUARDS[self.subject][self.module]


class Mutator(ast.NodeTransformer):
    """Walks a tree, noting every change; makes the one that is `wanted`."""

    def __init__(self, wanted: int | None = None) -> None:
        self.wanted = wanted
        self.found: list[Mutation] = []
        self.within: list[str] = []
        self.inside = False  # of a function's body

    def visit(self, node: ast.AST) -> ast.AST:
        """The node, changed where it is the wanted one."""
        if _unread(node):
            return node
        for other in offers(node):
            name = ".".join(self.within) if self.inside else None
            number = len(self.found) + 1
            self.found.append(Mutation(number, getattr(node, "lineno", 0), name, _told(node), _told(other)))
            if number == self.wanted:
                return ast.copy_location(other, node)
        changed: ast.AST = super().visit(node)
        return changed

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """A type is no behaviour; the value is."""
        if node.value is not None:
            node.value = self.visit(node.value)  # type: ignore[assignment]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Leave annotations alone, but for what the server injects by them."""
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """How large something is printed is left alone; what is printed is not."""
        if _name(node) not in LAYOUT:
            return self.generic_visit(node)
        node.args = [one if _number(one) else self.visit(one) for one in node.args]  # type: ignore[misc]
        node.keywords = [one if _number(one.value) else self.visit(one) for one in node.keywords]  # type: ignore[misc]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """The methods of a class at the top of the module are changed where they stand."""
        self.within.append(node.name)
        node.body = [self.visit(one) for one in node.body]  # type: ignore[misc]
        self.within.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        """Decorators and defaults run on import; the body when called."""
        outer = self.inside
        node.args = self.visit(node.args)  # type: ignore[assignment]
        for place, one in enumerate(node.decorator_list):
            if _name(one) in SHAPE:
                continue
            number = len(self.found) + 1
            name = ".".join(self.within) if outer else None
            self.found.append(Mutation(number, one.lineno, name, f"@{_told(one)}", "no decorator"))
            if number == self.wanted:
                del node.decorator_list[place]
                return node
        if not outer:
            self.within.append(node.name)
            self.inside = True
        node.body = [self.visit(one) for one in node.body]  # type: ignore[misc]
        if not outer:
            self.within.pop()
            self.inside = False
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815


def offers(node: ast.AST) -> Iterator[ast.AST]:
    """What could stand in the node's place."""
    match node:
        case ast.Compare(left, [op], right):
            yield ast.Compare(left, [TURNED[type(op)]()], right)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.BinOp(left, op, right) if type(op) in SWAPPED and not _text(left) and not _text(right):
            yield ast.BinOp(left, SWAPPED[type(op)](), right)
        case ast.UnaryOp(ast.Not() | ast.Invert(), inner):
            yield inner
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Return(value) if value is not None and not _nothing(value):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.AugAssign() | ast.Expr(ast.Call() | ast.Await()) | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.If(ast.Name() | ast.Attribute() | ast.Call() | ast.NamedExpr() as test, body, other):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, other)
        case ast.Call(ast.Attribute(attr=name) as called, arguments, named) if name in CONDITIONS:
            for place in range(len(arguments)):
                yield ast.Call(called, [*arguments[:place], *arguments[place + 1 :]], named)
        case ast.Tuple(elements) if len(elements) > 1 and all(
            isinstance(one, ast.Compare | ast.Call) for one in elements
        ):
            for place in range(len(elements)):
                yield ast.Tuple([*elements[:place], *elements[place + 1 :]], ast.Load())
        case ast.Set(elements) if len(elements) > 1:
            for place in range(len(elements)):
                yield ast.Set([*elements[:place], *elements[place + 1 :]])


def mutations(path: Path) -> list[Mutation]:
    """Every change of a module, in the order of its lines."""
    walker = Mutator()
    walker.visit(ast.parse(path.read_text(encoding="utf-8")))
    return walker.found


def mutated(path: Path, number: int) -> ast.Module:
    """The module with one change."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    Mutator(number).visit(tree)
    return ast.fix_missing_locations(tree)


def draw(count: int, seed: int, subjects: Sequence[str], seen: str = "") -> list[Mutant]:
    """So many mutants, as many of each subject as of another, each mutant of a subject as likely as another, and none of
    which `seen`, the output of earlier runs, tells the module and the change."""
    chance = Random(seed)
    drawn = []
    for place, subject in enumerate(subjects):
        known = {(found[1], int(found[2]), found[3].strip()) for found in TOLD.finditer(seen)}
        every = [
            Mutant(subject, module, one)
            for module in GUARDS[subject]
            for one in mutations(ROOT / module)
            if (module, one.line, one.change.strip()) not in known
        ]
        share = count // len(subjects) + (place < count % len(subjects))
        drawn += chance.sample(every, min(share, len(every)))
    return drawn


def named(places: Sequence[str]) -> list[Mutant]:
    """The mutants of these "FILE:NUMBER"."""
    subject_of = {module: subject for subject, modules in GUARDS.items() for module in modules}
    pairs = [one.rsplit(":", 1) for one in places]
    return [Mutant(subject_of[file], file, mutations(ROOT / file)[int(number) - 1]) for file, number in pairs]


def _unread(node: ast.AST) -> bool:
    """What no test should hold: words for people, log lines, and how a thing is done."""
    match node:
        case ast.JoinedStr() | ast.If(ast.Name("TYPE_CHECKING")) | ast.Expr(ast.Constant()):
            return True
        case ast.Expr(ast.Call(ast.Attribute(ast.Name("log")))):
            return True
        case ast.Expr(ast.Call(ast.Attribute(attr=name))) if name in DURABLE | SPACING:
            return True
        case ast.keyword(arg=name) if name in MANNER:
            return True
        case ast.Call(called) if isinstance(called, ast.Name) and called.id.endswith("Error"):
            return True
    return False


def _name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in {int, float}


def _nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _told(node: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}:"
    return ast.unparse(ast.fix_missing_locations(node)).replace("\n", " ")[:120]
