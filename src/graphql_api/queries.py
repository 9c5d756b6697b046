"""The root of what can be asked."""

import asyncio
from typing import Annotated, Any

import strawberry

from application import filters
from application.access import Visitor
from application.filters import InvoiceOrder, PqrsOrder
from domain.clients import ClientProfile
from domain.contracts import ContractKind, ContractStatus
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.payment_intents import PaymentIntentStatus
from graphql_api.account_queries import AccountQueries
from graphql_api.book_queries import BookQueries
from graphql_api.connections import After, Before, Connection, First, Last, Search
from graphql_api.context import Info
from graphql_api.failed_jobs import FailedJobQueries
from graphql_api.ids import key_of, parse_id
from graphql_api.node import Node
from graphql_api.quiet import reads_end
from graphql_api.types import lists
from graphql_api.types.accounts import Account, Session
from graphql_api.types.agency import Agency, CaptchaChallenge
from graphql_api.types.clients import Client
from graphql_api.types.contracts import Contract
from graphql_api.types.intents import PaymentIntent
from graphql_api.types.invoices import Invoice
from graphql_api.types.lists import (
    InvoiceFilterArgument,
    InvoiceOrderArgument,
    PeriodFilterArgument,
    PqrsFilterArgument,
    PqrsOrderArgument,
)
from graphql_api.types.payments import Payment, ReceiptVerification
from graphql_api.types.payouts import Payout
from graphql_api.types.pqrs import Pqrs
from graphql_api.types.properties import Property
from graphql_api.whole import whole_list

MOST_NODES = 100
Id = Annotated[strawberry.ID, strawberry.argument(description="Identificador opaco, el de su campo id.")]

_LOADERS = {
    "Account": "accounts",
    "AuditEntry": "audit",
    "Attachment": "attachments",
    "Client": "clients",
    "Contract": "contracts",
    "Finding": "findings",
    "Invoice": "invoices",
    "Payment": "payments",
    "PaymentIntent": "intents",
    "Payout": "payouts",
    "Pqrs": "pqrs",
    "PqrsMessage": "pqrs_messages_by_id",
    "Property": "properties",
    "Reconciliation": "reconciliations",
}


async def load_node(info: Info, text: str) -> Any:
    """Whatever an id names, as far as the viewer may see it; None otherwise."""
    parsed = parse_id(text)
    if parsed is None:
        return None
    name, key = parsed
    if name == "Agency":
        agency = await info.context.loaders.agency.load(True)
        return agency if agency.id == text else None
    if isinstance(info.context.viewer, Visitor):
        return None
    if name == "Session":
        found = await info.context.loaders.own_sessions.load(info.context.viewer.account_id)
        shown = (Session.of(session, info.context.viewer.session_id) for session in found if session.id == key)
        return next(shown, None)
    loader = _LOADERS.get(name)
    return await getattr(info.context.loaders, loader).load(key) if loader else None


def _one(info: Info, text: str, name: str) -> Any:
    """The future of a thing by its id; None where the id is of another kind or nobody has signed in."""
    key = key_of(text, name)
    if key is None or isinstance(info.context.viewer, Visitor):
        return None
    return getattr(info.context.loaders, _LOADERS[name]).load(key)


