"""`portal account`: accounts as operators make, invite and help them."""

import sys
from typing import Annotated

import typer

from application.use_cases import UseCases
from domain.accounts import Account, AccountRole
from domain.errors import InvalidTransition, NotFound
from domain.ids import AgencyId
from main.commands.running import Failure, for_agency
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
    made = for_agency(
        slug,
        lambda use_cases, agency_id: use_cases.create_account(
            agency_id, username=username, email=email, password=password, role=role, client_code=client
        ),
    )
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
    made = for_agency(
        slug,
        lambda use_cases, agency_id: use_cases.invite_staff.by_operator(
            agency_id, username=username, email=email, role=role
        ),
    )
    told = {"username": made.username, "id": str(made.id), "email": made.email}
    say(f"Cuenta {made.username} invitada: el enlace va a {made.email}.", told, as_json=as_json)


@account.command("reset-second-factor")
def reset_second_factor(
    slug: Slug, login: Annotated[str, typer.Argument(help="Usuario o correo de la cuenta.")], as_json: AsJson = False
) -> None:
    """Quita el segundo factor de quien perdió el teléfono y los códigos de recuperación; cierra sus sesiones."""

    async def reset(use_cases: UseCases, agency_id: AgencyId) -> Account:
        try:
            return await use_cases.reset_second_factor_by_operator(agency_id, login=login)
        except NotFound:
            raise Failure("No existe esa cuenta.") from None
        except InvalidTransition:
            raise Failure("Esa cuenta no tiene segundo factor.") from None

    freed = for_agency(slug, reset)
    say(f"La cuenta {freed.username} quedó sin segundo factor.", {"username": freed.username}, as_json=as_json)
