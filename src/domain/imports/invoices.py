"""facturas.csv: what was billed, and the state it has after meeting the receipts."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from domain.contracts import ContractKind
from domain.ids import InvoiceId
from domain.imports.cells import MAX_LONG, Row
from domain.imports.contracts import StoredContract
from domain.imports.digests import digest
from domain.imports.parts import read_lines
from domain.imports.problems import Reason
from domain.invoices import InvoiceKind, InvoiceLine, InvoiceStatus, status_after
from domain.money import ZERO, percentage_of
from domain.periods import BillingPeriod

_KINDS = {"arrendamiento": InvoiceKind.RENT, "comision": InvoiceKind.COMMISSION}
_CONTRACT_OF = {InvoiceKind.RENT: ContractKind.LEASE, InvoiceKind.COMMISSION: ContractKind.MANAGEMENT}
_CUFE = re.compile(r"[0-9a-fA-F]{96}")
_VAT_RATES = (Decimal("0.00"), Decimal("5.00"), Decimal("19.00"))


class ReportedState(StrEnum):
    """What the back office says, in the order in which an invoice passes through it."""

    ISSUED = "facturado"
    PAID = "pagada"
    VOIDED = "anulada"


_STATES = {state.value: state for state in ReportedState}
_ORDER = list(ReportedState)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRecord:
    """`contract` and `client` are the number and the code. `lines` are never empty; `given_lines` tells whether the
    file gave them. `cufe_issued_at` is None where the file has only the day."""

    number: str
    kind: InvoiceKind
    contract: str
    client: str
    period: BillingPeriod
    issued_on: date
    due_on: date
    description: str
    subtotal: Decimal
    vat: Decimal
    withholdings: Decimal
    total: Decimal
    state: ReportedState
    lines: tuple[InvoiceLine, ...]
    cufe: str | None
    cufe_issued_at: datetime | None

    @property
    def digest(self) -> str:
        return digest(
            self.kind,
            self.contract,
            self.client,
            str(self.period),
            self.issued_on,
            self.due_on,
            self.description,
            self.subtotal,
            self.vat,
            self.withholdings,
            self.total,
            self.state,
            [(line.description, line.amount, line.vat_rate, line.vat) for line in self.lines],
            self.cufe,
            self.cufe_issued_at,
        )


@dataclass(slots=True, kw_only=True)
class StoredInvoice:
    """An invoice as receipts meet it. `allocated` is what accepted payments, imported or made here, put on it;
    `settled_outside` says that the back office reports it paid."""

    id: InvoiceId
    number: str
    digest: str | None
    client: str
    total: Decimal
    allocated: Decimal
    voided: bool
    settled_outside: bool

    @property
    def room(self) -> Decimal:
        """What further receipts may still put on it."""
        return self.total - self.allocated

    @property
    def reported(self) -> ReportedState:
        if self.voided:
            return ReportedState.VOIDED
        return ReportedState.PAID if self.settled_outside else ReportedState.ISSUED


def state_of(*, total: Decimal, allocated: Decimal, reported: ReportedState) -> tuple[InvoiceStatus, Decimal]:
    """Status and paid amount. Receipts decide; without any, what the back office says does."""
    if reported is ReportedState.VOIDED:
        return InvoiceStatus.VOIDED, allocated
    if allocated > 0:
        return status_after(total=total, paid=allocated), allocated
    if reported is ReportedState.PAID:
        return InvoiceStatus.PAID, total
    return InvoiceStatus.ISSUED, ZERO


def read_invoice(row: Row) -> InvoiceRecord:
    issued_on, due_on = row.day("fecha_emision"), row.day("fecha_vencimiento")
    if row.good("fecha_emision", "fecha_vencimiento") and due_on < issued_on:
        row.reject("fecha_vencimiento", Reason.BEFORE, other="fecha_emision")
    subtotal, vat = row.amount("subtotal"), row.amount("iva")
    withholdings, total = row.amount("retenciones"), row.amount("total")
    parts = subtotal + vat - withholdings
    if row.good("subtotal", "iva", "retenciones", "total") and total != parts:
        row.reject("total", Reason.TOTAL_OF_PARTS, expected=str(parts), found=str(total))
    description = row.text("descripcion", MAX_LONG)
    cufe, cufe_issued_at = _electronic(row)
    return InvoiceRecord(
        number=row.identifier("numero"),
        kind=row.choice("tipo", _KINDS),
        contract=row.identifier("contrato"),
        client=row.identifier("cliente"),
        period=row.month("periodo"),
        issued_on=issued_on,
        due_on=due_on,
        description=description,
        subtotal=subtotal,
        vat=vat,
        withholdings=withholdings,
        total=total,
        state=row.choice("estado", _STATES),
        lines=_lines(row, subtotal, vat) or (_one_line(description, subtotal, vat),),
        cufe=cufe,
        cufe_issued_at=cufe_issued_at,
    )


def keep_newer_state(row: Row, record: InvoiceRecord, stored: StoredInvoice | None) -> InvoiceRecord:
    """A file may be older than what is stored: an invoice does not go back from paid to issued, nor from voided."""
    if stored is None or _ORDER.index(record.state) >= _ORDER.index(stored.reported):
        return record
    if stored.voided or stored.allocated == 0:
        row.warn("estado", Reason.STATE_KEPT, stored=stored.reported.value, found=record.state.value)
    return replace(record, state=stored.reported)


def check_invoice(
    row: Row,
    record: InvoiceRecord,
    *,
    clients: Collection[str],
    contracts: Mapping[str, StoredContract],
    stored: StoredInvoice | None,
) -> None:
    """References, and what receipts already say about the stored version."""
    contract = contracts.get(record.contract)
    if contract is None:
        row.reject("contrato", Reason.NOT_FOUND, code=record.contract)
    elif row.good("tipo") and _CONTRACT_OF[record.kind] is not contract.kind:
        row.reject("tipo", Reason.KIND_OF_CONTRACT, contract=record.contract)
    if record.client not in clients:
        row.reject("cliente", Reason.NOT_FOUND, code=record.client)
    elif contract is not None and record.client not in contract.holders:
        row.reject("cliente", Reason.NOT_A_HOLDER, code=record.client, contract=record.contract)
    if stored is None or stored.allocated == 0:
        return
    if record.client != stored.client:
        row.reject("cliente", Reason.PAYER_WITH_PAYMENTS, code=stored.client)
    if row.good("total") and record.total < stored.allocated:
        row.reject("total", Reason.BELOW_ALLOCATED, allocated=str(stored.allocated))
    if row.good("estado") and record.state is ReportedState.VOIDED and not stored.voided:
        row.reject("estado", Reason.VOID_WITH_PAYMENTS, allocated=str(stored.allocated))


def _lines(row: Row, subtotal: Decimal, vat: Decimal) -> tuple[InvoiceLine, ...]:
    lines = read_lines(row, "conceptos")
    amounts, vats = sum((line.amount for line in lines), ZERO), sum((line.vat for line in lines), ZERO)
    if lines and row.good("conceptos", "subtotal") and amounts != subtotal:
        row.reject("conceptos", Reason.LINES_SUBTOTAL, found=str(amounts), expected=str(subtotal))
    if lines and row.good("conceptos", "iva") and vats != vat:
        row.reject("conceptos", Reason.LINES_VAT, found=str(vats), expected=str(vat))
    return lines


def _one_line(description: str, subtotal: Decimal, vat: Decimal) -> InvoiceLine:
    """The whole invoice as its only line, at the legal rate that gives its VAT, or else at the rate that it had."""
    rate = next((rate for rate in _VAT_RATES if percentage_of(subtotal, rate) == vat), None)
    if rate is None:
        rate = min((vat * 100 / subtotal).quantize(Decimal("0.01")), Decimal(100)) if subtotal else ZERO
    return InvoiceLine(
        description=description, quantity=Decimal(1), unit_price=subtotal, vat_rate=rate, vat=vat, amount=subtotal
    )


def _electronic(row: Row) -> tuple[str | None, datetime | None]:
    cufe, issued = row.code("cufe"), row.code("cufe_fecha")
    if not cufe and not issued:
        return None, None
    if not cufe:
        row.reject("cufe", Reason.CUFE_COMES_WITH, other="cufe_fecha")
    elif not _CUFE.fullmatch(cufe):
        row.reject("cufe", Reason.CUFE_SHAPE)
    if not issued:
        row.reject("cufe_fecha", Reason.CUFE_COMES_WITH, other="cufe")
        return None, None
    at, has_time = row.moment("cufe_fecha")
    return cufe.casefold() or None, at if has_time else None
