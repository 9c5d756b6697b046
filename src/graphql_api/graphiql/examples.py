"""The example operations: one tab each, in the order of their file names.

`10-nombre.graphql` holds an operation with a comment on top that says what it is for, and `10-nombre.json`, where there
is one, its variables.
"""

import json
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """An operation ready to run, and its variables as JSON text ("" without any)."""

    name: str
    query: str
    variables: str


def examples() -> tuple[Example, ...]:
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.graphql")))


def as_tabs() -> bytes:
    """The examples as the explorer's page reads them."""
    tabs = [{"query": example.query, "variables": example.variables or None} for example in examples()]
    return json.dumps(tabs, ensure_ascii=False).encode()


def _read(path: Path) -> Example:
    variables = path.with_suffix(".json")
    return Example(
        name=path.stem,
        query=path.read_text(encoding="utf-8"),
        variables=variables.read_text(encoding="utf-8").strip() if variables.exists() else "",
    )
