"""Importing clients, properties and contracts."""

from collections.abc import Collection, Mapping, Sequence

from application.ports.imports import Change, Identity
from application.use_cases.imports.importer import Chunk, Importer
from domain.imports.cells import Row
from domain.imports.clients import ClientRecord, StoredClient, meet_client, read_client
from domain.imports.contracts import ContractRecord, StoredContract, check_contract, read_contract
from domain.imports.outcomes import Meeting, StoredRow, meet
from domain.imports.properties import PropertyRecord, check_property, read_property


class ClientImporter(Importer[ClientRecord]):
    _stored: Mapping[str, StoredClient]
    _suppressed: Collection[Identity]

    def read(self, row: Row) -> ClientRecord:
        return read_client(row)

    async def load(self, chunk: Chunk[ClientRecord]) -> None:
        self._stored = await self.store.clients({record.code for _, record in chunk})
        new = {_identity(record) for _, record in chunk if record.code not in self._stored}
        self._suppressed = await self.store.suppressed(new) if new else ()

    def meet(self, row: Row, record: ClientRecord) -> Meeting[ClientRecord]:
        stored = self._stored.get(record.code)
        suppressed = stored is None and _identity(record) in self._suppressed
        return meet_client(row, record, stored, suppressed=suppressed)

    async def put(self, changes: Sequence[Change[ClientRecord]]) -> None:
        await self.store.put_clients(changes)


class PropertyImporter(Importer[PropertyRecord]):
    _stored: Mapping[str, StoredRow]
    _clients: Collection[str]

    def read(self, row: Row) -> PropertyRecord:
        return read_property(row)

    async def load(self, chunk: Chunk[PropertyRecord]) -> None:
        self._stored = await self.store.properties({record.code for _, record in chunk})
        self._clients = await self.store.clients({code for _, record in chunk for code, _ in record.owners})

    def meet(self, row: Row, record: PropertyRecord) -> Meeting[PropertyRecord]:
        meeting = meet(record, record.digest, self._stored.get(record.code))
        if meeting.write or row.problems:
            check_property(row, record, self._clients)
        return meeting

    async def put(self, changes: Sequence[Change[PropertyRecord]]) -> None:
        await self.store.put_properties(changes)


class ContractImporter(Importer[ContractRecord]):
    _stored: Mapping[str, StoredContract]
    _clients: Collection[str]
    _properties: Collection[str]

    def read(self, row: Row) -> ContractRecord:
        return read_contract(row)

    async def load(self, chunk: Chunk[ContractRecord]) -> None:
        self._stored = await self.store.contracts({record.number for _, record in chunk})
        self._clients = await self.store.clients(
            {code for _, record in chunk for code in (*record.holders, *record.co_debtors)}
        )
        self._properties = await self.store.properties({record.property_code for _, record in chunk})

    def meet(self, row: Row, record: ContractRecord) -> Meeting[ContractRecord]:
        stored = self._stored.get(record.number)
        meeting = meet(record, record.digest, stored)
        if meeting.write or row.problems:
            check_contract(row, record, clients=self._clients, properties=self._properties, stored=stored)
        return meeting

    async def put(self, changes: Sequence[Change[ContractRecord]]) -> None:
        await self.store.put_contracts(changes)


def _identity(record: ClientRecord) -> Identity:
    return record.document_type.value, record.document.number
