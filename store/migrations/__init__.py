"""Brings a database's tables to this version's schema. Migrations name tables and columns; they import no room."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from store.errors import WorkspaceError
from store.schema import metadata

FOLDER = Path(__file__).parent


def configuration(engine: Engine | None = None) -> Config:
    """Alembic's configuration, bound to `engine`."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Bring the tables up to date; a no-op when they are. Raises WorkspaceError when the database cannot be used."""
    wanted = ScriptDirectory.from_config(configuration()).get_current_head()
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        if found == wanted:
            return
        alembic_upgrade(configuration(engine), "head")
    except DBAPIError as problem:
        where = engine.url.render_as_string(hide_password=True)
        raise WorkspaceError(f"the database {where} cannot be used: {problem.orig}") from None


def drift(engine: Engine) -> list[str]:
    """Differences between the database and the tables the imported rooms declare; empty when they agree."""
    with engine.connect() as connection:
        return [str(change) for change in compare_metadata(MigrationContext.configure(connection), metadata)]
