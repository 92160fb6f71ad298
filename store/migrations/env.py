"""Alembic runs this file; the engine comes from `store.migrations.upgrade`."""

from alembic import context

from store.database import WRITES
from store.schema import metadata

with (
    context.config.attributes["engine"].connect().execution_options(**{WRITES: True}) as connection,
    connection.begin(),
):
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        user_module_prefix="store.schema.",
    )
    context.run_migrations()
