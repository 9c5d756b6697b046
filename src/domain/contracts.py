"""Leases (arrendamiento) and management agreements (administración), and their parties."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.ids import AgencyId, ClientId, ContractId, PropertyId
from domain.periods import add_months


class ContractKind(StrEnum):
    LEASE = "LEASE"
    MANAGEMENT = "MANAGEMENT"


class ContractStatus(StrEnum):
    ACTIVE = "ACTIVE"
    TERMINATED = "TERMINATED"


class PartyRole(StrEnum):
    TENANT = "TENANT"
    CO_DEBTOR = "CO_DEBTOR"
    OWNER = "OWNER"


@dataclass(slots=True, kw_only=True, eq=False)
class Contract:
    """`rent` and `building_fee` belong to leases, `commission_rate` (per cent of the rent) to management agreements."""

    id: ContractId
    agency_id: AgencyId
    number: str
    kind: ContractKind
    status: ContractStatus
    property_id: PropertyId
    start_on: date
    end_on: date | None = None
    rent: Decimal | None = None
    building_fee: Decimal | None = None
    commission_rate: Decimal | None = None
    rent_vat_rate: Decimal | None = None
    last_increase_on: date | None = None

    @property
    def next_increase_on(self) -> date | None:
        """Twelve months after the last increase, or the start (Ley 820 de 2003, art. 20); leases in force only."""
        if self.kind is not ContractKind.LEASE or self.status is not ContractStatus.ACTIVE:
            return None
        return add_months(self.last_increase_on or self.start_on, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractParty:
    contract_id: ContractId
    client_id: ClientId
    role: PartyRole
    name: str
