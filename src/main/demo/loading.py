"""The demo's agency, put into a database once. What an interrupted load left undone, the next one completes."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from adapters.postgres.unit_of_work import PostgresUnitOfWorkFactory
from application.access import Scope
from domain.accounts import login_key
from domain.agencies import Agency
from domain.errors import AgencyNotFound
from domain.payments import PaymentGatewayCode
from main.bootstrap import Portal
from main.commands.imports import import_directory
from main.commands.running import Failure
from main.demo.people import ENLINEA_SIMULATOR, FOLDER, LOGO, NAME, PAYU_SANDBOX, PEOPLE, SETTINGS, SLUG, TAX_ID, Person


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """One load at a time for a data directory: who comes second waits, and then finds it done."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def load(portal: Portal, *, url: str) -> None:
    """Have the agency, its data and its accounts in the database, and `url` among the places payers return to.

    The accounts come last: with all of them there, so is everything else. Failure if the database has another agency
    by that name, or if a row of the example is refused.
    """
    agency = await _agency(portal)
    missing = await _missing(portal, agency)
    if missing:
        print("Cargando la inmobiliaria de ejemplo, solo esta vez...", flush=True)
        await portal.use_cases.set_agency(agency.id, settings=SETTINGS, logo=LOGO.read_bytes())
        for gateway, account in (
            (PaymentGatewayCode.PAYU, PAYU_SANDBOX),
            (PaymentGatewayCode.ENLINEA, ENLINEA_SIMULATOR),
        ):
            await portal.use_cases.set_merchant_account(agency.id, gateway=gateway, settings=account)
        report = StringIO()
        if await import_directory(portal.use_cases.import_file, agency.id, FOLDER, out=report):
            raise Failure(f"El ejemplo no se pudo importar: {report.getvalue()}")
        for person in missing:
            await portal.use_cases.create_account(
                agency.id,
                username=person.username,
                email=person.email,
                password=person.password,
                role=person.role,
                client_code=person.client,
            )
        agency = await portal.use_cases.find_agency(SLUG)
    explorer = f"{url}/graphql"
    if explorer not in agency.return_urls:
        returns = ",".join((*agency.return_urls, explorer))
        await portal.use_cases.set_agency(agency.id, settings={"return_urls": returns})


async def _agency(portal: Portal) -> Agency:
    try:
        agency = await portal.use_cases.find_agency(SLUG)
    except AgencyNotFound:
        return await portal.use_cases.register_agency(slug=SLUG, name=NAME, tax_id=TAX_ID)
    if f"{agency.tax_id}-{agency.check_digit}" != TAX_ID:
        raise Failure(f"La base de datos ya tiene otra inmobiliaria «{SLUG}»: use otra base para el ejemplo.")
    return agency


async def _missing(portal: Portal, agency: Agency) -> list[Person]:
    async with PostgresUnitOfWorkFactory(portal.engine, portal.secrets.audit)(Scope.of_agency(agency.id)) as uow:
        return [person for person in PEOPLE if await uow.accounts.by_login(login_key(person.username)) is None]
