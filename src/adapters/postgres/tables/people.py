"""Clients, properties and contracts, with who takes part in them and who may read them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class ClientRow(SQLModel, table=True):
    """`name_key` orders lists, `search` is what is searched: both folded by the application. `import_digest` is of
    the last imported row, so that a repeated import leaves alone what the client changed here since. `erased_at` is
    when the personal data went: what is left serves the books."""

    __tablename__ = "clients"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "id", "name"),
        sa.UniqueConstraint("agency_id", "code"),
        sa.Index(None, "agency_id", "name_key", "code"),
        t.held("Datos personales"),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    code: str = c.sorted_text(t.tax("Código en la inmobiliaria"))
    kind: str = c.code(t.fact("Tipo de persona"))
    name: str = c.text(t.person("Nombre", instead="Datos suprimidos"))
    document_type: str = c.code(t.fact("Tipo de documento"))
    document_number: str = c.text(t.person("Número de documento"))
    check_digit: int | None = c.whole(t.person("Dígito de verificación"))
    email: str | None = c.text(t.person("Correo"))
    phone: str | None = c.text(t.person("Teléfono"))
    address: str | None = c.text(t.person("Dirección"))
    city: str | None = c.text(t.person("Ciudad"))
    name_key: str = c.sorted_text(t.derived("datos suprimidos"))
    search: str = c.text(t.DERIVED)
    import_digest: str | None = c.text(t.DERIVED)
    erased_at: datetime | None = c.instant(t.fact("Suprimido"))
    declined_mail: list[str] = c.codes(t.fact("Correos que no quiere"), sa_column_kwargs={"server_default": "{}"})


class PropertyRow(SQLModel, table=True):
    __tablename__ = "properties"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "code"),
        t.held("Inmuebles", t.Way("id", "property_readers", "property_id")),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    code: str = c.sorted_text(t.tax("Código"))
    address: str = c.text(t.tax("Dirección"))
    city: str = c.text(t.tax("Ciudad"))
    use: str = c.code(t.tax("Uso"))
    search: str = c.text(t.STRUCTURE)
    import_digest: str | None = c.text(t.STRUCTURE)


class PropertyOwnerRow(SQLModel, table=True):
    """`name` follows the client's by the foreign key, so that co-owners can read it without reading each other."""

    __tablename__ = "property_owners"
    __table_args__ = (
        c.belongs_to("property_id", "properties"),
        c.belongs_to("client_id", "clients", "name", onupdate="CASCADE"),
        sa.Index(None, "agency_id", "client_id"),
        t.held("Propiedad de los inmuebles"),
    )

    agency_id: UUID = c.key_of_agency()
    property_id: UUID = c.part_of_key()
    client_id: UUID = c.owner(primary_key=True)
    position: int = c.position()
    name: str = c.text(t.DERIVED)
    share: Decimal = c.percent(t.tax("Porcentaje"))


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
    client_id: UUID = c.owner(primary_key=True)
    as_owner: bool = c.flag(t.STRUCTURE)


class ContractRow(SQLModel, table=True):
    __tablename__ = "contracts"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "number"),
        c.belongs_to("property_id", "properties"),
        sa.Index(None, "agency_id", "property_id"),
        sa.Index(None, "agency_id", "start_on", "number"),
        t.held("Contratos", t.Way("id", "contract_parties", "contract_id")),
    )

    id: UUID = c.identity()
    agency_id: UUID = c.of_agency()
    number: str = c.sorted_text(t.tax("Número"))
    kind: str = c.code(t.tax("Clase"))
    status: str = c.code(t.tax("Estado"))
    property_id: UUID = c.reference()
    start_on: date = c.day(t.tax("Inicio"))
    end_on: date | None = c.day(t.tax("Fin"))
    rent: Decimal | None = c.money(t.tax("Canon"))
    building_fee: Decimal | None = c.money(t.tax("Cuota de administración"))
    commission_rate: Decimal | None = c.percent(t.tax("Comisión"))
    rent_vat_rate: Decimal | None = c.percent(t.tax("IVA del canon"))
    last_increase_on: date | None = c.day(t.tax("Último incremento"))
    import_digest: str | None = c.text(t.STRUCTURE)


class ContractPartyRow(SQLModel, table=True):
    """`name` follows the client's by the foreign key, so that parties can read it without reading each other."""

    __tablename__ = "contract_parties"
    __table_args__ = (
        c.belongs_to("contract_id", "contracts"),
        c.belongs_to("client_id", "clients", "name", onupdate="CASCADE"),
        sa.Index(None, "agency_id", "client_id"),
        t.held("Calidad en los contratos"),
    )

    agency_id: UUID = c.key_of_agency()
    contract_id: UUID = c.part_of_key()
    client_id: UUID = c.owner(primary_key=True)
    role: str = c.part_of_key(sa.Text, t.tax("Calidad"))
    position: int = c.position()
    name: str = c.text(t.DERIVED)


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
    client_id: UUID = c.owner(primary_key=True)
    as_party: bool = c.flag(t.STRUCTURE)
