"""What pydantic finds wrong with a file that a person wrote, in words for that person."""

from collections.abc import Sequence
from difflib import get_close_matches
from inspect import isclass

from pydantic import BaseModel
from pydantic_core import ErrorDetails


def complaint(found: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong with the key that `found` names, as the end of a sentence; of a key nobody knows, which one was meant."""
    match found["type"]:
        case "extra_forbidden":
            near = get_close_matches(str(found["loc"][-1]), _known(model, found["loc"][:-1]), 1)
            return f"there is no such key{f'; did you mean {near[0]!r}?' if near else ''}"
        case "missing":
            return "is missing"
    said = found["msg"].removeprefix("Value error, ")
    return f"it {said.removeprefix('Input ')}" if said.startswith("Input ") else said


def _known(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    """The keys of the model that stands at `path`; none where that is no model of ours."""
    for part in path:
        field = model.model_fields.get(str(part))
        if field is None or not (isclass(field.annotation) and issubclass(field.annotation, BaseModel)):
            return []
        model = field.annotation
    return list(model.model_fields)
