"""Second readers: a few decided groups each day are put before somebody else, who does not see the first verdict."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from casework import policy
from casework.policy import Action
from casework.records import Role
from casework.tables import accounts, decisions
from models import labels
from models.agreement import Agreement, together
from models.labelling import lot

DAYS = 7  # how long after a decision a second one can be asked for


def wanted(connection: Connection, day: str, before: datetime, decided: Iterable[str], count: int) -> dict[str, str]:
    """Of the groups whose decision stands, those that one person alone decided in the DAYS before a moment, by lot; each with
    its first reader. None where fewer than two people could decide: a team of one has no second reader."""
    roles = [role.value for role in Role if policy.allows(role, Action.DECIDE)]
    able = select(func.count()).select_from(accounts).where(accounts.c.disabled.is_(False), accounts.c.role.in_(roles))
    if count == 0 or connection.execute(able).scalar_one() < 2:
        return {}
    query = select(decisions.c.group_id, decisions.c.who, decisions.c.at).where(
        decisions.c.undone_at.is_(None), decisions.c.at < before
    )
    readers: dict[str, set[str]] = defaultdict(set)
    newest: dict[str, datetime] = {}
    for row in connection.execute(query):
        readers[row.group_id].add(row.who)
        newest[row.group_id] = max(row.at, newest.get(row.group_id, row.at))
    once = [one for one, who in readers.items() if len(who) == 1 and newest[one] >= before - timedelta(days=DAYS)]
    standing = set(decided)
    drawn = sorted((one for one in once if one in standing), key=lambda one: lot(f"second {day}", one))[:count]
    return {one: next(iter(readers[one])) for one in drawn}


def agreed(connection: Connection) -> Agreement:
    """How far readers agree, over all groups that two or more have read."""
    return together(labels.standing(connection))
