"""Settings: every value in force beside its meaning and default. A secret is told to be set or not, never shown."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import SecretStr

from casework.policy import Action
from console.desk import Desk, at
from store.settings import FILE_NAME, Settings

router = APIRouter()


@router.get("/settings")
def show(desk: Annotated[Desk, Depends(at(Action.SETTINGS))]) -> Response:
    """The settings as this console read them when it started."""
    settings = desk.workspace.settings
    rows = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        secret = "SecretStr" in str(field.annotation)
        told = ("set" if value is not None else "not set") if secret else _told(value)
        rows.append((name, field.description, told, _told(field.default), secret, value != field.default))
    return desk.page("settings.html", rows=rows, file=FILE_NAME, changed=sum(row[-1] for row in rows))


def _told(value: object) -> str:
    if value is None or value == "" or isinstance(value, SecretStr):
        return "not set"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
