"""Sums of the main page, for many clients in one statement each."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.reading.invoices import INVOICES, PAYMENTS
from adapters.postgres.reading.listing import SnapshotReader
from adapters.postgres.reading.money import PAYOUTS
from adapters.postgres.reading.people import CONTRACTS, OWNERS
from application.ports.reading import DashboardReader, Many, OwnerSums, TenantSums
from domain.contracts import ContractKind, ContractStatus
from domain.invoices import InvoiceKind
from domain.money import ZERO
from domain.periods import BillingPeriod


class PostgresDashboards(SnapshotReader, DashboardReader):
    async def tenants(self, client_ids: Collection[UUID], *, today: date) -> Many[TenantSums]:
        owed = (
            self.select(
                INVOICES,
                INVOICES.c.client_id,
                sa.func.sum(INVOICES.c.balance).label("pending"),
                sa.func.count().label("invoices"),
                sa.func.sum(INVOICES.c.balance).filter(INVOICES.c.due_on < today).label("overdue"),
            )
            .where(
                INVOICES.c.client_id.in_(client_ids),
                INVOICES.c.kind == InvoiceKind.RENT.value,
                INVOICES.c.balance > 0,
            )
            .group_by(INVOICES.c.client_id)
            .subquery("owed")
        )
        credit = (
            self.select(PAYMENTS, PAYMENTS.c.client_id, sa.func.sum(PAYMENTS.c.credit_left).label("credit"))
            .where(PAYMENTS.c.client_id.in_(client_ids), PAYMENTS.c.credit_left > 0)
            .group_by(PAYMENTS.c.client_id)
            .subquery("credit")
        )
        rows = await self.source.rows(
            sa.select(
                sa.func.coalesce(owed.c.client_id, credit.c.client_id).label("client_id"),
                owed.c.pending,
                owed.c.invoices,
                owed.c.overdue,
                credit.c.credit,
            ).select_from(owed.outerjoin(credit, owed.c.client_id == credit.c.client_id, full=True))
        )
        return {
            row.client_id: TenantSums(
                pending=row.pending or ZERO,
                invoices=row.invoices or 0,
                overdue=row.overdue or ZERO,
                credit=row.credit or ZERO,
            )
            for row in rows
        }

    async def owners(self, client_ids: Collection[UUID], *, today: date) -> Many[OwnerSums]:
        rented = await self.source.rows(
            self.select(OWNERS, OWNERS.c.client_id, sa.func.count(OWNERS.c.property_id.distinct()).label("rented"))
            .join(
                CONTRACTS,
                (CONTRACTS.c.agency_id == OWNERS.c.agency_id) & (CONTRACTS.c.property_id == OWNERS.c.property_id),
            )
            .where(
                OWNERS.c.client_id.in_(client_ids),
                CONTRACTS.c.kind == ContractKind.LEASE.value,
                CONTRACTS.c.status == ContractStatus.ACTIVE.value,
            )
            .group_by(OWNERS.c.client_id)
        )
        commission = await self.source.rows(
            self.select(INVOICES, INVOICES.c.client_id, sa.func.sum(INVOICES.c.balance).label("pending"))
            .where(
                INVOICES.c.client_id.in_(client_ids),
                INVOICES.c.kind == InvoiceKind.COMMISSION.value,
                INVOICES.c.balance > 0,
            )
            .group_by(INVOICES.c.client_id)
        )
        months = [BillingPeriod.of(today).plus(-back) for back in range(11, -1, -1)]
        month = sa.func.to_char(PAYOUTS.c.paid_on, "YYYY-MM")
        income = await self.source.rows(
            self.select(PAYOUTS, PAYOUTS.c.client_id, month.label("month"), sa.func.sum(PAYOUTS.c.net).label("net"))
            .where(
                PAYOUTS.c.client_id.in_(client_ids),
                PAYOUTS.c.paid_on >= months[0].first_day,
                PAYOUTS.c.paid_on < months[-1].plus(1).first_day,
            )
            .group_by(PAYOUTS.c.client_id, sa.text("month"))
        )
        counts = {row.client_id: row.rented for row in rented}
        pending = {row.client_id: row.pending for row in commission}
        by_month: dict[UUID, dict[str, Decimal]] = {}
        for row in income:
            by_month.setdefault(row.client_id, {})[row.month] = row.net
        return {
            client_id: OwnerSums(
                rented_properties=counts.get(client_id, 0),
                pending_commission=pending.get(client_id, ZERO),
                this_year=sum(
                    (net for name, net in by_month.get(client_id, {}).items() if name[:4] == str(today.year)), ZERO
                ),
                income=tuple((period, by_month.get(client_id, {}).get(str(period), ZERO)) for period in months),
            )
            for client_id in client_ids
        }
