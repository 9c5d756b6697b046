"""Consents, as they are read from memory. Nobody in memory was ever forgotten."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from application.ports.personal_data import KeptIdentity, PersonalDataReader
from domain.personal_data import Consent
from tests.fakes.reading.listing import FakeReader


class FakePersonalDataReader(FakeReader, PersonalDataReader):
    async def consents(self, client_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Consent]]:
        return {}

    async def on_papers(self, client_ids: Collection[UUID]) -> Mapping[UUID, KeptIdentity]:
        return {}
