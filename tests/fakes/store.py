"""All rows of all agencies in memory, and which of them a scope sees."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any

from application.access import Scope
from application.ports.books import AnsweredRequest, Reconciliation
from application.ports.payments import GatewayAccount, GatewayEvent
from application.ports.personal_data import KeptIdentity
from application.text import folded
from domain.accounts import Account
from domain.agencies import Agency
from domain.attachments import Attachment
from domain.audit import AuditEntry, AuditHead
from domain.clients import Client
from domain.collections import Contact
from domain.contracts import Contract, ContractKind, ContractParty
from domain.findings import Finding
from domain.identity import DocumentNumber
from domain.ids import (
    AccountId,
    AgencyId,
    AttachmentId,
    ClientId,
    ContractId,
    GatewayAccountId,
    InvoiceId,
    LinkId,
    PaymentId,
    PaymentIntentId,
    PayoutId,
    PqrsId,
    PqrsMessageId,
    PropertyId,
    SessionId,
)
from domain.invoices import Invoice
from domain.ledger import Journal
from domain.links import AccountLink
from domain.payment_intents import PaymentIntent
from domain.payments import Payment, PaymentReversal, Share
from domain.payouts import Payout
from domain.personal_data import Consent
from domain.pqrs import Pqrs, PqrsEvent, PqrsMessage
from domain.properties import Ownership, Property
from domain.second_factors import SecondFactor
from domain.sessions import Session, SessionToken
from tests.fakes.books import Books, Shares
from tests.fakes.jobs import KeptJob


@dataclass(frozen=True)
class Kept:
    """As whom somebody whose data was erased stands on papers, and the last day on which those have to be there."""

    agency_id: AgencyId
    identity: KeptIdentity
    until: date


@dataclass
class FakeStore:
    """`agency_keys` are hosts, slugs and `*`; `payments` are receipts with what they pay, `attachments` files with what
    is in them."""

    agencies: dict[AgencyId, Agency] = field(default_factory=dict)
    agency_keys: dict[str, AgencyId | None] = field(default_factory=dict)
    counters: dict[tuple[AgencyId, str], int] = field(default_factory=dict)
    clients: dict[ClientId, Client] = field(default_factory=dict)
    properties: dict[PropertyId, Property] = field(default_factory=dict)
    owners: list[Ownership] = field(default_factory=list)
    contracts: dict[ContractId, Contract] = field(default_factory=dict)
    parties: list[ContractParty] = field(default_factory=list)
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    links: dict[LinkId, AccountLink] = field(default_factory=dict)
    second_factors: dict[AccountId, SecondFactor] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    tokens: dict[str, SessionToken] = field(default_factory=dict)
    invoices: dict[InvoiceId, Invoice] = field(default_factory=dict)
    payments: dict[PaymentId, tuple[Payment, Shares]] = field(default_factory=dict)
    payouts: dict[PayoutId, Payout] = field(default_factory=dict)
    pqrs: dict[PqrsId, Pqrs] = field(default_factory=dict)
    pqrs_events: list[PqrsEvent] = field(default_factory=list)
    pqrs_messages: dict[PqrsMessageId, PqrsMessage] = field(default_factory=dict)
    attachments: dict[AttachmentId, tuple[Attachment, bytes]] = field(default_factory=dict)
    gateway_accounts: dict[GatewayAccountId, GatewayAccount] = field(default_factory=dict)
    intents: dict[PaymentIntentId, PaymentIntent] = field(default_factory=dict)
    asked: dict[PaymentIntentId, datetime] = field(default_factory=dict)
    keys: dict[tuple[ClientId, str, PaymentIntentId], str] = field(default_factory=dict)
    transactions: dict[tuple[GatewayAccountId, str], PaymentIntentId] = field(default_factory=dict)
    booked: dict[tuple[GatewayAccountId, str], PaymentId] = field(default_factory=dict)
    gateway_events: dict[tuple[AgencyId, str], GatewayEvent] = field(default_factory=dict)
    deliveries: dict[tuple[AgencyId, str], int] = field(default_factory=dict)
    jobs: list[KeptJob] = field(default_factory=list)
    shares: dict[PaymentId, list[Share]] = field(default_factory=dict)
    imported: dict[PaymentId, bool] = field(default_factory=dict)
    reversals: list[PaymentReversal] = field(default_factory=list)
    journals: dict[tuple[AgencyId, str], Journal] = field(default_factory=dict)
    findings: dict[tuple[AgencyId, str], Finding] = field(default_factory=dict)
    reports: dict[tuple[AgencyId, date], Reconciliation] = field(default_factory=dict)
    requests: dict[tuple[AccountId, str], AnsweredRequest] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    kept: dict[ClientId, Kept] = field(default_factory=dict)
    suppressed: dict[tuple[AgencyId, str, str], ClientId] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    reminded: dict[AgencyId, date] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    heads: dict[AgencyId, AuditHead] = field(default_factory=dict)

    @property
    def books(self) -> Books:
        """The same rows as the repositories of payments look at them."""
        return Books(
            agencies=self.agencies,
            clients=self.clients,
            invoices=self.invoices,
            accounts=self.gateway_accounts,
            intents=self.intents,
            asked=self.asked,
            keys=self.keys,
            transactions=self.transactions,
            booked=self.booked,
            events=self.gateway_events,
            deliveries=self.deliveries,
            payments=self.payments,
            counters=self.counters,
            jobs=self.jobs,
            shares=self.shares,
            imported=self.imported,
            reversals=self.reversals,
            journals=self.journals,
            findings=self.findings,
            reports=self.reports,
            requests=self.requests,
            audit=self.audit,
            heads=self.heads,
        )

    def add(self, *things: Any) -> None:
        """Keep entities of any kind. A payment comes without allocations here; `pay` gives it some."""
        for thing in things:
            self._add(thing)

    def pay(self, payment: Payment, *shares: tuple[Invoice, Decimal]) -> None:
        """A receipt that is applied to invoices in this order; what the invoices say of it is the caller's."""
        self.payments[payment.id] = (payment, tuple((invoice.id, amount) for invoice, amount in shares))

    @singledispatchmethod
    def _add(self, thing: Any) -> None:
        raise TypeError(type(thing))

    @_add.register
    def _(self, thing: Agency) -> None:
        self.agencies[thing.id] = thing
        self.agency_keys[thing.slug] = thing.id

    @_add.register
    def _(self, thing: Client) -> None:
        self.clients[thing.id] = thing

    @_add.register
    def _(self, thing: Property) -> None:
        self.properties[thing.id] = thing

    @_add.register
    def _(self, thing: Ownership) -> None:
        self.owners.append(thing)

    @_add.register
    def _(self, thing: Contract) -> None:
        self.contracts[thing.id] = thing

    @_add.register
    def _(self, thing: ContractParty) -> None:
        self.parties.append(thing)

    @_add.register
    def _(self, thing: Account) -> None:
        self.accounts[thing.id] = thing

    @_add.register
    def _(self, thing: Session) -> None:
        self.sessions[thing.id] = thing

    @_add.register
    def _(self, thing: AccountLink) -> None:
        self.links[thing.id] = thing

    @_add.register
    def _(self, thing: SecondFactor) -> None:
        self.second_factors[thing.account_id] = thing

    @_add.register
    def _(self, thing: SessionToken) -> None:
        self.tokens[thing.token_hash] = thing

    @_add.register
    def _(self, thing: Invoice) -> None:
        self.invoices[thing.id] = thing

    @_add.register
    def _(self, thing: Payment) -> None:
        self.payments[thing.id] = (thing, ())

    @_add.register
    def _(self, thing: Payout) -> None:
        self.payouts[thing.id] = thing

    @_add.register
    def _(self, thing: Pqrs) -> None:
        self.pqrs[thing.id] = thing

    @_add.register
    def _(self, thing: PqrsEvent) -> None:
        self.pqrs_events.append(thing)

    @_add.register
    def _(self, thing: PqrsMessage) -> None:
        self.pqrs_messages[thing.id] = thing

    @_add.register
    def _(self, thing: Consent) -> None:
        self.consents.append(thing)

    @_add.register
    def _(self, thing: GatewayAccount) -> None:
        self.gateway_accounts[thing.id] = thing

    @_add.register
    def _(self, thing: Finding) -> None:
        self.findings[thing.agency_id, thing.key] = thing

    @_add.register
    def _(self, thing: Reconciliation) -> None:
        self.reports[thing.agency_id, thing.on] = thing

    @_add.register
    def _(self, thing: PaymentIntent) -> None:
        self.intents[thing.id] = thing
        for attempt in thing.attempts:
            self.transactions[thing.gateway_account_id, attempt.transaction_id] = thing.id


