"""Clients, properties and contracts, with who takes part in them and who may read them."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c


class ClientRow(SQLModel, table=True):
    """`name_key` orders lists, `search` is what is searched: both folded by the application. `import_digest` is of
    the last imported row, so that a repeated import leaves alone what the client changed here since."""

    __tablename__ = "clients"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "id", "name"),
        sa.UniqueConstraint("agency_id", "code"),
        sa.Index(None, "agency_id", "name_key", "code"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    code: str = c.sorted_text()
    kind: str = c.text()
    name: str = c.text()
    document_type: str = c.text()
    document_number: str = c.text()
    check_digit: int | None
    email: str | None = c.text()
    phone: str | None = c.text()
    address: str | None = c.text()
    city: str | None = c.text()
    name_key: str = c.sorted_text()
    search: str = c.text()
    import_digest: str | None = c.text()


class PropertyRow(SQLModel, table=True):
    __tablename__ = "properties"
    __table_args__ = (sa.UniqueConstraint("agency_id", "id"), sa.UniqueConstraint("agency_id", "code"))

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    code: str = c.sorted_text()
    address: str = c.text()
    city: str = c.text()
    use: str = c.text()
    search: str = c.text()
    import_digest: str | None = c.text()


class PropertyOwnerRow(SQLModel, table=True):
    """`name` follows the client's by the foreign key, so that co-owners can read it without reading each other."""

    __tablename__ = "property_owners"
    __table_args__ = (
        c.belongs_to("property_id", "properties"),
        c.belongs_to("client_id", "clients", "name", onupdate="CASCADE"),
        sa.Index(None, "agency_id", "client_id"),
    )

    agency_id: UUID = c.key_of_agency()
    property_id: UUID = c.part_of_key()
    client_id: UUID = c.part_of_key()
    position: int
    name: str = c.text()
    share: Decimal = c.percent()


class PropertyReaderRow(SQLModel, table=True):
    """Which clients may read a property: its owners, and the parties of its contracts. Derived; row-level security
    needs it as a table of its own because policies may not refer to each other in a circle."""

    __tablename__ = "property_readers"
    __table_args__ = (
        c.belongs_to("property_id", "properties"),
        c.belongs_to("client_id", "clients"),
        sa.Index(None, "agency_id", "client_id"),
    )

    agency_id: UUID = c.key_of_agency()
    property_id: UUID = c.part_of_key()
    client_id: UUID = c.part_of_key()
    as_owner: bool


class ContractRow(SQLModel, table=True):
    __tablename__ = "contracts"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "number"),
        c.belongs_to("property_id", "properties"),
        sa.Index(None, "agency_id", "property_id"),
        sa.Index(None, "agency_id", "start_on", "number"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    number: str = c.sorted_text()
    kind: str = c.text()
    status: str = c.text()
    property_id: UUID = c.reference()
    start_on: date
    end_on: date | None
    rent: Decimal | None = c.money()
    building_fee: Decimal | None = c.money()
    commission_rate: Decimal | None = c.percent()
    rent_vat_rate: Decimal | None = c.percent()
    last_increase_on: date | None
    import_digest: str | None = c.text()


class ContractPartyRow(SQLModel, table=True):
    """`name` follows the client's by the foreign key, so that parties can read it without reading each other."""

    __tablename__ = "contract_parties"
    __table_args__ = (
        c.belongs_to("contract_id", "contracts"),
        c.belongs_to("client_id", "clients", "name", onupdate="CASCADE"),
        sa.Index(None, "agency_id", "client_id"),
    )

    agency_id: UUID = c.key_of_agency()
    contract_id: UUID = c.part_of_key()
    client_id: UUID = c.part_of_key()
    role: str = c.part_of_key(sa.Text)
    position: int
    name: str = c.text()


class ContractReaderRow(SQLModel, table=True):
    """Which clients may read a contract: its parties, and the owners of a leased property. Derived, like
    `property_readers`."""

    __tablename__ = "contract_readers"
    __table_args__ = (
        c.belongs_to("contract_id", "contracts"),
        c.belongs_to("client_id", "clients"),
        sa.Index(None, "agency_id", "client_id"),
    )

    agency_id: UUID = c.key_of_agency()
    contract_id: UUID = c.part_of_key()
    client_id: UUID = c.part_of_key()
    as_party: bool
