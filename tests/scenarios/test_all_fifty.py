"""That every scenario is played, by exactly one test, which begins with its number; others say that they are more."""

import ast
import re
from pathlib import Path


def test_each_of_the_fifty_scenarios_has_one_test() -> None:
    told = [
        ast.get_docstring(node) or ""
        for file in sorted(Path(__file__).parent.glob("test_*.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    numbers = [re.match(r"Scenario (\d+): ", text) for text in told if not text.startswith("Beyond the fifty: ")]

    assert all(numbers), told
    assert sorted(int(number[1]) for number in numbers if number) == list(range(1, 51))
