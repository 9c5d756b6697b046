"""What an import needs from outside: reading a file of records, and storing what it holds in bulk."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from domain.ids import InvoiceId, PayoutId
from domain.imports.clients import ClientRecord, StoredClient
from domain.imports.contracts import ContractRecord, StoredContract
from domain.imports.invoices import InvoiceRecord, StoredInvoice
from domain.imports.outcomes import StoredRow
from domain.imports.payments import PaymentRecord, StoredPayment
from domain.imports.payouts import PayoutRecord
from domain.imports.properties import PropertyRecord
from domain.imports.sheets import ImportKind

R = TypeVar("R")
Identity = tuple[str, str]
"""Type and number of a document."""


class Sheet(Protocol):
    """A file of records, read as a stream and as often as wanted; nothing of it stays in memory."""

    @property
    def separator(self) -> str:
        """`;`, `,` or a tab."""
        ...

    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Every record that is not blank with its place in the sheet, from 1; the first one is the header.

        Text that an export made inert is as it was before. Raises FileRefused where the file cannot be read on.
        Blocks: run it in a thread.
        """
        ...


class SheetReader(Protocol):
    """Opens sheets. Encoding and separator are detected; `columns` are the names that a header may hold.

    Both refuse (FileRefused) what is no table of records, and block: run them in a thread.
    """

    def of_text(self, text: str, columns: Collection[str]) -> Sheet: ...

    def of_file(self, path: Path, columns: Collection[str]) -> Sheet: ...


@dataclass(frozen=True, slots=True)
class Change(Generic[R]):
    """A row to be stored: the whole of it under its key, whether the key exists or not, with the digest to remember."""

    record: R
    digest: str


class ImportStore(Protocol):
    """Rows of an agency by the keys of its back office, in bulk. Lookups leave out what does not exist."""

    async def begin(self) -> None:
        """Wait until no other import of the agency runs; held until the transaction ends."""
        ...

    async def clients(self, codes: Collection[str]) -> Mapping[str, StoredClient]: ...

    async def suppressed(self, documents: Collection[Identity]) -> Collection[Identity]:
        """Those whose data was erased at their request."""
        ...

    async def properties(self, codes: Collection[str]) -> Mapping[str, StoredRow]: ...

    async def contracts(self, numbers: Collection[str]) -> Mapping[str, StoredContract]: ...

    async def invoice_digests(self, numbers: Collection[str]) -> Mapping[str, StoredRow]: ...

    async def invoices(self, numbers: Collection[str]) -> Mapping[str, StoredInvoice]:
        """Locked against payments until the transaction ends."""
        ...

    async def payments(self, receipts: Collection[str], references: Collection[str]) -> Sequence[StoredPayment]:
        """Those with one of the receipt numbers, and those made here with one of the references: the gateway's, or the
        one that a gateway was given here."""
        ...

    async def payouts(self, numbers: Collection[str]) -> Mapping[str, StoredRow]: ...

    async def has_any(self, kind: ImportKind) -> bool:
        """Whether there are invoices, or payouts, at all; of the other kinds it is not known (KeyError)."""
        ...

    async def invoice_ids(self, numbers: Collection[str]) -> Mapping[str, InvoiceId]: ...

    async def payout_ids(self, numbers: Collection[str]) -> Mapping[str, PayoutId]: ...

    async def put_clients(self, changes: Sequence[Change[ClientRecord]]) -> None: ...

    async def put_properties(self, changes: Sequence[Change[PropertyRecord]]) -> None:
        """With their owners, in place of those they had."""
        ...

    async def put_contracts(self, changes: Sequence[Change[ContractRecord]]) -> None:
        """With their parties, in place of those they had."""
        ...

    async def put_invoices(
        self, changes: Sequence[Change[InvoiceRecord]], invoices: Mapping[str, StoredInvoice]
    ) -> None:
        """Status and paid amount follow from the receipts that `invoices`, the stored versions, have."""
        ...

    async def put_payments(self, changes: Sequence[Change[PaymentRecord]], touched: Collection[StoredInvoice]) -> None:
        """With their allocations, in place of those they had, and the new state of the invoices they touched."""
        ...

    async def put_payouts(self, changes: Sequence[Change[PayoutRecord]]) -> None: ...

    async def prolong_identities(self) -> None:
        """Keep as whom clients whose data was erased stand on papers as long as those that came since have to be
        there."""
        ...

    async def rebuild_readers(self) -> None:
        """Derive anew who may read which property and contract.

        A contract: its parties, and of a lease the owners of its property. A property: its owners, and the parties of
        its contracts.
        """
        ...
