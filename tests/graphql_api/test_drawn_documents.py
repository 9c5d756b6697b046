"""Documents through GraphQL: whose they are, how many at once, and what stays when one cannot be drawn."""

import base64
import hashlib
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from application.ports.documents import Document, DocumentUnavailable, InvoiceView
from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from tests.fakes.documents import DocumentView, FakeDocumentRenderer
from tests.graphql_api.forms import FILE
from tests.graphql_api.town import Answer, Town, founded
from tests.postgres import Database

INVOICES = 12
DOWNLOAD = "{ fileName contentType byteSize sha256 contentBase64 }"
PAID_TOGETHER = """{ me { client { payments(first: 1) { nodes {
  allocations { invoice { number pdf { fileName } } } } } } } }"""


class Watched(FakeDocumentRenderer):
    """Notes how many connections are in use whenever something is drawn; some invoices it cannot draw."""

    def __init__(self, town: Town, broken: dict[str, Exception] | None = None) -> None:
        super().__init__()
        self.town = town
        self.broken = broken or {}
        self.in_use: list[int] = []

    async def invoice(self, view: InvoiceView) -> Document:
        if view.number in self.broken:
            raise self.broken[view.number]
        return await super().invoice(view)

    def _draw(self, file_name: str, view: DocumentView) -> Document:
        self.in_use.append(self.town.connections_in_use)
        return super()._draw(file_name, view)


@pytest.fixture(scope="module")
async def town(module_database: Database) -> AsyncIterator[Town]:
    """Ana owes twelve invoices, and paid all of them with one receipt; Olga got a payout."""
    async with founded(module_database) as town:
        await town.agency("andina", {"name": "Inmobiliaria Ñandú S.A.S.", "landlord_registration": "MAT-820"})
        await town.books("andina")
        numbers = [f"FV-{number:02d}" for number in range(INVOICES)]
        await town.take("andina", ImportKind.INVOICES, *({"numero": number} for number in numbers))
        parts = "|".join(f"{number}:1000,00" for number in numbers)
        await town.take("andina", ImportKind.PAYMENTS, {"facturas": parts, "valor": "12000,00"})
        await town.take("andina", ImportKind.PAYOUTS, {})
        await town.person("andina", "ana", client="T1")
        await town.person("andina", "olga", client="T2")
        await town.person("andina", "sara", role=AccountRole.STAFF)
        yield town


def words(download: dict[str, Any]) -> str:
    """The text of a PDF, once it is what the download says."""
    content = base64.b64decode(download["contentBase64"], validate=True)
    assert (download["contentType"], download["byteSize"]) == ("application/pdf", len(content))
    assert download["sha256"] == hashlib.sha256(content).hexdigest()
    assert download["fileName"].endswith(".pdf")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


async def test_each_document_says_what_it_is_about(town: Town) -> None:
    form = {"classification": "CLAIM", "subject": "REPAIRS", "description": "Gotea.", "idempotencyKey": "k"}
    filing = FILE.replace("id filingNumber", f"id filingNumber acknowledgement {DOWNLOAD}")
    filed = (await town.ask(filing, by="ana", input=form)).data["createPqrs"]["pqrs"]
    client = (
        f"invoices(first: 1) {{ nodes {{ pdf {DOWNLOAD} }} }} payments(first: 1) {{ nodes {{ receipt {DOWNLOAD} }} }}"
    )
    ana = (await town.ask(f"{{ me {{ client {{ {client} }} }} }}", by="ana")).data["me"]["client"]
    payouts = f"{{ me {{ client {{ payouts(first: 1) {{ nodes {{ voucher {DOWNLOAD} }} }} }} }} }}"
    olga = (await town.ask(payouts, by="olga")).data["me"]["client"]

    for text, expected in (
        (words(ana["invoices"]["nodes"][0]["pdf"]), ["FV-11", "1.155.000", "Ana Peña"]),
        (words(ana["payments"]["nodes"][0]["receipt"]), ["RC-1", "12.000", "Ana Peña", "FV-00", "FV-11"]),
        (words(olga["payouts"]["nodes"][0]["voucher"]), ["CE-1", "976.000", "Óscar Ruiz"]),
        (words(filed["acknowledgement"]), [filed["filingNumber"], "Ana Peña", "Gotea."]),
    ):
        assert [it for it in (*expected, "Inmobiliaria Ñandú S.A.S.", "MAT-820") if it not in text] == []


async def test_ten_documents_are_drawn_when_everything_is_read_and_the_connection_is_given_back(town: Town) -> None:
    renderer = Watched(town)
    query = """{ me { client { invoices(first: 9) { nodes { number pdf { fileName } client { name } contract { number
      property { code activeLease { parties { name client { code } } } } } payments { payment { receiptNumber } } } }
      payments(first: 1) { nodes { receipt { fileName } allocations { amount } } } } } }"""

    async with town.drawing_with(renderer):
        await town.ask("{ __typename }", by="ana")
        with town.counted() as counts:
            answer = await town.ask(query, by="ana")

    shown = answer.data["me"]["client"]
    assert [node["pdf"]["fileName"] for node in shown["invoices"]["nodes"]] == [
        f"factura-{node['number']}.pdf" for node in shown["invoices"]["nodes"]
    ]
    assert shown["payments"]["nodes"][0]["receipt"]["fileName"] == "recibo-RC-1.pdf"
    assert renderer.in_use == [0] * 10
    assert (counts.checkouts, counts.transactions) == (1, 1)


