"""Consents, and as whom people stand on papers, as they are read from memory."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from application.ports.personal_data import KeptIdentity, PersonalDataReader
from domain.personal_data import Consent
from tests.fakes.personal_data import newest_first
from tests.fakes.reading.listing import FakeReader


class FakePersonalDataReader(FakeReader, PersonalDataReader):
    async def consents(self, client_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Consent]]:
        seen = [it for it in self.store.consents if it.client_id in client_ids and self.sight.sees(it)]
        clients = {it.client_id for it in seen}
        return {key: newest_first(it for it in seen if it.client_id == key) for key in clients}

    async def on_papers(self, client_ids: Collection[UUID]) -> Mapping[UUID, KeptIdentity]:
        return {
            key: kept.identity
            for key, kept in self.store.kept.items()
            if key in client_ids and self.sight.is_staff and self.sight.of_agency(kept)
        }
