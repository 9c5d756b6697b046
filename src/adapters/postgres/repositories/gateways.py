"""Merchant accounts and the inbox of gateways' notices in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import AgencyRow, GatewayAccountRow, GatewayEventRow
from application.ports.payment_gateway import SignatureAlgorithm
from application.ports.payments import GatewayAccount, GatewayAccounts, GatewayEvent, GatewayEvents
from domain.ids import AgencyId
from domain.payments import PaymentGatewayCode

AGENCIES = table_of(AgencyRow)
GATEWAY_ACCOUNTS = table_of(GatewayAccountRow)
EVENTS = table_of(GatewayEventRow)

_SETTINGS = ("merchant_id", "account_id", "signature", "dialect", "test")
MERCHANT = Mapper(GatewayAccount, GATEWAY_ACCOUNTS, apart=_SETTINGS)
EVENT = Mapper(GatewayEvent, EVENTS)


class PostgresGatewayAccounts(ScopedRepository, GatewayAccounts):
    async def by_public_key(self, key: str) -> GatewayAccount | None:
        rows = sa.select(GATEWAY_ACCOUNTS).where(GATEWAY_ACCOUNTS.c.public_key == key)
        return _merchant((await self.connection.execute(rows)).one_or_none())

    async def get(self, gateway: PaymentGatewayCode) -> GatewayAccount | None:
        # The agency's own, whoever asks: a client opens a checkout with it.
        within = GATEWAY_ACCOUNTS.c.agency_id == self.scope.agency
        rows = sa.select(GATEWAY_ACCOUNTS).where(within, GATEWAY_ACCOUNTS.c.gateway == gateway.value)
        return _merchant((await self.connection.execute(rows)).one_or_none())

    async def save(self, account: GatewayAccount) -> None:
        settings = {
            "merchant_id": account.merchant_id,
            "account_id": account.account_id,
            "signature": account.signature.value,
            "dialect": account.dialect,
            "test": account.test,
        }
        values = MERCHANT.values(account) | {"settings": settings}
        kept = {name: value for name, value in values.items() if name not in ("id", "agency_id")}
        await self.write(
            insert(GATEWAY_ACCOUNTS).values(values).on_conflict_do_update(index_elements=["id"], set_=kept)
        )
        public = sa.update(AGENCIES).where(AGENCIES.c.id == account.agency_id)
        await self.write(
            public.values(
                gateways=_usable(account.agency_id, test=False), test_gateways=_usable(account.agency_id, test=True)
            )
        )


class PostgresGatewayEvents(ScopedRepository, GatewayEvents):
    async def receive(self, event: GatewayEvent) -> str | None:
        statement = (
            insert(EVENTS)
            .values(EVENT.values(event) | {"deliveries": 1})
            .on_conflict_do_update(
                index_elements=["agency_id", "dedup_key"], set_={"deliveries": EVENTS.c.deliveries + 1}
            )
            .returning(EVENTS.c.outcome)
        )
        outcome: str | None = (await self.connection.execute(statement)).scalar_one()
        return outcome

    async def knows(self, dedup_key: str) -> bool:
        known = self.select(EVENTS, EVENTS.c.id).where(EVENTS.c.dedup_key == dedup_key)
        return (await self.connection.execute(known)).one_or_none() is not None

    async def count(self, reference: str) -> int:
        kept = self.select(EVENTS, sa.func.count()).where(EVENTS.c.reference == reference)
        return int(await self.connection.scalar(kept) or 0)

    async def outcome(self, dedup_key: str) -> str | None:
        found = await self.connection.execute(
            self.select(EVENTS, EVENTS.c.outcome).where(EVENTS.c.dedup_key == dedup_key)
        )
        row = found.one_or_none()
        return row.outcome if row else None

    async def conclude(self, dedup_key: str, outcome: str) -> None:
        await self.write(
            sa.update(EVENTS)
            .where(EVENTS.c.agency_id == self.scope.agency, EVENTS.c.dedup_key == dedup_key)
            .values(outcome=outcome)
        )

    async def forget(self, *, before: datetime) -> int:
        told = (EVENTS.c.body != "") | (EVENTS.c.source_ip != "")
        return await self.write(
            sa.update(EVENTS)
            .where(EVENTS.c.agency_id == self.scope.agency, EVENTS.c.received_at < before, told)
            .values(body="", source_ip="")
        )

    async def left(self, *, since: datetime, until: datetime, limit: int) -> Sequence[str]:
        left = EVENTS.c.authentic & EVENTS.c.outcome.is_(None) & EVENTS.c.received_at.between(since, until)
        rows = self.select(EVENTS, EVENTS.c.reference).where(left, EVENTS.c.reference.is_not(None))
        first = sa.func.min(EVENTS.c.received_at)
        found = await self.connection.execute(
            rows.group_by(EVENTS.c.reference).order_by(first, EVENTS.c.reference).limit(limit)
        )
        return list(found.scalars())

    async def conclude_about(self, reference: str, *, until: datetime, outcome: str) -> None:
        about = (EVENTS.c.agency_id == self.scope.agency) & (EVENTS.c.reference == reference)
        waiting = about & EVENTS.c.outcome.is_(None) & (EVENTS.c.received_at <= until)
        await self.write(sa.update(EVENTS).where(waiting).values(outcome=outcome))


def _usable(agency_id: AgencyId, *, test: bool) -> Any:
    """SQL for the gateways where the agency has an account that is enabled, has credentials, and is a test one or not:
    the same as `Merchants.usable` asks for."""
    usable = sa.select(GATEWAY_ACCOUNTS.c.gateway).where(
        GATEWAY_ACCOUNTS.c.agency_id == agency_id,
        GATEWAY_ACCOUNTS.c.enabled,
        GATEWAY_ACCOUNTS.c.secrets.is_not(None),
        sa.func.coalesce(GATEWAY_ACCOUNTS.c.settings["test"].as_boolean(), False) == test,
    )
    return sa.func.array(usable.order_by(GATEWAY_ACCOUNTS.c.gateway.desc()).scalar_subquery())


def _merchant(row: Any) -> GatewayAccount | None:
    if row is None:
        return None
    settings = row.settings
    return MERCHANT.entity(
        row._mapping,
        merchant_id=settings.get("merchant_id", ""),
        account_id=settings.get("account_id", ""),
        signature=SignatureAlgorithm(settings.get("signature", SignatureAlgorithm.MD5)),
        dialect=settings.get("dialect", ""),
        test=bool(settings.get("test", False)),
    )
