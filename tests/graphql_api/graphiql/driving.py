"""Driving the explorer's page: what it asks for, what it complains about, how one signs in and runs an operation."""

from urllib.parse import urlsplit

from playwright.async_api import Page

from tests.graphql_api.graphiql.stand_in import PASSWORD

WATCH = """
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
    });
"""


class Watched:
    """A page, the addresses it asked for and what it complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []

    async def start(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: self.complaints.append(message.text) if "Content Security" in message.text else None,
        )
        await self.page.add_init_script(WATCH)

    def outside(self, address: str) -> list[str]:
        """What was asked of anybody but the service."""
        own = urlsplit(address).netloc
        return [
            url for url in self.requests if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != own
        ]

    async def violations(self) -> list[str]:
        found: list[str] = await self.page.evaluate("window.violations")
        return found + self.complaints


async def sign_in(page: Page, user: str = "marta.rios", password: str = PASSWORD) -> None:
    """Fill the form in and send it."""
    await page.get_by_label("Usuario o correo").fill(user)
    await page.get_by_label("Contraseña").fill(password)
    await page.get_by_role("button", name="Entrar", exact=True).click()


async def run(page: Page, query: str, variables: str = "") -> None:
    """Write an operation into the open tab and run it."""
    await write(page, ".graphiql-editor-tool", variables)
    await write(page, ".graphiql-query-editor", query)
    await execute(page)


async def write(page: Page, where: str, text: str) -> None:
    """Replace what one of the explorer's editors holds."""
    await page.locator(".graphiql-query-editor .CodeMirror").wait_for()
    script = "([where, text]) => document.querySelector(where + ' .CodeMirror').CodeMirror.setValue(text)"
    await page.evaluate(script, [where, text])


async def execute(page: Page) -> None:
    await page.wait_for_timeout(300)  # the explorer reads the operation's name a moment after the text changes
    await page.locator(".graphiql-execute-button").click()


async def open_example(page: Page, title: str) -> None:
    """Look it up in the menu as somebody does who knows what it is called, and open it."""
    menu = page.get_by_role("navigation", name="Ejemplos")
    await menu.get_by_label("Buscar un ejemplo").fill(title)
    await menu.get_by_text(title, exact=True).click()
