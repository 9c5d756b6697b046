"""Invoices, receipts and payouts: their sums, their references, and the states that follow."""

from decimal import Decimal
from uuid import uuid4

import pytest

from domain.ids import PaymentId
from domain.imports.problems import Reason
from domain.imports.sheets import ImportKind
from domain.invoices import InvoiceStatus
from tests.application.imports_office import MANAGEMENT, Office, counts, errors, open_office, warnings
from tests.fakes.imports import KeptPayment

ISSUED, PARTIALLY_PAID, PAID, VOIDED = InvoiceStatus
CUFE = "40545a075d04c0a58502a174384875ad100ecb8ca2518756cad8bdec04f0c126d9501db688e851f09e7f4b6725ee1176"
SECOND = {"recibo": "RC-2", "referencia": "CUS-10"}


async def billed() -> Office:
    office = await open_office()
    report = await office.take(ImportKind.INVOICES, {}, {"numero": "FV-2"})
    assert counts(report) == (2, 0, 0, 0), report.row_errors
    return office


def pay_here(office: Office, *, receipt: str, reference: str, amount: str, invoice: str = "FV-1") -> None:
    """As a gateway's approval does."""
    value = Decimal(amount)
    office.books.payments[receipt] = KeptPayment(PaymentId(uuid4()), "T1", value, ((invoice, value),), reference, None)
    kept = office.books.invoices[invoice]
    kept.paid += value
    kept.status = PAID if kept.paid == kept.record.total else PARTIALLY_PAID


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"total": "1190000,00"}, "total", "total_of_parts"),
        ({"retenciones": "35000,01"}, "total", "total_of_parts"),
        ({"contrato": "ARR-9"}, "contrato", "not_found"),
        ({"cliente": "T9"}, "cliente", "not_found"),
        ({"cliente": "T2"}, "cliente", "not_a_holder"),
        ({"tipo": "comision"}, "tipo", "kind_of_contract"),
        ({"periodo": "2026-13"}, "periodo", "not_a_month"),
        ({"periodo": "01/2026"}, "periodo", "not_a_month"),
        ({"fecha_vencimiento": "31/12/2025"}, "fecha_vencimiento", "before"),
        ({"iva": "-1"}, "iva", "negative"),
        ({"estado": "pagado"}, "estado", "not_a_choice"),
        ({"cufe": CUFE[:-1], "cufe_fecha": "01/01/2026"}, "cufe", "cufe_shape"),
        ({"cufe": "g" + CUFE[1:], "cufe_fecha": "01/01/2026"}, "cufe", "cufe_shape"),
        ({"cufe": CUFE}, "cufe_fecha", "cufe_comes_with"),
        ({"cufe_fecha": "01/01/2026 09:01"}, "cufe", "cufe_comes_with"),
        ({"cufe": CUFE, "cufe_fecha": "ayer"}, "cufe_fecha", "not_a_date"),
        ({"conceptos": "Canon:999999,00:19,00"}, "conceptos", "lines_subtotal"),
        ({"conceptos": "Canon:1000000,00:5,00"}, "conceptos", "lines_vat"),
        ({"conceptos": "Canon:1000000,00"}, "conceptos", "lines_shape"),
        ({"conceptos": "Canon:1000000,00:19,00|"}, "conceptos", "lines_shape"),
        ({"conceptos": "Canon:mucho:19"}, "conceptos", "lines_shape"),
        ({"conceptos": "Canon:1000000:119"}, "conceptos", "lines_shape"),
    ],
)
async def test_an_invoice_is_rejected_naming_the_cell(change: dict[str, str], column: str, reason: str) -> None:
    office = await open_office()

    report = await office.take(ImportKind.INVOICES, change)

    assert errors(report) == [(2, column, reason)]
    assert office.books.invoices == {}


async def test_lines_carry_their_own_vat_rounded_half_even_to_the_peso() -> None:
    office = await open_office()
    lines = "Canon: enero:850050,00:19,00|Parqueadero:149950,00:19,00|=Nota:0:0"

    report = await office.take(ImportKind.INVOICES, {"conceptos": lines, "iva": "190000,00", "total": "1155000,00"})

    assert counts(report) == (1, 0, 0, 0), report.row_errors
    found = office.books.invoices["FV-1"].record.lines
    assert [(line.description, str(line.amount), str(line.vat)) for line in found] == [
        ("Canon: enero", "850050.00", "161510.00"),  # 161509.5
        ("Parqueadero", "149950.00", "28490.00"),  # 28490.5
        ("=Nota", "0.00", "0.00"),
    ]


