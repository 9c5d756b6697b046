"""The record of what was done, in memory: the chain is the real one, under a key of the tests."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import uuid4

from application.access import Scope
from application.ports.audit import AuditTrail, Entity
from domain.accounts import Account
from domain.audit import A_CLIENT, COMMAND_LINE, SYSTEM, AuditAct, AuditAction, AuditEntry, AuditHead, record
from domain.ids import AccountId, AgencyId

KEYS = (b"the key of the tests",)


class FakeAuditTrail(AuditTrail):
    """Over `entries` of all agencies and the `heads` of their chains. `names` of accounts; one that is not there goes
    by its id."""

    def __init__(
        self,
        entries: list[AuditEntry],
        heads: dict[AgencyId, AuditHead],
        scope: Scope,
        accounts: Iterable[Account] = (),
    ) -> None:
        self.entries = entries
        self.heads = heads
        self.scope = scope
        self._names: dict[AccountId, str] = {
            it.id: it.username if it.is_staff else A_CLIENT for it in accounts if it.agency_id == scope.agency_id
        }

    async def record(
        self,
        action: AuditAction,
        *,
        at: datetime,
        entity: Entity | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> None:
        agency_id, account_id = self.scope.agency, self.scope.account_id
        nobody = COMMAND_LINE if self.scope.command_line else SYSTEM
        act = AuditAct(
            id=uuid4(),
            at=at,
            actor=self._names.get(account_id, str(account_id)) if account_id else nobody,
            account_id=account_id,
            action=action,
            entity=entity,
            changes=changes or {},
        )
        entry, head = record(act, self.heads.get(agency_id) or AuditHead.before_any(agency_id), key=KEYS[0])
        self.entries.append(entry)
        self.heads[agency_id] = head
