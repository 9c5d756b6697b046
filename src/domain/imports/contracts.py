"""contratos.csv: leases and management agreements, with their parties."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.contracts import ContractKind, ContractStatus, PartyRole
from domain.ids import ContractId
from domain.imports.cells import Row
from domain.imports.digests import digest
from domain.imports.problems import Reason

_KINDS = {"arrendamiento": ContractKind.LEASE, "administracion": ContractKind.MANAGEMENT}
_STATES = {"activo": ContractStatus.ACTIVE, "terminado": ContractStatus.TERMINATED}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRecord:
    """`property_code`, `holders` (titulares) and `co_debtors` are codes. What belongs to the other kind is None."""

    number: str
    kind: ContractKind
    property_code: str
    start_on: date
    end_on: date | None
    rent: Decimal | None
    building_fee: Decimal | None
    commission_rate: Decimal | None
    rent_vat_rate: Decimal | None
    holders: tuple[str, ...]
    co_debtors: tuple[str, ...]
    status: ContractStatus
    last_increase_on: date | None

    @property
    def parties(self) -> tuple[tuple[str, PartyRole], ...]:
        """Codes of clients with their roles: the holders are the tenants of a lease, the owners in the other kind."""
        role = PartyRole.TENANT if self.kind is ContractKind.LEASE else PartyRole.OWNER
        return (
            *((code, role) for code in self.holders),
            *((code, PartyRole.CO_DEBTOR) for code in self.co_debtors),
        )

    @property
    def digest(self) -> str:
        return digest(
            self.kind,
            self.property_code,
            self.start_on,
            self.end_on,
            self.rent,
            self.building_fee,
            self.commission_rate,
            self.rent_vat_rate,
            self.holders,
            self.co_debtors,
            self.status,
            self.last_increase_on,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContract:
    """`holders` are the codes of its titulares; `in_use`: something was invoiced or paid out on it."""

    id: ContractId
    digest: str | None
    kind: ContractKind
    holders: frozenset[str]
    in_use: bool


def read_contract(row: Row) -> ContractRecord:
    """`canon` is required of a lease and `comision` of a management agreement; the other's is read and dropped."""
    kind = row.choice("tipo", _KINDS)
    known = row.good("tipo")
    rent = row.amount("canon") if known and kind is ContractKind.LEASE else row.optional_amount("canon")
    managed = known and kind is ContractKind.MANAGEMENT
    rate = row.percent("comision") if managed else row.optional_percent("comision")
    fee, vat_rate = row.optional_amount("cuota_administracion"), row.optional_percent("iva_canon")
    start_on, end_on = row.day("inicio"), row.optional_day("fin")
    if end_on and row.good("inicio", "fin") and end_on < start_on:
        row.reject("fin", Reason.BEFORE, other="inicio")
    return ContractRecord(
        number=row.identifier("numero"),
        kind=kind,
        property_code=row.identifier("inmueble"),
        start_on=start_on,
        end_on=end_on,
        rent=rent if kind is ContractKind.LEASE else None,
        building_fee=fee if kind is ContractKind.LEASE else None,
        commission_rate=rate if kind is ContractKind.MANAGEMENT else None,
        rent_vat_rate=vat_rate if kind is ContractKind.LEASE else None,
        holders=row.codes("titulares", required=True),
        co_debtors=row.codes("codeudores", required=False),
        status=row.choice("estado", _STATES),
        last_increase_on=row.optional_day("ultimo_incremento"),
    )


def check_contract(
    row: Row,
    record: ContractRecord,
    *,
    clients: Collection[str],
    properties: Collection[str],
    stored: StoredContract | None,
) -> None:
    """`clients` and `properties` are the codes that exist. A contract keeps its kind once it has documents."""
    if record.property_code not in properties:
        row.reject("inmueble", Reason.NOT_FOUND, code=record.property_code)
    for column, codes in (("titulares", record.holders), ("codeudores", record.co_debtors)):
        if unknown := next((code for code in codes if code not in clients), None):
            row.reject(column, Reason.NOT_FOUND, code=unknown)
    if stored and stored.in_use and record.kind is not stored.kind:
        row.reject("tipo", Reason.KIND_IN_USE)