@pytest.mark.parametrize(
    ("iva", "total", "rate"),
    [("190000,00", "1155000,00", "19.00"), ("0,00", "965000,00", "0.00"), ("123456,00", "1088456,00", "12.35")],
)
async def test_without_lines_the_invoice_is_its_only_line(iva: str, total: str, rate: str) -> None:
    office = await open_office()

    await office.take(ImportKind.INVOICES, {"iva": iva, "total": total})

    (line,) = office.books.invoices["FV-1"].record.lines
    assert (line.description, str(line.amount), str(line.vat_rate)) == ("Canon enero", "1000000.00", rate)


async def test_the_hour_of_the_electronic_invoice_is_bogotas_and_absent_where_the_file_has_none() -> None:
    office = await open_office()

    await office.take(
        ImportKind.INVOICES,
        {"cufe": CUFE.upper(), "cufe_fecha": "01/01/2026 20:30"},
        {"numero": "FV-2", "cufe": CUFE, "cufe_fecha": "2026-01-01"},
    )

    with_hour, without = (office.books.invoices[number].record for number in ("FV-1", "FV-2"))
    assert with_hour.cufe == without.cufe == CUFE
    assert str(with_hour.cufe_issued_at) == "2026-01-02 01:30:00+00:00"
    assert without.cufe_issued_at is None


async def test_commission_invoices_belong_to_management_agreements() -> None:
    office = await open_office()
    commission = {"numero": "FC-1", "tipo": "comision", "contrato": "ADM-1", "cliente": "T2"}

    report = await office.take(
        ImportKind.INVOICES, commission, commission | {"numero": "FC-2", "tipo": "arrendamiento"}
    )

    assert counts(report) == (1, 0, 0, 1)
    assert errors(report) == [(3, "tipo", "kind_of_contract")]


@pytest.mark.parametrize(
    ("reported", "receipt", "state"),
    [
        ("facturado", None, (ISSUED, "0.00")),
        ("pagada", None, (PAID, "1155000.00")),
        ("anulada", None, (VOIDED, "0.00")),
        ("facturado", "500000,00", (PARTIALLY_PAID, "500000.00")),
        ("pagada", "500000,00", (PARTIALLY_PAID, "500000.00")),
        ("facturado", "1155000,00", (PAID, "1155000.00")),
        ("pagada", "1155000,00", (PAID, "1155000.00")),
    ],
)
async def test_receipts_decide_the_state_and_without_any_the_back_office(
    reported: str, receipt: str | None, state: tuple[InvoiceStatus, str]
) -> None:
    office = await open_office()
    await office.take(ImportKind.INVOICES, {"estado": reported})

    if receipt:
        report = await office.take(ImportKind.PAYMENTS, {"valor": receipt, "facturas": f"FV-1:{receipt}"})
        assert counts(report) == (1, 0, 0, 0)

    assert office.state() == state


async def test_a_rejected_receipt_does_not_count() -> None:
    office = await billed()

    report = await office.take(ImportKind.PAYMENTS, {"medio": "cheque"})

    assert errors(report) == [(2, "medio", "not_a_choice")]
    assert office.state() == (ISSUED, "0.00")


async def test_an_invoice_reported_paid_without_receipts_is_settled_again_when_its_receipt_moves_away() -> None:
    office = await open_office()
    await office.take(ImportKind.INVOICES, {"estado": "pagada"}, {"numero": "FV-2"})
    await office.take(ImportKind.PAYMENTS)

    report = await office.take(ImportKind.PAYMENTS, {"facturas": "FV-2:1000,00"})

    assert counts(report) == (0, 1, 0, 0)
    assert office.state("FV-1") == (PAID, "1155000.00")
    assert office.state("FV-2") == (PARTIALLY_PAID, "1000.00")


