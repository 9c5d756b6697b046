"""What an invoice owes, and what it takes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.invoices import Invoice, InvoiceKind, InvoiceStatus, status_after
from domain.money import ZERO, pesos
from tests import factories as a

AGENCY = a.an_agency()
CLIENT, HOME = a.a_client(AGENCY), a.a_property(AGENCY)
LEASE, MANAGEMENT = a.a_lease(HOME), a.a_management(HOME)


def rent(**given: Any) -> Invoice:
    return a.an_invoice(CLIENT, LEASE, **given)


def test_what_is_paid_is_without_withholdings_but_the_electronic_total_has_them() -> None:
    invoice = rent(subtotal=5_000_000, vat=950_000, withholdings=365_800)

    assert (invoice.total, invoice.invoiced) == (pesos(5_584_200), pesos(5_950_000))
    assert invoice.balance == pesos(5_584_200)


def test_a_voided_invoice_owes_nothing_and_takes_nothing() -> None:
    invoice = rent(status=InvoiceStatus.VOIDED)

    assert invoice.balance == ZERO
    assert not invoice.is_overdue(on=date(2030, 1, 1))
    assert not invoice.is_payable_online
    with pytest.raises(ValueError, match="does not fit"):
        invoice.receive(pesos(1))
    assert (invoice.paid, invoice.status) == (ZERO, InvoiceStatus.VOIDED)


@pytest.mark.parametrize(("on", "overdue"), [("2026-07-09", False), ("2026-07-10", False), ("2026-07-11", True)])
def test_it_is_overdue_from_the_day_after_its_due_date(on: str, overdue: bool) -> None:
    assert rent(due_on=date(2026, 7, 10)).is_overdue(on=date.fromisoformat(on)) is overdue


def test_what_is_paid_is_never_overdue() -> None:
    assert not rent(paid=1_000_000).is_overdue(on=date(2030, 1, 1))
    assert rent(paid=999_999).is_overdue(on=date(2030, 1, 1))


def test_receipts_add_up_to_a_paid_invoice() -> None:
    invoice = rent()

    invoice.receive(pesos("0.01"))
    assert (invoice.status, invoice.balance) == (InvoiceStatus.PARTIALLY_PAID, pesos("999999.99"))
    invoice.receive(invoice.balance)
    assert (invoice.status, invoice.balance) == (InvoiceStatus.PAID, ZERO)
    assert not invoice.is_payable_online


@pytest.mark.parametrize("amount", ["0", "-1", "600000.01", "1000000"])
def test_no_more_is_taken_than_is_owed_and_nothing_is_no_payment(amount: str) -> None:
    invoice = rent(paid=400_000)

    with pytest.raises(ValueError, match="does not fit"):
        invoice.receive(pesos(amount))

    assert (invoice.paid, invoice.status) == (pesos(400_000), InvoiceStatus.PARTIALLY_PAID)


def test_commissions_are_not_paid_online() -> None:
    commission = a.an_invoice(CLIENT, MANAGEMENT)

    assert commission.kind is InvoiceKind.COMMISSION
    assert commission.balance > 0
    assert not commission.is_payable_online
    assert rent().is_payable_online


def test_the_taxed_base_is_of_lines_with_vat() -> None:
    invoice = rent(vat=190_000)
    (taxed,) = invoice.lines
    (exempt,) = rent(subtotal=300_000).lines
    invoice.lines = (taxed, exempt)

    assert invoice.taxed_base == pesos(1_000_000)
    assert rent().taxed_base == ZERO


@pytest.mark.parametrize(
    ("total", "paid", "status"),
    [
        (100, 0, InvoiceStatus.ISSUED),
        (100, 1, InvoiceStatus.PARTIALLY_PAID),
        (100, 100, InvoiceStatus.PAID),
        (100, 101, InvoiceStatus.PAID),
        (0, 0, InvoiceStatus.PAID),
    ],
)
def test_the_status_follows_from_what_is_paid(total: int, paid: int, status: InvoiceStatus) -> None:
    assert status_after(total=Decimal(total), paid=Decimal(paid)) is status


def test_the_qr_code_leads_to_the_dian_by_the_cufe() -> None:
    cufe = "8bb918b19ba22a694f1da11c643b5e9de39adf60311cf179179e9b33381030bcd4c3c3f156c506ed5908f9276f5bd9b4"

    assert rent(cufe=cufe).qr_url == f"https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey={cufe}"
    assert rent().qr_url is None
