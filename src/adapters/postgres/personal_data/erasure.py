"""Taking a client's personal data away, by the tags of the columns, and what stands in the way of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.mapping import Mapper
from adapters.postgres.personal_data.kept import IDENTITIES, INVOICES, PAYMENTS, KeptIdentities
from adapters.postgres.personal_data.owned import owned
from adapters.postgres.scoping import SET_SCOPE, ScopedRepository, scope_parameters, table_of
from adapters.postgres.tables import (
    AccountRow,
    ClientRow,
    ContractPartyRow,
    ContractRow,
    PaymentIntentRow,
    PqrsRow,
    RefundRow,
    SuppressedDocumentRow,
    metadata,
)
from adapters.postgres.tables.tags import Tag, held_of, tag_of
from application.access import Scope
from application.ports.personal_data import Erased, Erasures
from domain.accounts import AccountRole, AccountStatus
from domain.clients import Client
from domain.contracts import ContractStatus
from domain.ids import AccountId, ClientId
from domain.payment_intents import LIVE
from domain.personal_data import Obstacle, document_digest, keep_until
from domain.pqrs import PqrsStatus
from domain.refunds import RefundStatus

ACCOUNTS = table_of(AccountRow)
CLIENTS = table_of(ClientRow)
CONTRACTS = table_of(ContractRow)
INTENTS = table_of(PaymentIntentRow)
PARTIES = table_of(ContractPartyRow)
PQRS = table_of(PqrsRow)
REFUNDS = table_of(RefundRow)
SUPPRESSED = table_of(SuppressedDocumentRow)
CLIENT = Mapper(Client, CLIENTS)

BLANK = "[suprimido]"


class PostgresErasures(ScopedRepository, Erasures):
    """`keys`: the first makes the digests of documents."""

    def __init__(self, connection: AsyncConnection, scope: Scope, keys: Sequence[bytes]) -> None:
        super().__init__(connection, scope)
        self._keys = keys

    async def lock(self, client_id: ClientId) -> Client | None:
        return await self.one(CLIENT, self.select(CLIENTS).where(CLIENTS.c.id == client_id).with_for_update())

    async def obstacles(self, client_id: ClientId) -> Mapping[Obstacle, int]:
        mine = {
            table: self.select(table, sa.func.count()).where(table.c.client_id == client_id) for table in _OF_CLIENT
        }
        of_intents = (REFUNDS.c.agency_id == INTENTS.c.agency_id) & (REFUNDS.c.intent_id == INTENTS.c.id)
        parties = mine[PARTIES].join(
            CONTRACTS, (CONTRACTS.c.agency_id == PARTIES.c.agency_id) & (CONTRACTS.c.id == PARTIES.c.contract_id)
        )
        open_cases = (PqrsStatus.PENDING.value, PqrsStatus.IN_PROGRESS.value)
        staff = sa.cast([AccountRole.STAFF.value, AccountRole.ADMIN.value], ARRAY(sa.Text))
        counts = {
            Obstacle.LIVE_CONTRACT: parties.where(CONTRACTS.c.status == ContractStatus.ACTIVE.value),
            Obstacle.OPEN_BALANCE: mine[INVOICES].where(INVOICES.c.balance > 0),
            Obstacle.CREDIT_LEFT: mine[PAYMENTS].where(PAYMENTS.c.credit_left > 0),
            Obstacle.LIVE_PAYMENT: mine[INTENTS].where(INTENTS.c.status.in_([status.value for status in LIVE])),
            Obstacle.OPEN_REFUND: mine[INTENTS]
            .join(REFUNDS, of_intents)
            .where(REFUNDS.c.status == RefundStatus.REQUESTED.value),
            Obstacle.OPEN_PQRS: mine[PQRS].where(PQRS.c.status.in_(open_cases)),
            Obstacle.OF_STAFF: mine[ACCOUNTS].where(ACCOUNTS.c.roles.overlap(staff)),
        }
        asked = sa.select(*(statement.scalar_subquery().label(why.name) for why, statement in counts.items()))
        row = (await self.connection.execute(asked)).one()
        return {why: getattr(row, why.name) for why in counts if getattr(row, why.name)}

    async def erase(self, client: Client, *, at: datetime) -> Erased:
        kept = KeptIdentities(self.connection, self.scope)
        last = await kept.last_paper(client.id)
        until = keep_until(last) if last else None
        if client.erased_at is None:  # later the name and the document are gone
            if until is not None:
                await self._keep_identity(client, until)
            await self._suppress(client, at)
        else:
            await kept.prolong()
        rows = await self._by_tags(client.id)
        await self.write(
            sa.update(CLIENTS).where(CLIENTS.c.agency_id == self.scope.agency, CLIENTS.c.id == client.id),
            {"erased_at": client.erased_at or at},
        )
        await self.write(
            sa.update(ACCOUNTS).where(ACCOUNTS.c.agency_id == self.scope.agency, ACCOUNTS.c.client_id == client.id),
            {"status": AccountStatus.DISABLED.value},
        )
        return Erased(rows=rows, keep_until=until)

    async def forget_identities(self, *, on: date, limit: int) -> Sequence[tuple[ClientId, date]]:
        await KeptIdentities(self.connection, self.scope).prolong()
        over = (
            self.select(IDENTITIES, IDENTITIES.c.client_id)
            .where(IDENTITIES.c.keep_until < on)
            .order_by(IDENTITIES.c.client_id)
            .limit(limit)
        )
        gone = sa.delete(IDENTITIES).where(
            IDENTITIES.c.agency_id == self.scope.agency, IDENTITIES.c.client_id.in_(over)
        )
        rows = await self.connection.execute(gone.returning(IDENTITIES.c.client_id, IDENTITIES.c.keep_until))
        return sorted((ClientId(row.client_id), row.keep_until) for row in rows)

    async def _by_tags(self, client_id: ClientId) -> dict[str, int]:
        """Children first, as far as rows are removed: their parents are still there to find them by."""
        touched: dict[str, int] = {}
        async with _Disguise(self, await self._account_of(client_id)):
            for table in reversed(metadata.sorted_tables):
                whose = owned(table, self.scope.agency, client_id)
                if whose is None:
                    continue
                if held_of(table).removed:
                    count = await self.write(sa.delete(table).where(whose))
                elif values := _emptied(table):
                    count = await self.write(sa.update(table).where(whose).values(values))
                else:
                    continue
                heading = held_of(table).heading
                if count and heading:
                    touched[heading] = touched.get(heading, 0) + count
        return dict(sorted(touched.items()))

    async def _account_of(self, client_id: ClientId) -> AccountId | None:
        mine = (ACCOUNTS.c.agency_id == self.scope.agency) & (ACCOUNTS.c.client_id == client_id)
        found = await self.connection.scalar(sa.select(ACCOUNTS.c.id).where(mine))
        return AccountId(found) if found else None

    async def _keep_identity(self, client: Client, until: date) -> None:
        await self.write(
            insert(IDENTITIES).on_conflict_do_nothing(),
            {
                "agency_id": client.agency_id,
                "client_id": client.id,
                "name": client.name,
                "document_type": client.document_type.value,
                "document_number": client.document_number,
                "check_digit": client.check_digit,
                "keep_until": until,
            },
        )

    async def _suppress(self, client: Client, at: datetime) -> None:
        digest = document_digest(self._keys[0], client.agency_id, client.document_type.value, client.document_number)
        row = {"agency_id": client.agency_id, "digest": digest, "client_id": client.id, "at": at}
        await self.write(insert(SUPPRESSED).on_conflict_do_nothing(), row)


class _Disguise:
    """While it lasts the transaction is the account's, whose sessions nobody else sees or ends."""

    def __init__(self, repository: ScopedRepository, account_id: AccountId | None) -> None:
        self._repository = repository
        self._account_id = account_id

    async def __aenter__(self) -> None:
        if self._account_id is not None:
            await self._be(replace(self._repository.scope, account_id=self._account_id))

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._account_id is not None and kind is None:
            await self._be(self._repository.scope)

    async def _be(self, scope: Scope) -> None:
        await self._repository.connection.execute(SET_SCOPE, scope_parameters(scope))


_OF_CLIENT = (PARTIES, INVOICES, PAYMENTS, INTENTS, PQRS, ACCOUNTS)


def _emptied(table: sa.Table) -> dict[str, Any]:
    """What stands in the erased columns afterwards. Those that repeat a column of another table follow it by their
    foreign key."""
    follow = {element.parent.name for key in table.foreign_key_constraints for element in key.elements}
    return {
        column.name: _nothing(column, tag)
        for column in table.columns
        if (tag := tag_of(column)) and tag.is_erased and column.name not in follow
    }


def _nothing(column: sa.Column[Any], tag: Tag) -> Any:
    if tag.instead:
        before, placed, after = tag.instead.partition("{id}")
        return before + sa.cast(column.table.c.id, sa.Text) + after if placed else tag.instead
    if column.nullable:
        return sa.null()
    match column.type:
        case ARRAY():
            return []
        case JSONB():
            return {}
        case sa.LargeBinary():
            return b""
    return BLANK if tag.heading else ""
