"""Brings a database's tables to this version's schema. Migrations name tables and columns; they import no room.

Every command opens a workspace: alembic, slow to import, is asked only where there is something to do.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, String, column, inspect, select, table
from sqlalchemy.exc import DBAPIError

from store.errors import WorkspaceError
from store.schema import metadata

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent


def configuration(engine: Engine | None = None) -> "Config":
    """Alembic's configuration, bound to `engine`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Bring the tables up to date; a no-op when they are. Raises WorkspaceError when the database cannot be used."""
    where = engine.url.render_as_string(hide_password=True)
    try:
        at = revision(engine)
        if at == newest():
            return
        if at is not None and at > newest():
            raise WorkspaceError(
                f"the database {where} is of a newer release (tables {at}; this one knows {newest()}): use that release"
            )
        from alembic.command import upgrade as alembic_upgrade

        alembic_upgrade(configuration(engine), "head")
    except DBAPIError as problem:
        raise WorkspaceError(f"the database {where} cannot be used: {problem.orig}") from None


def newest() -> str:
    """The last revision: files are named by it, and revisions are numbered."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def revision(engine: Engine) -> str | None:
    """The revision the database is at, None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        query = select(column("version_num", String)).select_from(table("alembic_version"))
        return connection.execute(query).scalar_one_or_none()


def drift(engine: Engine) -> list[str]:
    """Differences between the database and the tables the imported rooms declare; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        return [str(change) for change in compare_metadata(MigrationContext.configure(connection), metadata)]
