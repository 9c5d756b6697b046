"""Identity of things: random UUIDs, told apart by type. What people read are numbers, which are other values."""

from typing import NewType
from uuid import UUID

AgencyId = NewType("AgencyId", UUID)
AccountId = NewType("AccountId", UUID)
AttachmentId = NewType("AttachmentId", UUID)
SessionId = NewType("SessionId", UUID)
LinkId = NewType("LinkId", UUID)
ClientId = NewType("ClientId", UUID)
PropertyId = NewType("PropertyId", UUID)
ConsentId = NewType("ConsentId", UUID)
ContractId = NewType("ContractId", UUID)
InvoiceId = NewType("InvoiceId", UUID)
PaymentId = NewType("PaymentId", UUID)
PaymentIntentId = NewType("PaymentIntentId", UUID)
GatewayAccountId = NewType("GatewayAccountId", UUID)
RefundId = NewType("RefundId", UUID)
ReversalId = NewType("ReversalId", UUID)
PayoutId = NewType("PayoutId", UUID)
PqrsId = NewType("PqrsId", UUID)
PqrsMessageId = NewType("PqrsMessageId", UUID)
