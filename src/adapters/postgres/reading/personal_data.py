"""Consents, and the names that papers keep, as they are read."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from adapters.postgres.mapping import Mapper
from adapters.postgres.reading.listing import SnapshotReader
from adapters.postgres.repositories.consents import CONSENT, CONSENTS
from adapters.postgres.scoping import table_of
from adapters.postgres.tables import KeptIdentityRow
from application.ports.personal_data import KeptIdentity, PersonalDataReader
from domain.personal_data import Consent

IDENTITIES = table_of(KeptIdentityRow)
IDENTITY = Mapper(KeptIdentity, IDENTITIES)


class PostgresPersonalDataReader(SnapshotReader, PersonalDataReader):
    async def consents(self, client_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Consent]]:
        rows = await self.source.rows(
            self.select(CONSENTS)
            .where(CONSENTS.c.client_id.in_(client_ids))
            .order_by(CONSENTS.c.at.desc(), CONSENTS.c.purpose)
        )
        found: dict[UUID, list[Consent]] = {}
        for row in rows:
            found.setdefault(row.client_id, []).append(CONSENT.entity(row._mapping))
        return found

    async def on_papers(self, client_ids: Collection[UUID]) -> Mapping[UUID, KeptIdentity]:
        rows = await self.source.rows(self.select(IDENTITIES).where(IDENTITIES.c.client_id.in_(client_ids)))
        return {row.client_id: IDENTITY.entity(row._mapping) for row in rows}
