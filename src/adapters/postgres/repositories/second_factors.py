"""Second factors in Postgres."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import SecondFactorRow
from application.ports.accounts import SecondFactors
from domain.ids import AccountId
from domain.second_factors import SecondFactor

FACTORS = table_of(SecondFactorRow)
FACTOR = Mapper(SecondFactor, FACTORS)


class PostgresSecondFactors(ScopedRepository, SecondFactors):
    async def get(self, account_id: AccountId) -> SecondFactor | None:
        return await self.one(FACTOR, sa.select(FACTORS).where(self._of(account_id)).with_for_update())

    async def put(self, factor: SecondFactor) -> None:
        values = FACTOR.values(factor)
        await self.write(
            insert(FACTORS)
            .values(values)
            .on_conflict_do_update(index_elements=["agency_id", "account_id"], set_=values)
        )

    async def remove(self, account_id: AccountId) -> bool:
        return await self.write(sa.delete(FACTORS).where(self._of(account_id))) == 1

    def _of(self, account_id: AccountId) -> sa.ColumnElement[bool]:
        return (FACTORS.c.agency_id == self.scope.agency) & (FACTORS.c.account_id == account_id)
