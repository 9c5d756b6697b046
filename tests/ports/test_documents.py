"""What every renderer promises, the fake included."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256

import pytest
import pytest_asyncio

from adapters.pdf.renderer import PdfDocumentRenderer
from application.ports.documents import Document, DocumentRenderer
from tests.adapters.pdf import views
from tests.fakes.documents import FakeDocumentRenderer


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["fake", "pdf"])
async def renderer(request: pytest.FixtureRequest) -> AsyncIterator[DocumentRenderer]:
    if request.param == "fake":
        yield FakeDocumentRenderer()
    else:
        async with PdfDocumentRenderer(max_workers=1, timeout_seconds=60) as pdf:
            yield pdf


async def every_document(renderer: DocumentRenderer) -> list[Document]:
    return [
        await renderer.invoice(views.invoice()),
        await renderer.receipt(views.receipt()),
        await renderer.voucher(views.voucher()),
        await renderer.acknowledgement(views.acknowledgement()),
    ]


async def test_documents_are_named_after_their_kind_and_number(renderer: DocumentRenderer) -> None:
    assert [document.file_name for document in await every_document(renderer)] == [
        "factura-FV-000003.pdf",
        "recibo-RC-000001.pdf",
        "egreso-CE-000007.pdf",
        "constancia-PQRS-2026-000001.pdf",
    ]


async def test_a_document_tells_its_type_size_and_digest(renderer: DocumentRenderer) -> None:
    for document in await every_document(renderer):
        assert document.content_type == "application/pdf"
        assert document.byte_size == len(document.content) > 0
        assert document.sha256 == sha256(document.content).hexdigest()


async def test_equal_views_give_equal_documents_and_others_do_not(renderer: DocumentRenderer) -> None:
    assert await every_document(renderer) == await every_document(renderer)
    other = replace(views.receipt(), verification_code="7KQ4-M2XD-93TC")
    assert await renderer.receipt(other) != await renderer.receipt(views.receipt())
