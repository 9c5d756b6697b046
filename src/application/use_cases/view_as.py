"""Seeing what a client sees: for staff who help one, without asking for anybody's password."""

from dataclasses import dataclass, field
from datetime import datetime

from application.access import Viewer, require_staff
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from application.text import problem_of_required_text
from domain.audit import AuditAction
from domain.errors import InvalidInput, NotFound, Unauthenticated
from domain.ids import ClientId

MAX_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAs:
    """An access token that is told this once, and until when it is good."""

    client_id: ClientId
    access_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewAsClient:
    """A token with which one sees exactly what a client sees, and does nothing: for fifteen minutes at most, without a
    refresh token, and no longer than the staff's own session, whose end ends it.

    For staff, with a reason of 1 to 200 characters that stays in the record with who gave it. Refuses with
    InvalidInput (the reason) and NotFound (the client, or one whose data was erased).
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, *, client_id: ClientId, reason: str) -> SeenAs:
        staff = require_staff(viewer)
        problem = problem_of_required_text("reason", reason, limit=MAX_REASON)
        if problem is not None:
            raise InvalidInput(problem)
        now = self.clock.now()
        async with self.unit_of_work(staff.scope) as uow:
            if not await uow.pqrs.hold_client(client_id):
                raise NotFound
            session = await uow.sessions.get(staff.session_id, for_update=True)
            if session is None or not session.is_live(at=now):
                raise Unauthenticated
            token, kept = session.show_as(client_id, at=now)
            await uow.sessions.forget_expired(session.id, at=now)
            await uow.sessions.add_tokens((kept,))
            told, entity = {"reason": reason.strip(), "until": kept.expires_at}, ("Client", client_id)
            await uow.audit.record(AuditAction.VIEWED_AS_CLIENT, at=now, entity=entity, changes=told)
            await uow.commit()
        return SeenAs(client_id=client_id, access_token=token, expires_at=kept.expires_at)
