"""An agency with merchant accounts of its own: what its back office imports, and who signs in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from domain.accounts import AccountRole
from domain.agencies import Agency
from domain.identity import nit_check_digit
from domain.imports.sheets import ImportKind
from domain.payments import PaymentGatewayCode
from tests.application.imports_office import imported
from tests.end_to_end.street import PASSWORD, RETURN_URL, Person
from tests.scenarios.stage import Stage
from tests.scenarios.story import RENT

_SESSION = timedelta(minutes=10)


@dataclass
class Office:
    stage: Stage
    agency: Agency
    merchant: dict[str, str]
    people: dict[str, tuple[Person, datetime]] = field(default_factory=dict)

    @classmethod
    async def founded(cls, stage: Stage) -> Self:
        stage.houses += 1
        number = stage.houses
        use_cases = stage.portal.use_cases
        nit = f"9{number:08d}"
        agency = await use_cases.register_agency(
            slug=f"casa{number}", name=f"Inmobiliaria {number}", tax_id=f"{nit}-{nit_check_digit(nit)}"
        )
        agency = await use_cases.set_agency(agency.id, settings={"captcha": "none", "return_urls": RETURN_URL})
        merchant = {
            "merchant_id": f"7{number:05d}",
            "account_id": f"6{number:05d}",
            "api_login": f"entrada-{number}",
            "api_key": f"llave-de-la-casa-{number}",
        }
        office = cls(stage, agency, merchant)
        await office.merchant_at_gateway()
        await use_cases.set_merchant_account(
            agency.id, gateway=PaymentGatewayCode.PAYU, settings=merchant | {"enabled": "true"}
        )
        await office.take(ImportKind.CLIENTS, {"correo": office.address}, {"codigo": "T2", "nombre": "Óscar Ruiz"})
        await office.take(ImportKind.PROPERTIES, {})
        await office.take(ImportKind.CONTRACTS, {"fin": "31/12/2029"})
        await office.bill("FV-1")
        await office.person("ana")
        return office

    @property
    def address(self) -> str:
        """Where Ana gets her mail."""
        return f"ana@{self.agency.slug}.example"

    async def merchant_at_gateway(self, **changed: Any) -> None:
        """Have the gateway know the agency's account: one for real money, unless something else is said."""
        known = {
            "merchantId": self.merchant["merchant_id"],
            "accountId": self.merchant["account_id"],
            "apiLogin": self.merchant["api_login"],
            "apiKey": self.merchant["api_key"],
            "sandbox": False,
        }
        await self.stage.control("merchants", gateway="payu", **(known | changed))

    async def takes_enlinea(self) -> None:
        """Have the agency take payments by EnLineaPagos too, with an account of its own."""
        number = self.merchant["merchant_id"]
        account = {"usuario": f"casa{number}", "clave": f"clave-{number}", "llavemd5": f"{int(number):032x}"}
        await self.stage.control("merchants", gateway="enlinea", **account)
        await self.stage.portal.use_cases.set_merchant_account(
            self.agency.id, gateway=PaymentGatewayCode.ENLINEA, settings=account | {"enabled": "true"}
        )

    async def take(self, kind: ImportKind, *rows: dict[str, str]) -> None:
        """Import rows of the back office that differ from the usual one."""
        await imported(self.stage.portal.use_cases.import_file, self.agency.id, kind, *rows)

    async def bill(self, number: str, amount: int = RENT, **changed: str) -> None:
        """Import an invoice of Ana's, or change it."""
        today = self.stage.clock.today()
        amounts = {"subtotal": f"{amount},00", "iva": "0", "retenciones": "0", "total": f"{amount},00"}
        dates = {
            "numero": number,
            "periodo": f"{today:%Y-%m}",
            "fecha_emision": today.isoformat(),
            "fecha_vencimiento": (today + timedelta(days=5)).isoformat(),
        }
        await self.take(ImportKind.INVOICES, amounts | dates | changed)

    async def pay_at_office(self, number: str, amount: int = RENT) -> None:
        """Import a receipt of the back office's."""
        today = self.stage.clock.today()
        paid = {"recibo": f"RC-{number}", "fecha": f"{today:%d/%m/%Y} 09:00", "valor": f"{amount},00"}
        await self.take(ImportKind.PAYMENTS, paid | {"facturas": f"{number}:{amount},00", "referencia": f"C-{number}"})

    async def person(self, name: str, role: AccountRole = AccountRole.CLIENT) -> Person:
        """In a session that is young enough to be used."""
        now = self.stage.clock.now()
        known, since = self.people.get(name, (None, now))
        if known is None:
            username = f"{name}.{self.agency.slug}"
            await self.stage.portal.use_cases.create_account(
                self.agency.id,
                username=username,
                email=f"{username}@example.com",
                password=PASSWORD,
                role=role,
                client_code="T1" if role is AccountRole.CLIENT else None,
            )
        if known is None or now - since > _SESSION:
            known = await Person(self.stage.http, self.agency.slug).sign_in(f"{name}.{self.agency.slug}")
            self.people[name] = (known, now)
        return known

    async def clerk(self) -> Person:
        return await self.person("clara", AccountRole.ADMIN)
