"""An agency where every kind of client lives, with papers of all states, and its neighbour with the same names."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from application.access import SignedIn, Visitor
from application.ports.payments import GatewayAccount
from domain.accounts import Account, AccountRole
from domain.agencies import Agency
from domain.clients import Client
from domain.contracts import Contract, ContractStatus, PartyRole
from domain.findings import FindingKind
from domain.gateway_reports import Evidence
from domain.ids import GatewayAccountId, PaymentIntentId
from domain.invoices import Invoice
from domain.payment_intents import Checkout, GatewayAttempt, PaymentIntent, PaymentIntentStatus
from domain.payments import Payment, PaymentGatewayCode, PaymentStatus
from domain.payouts import Payout
from domain.pqrs import Pqrs, PqrsActor, PqrsClassification, PqrsMessage, PqrsStatus, PqrsSubject
from domain.properties import Property
from tests import factories as a
from tests.factories import NOON
from tests.fakes.store import FakeStore

D = Decimal


@dataclass
class Village:
    """Ana rents Berta's and Ciro's flat, with Elías as her co-debtor. Diana rents Berta's shop and owns a store that
    Félix rented once; she lives in all lists. Gloria is a client without contracts. Who owes rent agreed to be reminded
    of it."""

    store: FakeStore = field(default_factory=FakeStore)
    agency: Agency = field(default_factory=lambda: a.an_agency(origins=(f"https://{uuid4()}.example",)))

    def __post_init__(self) -> None:
        self.store.add(self.agency)
        self._people()
        self._homes()
        self._papers()
        self._online()

    def viewer(self, client: Client) -> SignedIn:
        return a.viewer_as(self.accounts[client.name])

    @property
    def staff(self) -> SignedIn:
        return a.viewer_as(self.rosa)

    @property
    def visitor(self) -> Visitor:
        return Visitor(agency_id=self.agency.id)

    def _people(self) -> None:
        names = ("Ana Peña", "Berta Ruiz", "Ciro Díaz", "Diana Ñáñez", "Elías Gómez", "Félix Ortiz", "Gloria Sáenz")
        people = [a.a_client(self.agency, name) for name in names]
        self.ana, self.berta, self.ciro, self.diana, self.elias, self.felix, self.gloria = people
        self.accounts: dict[str, Account] = {person.name: a.an_account(person) for person in people}
        self.rosa = a.a_staff_account(self.agency)
        admin = a.a_staff_account(self.agency, roles=(AccountRole.ADMIN, AccountRole.STAFF))
        self.store.add(*people, *self.accounts.values(), self.rosa, admin)
        for debtor in (self.ana, self.diana, self.felix):
            self.store.add(a.a_consent(debtor, self.accounts[debtor.name], at=NOON - timedelta(days=30)))
        self.links = [a.a_link(account) for account in (*self.accounts.values(), self.rosa)]
        self.store.add(*self.links)
        for account in (*self.accounts.values(), self.rosa):
            session, pair = a.a_session(account)
            self.store.add(session, pair.access, pair.refresh, a.a_second_factor(account))

    def _homes(self) -> None:
        add = self.store.add
        self.flat, self.shop = a.a_property(self.agency), a.a_property(self.agency, address="Calle 85 # 11-20")
        self.depot = a.a_property(self.agency, city="Medellín")
        add(self.flat, self.shop, self.depot)
        add(*a.owned_by(self.flat, (self.berta, "50.00"), (self.ciro, "50.00")))
        add(*a.owned_by(self.shop, (self.berta, "100.00")), *a.owned_by(self.depot, (self.diana, "100.00")))

        self.flat_lease = a.a_lease(self.flat, last_increase_on=date(2026, 1, 1))
        add(self.flat_lease)
        roles = ((self.ana, PartyRole.TENANT), (self.elias, PartyRole.CO_DEBTOR))
        add(*a.parties_of(self.flat_lease, *roles))
        self.flat_management = self._managed(self.flat, self.berta, self.ciro)
        self.shop_lease = a.a_lease(self.shop, rent_vat_rate=D("19.00"), start_on=date(2024, 2, 29))
        add(self.shop_lease, *a.parties_of(self.shop_lease, (self.diana, PartyRole.TENANT)))
        self.shop_management = self._managed(self.shop, self.berta)
        self.old_lease = a.a_lease(
            self.depot, status=ContractStatus.TERMINATED, start_on=date(2020, 1, 1), end_on=date(2021, 1, 1)
        )
        add(self.old_lease, *a.parties_of(self.old_lease, (self.felix, PartyRole.TENANT)))
        self.depot_management = self._managed(self.depot, self.diana)

    def _managed(self, home: Property, *owners: Client) -> Contract:
        management = a.a_management(home)
        self.store.add(management, *a.parties_of(management, *((owner, PartyRole.OWNER) for owner in owners)))
        return management

    def _papers(self) -> None:
        self.rents = [
            self._invoice(self.ana, self.flat_lease, date(2026, month, 1), paid)
            for month, paid in ((5, "1000000.00"), (6, "400000.00"), (7, "0.00"), (8, "0.00"))
        ]
        self.voided = a.a_voided_invoice(self.ana, self.flat_lease, issued_on=date(2026, 4, 1))
        self.shop_rent = a.an_invoice(self.diana, self.shop_lease, subtotal=2_000_000, vat=380_000, withholdings=70_000)
        self.commission = a.an_invoice(self.berta, self.flat_management, subtotal=100_000, vat=19_000)
        self.diana_commission = a.an_invoice(self.diana, self.depot_management, subtotal=50_000, paid=50_000)
        self.old_rent = a.an_invoice(self.felix, self.old_lease, issued_on=date(2020, 5, 1))
        self.store.add(self.voided, self.shop_rent, self.commission, self.diana_commission, self.old_rent)

        self.receipt = a.a_payment(self.ana, amount=1_450_000, credited=50_000, paid_at=NOON - timedelta(days=20))
        self.store.pay(self.receipt, (self.rents[0], D("1000000.00")), (self.rents[1], D("400000.00")))
        self.reversed = a.a_payment(self.ana, amount=9, credited=9, status=PaymentStatus.REVERSED)
        self.store.add(self.reversed)

        self.payouts: list[Payout] = [
            a.a_payout(self.berta, self.flat_management, net=1_381_000),
            a.a_payout(self.ciro, self.flat_management, net=-20_000, paid_on=date(2025, 12, 31)),
            a.a_payout(self.diana, self.depot_management, paid_on=date(2026, 1, 2), bank_reference="ACH-77"),
        ]
        self.store.add(*self.payouts)
        self.cases: list[Pqrs] = [
            self._case(self.ana, property_id=self.flat.id, contract_id=self.flat_lease.id),
            self._case(self.berta, status=PqrsStatus.CLOSED, due_on=date(2026, 7, 1), subject=PqrsSubject.LEGAL),
            self._case(self.diana, due_on=date(2026, 7, 14), classification=PqrsClassification.CLAIM),
        ]
        self.messages: list[PqrsMessage] = [
            a.a_message(self.cases[0], self.accounts[self.ana.name]),
            a.a_message(self.cases[0], self.rosa, sent_at=NOON + timedelta(hours=1)),
            a.a_message(self.cases[0], self.rosa, sent_at=NOON + timedelta(hours=2), internal=True),
            a.a_message(self.cases[1], self.accounts[self.berta.name]),
            a.a_message(self.cases[1], self.rosa, sent_at=NOON + timedelta(hours=1), internal=True),
        ]
        self.store.add(*self.messages)
        self._files()

    def _files(self) -> None:
        """Two that Ana filed with her case, one of a note about it, and one that Diana filed."""
        ana, _, diana = self.cases
        self.files = [a.an_attachment(ana, "gotera.jpg"), a.an_attachment(ana, "cotización.pdf", position=2)]
        note = next(message for message in self.messages if message.internal)
        self.noted = a.an_attachment(ana, "concepto.pdf", author=PqrsActor.AGENCY, internal=True, message_id=note.id)
        self.files_of_diana = [a.an_attachment(diana, "recibo.png")]
        for file in (*self.files, self.noted, *self.files_of_diana):
            self.store.attachments[file.id] = (file, a.content_of(file))

    def _invoice(self, client: Client, lease: Contract, issued_on: date, paid: str) -> Invoice:
        invoice = a.an_invoice(client, lease, issued_on=issued_on, paid=paid)
        self.store.add(invoice)
        return invoice

    def _case(self, client: Client, **given: object) -> Pqrs:
        case = a.a_case(client, self.accounts[client.name], **given)
        self.store.add(case, a.filing_of(case))
        return case

    def _online(self) -> None:
        self.merchant = GatewayAccount(
            id=GatewayAccountId(uuid4()),
            agency_id=self.agency.id,
            gateway=PaymentGatewayCode.PAYU,
            public_key=f"llave-{uuid4()}",
            enabled=True,
            merchant_id="508029",
            account_id="512321",
            secrets="sellado",
        )
        self.store.add(self.merchant)
        self.intent = self._intent(self.felix, self.old_rent)
        self.store.add(self.intent)
        self.paid_online: Payment = a.an_online_payment(self.felix, self.intent.id, paid_at=NOON)
        self.store.pay(self.paid_online, (self.old_rent, D("1000000.00")))
        key = (self.merchant.id, self.intent.attempts[-1].transaction_id)
        self.store.booked[key] = self.paid_online.id
        self.findings = [
            a.a_finding(self.felix, intent_id=self.intent.id, payment_id=self.paid_online.id, amount=D("1000000.00")),
            a.a_finding(self.felix, kind=FindingKind.SLOW, at=NOON - timedelta(days=3), resolved_at=NOON),
            a.a_finding(self.ana, kind=FindingKind.DISPUTE, due_on=date(2026, 7, 17)),
        ]
        self.reports = [a.a_report(self.agency, date(2026, 7, day)) for day in (12, 13, 14)]
        self.store.add(*self.findings, *self.reports)

    def _intent(self, client: Client, invoice: Invoice) -> PaymentIntent:
        started = PaymentIntent.start(
            [invoice],
            intent_id=PaymentIntentId(uuid4()),
            gateway_account_id=self.merchant.id,
            gateway=PaymentGatewayCode.PAYU,
            reference=uuid4().hex[:20].upper(),
            return_url="https://portal.example/pago",
            idempotency_key=str(uuid4()),
            request_hash="hash",
            at=NOON - timedelta(hours=1),
        )
        tries = [
            GatewayAttempt(
                transaction_id=str(uuid4()),
                status=status,
                amount=started.amount,
                currency="COP",
                verified_by=Evidence.SIGNATURE,
                at=NOON - timedelta(minutes=minutes),
                message="CODE",
                charged=status is PaymentIntentStatus.APPROVED,
            )
            for status, minutes in ((PaymentIntentStatus.DECLINED, 20), (PaymentIntentStatus.APPROVED, 10))
        ]
        checkout = Checkout(url="https://pasarela.example", method="POST", fields=(("valor", "1"),))
        return replace(started, status=PaymentIntentStatus.APPROVED, checkout=checkout, attempts=tuple(tries))


def two_villages() -> tuple[Village, Village, FakeStore]:
    """Two neighbouring agencies, and a store with the rows of both."""
    one, two = Village(), Village()
    both = FakeStore()
    for name, mine in vars(both).items():
        for village in (one, two):
            theirs = getattr(village.store, name)
            mine.update(theirs) if isinstance(mine, dict) else mine.extend(theirs)
    return one, two, both
