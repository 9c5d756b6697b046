"""The example operations, which the explorer's page offers by topic.

`10-nombre.graphql` holds an operation with a comment on top: its title, and after an empty line what it is for. Where
there is `10-nombre.json`, that holds its variables. `topics.json` names each of them in at least one topic, the daily
work first; those for administrators are not offered to the rest of the staff, who could not run them.
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

    @property
    def title(self) -> str:
        return self._comment[0]

    @property
    def about(self) -> str:
        return " ".join(self._comment[1:]).strip()

    @property
    def _comment(self) -> list[str]:
        lines = self.query.splitlines()
        end = next(number for number, line in enumerate(lines) if not line.startswith("#"))
        return [line.removeprefix("#").strip() for line in lines[:end]]


@dataclass(frozen=True, slots=True)
class Topic:
    """What somebody looks for at one time; `examples` are names without their number."""

    title: str
    examples: tuple[str, ...]
    for_administrators: bool


def examples() -> tuple[Example, ...]:
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.graphql")))


def topics() -> tuple[Topic, ...]:
    found = json.loads((_FOLDER / "topics.json").read_text(encoding="utf-8"))
    return tuple(Topic(it["title"], tuple(it["examples"]), it.get("forAdministrators", False)) for it in found)


def as_menu() -> bytes:
    """The topics with their examples, as the explorer's page reads them."""
    named = {example.name.partition("-")[2]: example for example in examples()}
    menu = [
        {
            "title": topic.title,
            "forAdministrators": topic.for_administrators,
            "examples": [_offered(named[name]) for name in topic.examples],
        }
        for topic in topics()
    ]
    return json.dumps(menu, ensure_ascii=False).encode()


def _offered(example: Example) -> dict[str, str | None]:
    return {
        "title": example.title,
        "about": example.about,
        "query": example.query,
        "variables": example.variables or None,
    }


def _read(path: Path) -> Example:
    variables = path.with_suffix(".json")
    return Example(
        name=path.stem,
        query=path.read_text(encoding="utf-8"),
        variables=variables.read_text(encoding="utf-8").strip() if variables.exists() else "",
    )
