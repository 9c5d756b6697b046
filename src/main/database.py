"""Where the database is: the one given, or the embedded one, which the last to leave stops."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import make_url

from main.embedded_postgres import EmbeddedPostgres
from main.migrations import upgrade
from main.settings import Secrets, Settings

APP_ROLE = "portal_app"


@dataclass(frozen=True, slots=True)
class Databases:
    """Addresses of one database: as its owner, and as the role that serves. `app_password` is set by migrating,
    where the role is ours to make."""

    owner_url: str
    app_url: str
    app_role: str
    app_password: str | None

    async def migrate(self) -> None:
        await upgrade(self.owner_url, app_role=self.app_role, app_password=self.app_password)


@contextmanager
def reached(settings: Settings, secrets: Secrets) -> Iterator[Databases]:
    """The addresses, with the embedded server running meanwhile if it is that one."""
    if settings.database_url:
        yield _given(settings, secrets, settings.database_url)
        return
    with EmbeddedPostgres(settings.data_dir) as server:
        yield Databases(server.url(), server.url(user=APP_ROLE), APP_ROLE, secrets.app_password)


def _given(settings: Settings, secrets: Secrets, owner: str) -> Databases:
    owner_url = make_url(owner).set(drivername="postgresql+asyncpg")
    if settings.app_database_url:
        app_url = make_url(settings.app_database_url).set(drivername="postgresql+asyncpg")
        shown = app_url.render_as_string(hide_password=False)
        return Databases(owner_url.render_as_string(hide_password=False), shown, app_url.username or APP_ROLE, None)
    password = secrets.app_password
    app_url = owner_url.set(username=APP_ROLE, password=password)
    return Databases(
        owner_url.render_as_string(hide_password=False),
        app_url.render_as_string(hide_password=False),
        APP_ROLE,
        password,
    )
