"""A tenant with invoices, an agency with a merchant account, and the use cases of payments over fakes."""

import json
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from application.access import ClientViewer, StaffViewer, Viewer
from application.codes import verification_code
from application.merchants import Merchants
from application.ports.payment_gateway import Reception
from application.ports.payments import GatewayAccount
from application.ports.unit_of_work import UnitOfWorkFactory
from application.use_cases.payments import (
    ApplyCredit,
    CancelPayment,
    ReceiveGatewayReport,
    ReconcilePayments,
    RecordPayment,
    RefreshPayment,
    RefundPayment,
    ResolvePaymentReview,
    ReversePayment,
    Settlement,
    StartPayment,
    VerifyReceipt,
)
from domain.agencies import Agency
from domain.clients import Client, IdentityDocumentType, PersonKind
from domain.errors import DomainError
from domain.gateway_reports import ReportedState
from domain.ids import AccountId, AgencyId, ClientId, ContractId, GatewayAccountId, InvoiceId, PaymentId, SessionId
from domain.invoices import Invoice, InvoiceKind, InvoiceLine, InvoiceStatus
from domain.ledger import JournalKind, LedgerAccount
from domain.payment_intents import PaymentIntent
from domain.payments import Payment, PaymentGatewayCode, PaymentMethod, PaymentStatus
from domain.periods import BillingPeriod
from tests.fakes.books import Books, Shares
from tests.fakes.clock import FakeClock
from tests.fakes.payment_gateway import FakePaymentGateway, a_notice, a_report
from tests.fakes.payments import FakeTill
from tests.fakes.rate_limits import FakeRateLimiter
from tests.fakes.secrets import FakeSecretBox

RETURN_URL = "https://portal.example/pago"
PAYU = PaymentGatewayCode.PAYU
E = TypeVar("E", bound=DomainError)


def an_agency(slug: str = "andina") -> Agency:
    return Agency(
        id=AgencyId(uuid4()),
        slug=slug,
        name=f"Inmobiliaria {slug.title()}",
        tax_id="900123456",
        check_digit=8,
        email=f"pagos@{slug}.example",
        return_urls=(RETURN_URL, "https://app.example/vuelta"),
    )


def a_client(agency: Agency, name: str = "Ana Peña") -> Client:
    key = ClientId(uuid4())
    return Client(
        id=key,
        agency_id=agency.id,
        code=str(key)[:8],
        kind=PersonKind.NATURAL,
        name=name,
        document_type=IdentityDocumentType.CC,
        document_number="52123456",
        email="ana@example.com",
        phone="3001234567",
    )


def an_invoice(
    client: Client,
    *,
    subtotal: str = "1000000.00",
    vat: str = "0.00",
    paid: str = "0.00",
    kind: InvoiceKind = InvoiceKind.RENT,
    status: InvoiceStatus = InvoiceStatus.ISSUED,
    contract_id: UUID | None = None,
) -> Invoice:
    key = InvoiceId(uuid4())
    line = InvoiceLine(
        description="Canon",
        quantity=Decimal("1.00"),
        unit_price=Decimal(subtotal),
        vat_rate=Decimal("19.00") if Decimal(vat) else Decimal("0.00"),
        vat=Decimal(vat),
        amount=Decimal(subtotal),
    )
    return Invoice(
        id=key,
        agency_id=client.agency_id,
        number=f"FV-{str(key)[:6]}",
        kind=kind,
        contract_id=ContractId(contract_id or uuid4()),
        client_id=client.id,
        description="Canon julio 2026",
        period=BillingPeriod(2026, 7),
        issued_on=date(2026, 7, 1),
        due_on=date(2026, 7, 5),
        status=status,
        subtotal=Decimal(subtotal),
        vat=Decimal(vat),
        withholdings=Decimal("0.00"),
        total=Decimal(subtotal) + Decimal(vat),
        paid=Decimal(paid),
        lines=(line,),
    )


def a_merchant_account(agency: Agency, *, key: str = "key", test: bool = True) -> GatewayAccount:
    account_id = GatewayAccountId(uuid4())
    sealed = FakeSecretBox().seal(json.dumps({"api_login": "login", "api_keys": [key]}), place=str(account_id))
    return GatewayAccount(
        id=account_id,
        agency_id=agency.id,
        gateway=PAYU,
        public_key=f"acc-{agency.slug}",
        enabled=True,
        merchant_id="508029",
        account_id="512321",
        test=test,
        secrets=sealed,
    )


