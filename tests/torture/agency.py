"""Two agencies that do not exist, put in through the front door: registered, imported from CSV, with accounts.

One has PayU's public sandbox account, where a signed notice books the money; the other an account for real money, where
the gateway is asked before anything is booked.
"""

import csv
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

from domain.accounts import AccountRole
from domain.imports.sheets import ImportKind
from domain.payments import PaymentGatewayCode
from main.bootstrap import Portal
from main.commands.imports import import_directory

RETURN_URL = "https://clientes.tormenta.example/pago"
PASSWORD = "tortuga azul canta"
_TODAY = date(2026, 11, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """`merchant` as PayU and its simulator name things; `real_money`: the account is none for tests."""

    slug: str
    tax_id: str
    merchant: Mapping[str, str]
    real_money: bool

    @property
    def settings(self) -> dict[str, str]:
        names = {"merchant_id": "merchantId", "account_id": "accountId", "api_login": "apiLogin", "api_key": "apiKey"}
        return {"enabled": "true"} | {ours: self.merchant[theirs] for ours, theirs in names.items()}


NORTH = Agency(
    slug="norte",
    tax_id="900123456-8",
    merchant={
        "merchantId": "508029",
        "accountId": "512321",
        "apiLogin": "pRRXKOl8ikMmt9u",
        "apiKey": "4Vj8eK4rloUd272L48hsrarnUA",
    },
    real_money=False,
)
SOUTH = Agency(
    slug="sur",
    tax_id="800197268-4",
    merchant={
        "merchantId": "700001",
        "accountId": "700002",
        "apiLogin": "inventado-login",
        "apiKey": "inventada-llave-de-pruebas",
    },
    real_money=True,
)
AGENCIES = (NORTH, SOUTH)


@dataclass(frozen=True, slots=True)
class Tenant:
    """Somebody who owes rent; the code is the back office's, and the user name."""

    agency: Agency
    code: str

    @property
    def name(self) -> str:
        return f"{self.agency.slug}/{self.code}"


def tenants(number: int) -> list[Tenant]:
    """One in four pays with the account for tests: what is booked by a notice alone is asked about later, by the
    worker, and costs twice."""
    places = range(1, number + 1)
    return [Tenant(SOUTH if place % 4 else NORTH, f"T{place:03d}") for place in places]


async def found(portal: Portal, people: list[Tenant], *, invoices: int, folder: Path, seed: int) -> None:
    """Have both agencies in the database, with `invoices` to pay for each tenant."""
    for agency in AGENCIES:
        own = [tenant for tenant in people if tenant.agency is agency]
        made = await portal.use_cases.register_agency(
            slug=agency.slug, name=f"Inmobiliaria {agency.slug.title()}", tax_id=agency.tax_id
        )
        settings = {"captcha": "none", "return_urls": RETURN_URL, "landlord_registration": "MAT-2026-001"}
        await portal.use_cases.set_agency(made.id, settings=settings)
        await portal.use_cases.set_merchant_account(made.id, gateway=PaymentGatewayCode.PAYU, settings=agency.settings)
        place = folder / agency.slug
        place.mkdir()
        for kind, rows in _sheets(own, invoices, random.Random(f"{seed}/{agency.slug}")):
            (place / kind.file_name).write_text(_csv(rows), encoding="utf-8")
        report = StringIO()
        if await import_directory(portal.use_cases.import_file, made.id, place, out=report, err=report):
            raise RuntimeError(report.getvalue())
        for tenant in own:
            await portal.use_cases.create_account(
                made.id,
                username=tenant.code.lower(),
                email=f"{tenant.code.lower()}@{agency.slug}.example",
                password=PASSWORD,
                role=AccountRole.CLIENT,
                client_code=tenant.code,
            )


def _sheets(
    own: list[Tenant], invoices: int, chance: random.Random
) -> Iterator[tuple[ImportKind, list[dict[str, str]]]]:
    people = [(tenant.code, f"Inquilina {tenant.code}") for tenant in own] + [("P001", "Propietaria P001")]
    yield (
        ImportKind.CLIENTS,
        [
            {
                "codigo": code,
                "tipo_persona": "natural",
                "nombre": name,
                "tipo_documento": "CC",
                "numero_documento": str(52_000_000 + place),
                "correo": f"{code.lower()}@correo.example",
                "telefono": "3001112233",
                "direccion": "Calle 1 # 2-3",
                "ciudad": "Cali",
            }
            for place, (code, name) in enumerate(people)
        ],
    )
    yield (
        ImportKind.PROPERTIES,
        [
            {
                "codigo": f"I-{tenant.code}",
                "direccion": f"Carrera 9 # 8-{place}",
                "ciudad": "Cali",
                "uso": "vivienda",
                "propietarios": "P001:100,00",
            }
            for place, tenant in enumerate(own)
        ],
    )
    yield (
        ImportKind.CONTRACTS,
        [
            {
                "numero": f"ARR-{tenant.code}",
                "tipo": "arrendamiento",
                "inmueble": f"I-{tenant.code}",
                "inicio": "01/01/2026",
                "fin": "31/12/2026",
                "canon": "1000000,00",
                "comision": "",
                "titulares": tenant.code,
                "estado": "activo",
            }
            for tenant in own
        ],
    )
    yield (
        ImportKind.INVOICES,
        [_invoice(tenant, number, chance) for tenant in own for number in range(1, invoices + 1)],
    )


def _invoice(tenant: Tenant, number: int, chance: random.Random) -> dict[str, str]:
    subtotal = Decimal(chance.randrange(400_000, 4_000_000))
    if chance.random() < 0.1:
        subtotal += Decimal("0.50")
    vat = (subtotal * Decimal("0.19")).quantize(Decimal(1)) if chance.random() < 0.2 else Decimal(0)
    month = (number - 1) % 12 + 1
    return {
        "numero": f"FV-{tenant.code}-{number:04d}",
        "tipo": "arrendamiento",
        "contrato": f"ARR-{tenant.code}",
        "cliente": tenant.code,
        "periodo": f"2026-{month:02d}",
        "fecha_emision": f"{_TODAY:%d/%m/%Y}",
        "fecha_vencimiento": f"{_TODAY + timedelta(days=number % 60):%d/%m/%Y}",
        "descripcion": f"Canon de arrendamiento 2026-{month:02d}",
        "subtotal": _pesos(subtotal),
        "iva": _pesos(vat),
        "retenciones": "0,00",
        "total": _pesos(subtotal + vat),
        "estado": "facturado",
    }


def _pesos(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _csv(rows: list[dict[str, str]]) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
