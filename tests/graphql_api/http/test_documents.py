"""Documents are parsed and validated once, and those remembered are bounded in number and size."""

import graphql
import pytest

from graphql_api.http import documents as module
from graphql_api.http.documents import DocumentRefused, Documents
from graphql_api.limits import Limits
from tests.graphql_api.http.stand_in import schema


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were really parsed."""
    texts: list[str] = []
    parse = graphql.parse

    def note(text: str, **options: int) -> object:
        texts.append(text)
        return parse(text, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "parse", note)
    return texts


def prepare(documents: Documents, *texts: str) -> None:
    for text in texts:
        documents.prepare(text, None, {})


def test_a_repeated_document_is_parsed_once(parsed: list[str]) -> None:
    prepare(Documents(schema._schema, Limits(), suggestions=False), "{ hello }", "{ me { username } }", "{ hello }")

    assert parsed == ["{ hello }", "{ me { username } }"]


def test_refused_documents_are_not_remembered(parsed: list[str]) -> None:
    documents = Documents(schema._schema, Limits(), suggestions=False)
    for _ in range(2):
        with pytest.raises(DocumentRefused):
            prepare(documents, "{ nada }")

    assert parsed == ["{ nada }", "{ nada }"]


def test_the_oldest_documents_make_room_for_new_ones(parsed: list[str]) -> None:
    documents = Documents(schema._schema, Limits(), suggestions=False, most_kept=2)
    prepare(documents, "{ a: hello }", "{ b: hello }", "{ a: hello }", "{ c: hello }", "{ a: hello }", "{ b: hello }")

    assert parsed == ["{ a: hello }", "{ b: hello }", "{ c: hello }", "{ b: hello }"]


def test_large_documents_count_for_more(parsed: list[str]) -> None:
    documents = Documents(schema._schema, Limits(), suggestions=False, most_tokens_kept=12)
    large = "{ a: hello b: hello }"
    prepare(documents, "{ hello }", large, "{ hello }", large, "{ hello }")

    assert parsed == ["{ hello }", large]
    prepare(documents, "{ c: hello }", large, "{ hello }")
    assert parsed[2:] == ["{ c: hello }", large, "{ hello }"]


def test_very_long_texts_are_not_remembered(parsed: list[str]) -> None:
    documents = Documents(schema._schema, Limits(), suggestions=False)
    text = "{ hello } #" + "x" * 20_000
    prepare(documents, text, text)

    assert len(parsed) == 2
