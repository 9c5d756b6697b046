"""A real browser for tests: the system's Chromium, driven by Playwright.

    @pytest.mark.browser
    async def test_something(page: Page) -> None: ...

Where there is no Chromium those tests are skipped, and say so; in CI (`CI=true`) they fail instead.
"""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing = "no hay Chromium en este equipo"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(f"{missing}: las pruebas con navegador se omiten")
    async with async_playwright() as playwright:
        sandbox = os.geteuid() != 0  # Chromium has none for root
        browser = await playwright.chromium.launch(executable_path=program, chromium_sandbox=sandbox)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of its own profile: no cookies, no storage, nothing from an earlier test."""
    context = await browser.new_context(locale="es-CO", timezone_id="America/Bogota")
    yield await context.new_page()
    await context.close()