async def test_an_older_file_does_not_put_back_an_older_state() -> None:
    office = await billed()
    await office.take(ImportKind.INVOICES, {"estado": "pagada"}, {"numero": "FV-2", "estado": "anulada"})

    older = await office.take(ImportKind.INVOICES, {}, {"numero": "FV-2", "descripcion": "Otra"})

    assert counts(older) == (0, 1, 1, 0)
    assert warnings(older) == [(2, "estado", "state_kept"), (3, "estado", "state_kept")]
    assert (office.state("FV-1"), office.state("FV-2")) == ((PAID, "1155000.00"), (VOIDED, "0.00"))
    assert office.books.invoices["FV-2"].record.description == "Otra"


async def test_an_invoice_paid_here_stays_paid_whatever_an_older_file_says() -> None:
    office = await billed()
    pay_here(office, receipt="RP-1", reference="77", amount="1155000")

    repeated = await office.take(ImportKind.INVOICES)
    renamed = await office.take(ImportKind.INVOICES, {"descripcion": "Otra"})

    assert (counts(repeated), counts(renamed)) == ((0, 0, 1, 0), (0, 1, 0, 0))
    assert renamed.warnings == []
    assert office.state() == (PAID, "1155000.00")


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"estado": "anulada"}, "estado", "void_with_payments"),
        ({"subtotal": "100000", "iva": "0", "retenciones": "0", "total": "100000"}, "total", "below_allocated"),
        ({"contrato": "ARR-2", "cliente": "T2"}, "cliente", "payer_with_payments"),
    ],
)
async def test_no_import_contradicts_receipts_that_an_invoice_has(
    change: dict[str, str], column: str, reason: str
) -> None:
    office = await billed()
    await office.take(ImportKind.CONTRACTS, {"numero": "ARR-2", "titulares": "T2"})
    pay_here(office, receipt="RP-1", reference="77", amount="500000")

    report = await office.take(ImportKind.INVOICES, change)

    assert errors(report) == [(2, column, reason)]
    assert office.state() == (PARTIALLY_PAID, "500000.00")


async def test_an_invoice_may_grow_under_its_receipts() -> None:
    office = await billed()
    await office.take(ImportKind.PAYMENTS)

    await office.take(ImportKind.INVOICES, {"retenciones": "0", "total": "1190000"})

    assert office.state() == (PARTIALLY_PAID, "1155000.00")


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"cliente": "T9"}, "cliente", "not_found"),
        ({"cliente": "T2"}, "facturas", "invoice_of_another"),
        ({"facturas": "FV-9:1,00"}, "facturas", "not_found"),
        ({"facturas": "FV-1:1155000,01", "valor": "2000000,00"}, "facturas", "invoice_exceeded"),
        ({"valor": "1154999,99"}, "facturas", "allocations_above_amount"),
        ({"facturas": "FV-1"}, "facturas", "allocations_shape"),
        ({"facturas": "FV-1:-5"}, "facturas", "allocations_shape"),
        ({"facturas": "FV-3:1,00"}, "facturas", "invoice_voided"),
        ({"valor": "0,00", "facturas": ""}, "valor", "not_above_zero"),
        ({"fecha": "03/01/2026 25:00"}, "fecha", "not_a_date"),
        ({"medio": "cheque"}, "medio", "not_a_choice"),
    ],
)
async def test_a_receipt_is_rejected_naming_the_cell(change: dict[str, str], column: str, reason: str) -> None:
    office = await billed()
    await office.take(ImportKind.INVOICES, {"numero": "FV-3", "estado": "anulada"})

    report = await office.take(ImportKind.PAYMENTS, change)

    assert errors(report) == [(2, column, reason)]
    assert (office.books.payments, office.state()) == ({}, (ISSUED, "0.00"))


async def test_what_goes_to_no_invoice_is_credit() -> None:
    office = await billed()

    report = await office.take(
        ImportKind.PAYMENTS,
        {"valor": "1200000,00"},
        SECOND | {"facturas": "", "valor": "5000,00"},
        {"recibo": "RC-3", "facturas": "FV-2:0,00"},
    )

    assert counts(report) == (3, 0, 0, 0)
    kept = office.books.payments
    credited = [kept[key].amount - sum(amount for _, amount in kept[key].allocations) for key in sorted(kept)]
    assert credited == [Decimal(45000), Decimal(5000), Decimal(1155000)]
    assert office.state("FV-2") == (ISSUED, "0.00")


