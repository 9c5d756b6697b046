"""Contracts and their parties."""

from datetime import date

import strawberry

from application.filters import InvoiceOrder, Parent
from domain.contracts import Contract as ContractEntity
from domain.contracts import ContractKind, ContractStatus, PartyRole
from domain.contracts import ContractParty as PartyEntity
from domain.ids import ClientId, ContractId, PropertyId
from graphql_api.connections import After, Before, Connection, First, Last, page_request
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.scalars import Money, Percentage
from graphql_api.types import lists
from graphql_api.types.later import ClientType, InvoiceType
from graphql_api.types.lists import InvoiceFilterArgument, InvoiceOrderArgument
from graphql_api.types.properties import Property


@strawberry.type(description="Una persona que es parte de un contrato.")
class ContractParty:
    role: PartyRole = field("En qué papel.")
    name: str = field("Su nombre.")
    client_id: strawberry.Private[ClientId]

    @strawberry.field(description="Solo visible para el personal o si es la propia persona.")
    def client(self, info: Info) -> ClientType | None:
        return info.context.loaders.clients.load(self.client_id)

    @classmethod
    def of(cls, entity: PartyEntity, context: Context) -> "ContractParty":
        return cls(role=entity.role, name=entity.name, client_id=entity.client_id)


@strawberry.type(description="Contrato de arrendamiento (LEASE) o de administración (MANAGEMENT).")
class Contract(Node):
    number: str = field("Número del contrato.")
    kind: ContractKind = field("Arrendamiento o administración.")
    status: ContractStatus = field("Vigente o terminado.")
    start_date: date = field("Fecha de inicio.")
    end_date: date | None = field("Fecha de terminación pactada.")
    rent: Money | None = field("Canon mensual, en contratos de arrendamiento.")
    building_fee: Money | None = field("Cuota de administración de la copropiedad.")
    commission_rate: Percentage | None = field("Comisión sobre el canon, en contratos de administración.")
    next_increase_date: date | None = field("Desde cuándo se puede reajustar el canon (Ley 820 de 2003, art. 20).")
    key: strawberry.Private[ContractId]
    property_id: strawberry.Private[PropertyId]

    @strawberry.field(description="El inmueble.")
    def property(self, info: Info) -> Property:
        return info.context.loaders.properties.load(self.property_id)

    @strawberry.field(description="Quiénes son parte; vacía para el propietario que mira el arriendo de su inmueble.")
    def parties(self, info: Info) -> list[ContractParty]:
        return info.context.loaders.contract_parties.load(self.key)

    @strawberry.field(description="Facturas de este contrato que puede ver quien pregunta.")
    def invoices(
        self,
        info: Info,
        filter: InvoiceFilterArgument = None,  # noqa: A002
        order_by: InvoiceOrderArgument = InvoiceOrder.NEWEST,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[InvoiceType]:
        narrowed = lists.invoices(filter, order_by, info.context.today)
        page = page_request(first, after, last, before)
        return info.context.loaders.page("invoices", Parent.CONTRACT, self.key, narrowed, page)

    @classmethod
    def of(cls, entity: ContractEntity, context: Context) -> "Contract":
        return cls(
            id=global_id("Contract", entity.id),
            number=entity.number,
            kind=entity.kind,
            status=entity.status,
            start_date=entity.start_on,
            end_date=entity.end_on,
            rent=None if entity.rent is None else Money(entity.rent),
            building_fee=None if entity.building_fee is None else Money(entity.building_fee),
            commission_rate=None if entity.commission_rate is None else Percentage(entity.commission_rate),
            next_increase_date=entity.next_increase_on,
            key=entity.id,
            property_id=entity.property_id,
        )
