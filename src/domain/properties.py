"""Homes, shops, offices and warehouses, and who owns them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.ids import AgencyId, ClientId, PropertyId


class PropertyUse(StrEnum):
    HOUSING = "HOUSING"
    RETAIL = "RETAIL"
    OFFICE = "OFFICE"
    WAREHOUSE = "WAREHOUSE"
    OTHER = "OTHER"


@dataclass(slots=True, kw_only=True, eq=False)
class Property:
    id: PropertyId
    agency_id: AgencyId
    code: str
    address: str
    city: str
    use: PropertyUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """A client's part of a property, in per cent; the parts of a property add up to 100."""

    property_id: PropertyId
    client_id: ClientId
    name: str
    share: Decimal
