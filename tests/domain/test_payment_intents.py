"""What a payment intent freezes, and where its money goes."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvoiceNotPayable
from domain.ids import AgencyId, ClientId, ContractId, GatewayAccountId, InvoiceId, PaymentIntentId
from domain.invoices import Invoice, InvoiceKind, InvoiceLine, InvoiceStatus
from domain.money import ZERO
from domain.payment_intents import (
    IntentInvoice,
    PaymentIntent,
    share_out,
    taxes_within,
)
from domain.payments import PaymentGatewayCode
from domain.periods import BillingPeriod
from tests.domain.payment_examples import AT, REFERENCE, S


def an_invoice(
    *,
    subtotal: str = "1000000.00",
    vat: str = "0.00",
    withholdings: str = "0.00",
    paid: str = "0.00",
    kind: InvoiceKind = InvoiceKind.RENT,
    status: InvoiceStatus = InvoiceStatus.ISSUED,
) -> Invoice:
    line = InvoiceLine(
        description="Canon",
        quantity=Decimal(1),
        unit_price=Decimal(subtotal),
        vat_rate=Decimal("19.00") if Decimal(vat) else Decimal("0.00"),
        vat=Decimal(vat),
        amount=Decimal(subtotal),
    )
    return Invoice(
        id=InvoiceId(uuid4()),
        agency_id=AgencyId(UUID(int=2)),
        number="FV-1",
        kind=kind,
        contract_id=ContractId(UUID(int=7)),
        client_id=ClientId(UUID(int=3)),
        description="Canon",
        period=BillingPeriod(2026, 7),
        issued_on=date(2026, 7, 1),
        due_on=date(2026, 7, 5),
        status=status,
        subtotal=Decimal(subtotal),
        vat=Decimal(vat),
        withholdings=Decimal(withholdings),
        total=Decimal(subtotal) + Decimal(vat) - Decimal(withholdings),
        paid=Decimal(paid),
        lines=(line,),
    )


def start(*invoices: Invoice, reference: str = REFERENCE) -> PaymentIntent:
    return PaymentIntent.start(
        invoices,
        intent_id=PaymentIntentId(UUID(int=1)),
        gateway_account_id=GatewayAccountId(UUID(int=4)),
        gateway=PaymentGatewayCode.PAYU,
        reference=reference,
        return_url="https://portal.example/pago",
        idempotency_key="k",
        request_hash="h",
        at=AT,
    )


def test_an_intent_freezes_the_balances_of_its_invoices_for_half_an_hour() -> None:
    one, other = an_invoice(), an_invoice(subtotal="500000.00", paid="100000.00")

    intent = start(one, other)

    assert (intent.status, intent.amount) == (S.CREATED, Decimal("1400000.00"))
    assert [(part.invoice_id, part.amount) for part in intent.invoices] == [
        (one.id, Decimal("1000000.00")),
        (other.id, Decimal("400000.00")),
    ]
    assert intent.expires_at == AT + timedelta(minutes=30)


def test_every_invoice_that_cannot_be_paid_online_is_named() -> None:
    commission = an_invoice(kind=InvoiceKind.COMMISSION)
    settled = an_invoice(paid="1000000.00", status=InvoiceStatus.PAID)
    voided = an_invoice(status=InvoiceStatus.VOIDED)
    with pytest.raises(InvoiceNotPayable) as refused:
        start(an_invoice(), commission, settled, voided)
    assert refused.value.invoice_ids == (commission.id, settled.id, voided.id)


@pytest.mark.parametrize("reference", ["", "SHORT", "lower123", "WITH~TILDE", "WITH-DASH", "X" * 31, "ÑANDU123"])
def test_a_reference_that_payu_might_not_keep_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        start(an_invoice(), reference=reference)


def test_asking_for_the_same_is_recognised_whatever_the_order() -> None:
    one, other = an_invoice(), an_invoice()
    intent = start(one, other)
    both, payu = [other.id, one.id], PaymentGatewayCode.PAYU
    assert intent.pays_the_same(invoice_ids=both, amount=intent.amount, gateway=payu)
    assert not intent.pays_the_same(invoice_ids=[one.id], amount=intent.amount, gateway=payu)
    assert not intent.pays_the_same(invoice_ids=both, amount=Decimal(1), gateway=payu)
    assert not intent.pays_the_same(invoice_ids=both, amount=intent.amount, gateway=PaymentGatewayCode.ENLINEA)


@pytest.mark.parametrize(
    ("invoice", "tax", "base"),
    [
        (an_invoice(), "0.00", "0.00"),
        (an_invoice(vat="190000.00"), "190000.00", "1000000.00"),
        (an_invoice(vat="190000.00", withholdings="35000.00"), "190000.00", "965000.00"),
        (an_invoice(vat="190000.00", paid="595000.00"), "95000.00", "500000.00"),
        (an_invoice(vat="190000.00", paid="1189999.00"), "0.00", "1.00"),
    ],
)
def test_vat_and_base_belong_to_what_is_paid_now(invoice: Invoice, tax: str, base: str) -> None:
    assert taxes_within([(invoice, invoice.balance)]) == (Decimal(tax), Decimal(base))


@given(
    subtotal=st.integers(1, 10**8),
    rate=st.integers(0, 19),
    withheld=st.integers(0, 100),
    paid_part=st.integers(0, 99),
)
def test_vat_and_base_never_pass_the_amount(subtotal: int, rate: int, withheld: int, paid_part: int) -> None:
    vat = subtotal * rate // 100
    withholdings = (subtotal + vat) * withheld // 101
    total = subtotal + vat - withholdings
    invoice = an_invoice(
        subtotal=f"{subtotal}.00",
        vat=f"{vat}.00",
        withholdings=f"{withholdings}.00",
        paid=f"{total * paid_part // 100}.00",
    )
    tax, base = taxes_within([(invoice, invoice.balance)])
    assert tax >= 0
    assert base >= 0
    assert tax + base <= invoice.balance


A, B, C = (InvoiceId(UUID(int=n)) for n in (11, 12, 13))
FROZEN = tuple(IntentInvoice(invoice_id=key, amount=Decimal("100.00")) for key in (B, A, C))


@pytest.mark.parametrize(
    ("balances", "shares", "credit"),
    [
        ({A: "100.00", B: "100.00", C: "100.00"}, [(B, "100.00"), (A, "100.00"), (C, "100.00")], "0.00"),
        ({A: "100.00", B: "0.00", C: "100.00"}, [(A, "100.00"), (C, "100.00")], "100.00"),
        ({A: "100.00", B: "40.00", C: "500.00"}, [(B, "40.00"), (A, "100.00"), (C, "100.00")], "60.00"),
        ({}, [], "300.00"),
    ],
)
def test_money_goes_to_the_frozen_invoices_in_their_order_and_the_rest_is_credit(
    balances: dict[InvoiceId, str], shares: list[tuple[InvoiceId, str]], credit: str
) -> None:
    known = {key: Decimal(balance) for key, balance in balances.items()}
    assert share_out(Decimal("300.00"), FROZEN, known) == (
        tuple((key, Decimal(share)) for key, share in shares),
        Decimal(credit),
    )


@given(st.integers(0, 1000), st.lists(st.integers(0, 300), min_size=3, max_size=3))
def test_no_peso_is_lost_or_made_when_money_is_shared_out(amount: int, balances: list[int]) -> None:
    known = {key: Decimal(balance) for key, balance in zip((A, B, C), balances, strict=True)}
    shares, credit = share_out(Decimal(amount), FROZEN, known)
    assert sum((share for _, share in shares), ZERO) + credit == amount
    assert credit >= 0
    assert all(0 < share <= min(known[key], Decimal(100)) for key, share in shares)
