"""Inviting all clients at once who can be invited."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from application.access import Viewer, require_staff
from application.announcements import link_sent
from application.links import AccountLinks
from application.ports.accounts import Invitee
from application.ports.clock import Clock
from application.ports.jobs import Pace
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.use_cases.invitations import agency_with_pages, new_account
from domain.accounts import Account, login_key
from domain.audit import AuditAction
from domain.clients import ClientProfile
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput, refuse
from domain.ids import ClientId
from domain.links import LinkPurpose

MOST_NAMED = 1_000
"""Clients that may be named one by one."""
MOST_AT_ONCE = 5_000
"""Accounts that one call makes, so that it ends while somebody waits for it; repeating it takes the next ones."""


class InvitationObstacle(StrEnum):
    """Why a client is not invited. NO_EMAIL: none on file. HAS_ACCOUNT: of whatever status. EMAIL_TAKEN and
    USERNAME_TAKEN: another account, or a client before in this list, has the e-mail or the number of the document."""

    NO_EMAIL = "NO_EMAIL"
    HAS_ACCOUNT = "HAS_ACCOUNT"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    USERNAME_TAKEN = "USERNAME_TAKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientsInvited:
    """`skipped`: who was not, by why, in the order of their names. `remaining`: who can be by the next call."""

    invited: int
    skipped: Mapping[InvitationObstacle, Sequence[ClientId]]
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteClients:
    """Give an account to every client who has an e-mail and none, and send them their links. For staff.

    `client_ids`: of those alone; `profile`: of those who have it. With `dry_run` nothing happens but the counting. User
    names are the numbers of the documents. Repeating it invites nobody twice.

    Refuses with InvalidInput clients that do not exist (`clientIds.N` NOT_FOUND), more than a thousand by name, and an
    agency without pages (`linkBase`).
    """

    unit_of_work: UnitOfWorkFactory
    links: AccountLinks
    clock: Clock
    most_at_once: int = MOST_AT_ONCE

    async def __call__(
        self,
        viewer: Viewer,
        *,
        client_ids: Sequence[ClientId] | None = None,
        profile: ClientProfile | None = None,
        dry_run: bool = False,
    ) -> ClientsInvited:
        staff = require_staff(viewer)
        if client_ids is not None and len(client_ids) > MOST_NAMED:
            raise InvalidInput(FieldProblem("clientIds", FieldProblemCode.TOO_LONG, "too_many", limit=MOST_NAMED))
        async with self.unit_of_work(staff.scope) as uow:
            await agency_with_pages(uow, staff.agency_id, self.links)
            found = await uow.accounts.invitees(client_ids, profile)
            if client_ids is not None and profile is None:
                _refuse_unknown(client_ids, found)
            chosen, skipped = _sorted_out(found, await uow.accounts.taken_logins())
            now, remaining = chosen[: self.most_at_once], len(chosen[self.most_at_once :])
            invited = len(now)
            if now and not dry_run:
                made = await self._invite(uow, now)
                late = [it.client.id for it in now if it.client.id not in made]
                skipped[InvitationObstacle.HAS_ACCOUNT].extend(late)
                invited = len(made)
                counts = {obstacle.value: len(ids) for obstacle, ids in skipped.items() if ids}
                await uow.audit.record(
                    AuditAction.CLIENTS_INVITED,
                    at=self.clock.now(),
                    changes={"invited": invited, "skipped": counts, "remaining": remaining},
                )
                await uow.commit()
        return ClientsInvited(
            invited=invited, skipped={obstacle: ids for obstacle, ids in skipped.items() if ids}, remaining=remaining
        )

    async def _invite(self, uow: UnitOfWork, invitees: Iterable[Invitee]) -> Collection[ClientId]:
        """Who got an account; who was given one by somebody else meanwhile did not."""
        at = self.clock.now()
        accounts = [new_account(it.client, at=at) for it in invitees]
        added = await uow.accounts.add_new(accounts)
        kept: list[Account] = [account for account in accounts if account.id in added]
        links = [self.links.new(account, LinkPurpose.INVITATION, at=at) for account in kept]
        if links:
            await uow.links.add(links)
            await uow.jobs.put_all([link_sent(link, pace=Pace.BULK) for link in links])
        return {account.client_id for account in kept if account.client_id is not None}


def _sorted_out(
    found: Iterable[Invitee], taken: Collection[str]
) -> tuple[list[Invitee], dict[InvitationObstacle, list[ClientId]]]:
    names = set(taken)
    chosen: list[Invitee] = []
    skipped: dict[InvitationObstacle, list[ClientId]] = {obstacle: [] for obstacle in InvitationObstacle}
    for invitee in found:
        obstacle = _obstacle(invitee, names)
        if obstacle is not None:
            skipped[obstacle].append(invitee.client.id)
            continue
        chosen.append(invitee)
        names |= {login_key(invitee.client.email or ""), login_key(invitee.client.document_number)}
    return chosen, skipped


def _obstacle(invitee: Invitee, taken: Collection[str]) -> InvitationObstacle | None:
    if invitee.has_account:
        return InvitationObstacle.HAS_ACCOUNT
    if not invitee.client.email:
        return InvitationObstacle.NO_EMAIL
    if login_key(invitee.client.email) in taken:
        return InvitationObstacle.EMAIL_TAKEN
    return InvitationObstacle.USERNAME_TAKEN if login_key(invitee.client.document_number) in taken else None


def _refuse_unknown(client_ids: Sequence[ClientId], found: Iterable[Invitee]) -> None:
    known = {it.client.id for it in found}
    refuse(
        *(
            FieldProblem(f"clientIds.{place}", FieldProblemCode.NOT_FOUND)
            for place, client_id in enumerate(client_ids)
            if client_id not in known
        )
    )
