"""What has served its time is taken away each night: nobody's data is kept longer than its purpose needs (Ley 1581 de
2012, art. 4 lit. c)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from application.access import Scope
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.audit import AuditAction
from domain.ids import AgencyId
from domain.periods import bogota_date

USELESS_FOR = timedelta(days=30)
"""Links and sessions that open nothing any more are kept that long, for whoever asks what happened to an account."""

_ACCOUNTS_A_NIGHT = 500
"""Each is a transaction of its own, and a job has its time; the next nights find the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """How many of each went."""

    identities: int
    links: int
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyAgency:
    """Take away as whom people whose data was erased stood on papers that no longer have to be there, which is
    recorded for each of them, `at_once` in a transaction, and links and sessions that have been over for a month. For
    the workers."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock
    at_once: int = 100

    async def __call__(self, agency_id: AgencyId) -> Tidied:
        now = self.clock.now()
        links = await self._links(agency_id, before=now - USELESS_FOR)
        sessions = await self._sessions(agency_id, before=now - USELESS_FOR)
        return Tidied(identities=await self._identities(agency_id, at=now), links=links, sessions=sessions)

    async def _links(self, agency_id: AgencyId, *, before: datetime) -> int:
        async with self.unit_of_work(Scope.of_agency(agency_id)) as uow:
            gone = await uow.links.forget(before=before)
            await uow.commit()
        return gone

    async def _sessions(self, agency_id: AgencyId, *, before: datetime) -> int:
        """As each of the accounts: nobody else, the agency included, may touch what is left of a session's tokens."""
        async with self.unit_of_work(Scope.of_agency(agency_id)) as uow:
            accounts = await uow.sessions.whose_are_over(before=before, limit=_ACCOUNTS_A_NIGHT)
        gone = 0
        for account_id in accounts:
            async with self.unit_of_work(Scope(agency_id=agency_id, account_id=account_id)) as uow:
                gone += await uow.sessions.forget(before=before)
                await uow.commit()
        return gone

    async def _identities(self, agency_id: AgencyId, *, at: datetime) -> int:
        gone = 0
        while True:
            async with self.unit_of_work(Scope.of_agency(agency_id)) as uow:
                lot = await uow.erasures.forget_identities(on=bogota_date(at), limit=self.at_once)
                for client_id, until in lot:
                    entity, told = ("Client", client_id), {"keepUntil": until}
                    await uow.audit.record(AuditAction.IDENTITY_FORGOTTEN, at=at, entity=entity, changes=told)
                await uow.commit()
            gone += len(lot)
            if len(lot) < self.at_once:
                return gone