async def test_the_same_invoice_twice_in_a_receipt_gets_the_sum() -> None:
    office = await billed()

    await office.take(ImportKind.PAYMENTS, {"facturas": "FV-1:100|FV-2:50|FV-1:20"})

    assert office.state("FV-1") == (PARTIALLY_PAID, "120.00")


async def test_all_receipts_together_put_at_most_its_total_on_an_invoice() -> None:
    office = await billed()

    report = await office.take(
        ImportKind.PAYMENTS,
        {"facturas": "FV-1:1000000,00"},
        SECOND | {"facturas": "FV-1:155000,01"},
        {"recibo": "RC-3", "facturas": "FV-1:155000,00"},
    )

    assert errors(report) == [(3, "facturas", "invoice_exceeded")]
    assert report.row_errors[0].told["room"] == "155000.00"
    assert office.state() == (PAID, "1155000.00")


async def test_receipts_made_here_take_room_too() -> None:
    office = await billed()
    pay_here(office, receipt="RP-1", reference="77", amount="1155000")

    report = await office.take(ImportKind.PAYMENTS)

    assert errors(report) == [(2, "facturas", "invoice_exceeded")]


async def test_a_changed_receipt_frees_what_it_had_before() -> None:
    office = await billed()
    await office.take(ImportKind.PAYMENTS)

    report = await office.take(
        ImportKind.PAYMENTS, {"facturas": "FV-1:1155000,00", "valor": "1155001,00"}, SECOND | {"facturas": "FV-2:1"}
    )

    assert counts(report) == (1, 1, 0, 0), report.row_errors
    assert (office.state("FV-1"), office.state("FV-2")) == ((PAID, "1155000.00"), (PARTIALLY_PAID, "1.00"))


@pytest.mark.parametrize(
    "row",
    [
        {"recibo": "RC-77", "referencia": "77"},
        {"recibo": "RC-77", "referencia": "  77 "},
        {"recibo": "RC-77", "referencia": "260701ABCDEFGHJKLM "},
        {"recibo": "RP-1", "referencia": ""},
        {"recibo": "RP-1", "referencia": "otra", "valor": "3,00", "facturas": "FV-9:3,00"},
    ],
)
async def test_a_row_that_is_a_payment_made_here_is_unchanged_and_never_a_second_one(row: dict[str, str]) -> None:
    office = await billed()
    pay_here(office, receipt="RP-1", reference="77", amount="1155000")
    office.books.payments["RP-1"].intent_reference = "260701ABCDEFGHJKLM"

    report = await office.take(ImportKind.PAYMENTS, row)

    assert counts(report) == (0, 0, 1, 0), report.row_errors
    assert list(office.books.payments) == ["RP-1"]
    assert office.state() == (PAID, "1155000.00")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"referencia": "77"}, None),
        ({"referencia": "77", "valor": "5,00", "facturas": ""}, "referencia"),
        ({"referencia": "77", "cliente": "T2", "facturas": ""}, "referencia"),
        ({"recibo": "RP-1", "referencia": ""}, None),
        ({"recibo": "RP-1", "referencia": "", "valor": "5,00", "facturas": ""}, "recibo"),
    ],
)
async def test_a_row_that_is_taken_for_a_payment_of_somebody_else_or_another_amount_says_so(
    row: dict[str, str], column: str | None
) -> None:
    office = await billed()
    pay_here(office, receipt="RP-1", reference="77", amount="1155000")

    report = await office.take(ImportKind.PAYMENTS, {"recibo": "RC-77"} | row)

    assert counts(report) == (0, 0, 1, 0), report.row_errors
    told = [(it.row, it.column, it.reason, it.told["receipt"]) for it in report.warnings]
    assert told == ([] if column is None else [(2, column, Reason.KNOWN_OTHERWISE, "RP-1")])


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        ({"referencia": "77"}, (0, 0, 1, 0)),
        ({"referencia": "77", "valor": "5,00", "facturas": ""}, (1, 0, 0, 0)),
        ({"referencia": "77", "cliente": "T2", "facturas": ""}, (1, 0, 0, 0)),
        ({"referencia": "77", "recibo": "RP-1", "valor": "5,00", "facturas": ""}, (0, 0, 1, 0)),
    ],
)
async def test_a_reference_written_down_at_the_office_tells_of_the_same_client_and_amount_alone(
    row: dict[str, str], counted: tuple[int, int, int, int]
) -> None:
    office = await billed()
    pay_here(office, receipt="RP-1", reference="77", amount="1155000")
    office.books.payments["RP-1"].at_office = True

    report = await office.take(ImportKind.PAYMENTS, {"recibo": "RC-77"} | row)

    assert counts(report) == counted, report.row_errors


