"""What clients are written about."""

from collections.abc import Mapping
from dataclasses import dataclass

from application.access import StaffViewer, Viewer, require_signed_in
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.audit import AuditAction
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.ids import ClientId
from domain.mail import MailTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMailPreferences:
    """Choose what a client gets letters about; whose choice it was. What `wanted` does not name stays as it is. Letters
    that protect an account or that the law asks for have no topic, and go on.

    For clients, and for staff on behalf of one who asked for it (`client_id`). Refuses InvalidInput: `clientId` is
    NOT_ALLOWED to clients, REQUIRED of staff who are none, and NOT_FOUND for what is no client of the agency, or one
    whose data was erased.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(
        self, viewer: Viewer, *, wanted: Mapping[MailTopic, bool], client_id: ClientId | None = None
    ) -> ClientId:
        signed_in = require_signed_in(viewer)
        if client_id is not None and not isinstance(signed_in, StaffViewer):
            raise InvalidInput(FieldProblem("clientId", FieldProblemCode.NOT_ALLOWED))
        whose = client_id or signed_in.client_id
        if whose is None:
            raise InvalidInput(FieldProblem("clientId", FieldProblemCode.REQUIRED))
        async with self.unit_of_work(signed_in.scope) as uow:
            before = await uow.correspondence.declined(whose)
            if before is None:
                raise InvalidInput(FieldProblem("clientId", FieldProblemCode.NOT_FOUND))
            after = before - {topic for topic, yes in wanted.items() if yes}
            after |= {topic for topic, yes in wanted.items() if not yes}
            if after != before:
                await uow.correspondence.decline(whose, after)
                changes = {topic.value: topic not in after for topic in sorted(after ^ before)}
                await uow.audit.record(
                    AuditAction.MAIL_PREFERENCES_CHANGED,
                    at=self.clock.now(),
                    entity=("Client", whose),
                    changes=changes,
                )
                await uow.commit()
        return whose
