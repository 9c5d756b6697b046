"""Agencies, how they are found before anybody signs in, and counters without gaps."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from adapters.postgres.tables import columns as c
from adapters.postgres.tables import tags as t


class AgencyRow(SQLModel, table=True):
    """`gateways` are those that take payments now, `test_gateways` those that do with an account that moves no money:
    what anybody may know of the merchant accounts, whose rows visitors do not see. They follow them. `reminded_on` is
    the day of the last round of reminders."""

    __tablename__ = "agencies"

    id: UUID = c.identity()
    slug: str = c.text(t.AGENCY, unique=True)
    name: str = c.text(t.AGENCY)
    tax_id: str = c.text(t.AGENCY)
    check_digit: int = c.whole(t.AGENCY)
    phone: str | None = c.text(t.AGENCY)
    email: str | None = c.text(t.AGENCY)
    address: str | None = c.text(t.AGENCY)
    city: str | None = c.text(t.AGENCY)
    logo: bytes | None = c.blob(t.AGENCY)
    logo_content_type: str | None = c.text(t.AGENCY)
    brand_color: str | None = c.text(t.AGENCY)
    landlord_registration: str | None = c.text(t.AGENCY)
    privacy_policy_url: str | None = c.text(t.AGENCY)
    privacy_policy_version: str | None = c.text(t.AGENCY)
    privacy_policy_on: date | None = c.day(t.AGENCY)
    partial_payments_allowed: bool = c.flag(t.AGENCY)
    staff_second_factor_required: bool = c.no_yet(t.AGENCY)
    captcha_provider: str = c.text(t.AGENCY)
    captcha_site_key: str | None = c.text(t.AGENCY)
    captcha_secret: str | None = c.text(t.SECRET)
    return_urls: list[str] = c.texts(t.AGENCY)
    origins: list[str] = c.texts(t.AGENCY)
    link_base: str | None = c.text(t.AGENCY)
    gateways: list[str] = c.texts(t.AGENCY, sa_column_kwargs={"server_default": "{}"})
    test_gateways: list[str] = c.texts(t.AGENCY, sa_column_kwargs={"server_default": "{}"})
    reminders: bool = c.no_yet(t.AGENCY)
    courtesy_days: int = c.whole(t.AGENCY, sa_column_kwargs={"server_default": "0"})
    reminded_on: date | None = c.day(t.AGENCY)
    created_at: datetime = c.instant(t.AGENCY)


class AgencyKeyRow(SQLModel, table=True):
    """A host name or slug that leads to an agency. The key `*` names the only agency there is, or none (null) as
    soon as there are two."""

    __tablename__ = "agency_keys"

    key: str = c.part_of_key(sa.Text, t.AGENCY)
    agency_id: UUID | None = c.reference(foreign_key="agencies.id")


class CounterRow(SQLModel, table=True):
    """Numbers that the law wants without gaps: taken under the row's lock, given back by a rollback."""

    __tablename__ = "counters"

    agency_id: UUID = c.key_of_agency()
    name: str = c.part_of_key(sa.Text)
    value: int = c.whole(t.STRUCTURE, sa.BigInteger)
