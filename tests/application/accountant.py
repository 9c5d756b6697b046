"""The staff with a gateway's statement, and the lines of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from adapters.csv.sheets import CsvSheetReader
from application.ports.jobs import JobKind
from application.use_cases.payments import AskGateway, ReconcileSettlement
from application.use_cases.payments.statements import StatementReport
from domain.findings import FindingKind
from domain.ids import GatewayAccountId
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from tests.application.payments_world import PAYU, World, as_staff
from tests.fakes.payment_gateway import a_report

ENLINEA = PaymentGatewayCode.ENLINEA
DAY = date(2026, 7, 1)
HEADER = "referencia;transaccion;valor;fecha;medio;cus;recibo"
S = PaymentIntentStatus


class Accountant(World):
    """Staff of an agency who bring statements of the gateway `at`."""

    def __init__(self, gateway: PaymentGatewayCode = PAYU) -> None:
        super().__init__()
        self.at = gateway
        self.staff = as_staff(self.agency)
        self._reconcile = ReconcileSettlement(unit_of_work=self.till, sheets=CsvSheetReader(), clock=self.clock)
        if gateway is ENLINEA:
            other = replace(self.account, id=GatewayAccountId(self.ana.id), gateway=ENLINEA, public_key="acc-enlinea")
            self.books.accounts[other.id] = other

    async def opened(self, number: int = 0, *, status: S = S.REDIRECTED) -> PaymentIntent:
        """A payment at the gateway that nobody has heard of."""
        intent = await self.start(self.viewer, self.invoices[number], key=f"key-{number}")
        intent = replace(self.intent(intent), gateway=self.at, status=status)
        self.books.intents[intent.id] = intent
        return intent

    async def paid(self, *transactions: str) -> PaymentIntent:
        """One that the gateway confirmed, under these transactions."""
        intent = await self.start(self.viewer, self.invoices[0])
        self.gateway.knows([a_report(intent.reference, intent.amount, transaction_id=it) for it in transactions])
        await self.refresh_payment(self.viewer, reference=intent.reference)
        intent = replace(self.intent(intent), gateway=self.at)
        self.books.intents[intent.id] = intent
        for payment, _ in self.payments:
            payment.gateway = self.at
        return intent

    async def hears_of(self, intent: PaymentIntent, *transactions: str) -> None:
        """The gateway is asked, as the statement made it."""
        self.clock.advance(timedelta(minutes=1))
        self.gateway.knows([a_report(intent.reference, intent.amount, transaction_id=it) for it in transactions])
        for kept in self.books.jobs:
            if kept.job.kind is JobKind.ASK_GATEWAY:
                await AskGateway(settlement=self.settlement)(kept.job)

    async def reconcile(
        self, *rows: str, dry_run: bool = False, days: tuple[date, date] = (DAY, DAY)
    ) -> StatementReport:
        return await self._reconcile(
            self.staff,
            gateway=self.at,
            csv="\n".join([HEADER, *rows]),
            from_on=days[0],
            to_on=days[1],
            dry_run=dry_run,
        )

    def findings(self, *kinds: FindingKind) -> list[tuple[str, str | None, Decimal | None]]:
        """Open ones."""
        mine = [it for it in self.books.findings.values() if it.resolved_at is None]
        return [(it.kind, it.reference, it.amount) for it in mine if not kinds or it.kind in kinds]

    def told(self, report: StatementReport) -> list[tuple[str, str, int | None]]:
        return [(it.kind, it.reference, it.row) for it in report.differences]


def line(intent: PaymentIntent, transaction: str = "tx-1", **changes: str) -> str:
    cells = {"referencia": intent.reference, "transaccion": transaction, "valor": f"{intent.amount}".replace(".", ",")}
    cells |= {"fecha": "01/07/2026 12:05", "medio": "pse", "cus": "777", "recibo": ""} | changes
    return ";".join(cells[name] for name in HEADER.split(";"))


def assert_two(office: Accountant, intent: PaymentIntent) -> None:
    """The first pays the invoice, the second is credit, and the staff know of it."""
    assert sorted(payment.credited for payment, _ in office.payments) == [0, intent.amount]
    assert {"DOUBLE_PAYMENT", "CREDITED"} <= {kind for kind, _, _ in office.findings()}