async def test_the_eleventh_document_is_refused_and_the_others_come(town: Town) -> None:
    renderer = Watched(town)
    async with town.drawing_with(renderer):
        answer = await town.ask(PAID_TOGETHER, by="ana")

    allocations = answer.body["data"]["me"]["client"]["payments"]["nodes"][0]["allocations"]
    assert [part["invoice"]["pdf"] is not None for part in allocations] == [True] * 10 + [False] * 2
    assert [part["invoice"]["number"] for part in allocations] == [f"FV-{number:02d}" for number in range(INVOICES)]
    assert answer.codes == ["QUERY_TOO_COMPLEX"] * 2
    assert [error["path"][-3:] for error in answer.errors] == [[10, "invoice", "pdf"], [11, "invoice", "pdf"]]
    assert len(renderer.drawn) == 10
    assert answer.status == 200


async def test_more_documents_than_ten_by_the_number_of_rows_are_refused_before_anything_runs(town: Town) -> None:
    await town.ask("{ __typename }", by="ana")
    with town.counted() as counts:
        answer = await town.ask("{ me { client { invoices(first: 11) { nodes { pdf { fileName } } } } } }", by="ana")

    assert (answer.status, answer.code, len(counts.statements)) == (400, "QUERY_TOO_COMPLEX", 0)


async def test_a_document_asked_for_twice_is_drawn_once(town: Town) -> None:
    renderer = Watched(town)
    query = """{ me { client { a: invoices(first: 2) { nodes { pdf { sha256 } } }
      b: invoices(first: 2) { nodes { pdf { sha256 } } } } } }"""
    async with town.drawing_with(renderer):
        shown = (await town.ask(query, by="ana")).data["me"]["client"]

    assert shown["a"] == shown["b"]
    assert len(renderer.drawn) == 2


@pytest.mark.parametrize(
    ("problem", "code"), [(DocumentUnavailable(3), "UNAVAILABLE"), (RuntimeError("Ana Peña"), "INTERNAL")]
)
async def test_a_document_that_cannot_be_drawn_leaves_the_page_around_it(
    town: Town, problem: Exception, code: str
) -> None:
    async with town.drawing_with(Watched(town, {"FV-10": problem})):
        query = "{ me { client { invoices(first: 3) { nodes { number balance pdf { fileName } } } } } }"
        answer = await town.ask(query, by="ana")

    nodes = answer.body["data"]["me"]["client"]["invoices"]["nodes"]
    assert [(node["number"], node["pdf"] is not None) for node in nodes] == [
        ("FV-11", True),
        ("FV-10", False),
        ("FV-09", True),
    ]
    assert (answer.status, answer.code) == (200, code)
    assert answer.errors[0]["path"] == ["me", "client", "invoices", "nodes", 1, "pdf"]
    assert answer.errors[0]["extensions"].get("retryAfterSeconds") == (3 if code == "UNAVAILABLE" else None)
    assert "Ana" not in answer.errors[0]["message"]


async def test_a_renderer_without_workers_spoils_nothing_but_the_documents(town: Town) -> None:
    query = "{ me { username client { invoices(first: 2) { nodes { number pdf { fileName } } } } } }"
    async with town.drawing_with(FakeDocumentRenderer(available=False)):
        answer = await town.ask(query, by="ana")

    assert answer.body["data"]["me"]["username"] == "ana"
    assert [node["pdf"] for node in answer.body["data"]["me"]["client"]["invoices"]["nodes"]] == [None, None]
    assert answer.codes == ["UNAVAILABLE"] * 2


async def test_nobody_draws_what_is_not_theirs(town: Town) -> None:
    found = await town.ask("{ invoices(first: 1) { nodes { id } } payments(first: 1) { nodes { id } } }", by="sara")
    (invoice,), (payment,) = found.data["invoices"]["nodes"], found.data["payments"]["nodes"]
    query = (
        "query Ajenas($a: ID!, $b: ID!) { invoice(id: $a) { pdf { sha256 } } payment(id: $b) { receipt { sha256 } } }"
    )
    renderer = Watched(town)

    async with town.drawing_with(renderer):
        stranger: Answer = await town.ask(query, by="olga", a=invoice["id"], b=payment["id"])
        staff = await town.ask(query, by="sara", a=invoice["id"], b=payment["id"])

    assert stranger.data == {"invoice": None, "payment": None}
    assert staff.data["invoice"]["pdf"] is not None
    assert len(renderer.drawn) == 2
