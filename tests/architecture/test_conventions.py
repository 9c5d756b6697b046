"""Conventions that no linter knows, read off the files that git tracks."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LONGEST = 300  # lines; a file is one topic

# In pieces, so that this file may be looked at too.
MACHINE_PATHS = ("/work" + "/", "/root" + "/", "/home" + "/")
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org")


@cache
def tracked() -> dict[str, str]:
    """Path and text of every tracked file that is text."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    texts = {}
    for name in filter(None, listed.stdout.split("\0")):
        try:
            texts[name] = (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):  # a picture; or removed and not yet committed
            continue
    assert "pyproject.toml" in texts
    return texts


def python(folder: str = "") -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in tracked().items() if name.startswith(folder) and name.endswith(".py"))


def mentions(*words: str) -> list[str]:
    return [f"{name}: {word}" for name, text in tracked().items() for word in words if word in text]


def test_the_domain_has_no_clock() -> None:
    asked = [
        f"{name}:{call.lineno} {call.func.attr}()"
        for name, text in python("src/domain/")
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"now", "today", "utcnow", "time_ns", "monotonic"}
    ]

    assert asked == []


def test_no_import_is_hidden_from_the_contracts() -> None:
    hidden = "TYPE" + "_CHECKING"

    assert [name for name, text in python() if hidden in text] == []


def test_a_file_is_one_topic() -> None:
    lengths = {name: text.count("\n") for name, text in python("src/")}

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_nothing_depends_on_the_machine_it_was_written_on() -> None:
    assert mentions(*MACHINE_PATHS, *REGISTRIES) == []


def test_the_lock_names_no_address_and_a_hash_for_every_package() -> None:
    lock = tracked()["requirements.lock"]
    packages = re.split(r"\n(?=\w)", lock)

    assert "://" not in lock
    assert [package.split("\n")[0] for package in packages if "--hash=sha256:" not in package] == []


def test_the_lock_has_what_the_project_asks_for() -> None:
    project = tomllib.loads(tracked()["pyproject.toml"])
    asked = [Requirement(text) for text in project["project"]["dependencies"] + project["dependency-groups"]["dev"]]
    locked = dict(re.findall(r"^([\w-]+)==([^\s;]+)", tracked()["requirements.lock"], re.MULTILINE))

    assert [str(it) for it in asked if locked.get(canonicalize_name(it.name), "0") not in it.specifier] == []
