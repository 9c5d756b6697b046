"""The menu of examples, in a real browser: whoever has a task finds it by topic or by words."""

import pytest
from playwright.async_api import expect

from tests.graphql_api.graphiql.conftest import Serve
from tests.graphql_api.graphiql.driving import Watched, sign_in, write
from tests.graphql_api.graphiql.stand_in import AccountRole, Service

pytestmark = pytest.mark.browser


async def test_whoever_has_a_task_finds_its_example_and_one_tab_opens(watched: Watched, serve: Serve) -> None:
    page, tabs = watched.page, watched.page.locator(".graphiql-tab [aria-controls]")
    await page.goto(serve())
    await sign_in(page)
    menu = page.get_by_role("navigation", name="Ejemplos")
    await expect(tabs).to_have_count(0)  # GraphiQL shows them when there are several

    await menu.locator("summary", has_text="PQRS").click()
    await menu.get_by_role("button", name="Responder una PQRS").click()
    await expect(tabs).to_have_text(["BuscarClientes", "ResponderPqrs"])
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("answerPqrs")
    await expect(page.locator(".graphiql-editor-tool")).to_contain_text('"respuesta"')
    await write(page, ".graphiql-editor-tool", '{"respuesta": "Va el maestro Julio"}')

    await menu.get_by_label("Buscar un ejemplo").fill("liquidación archivo")
    await menu.get_by_role("button", name="Conciliar una liquidación").click()
    await expect(tabs).to_have_text(["BuscarClientes", "ResponderPqrs", "ConciliarLiquidacion"])
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("reconcileSettlement")
    await menu.get_by_label("Buscar un ejemplo").fill("responder pqrs")
    await menu.get_by_role("button", name="Responder una PQRS").click()
    await expect(page.get_by_role("tab", selected=True)).to_contain_text("ResponderPqrs")
    await expect(page.locator(".graphiql-editor-tool")).to_contain_text("Va el maestro Julio")
    await expect(tabs).to_have_count(3)

    await page.locator(".graphiql-tab-add").click()
    await menu.get_by_label("Buscar un ejemplo").fill("bitacora")
    await expect(menu.locator(".example-title")).to_have_text(["Bitácora", "Ver como un cliente"])
    await menu.get_by_text("Bitácora", exact=True).click()
    await expect(page.get_by_role("tab", selected=True)).to_contain_text("Bitacora")
    await expect(tabs).to_have_count(4)  # the new tab was empty, and is where it opened
    await menu.get_by_label("Buscar un ejemplo").fill("nada de esto")
    await expect(menu).to_contain_text("Ningún ejemplo tiene esas palabras.")
    assert await watched.violations() == []


@pytest.mark.parametrize("role", [AccountRole.STAFF, AccountRole.ADMIN])
async def test_what_only_administrators_may_do_is_offered_to_them_alone(
    watched: Watched, serve: Serve, service: Service, role: AccountRole
) -> None:
    service.accounts["marta.rios"] = [role]
    await watched.page.goto(serve())
    await sign_in(watched.page)
    menu = watched.page.get_by_role("navigation", name="Ejemplos")
    await expect(menu.locator("summary", has_text="Registros y trabajos")).to_be_visible()

    await expect(menu.locator("summary", has_text="Administración")).to_have_count(int(role is AccountRole.ADMIN))
    await menu.get_by_label("Buscar un ejemplo").fill("pasarela")
    await expect(menu.get_by_role("button", name="Configurar una pasarela")).to_have_count(
        int(role is AccountRole.ADMIN)
    )
