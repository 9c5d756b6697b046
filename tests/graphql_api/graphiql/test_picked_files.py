"""Files of this computer in the explorer, in a real browser: picked, put where they belong, and sent."""

import json
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.files import a_pdf, a_picture
from tests.graphql_api.graphiql.conftest import Serve
from tests.graphql_api.graphiql.driving import Watched, execute, open_example, run, sign_in, write
from tests.graphql_api.graphiql.stand_in import Service
from tests.graphql_api.graphiql.test_with_the_service import address, imported, result

__all__ = ["address"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
async def test_a_csv_of_this_computer_is_sent_by_its_name(
    watched: Watched, serve: Serve, service: Service, encoding: str
) -> None:
    page = watched.page
    await page.goto(serve())
    await sign_in(page)
    document = "mutation Importar($csv: String!) { importRecords(input: { csv: $csv }) }"
    await run(page, document, '{"csv": "archivo:clientes.csv"}')
    await expect(page.locator(".result-window")).to_contain_text("Elija primero el archivo clientes.csv")
    assert service.imported == []

    text = "codigo;nombre\r\nT1;Íngrid Peña\r\n"
    await page.locator("#pick").set_input_files(a_file("clientes.csv", text.encode(encoding)))
    await expect(page.locator("#files")).to_contain_text("clientes.csv")
    await page.locator(".graphiql-execute-button").click()

    await expect(page.locator(".result-window")).to_contain_text('"importRecords": 2')
    assert service.imported == [text]


async def test_a_file_that_is_picked_goes_where_the_open_operation_wants_one(watched: Watched, serve: Serve) -> None:
    page, variables = watched.page, watched.page.locator(".graphiql-editor-tool")
    await page.goto(serve())
    await sign_in(page)
    await open_example(page, "Radicar una PQRS")
    await expect(variables).to_contain_text('"attachments"')
    picture, record = a_file("gotera en el baño.jpg", b"x" * 1_250_000), a_file("acta.pdf", b"x" * 900)
    await page.locator("#pick").set_input_files([picture, record])
    assert (await written(page))["datos"]["attachments"] == [
        {"fileName": "gotera en el baño.jpg", "contentBase64": "archivo:gotera en el baño.jpg"},
        {"fileName": "acta.pdf", "contentBase64": "archivo:acta.pdf"},
    ]
    await expect(variables).to_contain_text("archivo:acta.pdf")  # the editor draws no more than can be seen
    await expect(page.locator(".chip")).to_have_text(["gotera en el baño.jpg · 1,3 MB×", "acta.pdf · 900 bytes×"])

    await open_example(page, "Importar registros")
    await expect(variables).to_contain_text("archivo:clientes.csv")
    await page.locator("#pick").set_input_files(a_file("inmuebles junio.csv", b"x" * 10))
    assert (await written(page))["datos"]["csv"] == "archivo:inmuebles junio.csv"
    await page.locator("#pick").set_input_files(a_file("inmuebles julio.csv", b"x" * 10))
    assert (await written(page))["datos"]["csv"] == "archivo:inmuebles junio.csv", "what was chosen is not taken away"
    await page.get_by_role("button", name="Usar inmuebles julio.csv").click()
    assert (await written(page))["datos"]["csv"] == "archivo:inmuebles julio.csv"

    await open_example(page, "Bitácora")
    await expect(variables).to_contain_text('"sobre"')
    await page.get_by_role("button", name="Usar acta.pdf").click()
    await expect(page.locator("#files-notice")).to_contain_text('escriba "archivo:acta.pdf"')
    assert await written(page) == {"sobre": None}
    await page.get_by_role("button", name="Quitar acta.pdf").click()
    await expect(page.locator(".chip")).to_have_count(3)
    assert await watched.violations() == []


async def test_staff_file_a_case_with_what_they_picked_and_write_in_it_with_more(
    watched: Watched, address: str
) -> None:
    page = watched.page
    async with httpx.AsyncClient(trust_env=False) as http:
        client = await imported(http, address)
    await page.goto(address)
    await sign_in(page)

    await open_example(page, "Radicar una PQRS")
    await expect(page.locator(".graphiql-editor-tool")).to_contain_text('"attachments"')
    await page.locator("#pick").set_input_files(
        [a_file("gotera en el baño.png", a_picture()), a_file("acta.pdf", a_pdf())]
    )
    await expect(page.locator(".chip")).to_have_count(2)
    filed = await use(page, "copie aquí el id del cliente", client)
    case = filed["createPqrs"]["pqrs"]
    assert [it["fileName"] for it in case["attachments"]] == ["gotera en el baño.png", "acta.pdf"]

    await run(page, "query Ultima { pqrs(first: 1) { nodes { id } } }")
    await expect(page.locator(".result-window")).to_contain_text('"nodes"')
    (found,) = json.loads(await result(page))["data"]["pqrs"]["nodes"]
    await open_example(page, "Escribir al cliente en una PQRS")
    await expect(page.locator(".graphiql-editor-tool")).to_contain_text('"attachments"')
    await page.get_by_role("button", name="Usar acta.pdf").click()
    written = await use(page, "copie aquí el id de la PQRS", found["id"])
    (message,) = written["addPqrsMessage"]["pqrs"]["messages"]
    assert [it["fileName"] for it in message["attachments"]] == ["acta.pdf"]
    assert await watched.violations() == []
    assert watched.outside(address) == []


def a_file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


async def written(page: Page) -> Any:
    """What the variables of the open tab say, once a file that was picked has been read."""
    await page.wait_for_timeout(200)
    text = "document.querySelector('.graphiql-editor-tool .CodeMirror').CodeMirror.getValue()"
    return json.loads(await page.evaluate(text))


async def use(page: Page, placeholder: str, value: str) -> Any:
    """Fill in the one variable that has to be, and run the open operation; what comes back."""
    text: str = await page.evaluate("document.querySelector('.graphiql-editor-tool .CodeMirror').CodeMirror.getValue()")
    assert placeholder in text
    await write(page, ".graphiql-editor-tool", text.replace(placeholder, value))
    async with page.expect_response(lambda it: value in (it.request.post_data or "")) as waited:
        await execute(page)
    answer = await (await waited.value).json()
    assert "errors" not in answer, answer
    return answer["data"]
