"""Suggestions of style as they stand in the store. No link, group or score is made of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from linker.judgements import Verdict, in_force
from linker.stored import group_ids_of, members_of
from linker.tables import groups
from models.tables import style_suggestions
from store.database import chunks
from store.schema import now


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two groups that may be one poster by style. `rate` of all pairs of different posters look as alike; `among` posters
    (in its towns, or elsewhere) the one with more to choose from was compared with."""

    left: str
    right: str
    kind: str
    value: float
    rate: float
    among: int
    model: str

    def other(self, group_id: str) -> str:
        """The group that is not `group_id`."""
        return self.right if group_id == self.left else self.left

    @property
    def sentence(self) -> str:
        """The false positive rate in words."""
        return (
            f"1 in {1 / self.rate:,.0f} pairs of different posters looks this alike; it was compared with {self.among:,} "
            f"{self.kind}, of whom {self.rate * self.among:.2g} would by chance"
        )

    def as_json(self, group_id: str | None = None) -> dict[str, Any]:
        """As commands print it; seen from one group, the other stands in `group_id`."""
        ends = {"left": self.left, "right": self.right} if group_id is None else {"group_id": self.other(group_id)}
        return {
            **ends,
            "kind": self.kind,
            "value": self.value,
            "false_positive_rate": self.rate,
            "compared": self.among,
            "model": self.model,
        }


def replace_suggestions(connection: Connection, made: Iterable[Suggestion]) -> None:
    """Put these in place of all there are."""
    connection.execute(delete(style_suggestions))
    moment = now()
    for part in chunks(made):
        connection.execute(
            insert(style_suggestions),
            [
                {
                    "left": one.left,
                    "right": one.right,
                    "kind": one.kind,
                    "value": one.value,
                    "rate": one.rate,
                    "among": one.among,
                    "model": one.model,
                    "made_at": moment,
                }
                for one in part
            ],
        )


def suggestions(connection: Connection, group_id: str | None = None, limit: int = 10) -> list[Suggestion]:
    """The surest suggestions that stand (for one group, or all): both groups are still there, and nobody said of ads of
    theirs that they are not the same."""
    query = select(style_suggestions).order_by(
        style_suggestions.c.rate, style_suggestions.c.value.desc(), style_suggestions.c.left, style_suggestions.c.right
    )
    if group_id is not None:
        query = query.where(or_(style_suggestions.c.left == group_id, style_suggestions.c.right == group_id))
    for column in (style_suggestions.c.left, style_suggestions.c.right):
        query = query.where(column.in_(select(groups.c.group_id)))
    found: list[Suggestion] = []
    for row in connection.execute(query):
        one = Suggestion(row.left, row.right, row.kind, row.value, row.rate, row.among, row.model)
        if len(found) == limit:
            break
        if not _parted(connection, one):
            found.append(one)
    return found


def _parted(connection: Connection, one: Suggestion) -> bool:
    """Whether a person said "not the same" of an ad of each."""
    members = members_of(connection, (one.left, one.right))
    said = [word for word in in_force(connection, members.get(one.left, ())) if word.verdict is Verdict.NOT_SAME]
    others = set(members.get(one.right, ()))
    return any(word.left in others or word.right in others for word in said)


def group_of(connection: Connection, name: str) -> str | None:
    """The group that `name` is or, where it is an ad, is in."""
    if connection.execute(select(groups.c.group_id).where(groups.c.group_id == name)).first():
        return name
    return group_ids_of(connection, [name]).get(name)
