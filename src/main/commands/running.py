"""What every command needs: settings, the database, the portal, and errors said in one line."""

import asyncio
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import asyncpg
import typer
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from adapters.postgres.engine import UnsafeRole, create_engine, refuse_unsafe_role
from application.ports.secrets import SecretUnreadable
from application.use_cases import UseCases
from domain import errors
from domain.ids import AgencyId
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
    """Say what goes wrong in one line on standard error, with exit status 1; 130 for a command that was stopped.

    SIGTERM stops a command like Ctrl-C, so that what it started is ended with it.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except (Failure, SettingsError, EmbeddedPostgresError) as error:
        _end(str(error))
    except ValidationError as error:
        names = ", ".join(f"PORTAL_{str(problem['loc'][0]).upper()}" for problem in error.errors())
        _end(f"Valores que no sirven: {names}.")
    except UnsafeRole as error:
        _end(f"El rol de la base de datos puede ver más de lo que debe ({error}): use uno sin privilegios.")
    except SecretUnreadable:
        _end(
            "PORTAL_SECRET_KEY no es la clave con la que se guardaron las credenciales: recupérela o escríbalas todas."
        )
    except errors.AgencyNotFound:
        _end("No existe esa inmobiliaria.")
    except errors.InvalidInput as error:
        told = zip(error.problems, sentences(error), strict=True)
        _end(" ".join(f"{problem.field}: {sentence}" for problem, sentence in told))
    except (errors.Unavailable, errors.Busy, OSError, asyncpg.PostgresError, SQLAlchemyError) as error:
        _end(_trouble(error))
    except KeyboardInterrupt:
        _end("Interrumpido.", status=130)


def _trouble(error: Exception) -> str:
    """What an error of the database means for an operator; libraries wrap the one that says it."""
    causes: list[BaseException] = [error]
    while (cause := getattr(causes[-1], "orig", None) or causes[-1].__cause__) and cause not in causes:
        causes.append(cause)
    for cause in causes:
        match cause:
            case ArgumentError():
                return "La dirección de la base de datos no sirve: se escribe postgresql://usuario:clave@equipo/base."
            case asyncpg.InvalidCatalogNameError():
                return "No existe esa base de datos en el servidor."
            case asyncpg.InvalidAuthorizationSpecificationError():  # a wrong password too
                return "La base de datos rechazó el usuario o la contraseña."
            case asyncpg.InsufficientPrivilegeError():
                return f"El rol de la base de datos no tiene permiso ({cause})."
            case OSError(filename=str(name)):
                return f"No se puede usar {name}: {cause.strerror}."
    if any(isinstance(cause, OSError | errors.Unavailable) for cause in causes):
        return f"No hay conexión con la base de datos ({causes[-1]})."
    return f"La base de datos no responde como se espera ({type(causes[-1]).__name__}: {causes[-1]})."


def _end(sentence: str, *, status: int = 1) -> None:
    print(" ".join(sentence.split()), file=sys.stderr)
    raise typer.Exit(status)


@contextmanager
def database(settings: Settings, *, migrated: bool = False) -> Iterator[Databases]:
    """The database's addresses; with `migrated`, a Failure unless it has this code's schema, and UnsafeRole if the
    serving role could read past its policies."""
    with reached(settings, Secrets(settings)) as addresses:
        if migrated:
            asyncio.run(_examine(addresses.app_url))
        yield addresses


async def _examine(app_url: str) -> None:
    if not await is_current_at(app_url):
        raise Failure("La base de datos no está al día, o su rol no puede entrar: ejecute «portal migrate».")
    engine = create_engine(app_url, pool_size=1)
    try:
        await refuse_unsafe_role(engine)
    finally:
        await engine.dispose()


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


def for_agency(slug: str, act: Callable[[UseCases, AgencyId], Awaitable[T]]) -> T:
    """The same with the agency of that short name."""

    async def run(open_: Portal) -> T:
        found = await open_.use_cases.find_agency(slug)
        return await act(open_.use_cases, found.id)

    return with_portal(run)
