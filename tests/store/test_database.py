"""Many rows at once: asked for by whatever values, and written without a detour."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from store.database import ASKED, insert_plain, select_in
from store.tables import stage_versions
from store.workspace import Workspace

# As UTF-8 has them; the rest is refused by every database.
anything = st.text(st.characters(exclude_categories=("Cs",)), max_size=4)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(stored=st.sets(anything, max_size=6), asked=st.sets(anything, max_size=6))
@example(stored={"a", "a\0b"}, asked={"a\0b", "c"})
def test_what_is_asked_for_is_found_whatever_its_characters(
    stored: set[str], asked: set[str], workspace: Workspace
) -> None:
    if workspace.engine.dialect.name != "sqlite":  # others take no text with a NUL
        stored, asked = ({one for one in some if "\0" not in one} for some in (stored, asked))
    with workspace.begin() as connection:
        connection.execute(delete(stage_versions))
        insert_plain(connection, stage_versions, ("stage", "version"), ((one, "") for one in sorted(stored)), new=True)
        rows = select_in(connection, select(stage_versions), stage_versions.c.stage, sorted(asked))
        assert {row.stage for row in rows} == stored & asked


def test_more_values_than_fit_one_question_are_asked_in_several(workspace: Workspace) -> None:
    names = [f"{number:05}" for number in range(2 * ASKED + 1)]
    with workspace.begin() as connection:
        insert_plain(connection, stage_versions, ("version", "stage"), (("1", name) for name in names))
        insert_plain(connection, stage_versions, ("stage", "version"), ((name, "2") for name in [*names[:5], "new"]))
        rows = list(select_in(connection, select(stage_versions), stage_versions.c.stage, [*names, "other"]))
        assert sorted((row.stage, row.version) for row in rows) == [(name, "1") for name in names]
        found = select_in(connection, select(stage_versions), stage_versions.c.stage, ["new"])
        assert [row.version for row in found] == ["2"]
