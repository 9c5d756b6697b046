"""egresos.csv: what owners were paid, with its settlement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.contracts import ContractKind
from domain.imports.cells import Row
from domain.imports.contracts import StoredContract
from domain.imports.digests import digest
from domain.imports.problems import Reason
from domain.money import ZERO
from domain.payouts import PayoutLine, PayoutLineKind
from domain.periods import BillingPeriod

_INCOME = {"canon": (PayoutLineKind.RENT, "Canon de arrendamiento"), "iva": (PayoutLineKind.VAT, "IVA del canon")}
_DEDUCTIONS = {
    "comision": (PayoutLineKind.COMMISSION, "Comisión de administración"),
    "iva_comision": (PayoutLineKind.COMMISSION_VAT, "IVA de la comisión"),
    "retenciones": (PayoutLineKind.WITHHOLDING, "Retenciones practicadas por el arrendatario"),
    "gastos": (PayoutLineKind.EXPENSE, "Gastos del inmueble"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRecord:
    """`contract` and `owner` are the number and the code; `lines` add up to `net`, deductions being negative."""

    number: str
    contract: str
    owner: str
    period: BillingPeriod
    paid_on: date
    lines: tuple[PayoutLine, ...]
    net: Decimal
    reference: str | None

    @property
    def digest(self) -> str:
        lines = [(line.kind, line.amount) for line in self.lines]
        return digest(self.contract, self.owner, str(self.period), self.paid_on, lines, self.net, self.reference)


def read_payout(row: Row) -> PayoutRecord:
    """Only what is not 0 becomes a line."""
    signed = [
        PayoutLine(kind=kind, description=text, amount=sign * row.amount(column) + ZERO)
        for sign, columns in ((1, _INCOME), (-1, _DEDUCTIONS))
        for column, (kind, text) in columns.items()
    ]
    net, expected = row.amount("neto", negative=True), sum((line.amount for line in signed), ZERO)
    if row.good(*_INCOME, *_DEDUCTIONS, "neto") and net != expected:
        row.reject("neto", Reason.NET_OF_PARTS, expected=str(expected), found=str(net))
    return PayoutRecord(
        number=row.identifier("numero"),
        contract=row.identifier("contrato"),
        owner=row.identifier("propietario"),
        period=row.month("periodo"),
        paid_on=row.day("fecha"),
        lines=tuple(line for line in signed if line.amount),
        net=net,
        reference=row.optional_text("referencia"),
    )


def check_payout(
    row: Row, record: PayoutRecord, *, clients: Collection[str], contracts: Mapping[str, StoredContract]
) -> None:
    """The owner is a holder of a management agreement."""
    contract = contracts.get(record.contract)
    if contract is None:
        row.reject("contrato", Reason.NOT_FOUND, code=record.contract)
    elif contract.kind is not ContractKind.MANAGEMENT:
        row.reject("contrato", Reason.NOT_A_MANAGEMENT, contract=record.contract)
    if record.owner not in clients:
        row.reject("propietario", Reason.NOT_FOUND, code=record.owner)
    elif contract is not None and record.owner not in contract.holders:
        row.reject("propietario", Reason.NOT_A_HOLDER, code=record.owner, contract=record.contract)
