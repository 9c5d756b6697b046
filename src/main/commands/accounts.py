"""`portal account`: accounts as operators make, invite and help them."""

import sys
from typing import Annotated, Any

import typer

from domain.accounts import AccountRole
from domain.errors import InvalidTransition, NotFound
from main.bootstrap import Portal
from main.commands.running import Failure, with_portal
from main.commands.told import AsJson, Slug, say

account = typer.Typer(help="Cuentas.", no_args_is_help=True)


@account.command("create")
def create_account(
    slug: Slug,
    username: Annotated[str, typer.Option(help="Usuario.")],
    email: Annotated[str, typer.Option(help="Correo.")],
    role: Annotated[AccountRole, typer.Option(help="Qué puede hacer.", case_sensitive=False)],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Lee la contraseña de la entrada.")],
    client: Annotated[str | None, typer.Option(help="Código del cliente al que pertenece.")] = None,
    as_json: AsJson = False,
) -> None:
    """Crea una cuenta con contraseña."""
    password = sys.stdin.readline().removesuffix("\n").removesuffix("\r") if password_stdin else ""

    async def run(portal: Portal) -> Any:
        found = await portal.use_cases.find_agency(slug)
        return await portal.use_cases.create_account(
            found.id, username=username, email=email, password=password, role=role, client_code=client
        )

    made = with_portal(run)
    say(f"Cuenta {made.username} creada.", {"username": made.username, "id": str(made.id)}, as_json=as_json)


@account.command("invite")
def invite_account(
    slug: Slug,
    username: Annotated[str, typer.Option(help="Usuario.")],
    email: Annotated[str, typer.Option(help="Correo al que va el enlace.")],
    role: Annotated[AccountRole, typer.Option(help="STAFF o ADMIN.", case_sensitive=False)],
    as_json: AsJson = False,
) -> None:
    """Invita a quien trabaja en la inmobiliaria: elige su contraseña con el enlace de un correo."""

    async def run(portal: Portal) -> Any:
        found = await portal.use_cases.find_agency(slug)
        return await portal.use_cases.invite_staff.by_operator(found.id, username=username, email=email, role=role)

    made = with_portal(run)
    told = {"username": made.username, "id": str(made.id), "email": made.email}
    say(f"Cuenta {made.username} invitada: el enlace va a {made.email}.", told, as_json=as_json)


@account.command("reset-second-factor")
def reset_second_factor(
    slug: Slug, login: Annotated[str, typer.Argument(help="Usuario o correo de la cuenta.")], as_json: AsJson = False
) -> None:
    """Quita el segundo factor de quien perdió el teléfono y los códigos de recuperación; cierra sus sesiones."""

    async def run(portal: Portal) -> Any:
        found = await portal.use_cases.find_agency(slug)
        try:
            return await portal.use_cases.reset_second_factor_by_operator(found.id, login=login)
        except NotFound:
            raise Failure("No existe esa cuenta.") from None
        except InvalidTransition:
            raise Failure("Esa cuenta no tiene segundo factor.") from None

    freed = with_portal(run)
    say(f"La cuenta {freed.username} quedó sin segundo factor.", {"username": freed.username}, as_json=as_json)
