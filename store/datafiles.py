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


def load_data(path: Path) -> Any:
    """What the YAML file says. Raises OSError and yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  both loaders are the safe ones