@strawberry.type(description="Lo que se puede consultar.")
class Query(AccountQueries, BookQueries, FailedJobQueries):
    @strawberry.field(
        description="La inmobiliaria de la sesión o, antes de entrar, la del dominio o la de X-Agency. Pública."
    )
    def agency(self, info: Info) -> Agency:
        return info.context.loaders.agency.load(True)

    @strawberry.field(description="Un reto nuevo por cada intento de entrar; no se guarda en caché. Pública.")
    async def captcha(self, info: Info) -> CaptchaChallenge:
        return CaptchaChallenge.of(await info.context.use_cases.issue_captcha(await info.context.reading.agency()))

    @strawberry.field(description="La cuenta de esta sesión; nulo si no hay sesión.")
    def me(self, info: Info) -> Account | None:
        account_id = getattr(info.context.viewer, "account_id", None)
        return info.context.loaders.accounts.load(account_id) if account_id else None

    @strawberry.field(description="Estado guardado de un intento propio, sin preguntar a la pasarela: para sondear.")
    async def payment_intent(
        self,
        info: Info,
        reference: Annotated[str, strawberry.argument(description="La referencia del intento.")],
    ) -> PaymentIntent | None:
        if isinstance(info.context.viewer, Visitor) or not reference.isalnum() or len(reference) > 40:
            return None
        found = await info.context.reading.intents.by_reference(reference)
        return info.context.show(found) if found else None

    @strawberry.field(
        description="Comprueba un comprobante por su código de verificación, de cualquier inmobiliaria. Pública."
    )
    async def verify_receipt(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description="El código impreso en el recibo.")],
    ) -> ReceiptVerification | None:
        context = info.context
        await reads_end(context.reading)  # a code is looked up, and counted, outside of anybody's snapshot
        found = await context.use_cases.verify_receipt(context.viewer, code=code, ip=context.facts.ip)
        return ReceiptVerification.of(*found) if found else None

    @strawberry.field(description="Cualquier cosa por su identificador; nulo si no existe o no es de quien pregunta.")
    async def node(self, info: Info, id: Id) -> Node | None:  # noqa: A002
        return await load_node(info, id)

    @strawberry.field(description="Varias cosas por sus identificadores, en el mismo orden; 100 a lo sumo.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Identificadores, 100 a lo sumo.")],
    ) -> list[Node | None]:
        if len(ids) > MOST_NODES:
            raise InvalidInput(FieldProblem("ids", FieldProblemCode.TOO_LONG, limit=MOST_NODES))
        # At once, so that those of a kind are read together.
        return await asyncio.gather(*(load_node(info, one) for one in ids))

    @strawberry.field(description="Un cliente.")
    def client(self, info: Info, id: Id) -> Client | None:  # noqa: A002
        return _one(info, id, "Client")

    @strawberry.field(description="Un contrato.")
    def contract(self, info: Info, id: Id) -> Contract | None:  # noqa: A002
        return _one(info, id, "Contract")

    @strawberry.field(description="Una factura.")
    def invoice(self, info: Info, id: Id) -> Invoice | None:  # noqa: A002
        return _one(info, id, "Invoice")

    @strawberry.field(description="Un recibo.")
    def payment(self, info: Info, id: Id) -> Payment | None:  # noqa: A002
        return _one(info, id, "Payment")

    @strawberry.field(description="Un comprobante de egreso.")
    def payout(self, info: Info, id: Id) -> Payout | None:  # noqa: A002
        return _one(info, id, "Payout")

    @strawberry.field(description="Una PQRS.")
    def pqrs_by_id(self, info: Info, id: Id) -> Pqrs | None:  # noqa: A002
        return _one(info, id, "Pqrs")

    @strawberry.field(
        description="Clientes, por nombre. Para el personal. Busca en nombre, documento, código y correo."
    )
    def clients(
        self,
        info: Info,
        search: Search = None,
        profile: Annotated[
            ClientProfile | None, strawberry.argument(description="Solo los que tienen exactamente este perfil.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Client]:
        narrowed = filters.ClientFilter(search=lists.searched(search), profile=profile)
        return whole_list(info, "clients", narrowed, first, after, last, before)

    @strawberry.field(description="Inmuebles, por código. Para el personal. Busca en código, dirección y ciudad.")
    def properties(
        self,
        info: Info,
        search: Search = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Property]:
        narrowed = filters.PropertyFilter(search=lists.searched(search))
        return whole_list(info, "properties", narrowed, first, after, last, before)

    @strawberry.field(
        description="Contratos, los más recientes primero. Para el personal. Busca en número, inmueble y partes."
    )
    def contracts(
        self,
        info: Info,
        search: Search = None,
        kind: Annotated[ContractKind | None, strawberry.argument(description="Solo de esta clase.")] = None,
        status: Annotated[ContractStatus | None, strawberry.argument(description="Solo en este estado.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Contract]:
        narrowed = filters.ContractFilter(search=lists.searched(search), kind=kind, status=status)
        return whole_list(info, "contracts", narrowed, first, after, last, before)

    @strawberry.field(description="Facturas. Para el personal. Busca en número y en nombre o documento del cliente.")
    def invoices(
        self,
        info: Info,
        search: Search = None,
        filter: InvoiceFilterArgument = None,  # noqa: A002
        order_by: InvoiceOrderArgument = InvoiceOrder.NEWEST,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Invoice]:
        narrowed = lists.invoices(filter, order_by, info.context.today, search)
        return whole_list(info, "invoices", narrowed, first, after, last, before)

    @strawberry.field(
        description="Recibos. Para el personal. Busca en recibo, referencia o CUS, y nombre o documento del cliente."
    )
    def payments(
        self,
        info: Info,
        search: Search = None,
        filter: PeriodFilterArgument = None,  # noqa: A002
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Payment]:
        return whole_list(info, "payments", lists.period(filter, search), first, after, last, before)

    @strawberry.field(
        description="Egresos. Para el personal. Busca en número, referencia, y nombre o documento del propietario."
    )
    def payouts(
        self,
        info: Info,
        search: Search = None,
        filter: PeriodFilterArgument = None,  # noqa: A002
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Payout]:
        return whole_list(info, "payouts", lists.period(filter, search), first, after, last, before)

    @strawberry.field(
        description=(
            "Intentos de pago en línea, los más recientes primero. Para el personal: con status REVIEW, los que "
            "esperan una decisión."
        ),
    )
    def payment_intents(
        self,
        info: Info,
        status: Annotated[
            list[PaymentIntentStatus] | None, strawberry.argument(description="Solo en alguno de estos estados.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PaymentIntent]:
        narrowed = filters.IntentFilter(status=None if status is None else tuple(status))
        return whole_list(info, "intents", narrowed, first, after, last, before)

    @strawberry.field(description="PQRS. Para el personal. Busca en radicado y en nombre o documento del cliente.")
    def pqrs(
        self,
        info: Info,
        search: Search = None,
        filter: PqrsFilterArgument = None,  # noqa: A002
        order_by: PqrsOrderArgument = PqrsOrder.NEWEST,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Pqrs]:
        narrowed = lists.pqrs(filter, info.context, search, order_by)
        return whole_list(info, "pqrs", narrowed, first, after, last, before)
