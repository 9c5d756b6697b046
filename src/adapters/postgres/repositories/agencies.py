"""Agencies and counters in Postgres."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from adapters.postgres.engine import violated_constraint
from adapters.postgres.mapping import Mapper
from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import AgencyKeyRow, AgencyRow, CounterRow
from application.ports.agencies import Agencies, Counters
from domain.agencies import Agency, Logo
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.ids import AgencyId

AGENCIES = table_of(AgencyRow)
KEYS = table_of(AgencyKeyRow)
COUNTERS = table_of(CounterRow)
AGENCY = Mapper(Agency, AGENCIES, apart=("logo",))


class PostgresAgencies(ScopedRepository, Agencies):
    async def by_key(self, key: str) -> AgencyId | None:
        found = await self.connection.scalar(sa.select(KEYS.c.agency_id).where(KEYS.c.key == key))
        return AgencyId(found) if found else None

    async def knows_origin(self, origin: str) -> bool:
        listed = sa.select(AGENCIES.c.id).where(sa.literal(origin) == sa.any_(AGENCIES.c.origins)).limit(1)
        return await self.connection.scalar(listed) is not None

    async def ids(self) -> Sequence[AgencyId]:
        if not self.scope.work:
            return []
        every = sa.select(KEYS.c.agency_id).where(KEYS.c.agency_id.is_not(None)).distinct()
        return [
            AgencyId(found) for found in (await self.connection.execute(every.order_by(KEYS.c.agency_id))).scalars()
        ]

    async def get(self, agency_id: AgencyId, *, for_update: bool = False) -> Agency | None:
        wanted = sa.select(AGENCIES).where(AGENCIES.c.id == agency_id)
        row = (await self.connection.execute(wanted.with_for_update() if for_update else wanted)).one_or_none()
        return agency_of(row._mapping) if row else None

    async def add(self, agency: Agency, *, hosts: tuple[str, ...]) -> None:
        field = "slug"
        try:
            async with self.connection.begin_nested():
                await self.write(sa.insert(AGENCIES).values(created_at=sa.func.now(), **_values(agency)))
                await self.write(sa.insert(KEYS), {"key": agency.slug, "agency_id": agency.id})
                field = "host"
                for host in hosts:
                    await self.write(sa.insert(KEYS), {"key": host.lower(), "agency_id": agency.id})
        except IntegrityError as error:
            if violated_constraint(error) in ("uq_agencies_slug", "pk_agency_keys"):
                raise InvalidInput(FieldProblem(field, FieldProblemCode.DUPLICATE)) from error
            raise
        await self.connection.execute(sa.text("select set_config('app.agency_key', '*', true)"))
        only = insert(KEYS).values(key="*", agency_id=agency.id)
        await self.write(only.on_conflict_do_update(index_elements=["key"], set_={"agency_id": None}))

    async def save(self, agency: Agency) -> None:
        await self.write(sa.update(AGENCIES).where(AGENCIES.c.id == agency.id), _values(agency))


class PostgresCounters(ScopedRepository, Counters):
    async def next(self, name: str) -> int:
        statement = (
            insert(COUNTERS)
            .values(agency_id=self.scope.agency, name=name, value=1)
            .on_conflict_do_update(index_elements=["agency_id", "name"], set_={"value": COUNTERS.c.value + 1})
            .returning(COUNTERS.c.value)
        )
        return int((await self.connection.execute(statement)).scalar_one())


def agency_of(row: Any) -> Agency:
    """An agency from its row, logo included."""
    logo = Logo(content_type=row["logo_content_type"], content=row["logo"]) if row["logo"] else None
    return AGENCY.entity(row, logo=logo)


def _values(agency: Agency) -> dict[str, Any]:
    return AGENCY.values(agency) | {
        "logo": agency.logo.content if agency.logo else None,
        "logo_content_type": agency.logo.content_type if agency.logo else None,
    }
