"""Properties, their owners and the contracts in force on them."""

import strawberry

from domain.contracts import ContractKind
from domain.ids import ClientId, PropertyId
from domain.properties import Ownership as OwnershipEntity
from domain.properties import Property as PropertyEntity
from domain.properties import PropertyUse
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.scalars import Percentage
from graphql_api.types.later import ClientType, ContractType


@strawberry.type(description="La parte de un propietario en un inmueble.")
class Ownership:
    name: str = field("Nombre del propietario.")
    share: Percentage = field("Su porcentaje; los de un inmueble suman 100.")
    client_id: strawberry.Private[ClientId]

    @strawberry.field(description="Solo visible para el personal o si es la propia persona.")
    def client(self, info: Info) -> ClientType | None:
        return info.context.loaders.clients.load(self.client_id)

    @classmethod
    def of(cls, entity: OwnershipEntity, context: Context) -> "Ownership":
        return cls(name=entity.name, share=Percentage(entity.share), client_id=entity.client_id)


@strawberry.type(description="Casa, apartamento, local, oficina o bodega que la inmobiliaria administra o arrienda.")
class Property(Node):
    code: str = field("Código en el sistema administrativo.")
    address: str = field("Dirección.")
    city: str = field("Ciudad.")
    use: PropertyUse = field("Uso.")
    key: strawberry.Private[PropertyId]

    @strawberry.field(
        description="Solo para el personal y los propietarios del inmueble; nulo para el inquilino y el codeudor."
    )
    def owners(self, info: Info) -> list[Ownership] | None:
        return info.context.loaders.property_owners.load(self.key)

    @strawberry.field(
        description="Arriendo vigente: para el personal, sus partes y los propietarios del inmueble; si no, nulo."
    )
    async def active_lease(self, info: Info) -> ContractType | None:
        return await self._active(info, ContractKind.LEASE)

    @strawberry.field(description="Administración vigente: para el personal y los propietarios; si no, nulo.")
    async def active_management(self, info: Info) -> ContractType | None:
        return await self._active(info, ContractKind.MANAGEMENT)

    async def _active(self, info: Info, kind: ContractKind) -> object:
        contracts = await info.context.loaders.active_contracts.load(self.key)
        return next((contract for contract in contracts if contract.kind is kind), None)

    @classmethod
    def of(cls, entity: PropertyEntity, context: Context) -> "Property":
        return cls(
            id=global_id("Property", entity.id),
            code=entity.code,
            address=entity.address,
            city=entity.city,
            use=entity.use,
            key=entity.id,
        )
