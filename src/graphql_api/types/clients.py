"""Clients and the lists that hang under them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from application import filters
from application.filters import InvoiceOrder, Parent
from domain.clients import Client as ClientEntity
from domain.clients import ClientProfile, IdentityDocumentType, PersonKind
from domain.contracts import ContractStatus
from domain.ids import ClientId
from domain.personal_data import in_force, is_pending
from graphql_api.connections import After, Before, Connection, First, Last, page_request
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.types import lists
from graphql_api.types.accounts import Account
from graphql_api.types.contracts import Contract
from graphql_api.types.dashboard import Dashboard
from graphql_api.types.intents import PaymentIntent
from graphql_api.types.invoices import Invoice
from graphql_api.types.lists import (
    InvoiceFilterArgument,
    InvoiceOrderArgument,
    PeriodFilterArgument,
    PqrsFilterArgument,
)
from graphql_api.types.mail import MailPreferences
from graphql_api.types.payments import Payment
from graphql_api.types.payouts import Payout
from graphql_api.types.personal_data import Consent
from graphql_api.types.pqrs import Pqrs
from graphql_api.types.properties import Property


@strawberry.type(description="Inquilino, propietario o ambos (tercero).")
class Client(Node):
    code: str = field("Código en el sistema administrativo de la inmobiliaria.")
    kind: PersonKind = field("Persona natural o jurídica.")
    name: str = field("Nombre completo o razón social.")
    document_type: IdentityDocumentType = field("Tipo de documento.")
    document_number: str = field("Número de documento, sin puntos ni dígito de verificación.")
    check_digit: int | None = field("Dígito de verificación, si el documento es NIT.")
    email: str | None = field("Correo de contacto.")
    phone: str | None = field("Teléfono de contacto.")
    address: str | None = field("Dirección de correspondencia.")
    city: str | None = field("Ciudad de la dirección.")
    mail_preferences: MailPreferences = field("Qué correos recibe.")
    erased_at: datetime | None = field("Cuándo se suprimieron sus datos a petición suya; nulo si no.")
    key: strawberry.Private[ClientId]

    @strawberry.field(
        description="Cuenta con la que entra; nulo si no ha sido invitado. La ve el personal y la propia persona."
    )
    def account(self, info: Info) -> Account | None:
        return info.context.loaders.accounts_of_clients.load(self.key)

    @strawberry.field(description="Cuenta también los contratos terminados, para que nadie pierda su historia.")
    def profile(self, info: Info) -> ClientProfile:
        return info.context.loaders.profiles.load(self.key)

    @strawberry.field(description="Todo lo que ha decidido sobre el uso de sus datos, lo más reciente primero.")
    async def consents(self, info: Info) -> list[Consent]:
        return [Consent.of(it, info.context) for it in await info.context.loaders.consents.load(self.key)]

    @strawberry.field(description="Lo que vale hoy: la última decisión sobre cada finalidad.")
    async def current_consents(self, info: Info) -> list[Consent]:
        return [Consent.of(it, info.context) for it in in_force(await info.context.loaders.consents.load(self.key))]

    @strawberry.field(
        description="Verdadero si la inmobiliaria publicó una política de datos sobre la que aún no ha decidido nada."
    )
    async def pending_consent(self, info: Info) -> bool:
        loaders = info.context.loaders
        agency = await loaders.agency.load(True)
        return is_pending(await loaders.consents.load(self.key), agency.privacy_policy_version)

    @strawberry.field(description="Resumen para la página principal.")
    def dashboard(self) -> Dashboard:
        return Dashboard(client_id=self.key)

    @strawberry.field(description="Facturas: de arrendamiento si es inquilino, de comisión si es propietario.")
    def invoices(
        self,
        info: Info,
        filter: InvoiceFilterArgument = None,  # noqa: A002
        order_by: InvoiceOrderArgument = InvoiceOrder.NEWEST,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Invoice]:
        narrowed = lists.invoices(filter, order_by, info.context.today)
        return self._page(info, "invoices", narrowed, first, after, last, before)

    @strawberry.field(description="Histórico de pagos del inquilino.")
    def payments(
        self,
        info: Info,
        filter: PeriodFilterArgument = None,  # noqa: A002
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Payment]:
        return self._page(info, "payments", lists.period(filter), first, after, last, before)

    @strawberry.field(description="Histórico de ingresos del propietario.")
    def payouts(
        self,
        info: Info,
        filter: PeriodFilterArgument = None,  # noqa: A002
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Payout]:
        return self._page(info, "payouts", lists.period(filter), first, after, last, before)

    @strawberry.field(
        description="Contratos de los que es parte. Los arriendos de sus inmuebles están en Property.activeLease."
    )
    def contracts(
        self,
        info: Info,
        status: Annotated[
            ContractStatus | None, strawberry.argument(description="Solo los vigentes o solo los terminados.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Contract]:
        return self._page(info, "contracts", filters.ContractFilter(status=status), first, after, last, before)

    @strawberry.field(description="Inmuebles propios y los de los contratos de los que es parte.")
    def properties(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Property]:
        return self._page(info, "properties", filters.PropertyFilter(), first, after, last, before)

    @strawberry.field(description="Peticiones, quejas, reclamos y sugerencias, las más recientes primero.")
    def pqrs(
        self,
        info: Info,
        filter: PqrsFilterArgument = None,  # noqa: A002
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Pqrs]:
        return self._page(info, "pqrs", lists.pqrs(filter, info.context), first, after, last, before)

    @strawberry.field(description="Intentos de pago en línea, los más recientes primero.")
    def payment_intents(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[PaymentIntent]:
        return self._page(info, "intents", filters.IntentFilter(), first, after, last, before)

    def _page(
        self,
        info: Info,
        name: str,
        narrowed: object,
        first: int | None,
        after: str | None,
        last: int | None,
        before: str | None,
    ) -> Any:
        page = page_request(first, after, last, before)
        return info.context.loaders.page(name, Parent.CLIENT, self.key, narrowed, page)

    @classmethod
    def of(cls, entity: ClientEntity, context: Context) -> "Client":
        return cls(
            id=global_id("Client", entity.id),
            code=entity.code,
            kind=entity.kind,
            name=entity.name,
            document_type=entity.document_type,
            document_number=entity.document_number,
            check_digit=entity.check_digit,
            email=entity.email,
            phone=entity.phone,
            address=entity.address,
            city=entity.city,
            mail_preferences=MailPreferences.of(entity),
            erased_at=entity.erased_at,
            key=entity.id,
        )
