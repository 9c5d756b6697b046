"""Which type of the schema shows which entity."""

from collections.abc import Callable
from typing import Any

from application.ports import books
from domain import (
    accounts,
    agencies,
    attachments,
    audit,
    clients,
    contracts,
    findings,
    invoices,
    payment_intents,
    payments,
    payouts,
    pqrs,
    properties,
    refunds,
)
from graphql_api.context import Context
from graphql_api.types.accounts import Account
from graphql_api.types.agency import Agency, PaymentGateway
from graphql_api.types.attachments import Attachment
from graphql_api.types.audit import AuditEntry
from graphql_api.types.clients import Client
from graphql_api.types.contracts import Contract, ContractParty
from graphql_api.types.findings import Finding
from graphql_api.types.intents import GatewayAttempt, PaymentIntent, Refund
from graphql_api.types.invoices import Invoice
from graphql_api.types.payments import Payment, PaymentAllocation, PaymentReversal
from graphql_api.types.payouts import Payout
from graphql_api.types.pqrs import Pqrs
from graphql_api.types.pqrs_messages import PqrsMessage
from graphql_api.types.properties import Ownership, Property
from graphql_api.types.reconciliations import Reconciliation

_SHOWN: dict[type[Any], Callable[[Any, Context], Any]] = {
    accounts.Account: Account.of,
    agencies.Agency: lambda entity, context: Agency.of(entity),
    audit.AuditEntry: AuditEntry.of,
    attachments.Attachment: Attachment.of,
    books.Reconciliation: Reconciliation.of,
    clients.Client: Client.of,
    contracts.Contract: Contract.of,
    contracts.ContractParty: ContractParty.of,
    findings.Finding: Finding.of,
    invoices.Invoice: Invoice.of,
    payment_intents.GatewayAttempt: GatewayAttempt.of,
    payment_intents.PaymentIntent: PaymentIntent.of,
    payments.Allocation: PaymentAllocation.of,
    payments.Payment: Payment.of,
    payments.PaymentReversal: PaymentReversal.of,
    payments.PaymentGatewayCode: lambda entity, context: PaymentGateway.of(entity),
    payouts.Payout: Payout.of,
    pqrs.Pqrs: Pqrs.of,
    pqrs.PqrsEvent: lambda entity, context: entity,
    pqrs.PqrsMessage: PqrsMessage.of,
    properties.Ownership: Ownership.of,
    properties.Property: Property.of,
    refunds.Refund: Refund.of,
}


def present(entity: Any, context: Context) -> Any:
    """The type for an entity, built once per appearance."""
    return _SHOWN[type(entity)](entity, context)
