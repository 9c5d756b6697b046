"""Accounts in Postgres."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from adapters.postgres.engine import violated_constraint
from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import AccountRow, ClientRow
from application.ports.accounts import Accounts
from application.text import folded
from domain.accounts import Account, login_key
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.ids import AccountId

ACCOUNTS = table_of(AccountRow)
CLIENTS = table_of(ClientRow)
MAPPER = Mapper(Account, ACCOUNTS)

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
        found = await self.connection.execute(
            self.select_account().where((ACCOUNTS.c.username_key == login_key) | (ACCOUNTS.c.email_key == login_key))
        )
        row = found.one_or_none()
        return MAPPER.entity(row._mapping) if row else None

    async def get(self, account_id: AccountId, *, for_update: bool = False) -> Account | None:
        statement = self.select_account().where(ACCOUNTS.c.id == account_id)
        row = (await self.connection.execute(statement.with_for_update() if for_update else statement)).one_or_none()
        return MAPPER.entity(row._mapping) if row else None

    async def add(self, account: Account) -> None:
        try:
            async with self.connection.begin_nested():
                await self.write(sa.insert(ACCOUNTS), _values(account))
        except IntegrityError as error:
            field = _DUPLICATES.get(violated_constraint(error))
            if field is None:
                raise
            raise InvalidInput(FieldProblem(field, FieldProblemCode.DUPLICATE)) from error
        if account.client_id is not None:
            nothing_yet = (CLIENTS.c.id == account.client_id) & CLIENTS.c.email.is_(None)
            await self.write(
                sa.update(CLIENTS)
                .where(CLIENTS.c.agency_id == self.scope.agency, nothing_yet)
                .values(email=account.email, search=CLIENTS.c.search + " " + folded(account.email))
            )

    async def save(self, account: Account) -> None:
        await self.write(
            sa.update(ACCOUNTS).where(ACCOUNTS.c.agency_id == self.scope.agency, ACCOUNTS.c.id == account.id),
            _values(account),
        )

    async def contact_data(self, account: Account) -> tuple[str | None, str | None, str | None]:
        row = (
            await self.connection.execute(
                self.select(CLIENTS, CLIENTS.c.phone, CLIENTS.c.address, CLIENTS.c.city)
                .where(CLIENTS.c.id == account.client_id)
                .with_for_update()
            )
        ).one()
        return row.phone, row.address, row.city

    async def change_profile(
        self, account: Account, *, phone: str | None, address: str | None, city: str | None
    ) -> None:
        await self.write(
            sa.update(CLIENTS).where(CLIENTS.c.agency_id == self.scope.agency, CLIENTS.c.id == account.client_id),
            {"phone": phone, "address": address, "city": city},
        )


def _values(account: Account) -> dict[str, Any]:
    return MAPPER.values(account) | {
        "username_key": login_key(account.username),
        "email_key": login_key(account.email),
    }
