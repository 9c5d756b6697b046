"""From where money that left again is taken: unused credit first, then what it paid, the newest first."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import AgencyId, ClientId, InvoiceId, PaymentId
from domain.payments import FIRST_FROM_CREDIT, Payment, PaymentMethod, PaymentStatus, Share, take_back

AT = datetime(2026, 7, 1, tzinfo=UTC)
A, B = (InvoiceId(UUID(int=number)) for number in (1, 2))


def a_payment(amount: Decimal, credited: Decimal, *, used: Decimal = Decimal("0.00")) -> Payment:
    return Payment(
        id=PaymentId(uuid4()),
        agency_id=AgencyId(UUID(int=3)),
        receipt_number="RP-000001",
        client_id=ClientId(UUID(int=4)),
        paid_at=AT,
        amount=amount,
        credited=credited,
        credit_left=credited - used,
        method=PaymentMethod.PSE,
        status=PaymentStatus.APPLIED,
        verification_code="CODE",
    )


def shares(*amounts: str, from_credit: str | None = None) -> list[Share]:
    kept = [
        Share(position=place, invoice_id=(A, B)[place % 2], amount=Decimal(amount))
        for place, amount in enumerate(amounts, start=1)
    ]
    if from_credit:
        used = Decimal(from_credit)
        kept.append(Share(position=FIRST_FROM_CREDIT, invoice_id=A, amount=used, from_credit=True, applied_at=AT))
    return kept


def test_all_of_it_takes_everything_it_did() -> None:
    payment, kept = (
        a_payment(Decimal("100.00"), Decimal("40.00"), used=Decimal("15.00")),
        shares("60.00", from_credit="15.00"),
    )

    of_credit, parts = take_back(payment, kept, payment.in_force)

    assert of_credit == Decimal("25.00")
    assert [(share.position, part) for share, part in parts] == [
        (FIRST_FROM_CREDIT, Decimal("15.00")),
        (1, Decimal("60.00")),
    ]
    assert (payment.status, payment.reversed, payment.credit_left) == (
        PaymentStatus.REVERSED,
        Decimal("100.00"),
        Decimal("0.00"),
    )
    assert [share.in_force for share in kept] == [Decimal("0.00"), Decimal("0.00")]


def test_a_part_leaves_the_oldest_debts_paid() -> None:
    payment, kept = a_payment(Decimal("100.00"), Decimal("10.00")), shares("50.00", "40.00")

    of_credit, parts = take_back(payment, kept, Decimal("35.00"))

    assert of_credit == Decimal("10.00")
    assert [(share.position, part) for share, part in parts] == [(2, Decimal("25.00"))]
    assert (payment.status, payment.in_force) == (PaymentStatus.APPLIED, Decimal("65.00"))


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "100.01"])
def test_no_more_is_taken_back_than_there_is(amount: str) -> None:
    payment, kept = a_payment(Decimal("100.00"), Decimal("0.00")), shares("100.00")
    with pytest.raises(ValueError, match="of 100"):
        take_back(payment, kept, Decimal(amount))
    assert payment.reversed == kept[0].reversed == Decimal(0)


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=5),
    st.integers(0, 10**6),
    st.lists(st.integers(1, 10**6), max_size=5),
)
def test_in_whatever_parts_it_goes_all_of_it_goes_once(pays: list[int], credit: int, takes: list[int]) -> None:
    kept = shares(*(f"{pay}.00" for pay in pays))
    payment = a_payment(Decimal(sum(pays) + credit), Decimal(credit))
    gone = Decimal(0)
    for take in (*takes, 10**9):
        amount = min(Decimal(take), payment.in_force)
        if amount:
            of_credit, parts = take_back(payment, kept, amount)
            gone += of_credit + sum((part for _, part in parts), Decimal(0))
        assert payment.reversed == gone
        assert payment.in_force == sum((share.in_force for share in kept), Decimal(0)) + payment.credit_left
    assert payment.status is PaymentStatus.REVERSED
