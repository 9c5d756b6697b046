"""What every command needs: settings, the database, the portal, and errors said in one line."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import asyncpg
import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from adapters.postgres.engine import UnsafeRole
from domain import errors
from graphql_api.field_texts import sentences
from main.bootstrap import Portal, portal
from main.database import Databases, reached
from main.migrations import is_current_at
from main.postgres_programs import EmbeddedPostgresError
from main.settings import Secrets, Settings, SettingsError

T = TypeVar("T")


class Failure(Exception):
    """A command cannot do what was asked; the text says why."""


@contextmanager
def command() -> Iterator[None]:
    """Say what goes wrong in one line on standard error, with exit status 1."""
    try:
        yield
    except (Failure, SettingsError, EmbeddedPostgresError) as error:
        _end(str(error))
    except ValidationError as error:
        names = ", ".join(f"PORTAL_{str(problem['loc'][0]).upper()}" for problem in error.errors())
        _end(f"Valores que no sirven: {names}.")
    except UnsafeRole as error:
        _end(f"El rol de la base de datos puede ver más de lo que debe ({error}): use uno sin privilegios.")
    except errors.AgencyNotFound:
        _end("No existe esa inmobiliaria.")
    except errors.InvalidInput as error:
        told = zip(error.problems, sentences(error), strict=True)
        _end("; ".join(f"{problem.field}: {sentence}" for problem, sentence in told))
    except (errors.Unavailable, errors.Busy, OSError, asyncpg.PostgresError, SQLAlchemyError) as error:
        _end(f"La base de datos no responde como se espera ({type(error).__name__}).")


def _end(sentence: str) -> None:
    print(" ".join(sentence.split()), file=sys.stderr)
    raise typer.Exit(1)


@contextmanager
def database(settings: Settings, *, migrated: bool = False) -> Iterator[Databases]:
    """The database's addresses; with `migrated`, a Failure unless it has this code's schema."""
    with reached(settings, Secrets(settings)) as addresses:
        if migrated and not asyncio.run(is_current_at(addresses.app_url)):
            raise Failure("La base de datos no está al día: ejecute «portal migrate».")
        yield addresses


def with_portal(act: Callable[[Portal], Awaitable[T]]) -> T:
    """Do something with the portal open; errors end the command."""

    async def run(settings: Settings, app_url: str) -> T:
        async with portal(
            settings, app_url=app_url, public_url=settings.public_url or "http://127.0.0.1:8000"
        ) as open_:
            return await act(open_)

    with command():
        settings = Settings()
        settings.check()
        with database(settings, migrated=True) as addresses:
            return asyncio.run(run(settings, addresses.app_url))
    raise AssertionError("a command that fails has ended")
