"""Accounts and their sessions."""

from datetime import datetime

import strawberry

from application.access import sees_as_client
from domain.accounts import Account as AccountEntity
from domain.accounts import AccountRole, AccountStatus
from domain.ids import AccountId, ClientId, SessionId
from domain.sessions import Session as SessionEntity
from graphql_api.context import Context, Info
from graphql_api.describe import field
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.types.later import ClientType


@strawberry.type(description="Un inicio de sesión en un dispositivo.")
class Session(Node):
    created_at: datetime = field("Cuándo se inició.")
    last_seen_at: datetime = field("Cuándo se usó por última vez, al minuto.")
    expires_at: datetime = field("Cuándo termina si no se usa más.")
    user_agent: str | None = field("Navegador o aplicación, como se identificó.")
    current: bool = field("Si es la sesión con la que se hace esta consulta.")

    @classmethod
    def of(cls, entity: SessionEntity, current: SessionId | None) -> "Session":
        return cls(
            id=global_id("Session", entity.id),
            created_at=entity.created_at,
            last_seen_at=entity.last_seen_at,
            expires_at=entity.expires_at,
            user_agent=entity.user_agent,
            current=entity.id == current,
        )


@strawberry.type(
    description="La identidad con la que se inicia sesión. Una cuenta puede ser de un cliente, del personal o de ambos."
)
class Account(Node):
    username: str = field("Usuario.")
    email: str = field("Correo registrado; también sirve para entrar.")
    status: AccountStatus = field("Estado de la cuenta.")
    roles: list[AccountRole] = field("Qué puede hacer.")
    last_login_at: datetime | None = field("Cuándo entró por última vez.")
    second_factor: bool = field("Si para entrar se necesita además un código.")
    key: strawberry.Private[AccountId]
    client_id: strawberry.Private[ClientId | None]

    @strawberry.field(description="El cliente al que pertenece la cuenta; nulo si es solo del personal.")
    def client(self, info: Info) -> ClientType | None:
        return info.context.loaders.clients.load(self.client_id) if self.client_id else None

    @strawberry.field(
        description=(
            "Sesiones abiertas de la propia cuenta; vacía si la cuenta es de otra persona, y siempre al ver como un "
            "cliente."
        )
    )
    async def sessions(self, info: Info) -> list[Session]:
        viewer = info.context.viewer
        if getattr(viewer, "account_id", None) != self.key:
            return []
        found = await info.context.loaders.own_sessions.load(self.key)
        return [Session.of(session, getattr(viewer, "session_id", None)) for session in found]

    @strawberry.field(
        description=(
            "Cuántos códigos de recuperación quedan por usar. Nulo si no hay segundo factor, o si la cuenta es de otra "
            "persona: solo su dueño lo sabe."
        )
    )
    async def recovery_codes_left(self, info: Info) -> int | None:
        viewer = info.context.viewer
        if getattr(viewer, "account_id", None) != self.key or getattr(viewer, "read_only", False):
            return None
        left: int | None = await info.context.loaders.own_recovery_codes.load(self.key)
        return left

    @classmethod
    def of(cls, entity: AccountEntity, context: Context) -> "Account":
        if sees_as_client(context.viewer):
            entity = entity.as_of_client()
        return cls(
            id=global_id("Account", entity.id),
            username=entity.username,
            email=entity.email,
            status=entity.status,
            roles=list(entity.roles),
            last_login_at=entity.last_login_at,
            second_factor=entity.second_factor,
            key=entity.id,
            client_id=entity.client_id,
        )
