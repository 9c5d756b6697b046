"""What the record says, for the staff."""

from datetime import datetime

import strawberry

from domain.audit import AuditEntry as AuditEntryEntity
from graphql_api.audit_texts import audit_action
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.types.accounts import Account


@strawberry.type(
    description="Una anotación de la bitácora: quién hizo qué. No se cambia ni se borra. Solo para el personal."
)
class AuditEntry(Node):
    number: int = field("Su número en la bitácora de la inmobiliaria, desde 1 y sin saltos.")
    at: datetime = field("Cuándo.")
    actor: str = field("Quién, como se llamaba entonces: un usuario, «el sistema» o «la línea de órdenes».")
    action: str = field("Qué hizo, como código que no cambia: PAYMENT_RECORDED.")
    action_label: str = field("Qué hizo, en español: «Registró un pago de la oficina».")
    entity_id: strawberry.ID | None = field("Identificador de aquello sobre lo que se hizo; sirve para node.")
    changes: str | None = field("Cambios como JSON, sin datos secretos.")
    source: strawberry.Private[AuditEntryEntity]

    @strawberry.field(description="La cuenta de quien lo hizo; nula si fue el sistema o la línea de órdenes.")
    def account(self, info: Info) -> Account | None:
        key = self.source.account_id
        return info.context.loaders.accounts.load(key) if key else None

    @classmethod
    def of(cls, entity: AuditEntryEntity, context: Context) -> "AuditEntry":
        name, key = entity.entity_type, entity.entity_id
        return cls(
            id=global_id("AuditEntry", entity.id),
            number=entity.number,
            at=entity.at,
            actor=entity.actor,
            action=entity.action,
            action_label=audit_action(entity.action),
            entity_id=global_id(name, key) if name and key else None,
            changes=None if entity.changes == "{}" else entity.changes,
            source=entity,
        )
