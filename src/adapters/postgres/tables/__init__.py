"""Every table, as SQLModel declarations of columns only: no relationships, no methods, no defaults with meaning.

`table=True` classes do not validate; they are table definitions. Read and write through their `__table__`.
"""

from adapters.postgres.tables.access import (
    AccountLinkRow,
    AccountRow,
    RateLimitRow,
    SecondFactorRow,
    SessionRow,
    SessionTokenRow,
    SpentChallengeRow,
)
from adapters.postgres.tables.agencies import AgencyKeyRow, AgencyRow, CounterRow
from adapters.postgres.tables.attachments import AttachmentRow
from adapters.postgres.tables.audit import AuditEntryRow, AuditHeadRow
from adapters.postgres.tables.billing import InvoiceRow, PaymentAllocationRow, PaymentRow, PayoutRow
from adapters.postgres.tables.columns import metadata
from adapters.postgres.tables.correspondence import ContactRow
from adapters.postgres.tables.gateways import (
    GatewayAccountRow,
    GatewayEventRow,
    GatewayTransactionRow,
    PaymentIntentInvoiceRow,
    PaymentIntentKeyRow,
    PaymentIntentRow,
)
from adapters.postgres.tables.ledger import (
    FindingRow,
    LedgerEntryRow,
    LedgerJournalRow,
    PaymentReversalRow,
    ReconciliationRow,
    RefundRow,
    RequestKeyRow,
)
from adapters.postgres.tables.people import (
    ClientRow,
    ContractPartyRow,
    ContractReaderRow,
    ContractRow,
    PropertyOwnerRow,
    PropertyReaderRow,
    PropertyRow,
)
from adapters.postgres.tables.personal_data import ConsentRow, KeptIdentityRow, SuppressedDocumentRow
from adapters.postgres.tables.pqrs import PqrsEventRow, PqrsMessageRow, PqrsRow

__all__ = [
    "AccountLinkRow",
    "AccountRow",
    "AgencyKeyRow",
    "AgencyRow",
    "AttachmentRow",
    "AuditEntryRow",
    "AuditHeadRow",
    "ClientRow",
    "ConsentRow",
    "ContactRow",
    "ContractPartyRow",
    "ContractReaderRow",
    "ContractRow",
    "CounterRow",
    "FindingRow",
    "GatewayAccountRow",
    "GatewayEventRow",
    "GatewayTransactionRow",
    "InvoiceRow",
    "KeptIdentityRow",
    "LedgerEntryRow",
    "LedgerJournalRow",
    "PaymentAllocationRow",
    "PaymentIntentInvoiceRow",
    "PaymentIntentKeyRow",
    "PaymentIntentRow",
    "PaymentReversalRow",
    "PaymentRow",
    "PayoutRow",
    "PqrsEventRow",
    "PqrsMessageRow",
    "PqrsRow",
    "PropertyOwnerRow",
    "PropertyReaderRow",
    "PropertyRow",
    "RateLimitRow",
    "ReconciliationRow",
    "RefundRow",
    "RequestKeyRow",
    "SecondFactorRow",
    "SessionRow",
    "SessionTokenRow",
    "SpentChallengeRow",
    "SuppressedDocumentRow",
    "metadata",
]
