"""A document with fragments measures what it measures with every fragment written out in its place."""

from graphql import parse
from hypothesis import given, settings
from hypothesis import strategies as st

from graphql_api.limits import Limits, Measure, measure
from tests.graphql_api.http.test_limits import SCHEMA

# Per type: its scalars, and its objects with the type they lead to.
SHAPES: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "Query": (["s", "captcha"], [("f", "Query"), ("list", "Query"), ("invoices", "InvoiceConnection")]),
    "InvoiceConnection": (["totalCount"], [("nodes", "Invoice"), ("edges", "InvoiceEdge")]),
    "InvoiceEdge": (["cursor"], [("node", "Invoice")]),
    "Invoice": (["number"], [("pdf", "Download"), ("lines", "Line"), ("related", "InvoiceConnection")]),
    "Line": (["text"], []),
    "Download": (["fileName"], []),
}
LIMITS = Limits(nesting=1000)


@st.composite
def bodies(draw: st.DrawFn, on: str, fragments: dict[str, list[int]], after: int, levels: int) -> str:
    """A selection set on a type. Fragments are spread only if they come later, so that there are no circles."""
    scalars, objects = SHAPES[on]
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        later = [number for number in fragments[on] if number > after]
        kinds = [
            "scalar",
            *(["object"] * 2 if objects and levels else []),
            *(["spread"] * 2 if later else []),
            "inline",
        ]
        kind = draw(st.sampled_from(kinds)) if levels else "scalar"
        if kind == "scalar":
            parts.append(draw(st.sampled_from(["", "x: "])) + draw(st.sampled_from(scalars)))
        elif kind == "object":
            name, leads_to = draw(st.sampled_from(objects))
            size = draw(st.sampled_from(["", "(first: 3)", "(last: 50)"])) if leads_to == "InvoiceConnection" else ""
            parts.append(f"{name}{size} {draw(bodies(leads_to, fragments, after, levels - 1))}")
        elif kind == "spread":
            parts.append(f"...F{draw(st.sampled_from(later))}")
        else:
            parts.append(f"... on {on} {draw(bodies(on, fragments, after, levels - 1))}")
    return "{ " + " ".join(parts) + " }"


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, str]:
    """A document, and the same document without fragments."""
    types = draw(st.lists(st.sampled_from(sorted(SHAPES)), max_size=6))
    fragments: dict[str, list[int]] = {name: [] for name in SHAPES}
    for number, on in enumerate(types):
        fragments[on].append(number)
    texts = [draw(bodies(on, fragments, number, 2)) for number, on in enumerate(types)]
    operation = draw(bodies("Query", fragments, -1, 3))
    written = " ".join(
        [operation, *(f"fragment F{n} on {on} {text}" for n, (on, text) in enumerate(zip(types, texts, strict=True)))]
    )
    expanded = operation
    for number, on in enumerate(types):  # each text names later fragments only, so one round in order is enough
        expanded = expanded.replace(f"...F{number}", f"... on {on} {texts[number]}")
    return written, expanded


def measured(text: str) -> Measure:
    return measure(SCHEMA, parse(text), {}, LIMITS)[0]


@given(documents())
@settings(max_examples=120, deadline=None)
def test_fragments_change_no_measure(pair: tuple[str, str]) -> None:
    written, expanded = pair
    operation, *rest = written.split(" fragment ")
    definitions = [f"fragment {part}" for part in rest]
    # What nothing spreads is measured as well, and has no place in the other document.
    reachable, waiting = set(), [operation]
    while waiting:
        text = waiting.pop()
        for definition in definitions:
            name = definition.split()[1]
            if f"...{name}" in text and name not in reachable:
                reachable.add(name)
                waiting.append(definition)
    pruned = " ".join([operation, *(definition for definition in definitions if definition.split()[1] in reachable)])

    assert measured(pruned).tally == measured(expanded).tally
