"""Agencies, how they are found before anybody signs in, and counters without gaps."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from adapters.postgres.tables import columns as c


class AgencyRow(SQLModel, table=True):
    """`gateways` are those that take payments now, `test_gateways` those that do with an account that moves no money:
    what anybody may know of the merchant accounts, whose rows visitors do not see. They follow them."""

    __tablename__ = "agencies"

    id: UUID = c.identity()
    slug: str = c.text(unique=True)
    name: str = c.text()
    tax_id: str = c.text()
    check_digit: int
    phone: str | None = c.text()
    email: str | None = c.text()
    address: str | None = c.text()
    city: str | None = c.text()
    logo: bytes | None = Field(sa_type=sa.LargeBinary)
    logo_content_type: str | None = c.text()
    brand_color: str | None = c.text()
    landlord_registration: str | None = c.text()
    privacy_policy_url: str | None = c.text()
    partial_payments_allowed: bool
    captcha_provider: str = c.text()
    captcha_site_key: str | None = c.text()
    captcha_secret: str | None = c.text()
    return_urls: list[str] = c.texts()
    origins: list[str] = c.texts()
    gateways: list[str] = c.texts(sa_column_kwargs={"server_default": "{}"})
    test_gateways: list[str] = c.texts(sa_column_kwargs={"server_default": "{}"})
    created_at: datetime = c.instant()


class AgencyKeyRow(SQLModel, table=True):
    """A host name or slug that leads to an agency. The key `*` names the only agency there is, or none (null) as
    soon as there are two."""

    __tablename__ = "agency_keys"

    key: str = c.part_of_key(sa.Text)
    agency_id: UUID | None = Field(sa_type=sa.Uuid, foreign_key="agencies.id")


class CounterRow(SQLModel, table=True):
    """Numbers that the law wants without gaps: taken under the row's lock, given back by a rollback."""

    __tablename__ = "counters"

    agency_id: UUID = c.key_of_agency()
    name: str = c.part_of_key(sa.Text)
    value: int = Field(sa_type=sa.BigInteger)