def as_client(client: Client) -> ClientViewer:
    return ClientViewer(
        agency_id=client.agency_id,
        account_id=AccountId(uuid4()),
        session_id=SessionId(uuid4()),
        client_id=client.id,
    )


def as_staff(agency: Agency, client: Client | None = None) -> StaffViewer:
    return StaffViewer(
        agency_id=agency.id,
        account_id=AccountId(uuid4()),
        session_id=SessionId(uuid4()),
        client_id=client.id if client else None,
    )


class Desk:
    """The use cases over any store of payments."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, *, test_allowed: bool = True) -> None:
        self.clock = FakeClock(datetime(2026, 7, 1, 17, tzinfo=UTC))
        self.gateway = FakePaymentGateway()
        self.merchants = Merchants(secrets=FakeSecretBox(), test_allowed=test_allowed)
        gateways = {PAYU: self.gateway}
        self.settlement = Settlement(
            unit_of_work=unit_of_work, gateways=gateways, merchants=self.merchants, clock=self.clock
        )
        self.start_payment = StartPayment(
            unit_of_work=unit_of_work,
            gateways=gateways,
            merchants=self.merchants,
            settlement=self.settlement,
            clock=self.clock,
            public_url="https://api.example",
        )
        self.receive_report = ReceiveGatewayReport(settlement=self.settlement)
        self.refresh_payment = RefreshPayment(settlement=self.settlement)
        self.reconcile_payments = ReconcilePayments(settlement=self.settlement)
        self.cancel_payment = CancelPayment(settlement=self.settlement)
        self.resolve_review = ResolvePaymentReview(settlement=self.settlement)
        self.refund_payment = RefundPayment(settlement=self.settlement)
        self.record_payment = RecordPayment(unit_of_work=unit_of_work, clock=self.clock)
        self.reverse_payment = ReversePayment(unit_of_work=unit_of_work, clock=self.clock)
        self.apply_credit = ApplyCredit(unit_of_work=unit_of_work, clock=self.clock)
        self.verify_receipt = VerifyReceipt(unit_of_work=unit_of_work, limiter=FakeRateLimiter(self.clock))

    async def start(
        self,
        viewer: Viewer,
        *invoices: Invoice,
        key: str = "key-1",
        amount: str | None = None,
        gateway: PaymentGatewayCode = PAYU,
        return_url: str = RETURN_URL,
    ) -> PaymentIntent:
        return await self.start_payment(
            viewer,
            invoice_ids=[invoice.id for invoice in invoices],
            gateway=gateway,
            return_url=return_url,
            idempotency_key=key,
            amount=None if amount is None else Decimal(amount),
        )

    async def notice(
        self,
        intent: PaymentIntent,
        *,
        state: ReportedState = ReportedState.APPROVED,
        account: str = "acc-andina",
        amount: str | None = None,
        transaction_id: str = "tx-1",
        currency: str = "COP",
        key: str = "key",
        merchant_id: str = "508029",
        test: bool = False,
        reference: str | None = None,
    ) -> Reception:
        """The gateway tells about an intent: the truth, unless the test says otherwise."""
        body = a_notice(
            reference or intent.reference,
            amount or intent.amount,
            state=state,
            transaction_id=transaction_id,
            currency=currency,
            key=key,
            merchant_id=merchant_id,
            test=test,
        )
        return await self.receive(body, account=account)

    async def receive(
        self, body: bytes, *, account: str = "acc-andina", gateway: PaymentGatewayCode = PAYU
    ) -> Reception:
        return await self.receive_report(gateway=gateway, account=account, body=body, headers={}, ip="203.0.113.7")


class World(Desk):
    """An agency, its tenant Ana with three invoices, and another agency that must never notice."""

    def __init__(self, *, test_allowed: bool = True) -> None:
        self.till = FakeTill()
        super().__init__(self.till, test_allowed=test_allowed)
        self.agency, self.other_agency = an_agency(), an_agency("beta")
        self.account = a_merchant_account(self.agency)
        self.ana = a_client(self.agency)
        self.invoices = [an_invoice(self.ana), an_invoice(self.ana, subtotal="500000.00"), an_invoice(self.ana)]
        self.viewer, self.staff = as_client(self.ana), as_staff(self.agency)
        self.books.agencies = {agency.id: agency for agency in (self.agency, self.other_agency)}
        for account in (self.account, a_merchant_account(self.other_agency, key="key-beta")):
            self.books.accounts[account.id] = account
        self.know(self.ana, self.invoices)

    @property
    def books(self) -> Books:
        return self.till.books

    def know(self, client: Client, invoices: Sequence[Invoice] = ()) -> None:
        self.books.clients[client.id] = client
        self.books.invoices.update({invoice.id: invoice for invoice in invoices})

    def change_account(self, **changes: object) -> None:
        self.books.accounts[self.account.id] = replace(self.account, **changes)  # type: ignore[arg-type]

    def invoice(self, invoice: Invoice) -> Invoice:
        return self.books.invoices[invoice.id]

    def intent(self, intent: PaymentIntent) -> PaymentIntent:
        return self.books.intents[intent.id]

    @property
    def payments(self) -> list[tuple[Payment, Shares]]:
        return list(self.books.payments.values())

    def payment(self, payment: Payment) -> Payment:
        return self.books.payments[payment.id][0]

    async def pay(
        self, *invoices: Invoice, transaction_id: str = "tx-1", method: PaymentMethod | None = None
    ) -> Payment:
        """Of Ana, through the gateway, which has confirmed it."""
        intent = await self.start(self.viewer, *invoices, key=f"de {transaction_id}")
        known = [report for reports in self.gateway.answers.values() for report in reports]
        paid = a_report(intent.reference, intent.amount, transaction_id=transaction_id, method=method)
        self.gateway.knows([*known, replace(paid, order_id=f"order-{transaction_id}")])
        await self.refresh_payment(self.viewer, reference=intent.reference)
        (payment,) = [it for it, _ in self.payments if it.intent_id == intent.id]
        return payment

    async def assert_balanced(self) -> None:
        """What receipts say of every invoice is what the ledger says, and so is every client's credit."""
        async with self.till(self.staff.scope) as uow:
            assert await uow.ledger.differences() == []
        for client_id in self.books.clients:
            journals = [it for it in self.books.journals.values() if it.client_id == client_id]
            entries = [entry for journal in journals for entry in journal.entries]
            booked = -sum(entry.amount for entry in entries if entry.account is LedgerAccount.CREDIT)
            opened = {journal.payment_id for journal in journals if journal.kind is JournalKind.CREDIT_OPENED}
            own = [it for it, _ in self.payments if it.client_id == client_id]
            inside = [it for it in own if it.id not in self.books.imported or it.id in opened]
            assert booked == sum(it.credit_left for it in inside)

    def imported(self, amount: str, *shares: tuple[Invoice, str], number: str = "RC-1") -> Payment:
        """A receipt of Ana that the back office reported, with what it pays and the rest as credit."""
        parts = tuple((invoice.id, Decimal(part)) for invoice, part in shares)
        for invoice, part in shares:
            self.invoice(invoice).receive(Decimal(part))
        credited = Decimal(amount) - sum((part for _, part in parts), Decimal(0))
        payment = Payment(
            id=PaymentId(uuid4()),
            agency_id=self.agency.id,
            receipt_number=number,
            client_id=self.ana.id,
            paid_at=self.clock.now() - timedelta(days=3),
            amount=Decimal(amount),
            credited=credited,
            credit_left=credited,
            method=PaymentMethod.BANK_TRANSFER,
            status=PaymentStatus.APPLIED,
            verification_code=verification_code(),
        )
        self.books.payments[payment.id] = (payment, parts)
        self.books.imported[payment.id] = True
        return payment


async def refused(world: World, error: type[E], act: Awaitable[Any], *, asked: bool = False) -> E:
    """The refusal, after seeing that nothing was stored and nothing begun at the gateway; `asked`: but that it was
    asked, and when."""
    before, calls = repr(replace(world.books, asked={})), (list(world.gateway.checkouts), list(world.gateway.refunded))
    questions = list(world.gateway.queried)
    with pytest.raises(error) as told:
        await act
    assert repr(replace(world.books, asked={})) == before
    assert (world.gateway.checkouts, world.gateway.refunded) == calls
    assert asked or world.gateway.queried == questions
    return told.value
