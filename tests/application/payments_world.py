"""A tenant with invoices, an agency with a merchant account, and the use cases of payments over fakes."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from application.access import ClientViewer, StaffViewer, Viewer
from application.merchants import Merchants
from application.ports.payment_gateway import Reception
from application.ports.payments import GatewayAccount
from application.ports.unit_of_work import UnitOfWorkFactory
from application.use_cases.payments import (
    ReceiveGatewayReport,
    ReconcilePayments,
    RefreshPayment,
    Settlement,
    StartPayment,
)
from domain.agencies import Agency
from domain.clients import Client, IdentityDocumentType, PersonKind
from domain.gateway_reports import ReportedState
from domain.ids import AccountId, AgencyId, ClientId, ContractId, GatewayAccountId, InvoiceId, SessionId
from domain.invoices import Invoice, InvoiceKind, InvoiceLine, InvoiceStatus
from domain.payment_intents import PaymentIntent
from domain.payments import Payment, PaymentGatewayCode
from domain.periods import BillingPeriod
from tests.fakes.books import Books, Shares
from tests.fakes.clock import FakeClock
from tests.fakes.payment_gateway import FakePaymentGateway, a_notice
from tests.fakes.payments import FakeTill
from tests.fakes.secrets import FakeSecretBox

RETURN_URL = "https://portal.example/pago"
PAYU = PaymentGatewayCode.PAYU


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
        self.viewer = as_client(self.ana)
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
