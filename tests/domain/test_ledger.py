"""Journals balance or do not exist."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import AgencyId, ClientId, InvoiceId
from domain.ledger import (
    Journal,
    JournalKind,
    LedgerAccount,
    LedgerEntry,
    credit_opened,
    credit_used,
    held,
    received,
    taken_back,
    to_return,
)
from domain.money import ZERO

A, B = (InvoiceId(UUID(int=number)) for number in (1, 2))
PESOS = st.decimals(min_value=1, max_value=10**8, places=2)
SHARES = st.lists(st.tuples(st.sampled_from([A, B]), PESOS), max_size=4)


def a_journal(*entries: LedgerEntry) -> Journal:
    return Journal(
        key="charge:1",
        kind=JournalKind.CHARGE,
        agency_id=AgencyId(UUID(int=3)),
        client_id=ClientId(UUID(int=4)),
        at=datetime(2026, 7, 1, tzinfo=UTC),
        entries=entries,
    )


def entry(account: LedgerAccount, amount: str, invoice_id: InvoiceId | None = None) -> LedgerEntry:
    return LedgerEntry(account=account, amount=Decimal(amount), invoice_id=invoice_id)


def told(entries: Sequence[LedgerEntry]) -> list[tuple[LedgerAccount, str, InvoiceId | None]]:
    return [(it.account, str(it.amount), it.invoice_id) for it in entries]


def test_a_payment_is_where_it_came_in_and_owed_no_more() -> None:
    entries = received(LedgerAccount.GATEWAY, [(A, Decimal("70.00")), (B, Decimal("20.00"))], Decimal("10.00"))
    assert told(entries) == [
        (LedgerAccount.GATEWAY, "100.00", None),
        (LedgerAccount.CREDIT, "-10.00", None),
        (LedgerAccount.RECEIVABLE, "-70.00", A),
        (LedgerAccount.RECEIVABLE, "-20.00", B),
    ]


def test_parts_of_one_invoice_are_one_entry_and_nothing_is_none() -> None:
    entries = received(LedgerAccount.OFFICE, [(A, Decimal("70.00")), (A, Decimal("30.00"))], ZERO)
    assert told(entries) == [(LedgerAccount.OFFICE, "100.00", None), (LedgerAccount.RECEIVABLE, "-100.00", A)]


@given(shares=SHARES, credit=PESOS)
def test_whatever_is_received_used_or_taken_back_balances(
    shares: list[tuple[InvoiceId, Decimal]], credit: Decimal
) -> None:
    for entries in (
        received(LedgerAccount.GATEWAY, shares, credit),
        taken_back(LedgerAccount.GATEWAY, shares, credit),
        held(amount=credit),
        to_return(amount=credit),
        credit_opened(amount=credit),
        credit_used([*shares, (A, credit)]),
    ):
        assert sum((it.amount for it in entries), ZERO) == ZERO
        a_journal(*entries)


@given(shares=SHARES, credit=PESOS)
def test_taking_back_undoes_what_was_received(shares: list[tuple[InvoiceId, Decimal]], credit: Decimal) -> None:
    sums: dict[tuple[LedgerAccount, InvoiceId | None], Decimal] = {}
    there = received(LedgerAccount.OFFICE, shares, credit)
    for it in (*there, *taken_back(LedgerAccount.OFFICE, shares, credit)):
        sums[it.account, it.invoice_id] = sums.get((it.account, it.invoice_id), ZERO) + it.amount
    assert set(sums.values()) == {ZERO}


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (entry(LedgerAccount.OFFICE, "1.00"),),
        (entry(LedgerAccount.OFFICE, "1.00"), entry(LedgerAccount.CREDIT, "-0.99")),
        (entry(LedgerAccount.OFFICE, "0.00"),),
        (entry(LedgerAccount.OFFICE, "1.00"), entry(LedgerAccount.RECEIVABLE, "-1.00")),
        (entry(LedgerAccount.OFFICE, "1.00", A), entry(LedgerAccount.RECEIVABLE, "-1.00", A)),
    ],
)
def test_what_does_not_balance_or_says_nothing_is_no_journal(entries: tuple[LedgerEntry, ...]) -> None:
    with pytest.raises(ValueError, match="charge:1"):
        a_journal(*entries)
