"""Accounts in Postgres."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from adapters.postgres.engine import violated_constraint
from adapters.postgres.imports.rows import client_search
from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import AccountRow, ClientRow, ContractPartyRow
from application.ports.accounts import Accounts, Invitee
from application.text import folded
from domain.accounts import Account, AccountRole, AccountStatus, login_key
from domain.clients import Client, ClientProfile
from domain.contracts import PartyRole
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.identity import DocumentNumber
from domain.ids import AccountId, ClientId

ACCOUNTS = table_of(AccountRow)
CLIENTS = table_of(ClientRow)
PARTIES = table_of(ContractPartyRow)
CLIENT = Mapper(Client, CLIENTS)
MAPPER = Mapper(Account, ACCOUNTS)

_AT_ONCE = 1_000
"""Rows of one statement, which holds a bounded number of values."""

_DUPLICATES = {
    "uq_accounts_agency_id_username_key": "username",
    "uq_accounts_agency_id_email_key": "email",
    "uq_accounts_agency_id_client_id": "client",
}


class PostgresAccounts(ScopedRepository, Accounts):
    def select_account(self) -> sa.Select[Any]:
        """Accounts have no client column to narrow by: the policies decide which are seen besides the agency."""
        return sa.select(ACCOUNTS).where(ACCOUNTS.c.agency_id == self.scope.agency)

    async def by_login(self, login_key: str) -> Account | None:
        typed = (ACCOUNTS.c.username_key == login_key) | (ACCOUNTS.c.email_key == login_key)
        return await self.one(MAPPER, self.select_account().where(typed))

    async def get(self, account_id: AccountId, *, for_update: bool = False) -> Account | None:
        statement = self.select_account().where(ACCOUNTS.c.id == account_id)
        return await self.one(MAPPER, statement.with_for_update() if for_update else statement)

    async def add(self, account: Account) -> None:
        await self._write_unique(sa.insert(ACCOUNTS), account)
        if account.client_id is not None:
            nothing_yet = (CLIENTS.c.id == account.client_id) & CLIENTS.c.email.is_(None)
            await self.write(
                sa.update(CLIENTS)
                .where(CLIENTS.c.agency_id == self.scope.agency, nothing_yet)
                .values(email=account.email, search=CLIENTS.c.search + " " + folded(account.email))
            )

    async def save(self, account: Account) -> None:
        await self.write(self._update(account), _values(account))

    async def save_login(self, account: Account) -> None:
        await self._write_unique(self._update(account), account)
        if account.client_id is None:
            return
        client = await self.client(account.client_id)
        if client is None:
            raise LookupError(account.client_id)
        document = DocumentNumber(client.document_number, client.check_digit)
        await self.write(
            sa.update(CLIENTS).where(CLIENTS.c.agency_id == self.scope.agency, CLIENTS.c.id == client.id),
            {"email": account.email, "search": client_search(client.code, client.name, document, account.email)},
        )

    async def client(self, client_id: ClientId) -> Client | None:
        return await self.one(CLIENT, self.select(CLIENTS).where(CLIENTS.c.id == client_id).with_for_update())

    async def of_client(self, client_id: ClientId) -> Account | None:
        return await self.one(MAPPER, self.select_account().where(ACCOUNTS.c.client_id == client_id).with_for_update())

    async def invitees(
        self, client_ids: Collection[ClientId] | None, profile: ClientProfile | None
    ) -> Sequence[Invitee]:
        theirs = (ACCOUNTS.c.agency_id == CLIENTS.c.agency_id) & (ACCOUNTS.c.client_id == CLIENTS.c.id)
        statement = self.select(CLIENTS, CLIENTS, sa.exists().where(theirs).label("has_account"))
        if client_ids is not None:
            statement = statement.where(CLIENTS.c.id.in_(client_ids))
        if profile is not None:
            for role, wanted in ((PartyRole.TENANT, profile.is_tenant), (PartyRole.OWNER, profile.is_owner)):
                part = self.select(PARTIES, PARTIES.c.client_id).where(PARTIES.c.role == role.value)
                statement = statement.where(CLIENTS.c.id.in_(part) if wanted else CLIENTS.c.id.not_in(part))
        rows = await self.connection.execute(statement.order_by(CLIENTS.c.name_key, CLIENTS.c.code))
        return [Invitee(CLIENT.entity(row._mapping), row.has_account) for row in rows]

    async def taken_logins(self) -> Collection[str]:
        rows = await self.connection.execute(
            sa.select(ACCOUNTS.c.username_key, ACCOUNTS.c.email_key).where(ACCOUNTS.c.agency_id == self.scope.agency)
        )
        return {key for row in rows for key in row}

    async def add_new(self, accounts: Sequence[Account]) -> Collection[AccountId]:
        added: set[AccountId] = set()
        for start in range(0, len(accounts), _AT_ONCE):
            values = [_values(account) for account in accounts[start : start + _AT_ONCE]]
            statement = insert(ACCOUNTS).values(values).on_conflict_do_nothing().returning(ACCOUNTS.c.id)
            added.update((await self.connection.execute(statement)).scalars())
        return added

    async def active_admins(self) -> Collection[AccountId]:
        manages = sa.literal(AccountRole.ADMIN.value) == sa.any_(ACCOUNTS.c.roles)
        statement = (
            sa.select(ACCOUNTS.c.id)
            .where(ACCOUNTS.c.agency_id == self.scope.agency, manages, ACCOUNTS.c.status == AccountStatus.ACTIVE.value)
            .order_by(ACCOUNTS.c.id)
            .with_for_update()
        )
        return [AccountId(key) for key in (await self.connection.execute(statement)).scalars()]

    async def contact_data(self, account: Account) -> tuple[str | None, str | None, str | None] | None:
        row = (
            await self.connection.execute(
                self.select(CLIENTS, CLIENTS.c.phone, CLIENTS.c.address, CLIENTS.c.city)
                .where(CLIENTS.c.id == account.client_id, CLIENTS.c.erased_at.is_(None))
                .with_for_update()
            )
        ).one_or_none()
        return (row.phone, row.address, row.city) if row else None

    async def change_profile(
        self, account: Account, *, phone: str | None, address: str | None, city: str | None
    ) -> None:
        await self.write(
            sa.update(CLIENTS).where(CLIENTS.c.agency_id == self.scope.agency, CLIENTS.c.id == account.client_id),
            {"phone": phone, "address": address, "city": city},
        )

    def _update(self, account: Account) -> sa.Update:
        return sa.update(ACCOUNTS).where(ACCOUNTS.c.agency_id == self.scope.agency, ACCOUNTS.c.id == account.id)

    async def _write_unique(self, statement: sa.Insert | sa.Update, account: Account) -> None:
        """InvalidInput, and the work goes on, where another account has its name, e-mail or client."""
        try:
            async with self.connection.begin_nested():
                await self.write(statement, _values(account))
        except IntegrityError as error:
            field = _DUPLICATES.get(violated_constraint(error))
            if field is None:
                raise
            raise InvalidInput(FieldProblem(field, FieldProblemCode.DUPLICATE)) from error


def _values(account: Account) -> dict[str, Any]:
    return MAPPER.values(account) | {
        "username_key": login_key(account.username),
        "email_key": login_key(account.email),
    }
