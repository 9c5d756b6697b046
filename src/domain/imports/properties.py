"""inmuebles.csv: properties, and the parts their owners have in them."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from domain.imports.cells import Row
from domain.imports.digests import digest
from domain.imports.parts import read_shares
from domain.imports.problems import Reason
from domain.properties import PropertyUse

_USES = {
    "vivienda": PropertyUse.HOUSING,
    "local": PropertyUse.RETAIL,
    "oficina": PropertyUse.OFFICE,
    "bodega": PropertyUse.WAREHOUSE,
    "otro": PropertyUse.OTHER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyRecord:
    """`owners` are codes of clients with their parts in per cent, in the order of the file."""

    code: str
    address: str
    city: str
    use: PropertyUse
    owners: tuple[tuple[str, Decimal], ...]

    @property
    def digest(self) -> str:
        return digest(self.address, self.city, self.use, self.owners)


def read_property(row: Row) -> PropertyRecord:
    return PropertyRecord(
        code=row.identifier("codigo"),
        address=row.text("direccion"),
        city=row.text("ciudad"),
        use=row.choice("uso", _USES),
        owners=read_shares(row, "propietarios"),
    )


def check_property(row: Row, record: PropertyRecord, clients: Collection[str]) -> None:
    """`clients` are the codes that exist."""
    if unknown := next((code for code, _ in record.owners if code not in clients), None):
        row.reject("propietarios", Reason.NOT_FOUND, code=unknown)