@dataclass(frozen=True)
class Sight:
    """What the database's policies say, once more."""

    store: FakeStore
    scope: Scope

    @property
    def is_staff(self) -> bool:
        return self.scope.viewer == "staff"

    def of_agency(self, row: Any) -> bool:
        return self.scope.agency_id is not None and row.agency_id == self.scope.agency_id

    def is_me(self, client_id: ClientId) -> bool:
        return self.scope.viewer == "client" and client_id == self.scope.client_id

    def sees(self, row: Any) -> bool:
        """A row that belongs to one client: invoice, payment, payout, PQRS, intent."""
        return self.of_agency(row) and (self.is_staff or self.is_me(row.client_id))

    def sees_message(self, message: PqrsMessage) -> bool:
        return self.sees(message) and (self.is_staff or not message.internal)

    def sees_client(self, client: Client) -> bool:
        return self.of_agency(client) and (self.is_staff or self.is_me(client.id))

    def sees_account(self, account: Account) -> bool:
        if not self.of_agency(account):
            return False
        mine = account.client_id is not None and self.is_me(account.client_id)
        return self.is_staff or account.id == self.scope.account_id or mine

    def sees_contract(self, contract: Contract) -> bool:
        """Its parties, who was billed or paid under it, and of a lease the owners of the property."""
        if not self.of_agency(contract):
            return False
        of_lease = contract.kind is ContractKind.LEASE and any(map(self.is_me, self._owners(contract.property_id)))
        papers: list[Any] = [*self.store.invoices.values(), *self.store.payouts.values()]
        named = any(paper.contract_id == contract.id and self.is_me(paper.client_id) for paper in papers)
        return self.is_staff or self.is_party(contract) or of_lease or named

    def is_party(self, contract: Contract) -> bool:
        return any(self.is_me(party.client_id) for party in self.store.parties if party.contract_id == contract.id)

    def sees_parties(self, contract: Contract) -> bool:
        return self.of_agency(contract) and (self.is_staff or self.is_party(contract))

    def sees_property(self, home: Property) -> bool:
        """Its owners, and whoever sees a contract on it."""
        contracts = (contract for contract in self.store.contracts.values() if contract.property_id == home.id)
        return self.sees_owners(home) or (self.of_agency(home) and any(map(self.sees_contract, contracts)))

    def sees_owners(self, home: Property) -> bool:
        return self.of_agency(home) and (self.is_staff or any(map(self.is_me, self._owners(home.id))))

    def sees_file(self, file: Attachment) -> bool:
        """Those of the staff's notes are the staff's."""
        return self.sees(file) and (self.is_staff or not file.internal)

    def _owners(self, property_id: PropertyId) -> list[ClientId]:
        return [owner.client_id for owner in self.store.owners if owner.property_id == property_id]


def client_text(client: Client) -> str:
    """What a client is searched by."""
    document = DocumentNumber(client.document_number, client.check_digit)
    return folded(f"{client.code} {client.name} {document} {client.email or ''}")


def property_text(home: Property) -> str:
    return folded(f"{home.code} {home.address} {home.city}")