async def test_the_reference_of_an_imported_receipt_makes_no_other_receipt_the_same() -> None:
    office = await billed()
    await office.take(ImportKind.PAYMENTS, {"facturas": ""})

    report = await office.take(ImportKind.PAYMENTS, {"recibo": "RC-2", "facturas": ""})

    assert counts(report) == (1, 0, 0, 0)


async def test_a_receipt_reversed_here_stays_reversed() -> None:
    office = await billed()
    await office.take(ImportKind.PAYMENTS)
    office.books.payments["RC-1"].reversed = True

    report = await office.take(ImportKind.PAYMENTS, {"valor": "2000000,00"})

    assert counts(report) == (0, 0, 1, 0)
    assert office.books.payments["RC-1"].reversed


async def test_a_repeated_file_of_receipts_changes_nothing_though_invoices_are_full() -> None:
    office = await billed()
    rows: tuple[dict[str, str], ...] = ({}, SECOND | {"facturas": "FV-2:1155000,00"})
    await office.take(ImportKind.PAYMENTS, *rows)
    before = office.books

    report = await office.take(ImportKind.PAYMENTS, *rows)

    assert counts(report) == (0, 0, 2, 0)
    assert office.books == before


async def test_invoices_of_a_former_tenant_are_unchanged_after_the_lease_passed_on() -> None:
    office = await billed()
    await office.take(ImportKind.CONTRACTS, {"titulares": "T2"})

    report = await office.take(ImportKind.INVOICES, {}, {"numero": "FV-2"})

    assert counts(report) == (0, 0, 2, 0)


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"neto": "976000,01"}, "neto", "net_of_parts"),
        ({"contrato": "ADM-9"}, "contrato", "not_found"),
        ({"propietario": "T9"}, "propietario", "not_found"),
        ({"propietario": "T1"}, "propietario", "not_a_holder"),
        ({"contrato": "ARR-1", "propietario": "T1"}, "contrato", "not_a_management"),
        ({"comision": ""}, "comision", "required"),
        ({"gastos": "-60000,00"}, "gastos", "negative"),
    ],
)
async def test_a_payout_is_rejected_naming_the_cell(change: dict[str, str], column: str, reason: str) -> None:
    office = await open_office()

    report = await office.take(ImportKind.PAYOUTS, change)

    assert errors(report) == [(2, column, reason)]
    assert office.books.payouts == {}


async def test_the_lines_of_a_payout_add_up_to_its_net_which_may_be_negative() -> None:
    office = await open_office()

    report = await office.take(
        ImportKind.PAYOUTS, {"gastos": "1500000,00", "neto": "-464000,00", "retenciones": "35000"}
    )

    assert counts(report) == (1, 0, 0, 0), report.row_errors
    record = office.books.payouts["CE-1"].record
    assert sum(line.amount for line in record.lines) == record.net == Decimal("-464000.00")
    assert [str(line.amount) for line in record.lines] == [
        "1000000.00",
        "190000.00",
        "-100000.00",
        "-19000.00",
        "-35000.00",
        "-1500000.00",
    ]


async def test_nothing_of_zero_becomes_a_line_of_a_payout() -> None:
    office = await open_office()

    await office.take(
        ImportKind.PAYOUTS, {"iva": "0", "iva_comision": "0", "retenciones": "0", "gastos": "0,00", "neto": "900000"}
    )

    assert [line.kind.value for line in office.books.payouts["CE-1"].record.lines] == ["RENT", "COMMISSION"]


async def test_co_debtors_are_no_holders() -> None:
    office = await open_office()
    await office.take(ImportKind.CONTRACTS, {"codeudores": "T2"}, MANAGEMENT)

    report = await office.take(ImportKind.INVOICES, {"cliente": "T2"})

    assert errors(report) == [(2, "cliente", "not_a_holder")]
