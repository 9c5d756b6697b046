"""The explorer in a real browser: signing in, working, leaving."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.graphql_api.graphiql.conftest import Serve
from tests.graphql_api.graphiql.driving import Watched, open_example, run, sign_in
from tests.graphql_api.graphiql.stand_in import PASSWORD, PDF, CaptchaProvider, Service

pytestmark = pytest.mark.browser


async def test_staff_sign_in_work_and_leave(watched: Watched, serve: Serve, service: Service) -> None:
    page, address = watched.page, serve()
    await page.goto(address)
    await expect(page.locator("#agency")).to_have_text("Inmobiliaria Andina")
    assert not any("graphiql" in url for url in watched.requests)

    await sign_in(page)
    await expect(page.locator("#who")).to_have_text("marta.rios · personal")
    await expect(page.get_by_role("button", name="Buscar clientes")).to_be_visible()
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query BuscarClientes")
    await expect(page.locator(".graphiql-editor-tool")).to_contain_text('"buscar"')

    await run(page, "query Facturas { invoices { number pdf { fileName contentType contentBase64 } } }")
    await expect(page.locator(".result-window")).to_contain_text("FV-000123")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="FV-000123.pdf").click()
    saved = await (await waiting.value).path()
    assert Path(saved).read_bytes() == PDF

    await page.get_by_role("button", name=re.compile("Documentation Explorer")).click()
    await expect(page.locator(".graphiql-plugin")).to_contain_text("Query")

    kept = await page.evaluate("JSON.stringify({...localStorage}) + document.cookie")
    assert not any(token in kept for token in service.tokens)
    assert await watched.violations() == []
    assert watched.outside(address) == []

    await page.get_by_role("button", name="Cerrar sesión").click()
    await expect(page.get_by_label("Contraseña")).to_be_visible()
    assert service.tokens == {}
    assert await page.evaluate("sessionStorage.length") == 0


async def test_a_wrong_password_lets_nobody_in_and_says_so(watched: Watched, serve: Serve) -> None:
    await watched.page.goto(serve())
    await sign_in(watched.page, password="otra cosa")

    await expect(watched.page.get_by_role("alert")).to_have_text("Usuario o contraseña incorrectos.")
    await expect(watched.page.locator("#workspace")).to_be_hidden()
    await sign_in(watched.page)
    await expect(watched.page.locator("#who")).to_have_text("marta.rios · personal")


async def test_the_explorer_is_not_for_clients(watched: Watched, serve: Serve, service: Service) -> None:
    await watched.page.goto(serve())
    await sign_in(watched.page, "ana.lopez")

    await expect(watched.page.get_by_role("alert")).to_contain_text("para el personal")
    assert service.tokens == {}


async def test_where_the_schema_is_open_clients_and_visitors_may_look(watched: Watched, serve: Serve) -> None:
    page, address = watched.page, serve(open_to_visitors=True)
    await page.goto(address)
    await page.get_by_role("button", name="Explorar sin entrar").click()
    await run(page, "{ agency { name } me { username } }")
    await expect(page.locator(".result-window")).to_contain_text("Inmobiliaria Andina")

    await page.locator("#leave").click()
    await sign_in(page, "ana.lopez")
    await expect(page.locator("#who")).to_have_text("ana.lopez · cliente")
    assert await watched.violations() == []


@pytest.mark.parametrize(
    ("provider", "answer"),
    [(CaptchaProvider.NONE, "marta.rios · personal"), (CaptchaProvider.TURNSTILE, "servicio externo")],
)
async def test_other_checks_on_entering_are_skipped_or_explained(
    watched: Watched, serve: Serve, service: Service, provider: CaptchaProvider, answer: str
) -> None:
    service.provider = provider
    address = serve()
    await watched.page.goto(address)
    await sign_in(watched.page)

    shown = watched.page.locator("#who:visible, #notice:visible")
    await expect(shown).to_contain_text(answer)
    assert watched.outside(address) == []


async def test_a_session_is_renewed_while_it_is_used(watched: Watched, serve: Serve, service: Service) -> None:
    service.lifetime = timedelta(seconds=5)
    await watched.page.goto(serve())
    await sign_in(watched.page)
    await run(watched.page, "{ me { username } }")
    await expect(watched.page.locator(".result-window")).to_contain_text("marta.rios")
    before = service.renewals
    service.tokens.clear()
    await run(watched.page, "{ yo: me { username } }")

    await expect(watched.page.locator(".result-window")).to_contain_text('"yo"')
    assert service.renewals > before


async def test_a_session_that_ended_asks_to_enter_again_and_keeps_the_work(
    watched: Watched, serve: Serve, service: Service
) -> None:
    page = watched.page
    await page.goto(serve())
    await sign_in(page)
    await run(page, "query Borrador { me { username } }")
    await expect(page.locator(".result-window")).to_contain_text("marta.rios")
    service.tokens.clear()
    service.refresh_tokens.clear()
    await page.locator(".graphiql-execute-button").click()

    await expect(page.get_by_role("alert")).to_have_text("La sesión terminó: entre de nuevo.")
    await page.get_by_label("Contraseña").fill(PASSWORD)
    await page.get_by_role("button", name="Entrar", exact=True).click()
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query Borrador")


async def test_a_reload_keeps_the_session_of_the_tab(watched: Watched, serve: Serve) -> None:
    await watched.page.goto(serve())
    await sign_in(watched.page)
    await expect(watched.page.locator("#who")).to_have_text("marta.rios · personal")
    await watched.page.reload()

    await expect(watched.page.locator("#who")).to_have_text("marta.rios · personal")
    await expect(watched.page.locator(".graphiql-query-editor")).to_contain_text("query BuscarClientes")
    await expect(watched.page.get_by_role("navigation", name="Ejemplos")).to_be_visible()


async def test_all_tabs_are_closed_when_asked_for(watched: Watched, serve: Serve) -> None:
    page = watched.page
    await page.goto(serve())
    await sign_in(page)
    await open_example(page, "Bitácora")
    await run(page, "query Borrador { me { username } }")
    await expect(page.get_by_role("tab", name="Borrador")).to_be_visible()
    await page.get_by_role("button", name="Cerrar pestañas").click()

    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query BuscarClientes")
    await expect(page.get_by_role("tab", name="Borrador")).to_have_count(0)
    await expect(page.locator(".graphiql-editor-tool")).to_contain_text('"buscar"')


async def test_the_address_names_the_agency(watched: Watched, serve: Serve, service: Service) -> None:
    page, address = watched.page, serve()
    await page.goto(f"{address}?agency=no-existe")
    await expect(page.get_by_role("alert")).to_contain_text("No encontramos la inmobiliaria")
    await page.get_by_label("Identificador de la inmobiliaria").fill("andina")
    await page.get_by_role("button", name="Continuar").click()
    await expect(page.locator("#agency")).to_have_text("Inmobiliaria Andina")

    assert page.url == f"{address}?agency=andina"
    assert service.opened[-1][0].agency_header == "andina"
