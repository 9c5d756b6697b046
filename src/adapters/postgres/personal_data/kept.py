"""As whom those whose data was erased stand on the books' papers, for as long as those papers have to be there."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from adapters.postgres.scoping import ScopedRepository, table_of
from adapters.postgres.tables import InvoiceRow, KeptIdentityRow, PaymentRow, PayoutRow
from domain.ids import ClientId
from domain.personal_data import keep_until

IDENTITIES = table_of(KeptIdentityRow)
INVOICES = table_of(InvoiceRow)
PAYMENTS = table_of(PaymentRow)
PAYOUTS = table_of(PayoutRow)

_ZONE = "America/Bogota"


class KeptIdentities(ScopedRepository):
    """For staff."""

    async def last_paper(self, client_id: ClientId) -> date | None:
        """The day of the last paper of a client, a Bogotá date; None for somebody who has none."""
        return (await self._last_papers([client_id])).get(client_id)

    async def prolong(self) -> None:
        """Keep each as long as the papers that came since then have to be there; none is kept less long."""
        rows = await self.connection.execute(self.select(IDENTITIES, IDENTITIES.c.client_id, IDENTITIES.c.keep_until))
        kept = {ClientId(key): until for key, until in rows}
        for client_id, last in (await self._last_papers(list(kept))).items():
            if (until := keep_until(last)) > kept[client_id]:
                mine = (IDENTITIES.c.agency_id == self.scope.agency) & (IDENTITIES.c.client_id == client_id)
                await self.write(sa.update(IDENTITIES).where(mine), {"keep_until": until})

    async def _last_papers(self, client_ids: list[ClientId]) -> Mapping[ClientId, date]:
        if not client_ids:
            return {}
        days: tuple[tuple[sa.Table, sa.ColumnElement[date]], ...] = (
            (INVOICES, INVOICES.c.issued_on),
            (PAYOUTS, PAYOUTS.c.paid_on),
            (PAYMENTS, sa.cast(sa.func.timezone(_ZONE, PAYMENTS.c.paid_at), sa.Date)),
        )
        papers = sa.union_all(
            *(
                self.select(table, table.c.client_id, day.label("day")).where(table.c.client_id.in_(client_ids))
                for table, day in days
            )
        ).subquery()
        last = sa.select(papers.c.client_id, sa.func.max(papers.c.day)).group_by(papers.c.client_id)
        return {ClientId(key): day for key, day in await self.connection.execute(last)}
