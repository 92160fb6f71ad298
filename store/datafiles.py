"""Data that stands beside the code as YAML, read by the compiled loader where there is one: ten times as fast."""

from pathlib import Path
from typing import Any

import yaml

LOADER: Any = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
# "no" and "on" are words of our lists, as in YAML 1.2: only true and false are not.
LOADER.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in LOADER.yaml_implicit_resolvers.items()
}


DEEPEST = 60  # lists and keys within each other; what builds them calls itself for each, and would end the process


def load_data(path: Path) -> Any:
    """What the YAML file says. Raises OSError, UnicodeDecodeError and yaml.YAMLError."""
    text = path.read_text(encoding="utf-8")
    refuse_deep(text)
    return yaml.load(text, Loader=LOADER)  # noqa: S506  both loaders are the safe ones


def refuse_deep(text: str) -> None:
    """Raise yaml.MarkedYAMLError where the text is no YAML, or is nested more than DEEPEST deep."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                mark: Any = event.start_mark  # the compiled loader's own kind, which stubs tell apart
                raise yaml.MarkedYAMLError(problem=f"nested more than {DEEPEST} deep", problem_mark=mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
