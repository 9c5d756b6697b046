"""Rights over one's own data (Ley 1581 de 2012): to authorise and take back, to have all of it, to be forgotten."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from application.access import SignedIn, StaffViewer, Viewer, require_admin, require_signed_in
from application.attempts import counted_of, places_under
from application.ports.clock import Clock
from application.ports.documents import Document
from application.ports.personal_data import DataPacker, Erased, HeldDataReader
from application.ports.rate_limits import RateLimiter
from application.ports.unit_of_work import UnitOfWorkFactory
from application.text import problem_of_required_text
from domain.audit import AuditAction
from domain.errors import (
    AgencyNotFound,
    FieldProblem,
    FieldProblemCode,
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
)
from domain.ids import ClientId, ConsentId
from domain.periods import bogota_date, midnight
from domain.personal_data import Consent, ConsentChannel, ConsentPurpose, in_force
from domain.throttling import Backoff

VERSION_LIMIT = 60
REASON_LIMIT = 500
DAILY_DECISIONS = 20
"""Of one client in one Bogotá day: nobody changes their mind more often, and the record stays short."""
OF_EXPORTS = Backoff(free=5, first=timedelta(minutes=1), forgotten_after=timedelta(hours=24))
"""Of one client: an export reads a lot, and five a day are more than anybody needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentForm:
    """Decisions by purpose, under a version of the policy. `client_id` and `channel`: whom the staff write it down for,
    and how it reached them."""

    policy_version: str
    decisions: Sequence[tuple[ConsentPurpose, bool]]
    client_id: ClientId | None = None
    channel: ConsentChannel = ConsentChannel.PORTAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsent:
    """Keep what somebody decided about the use of their data, as the proof of it; whose it is.

    For clients about themselves, and for staff who write down what a client decided by another channel. What is decided
    already under that version is not written again. Refuses InvalidInput (no decision or two on one purpose; a version
    that is not the agency's, for clients; taking back SERVICE, which the contract needs: Decreto 1074 de 2015, art.
    2.2.2.25.2.6), NotFound for a client that is not the agency's or whose data was erased, and LimitReached for too
    many decisions in a day.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, form: ConsentForm) -> ClientId:
        signed_in = require_signed_in(viewer)
        for_other = form.client_id is not None and isinstance(signed_in, StaffViewer)
        client_id = form.client_id or signed_in.client_id
        if client_id is None and not isinstance(signed_in, StaffViewer):
            raise NotAllowed
        now = self.clock.now()
        async with self.unit_of_work(signed_in.scope) as uow:
            agency = await uow.agencies.get(signed_in.agency_id)
            if agency is None:
                raise AgencyNotFound
            problems = _problems(signed_in, form, client_id, agency.privacy_policy_version, for_other=for_other)
            if problems or client_id is None:
                raise InvalidInput(*problems)
            known = await uow.consents.of(client_id)
            if known is None:
                raise NotFound
            decided = {it.purpose: it for it in in_force(known)}
            new = [
                Consent(
                    id=ConsentId(uuid4()),
                    agency_id=signed_in.agency_id,
                    client_id=client_id,
                    purpose=purpose,
                    granted=granted,
                    policy_version=form.policy_version.strip(),
                    at=now,
                    channel=form.channel,
                    account_id=signed_in.account_id,
                )
                for purpose, granted in form.decisions
                if not _stands(decided.get(purpose), granted, form.policy_version.strip())
            ]
            today = midnight(bogota_date(now))
            if sum(it.at >= today for it in known) + len(new) > DAILY_DECISIONS:
                raise LimitReached(DAILY_DECISIONS)
            if new:
                await uow.consents.add(new)
                await uow.audit.record(
                    AuditAction.CONSENT_RECORDED,
                    at=now,
                    entity=("Client", client_id),
                    changes={it.purpose.value: it.granted for it in new} | {"channel": form.channel.value},
                )
                await uow.commit()
        return client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPersonalData:
    """A file with everything held about a client, which is the answer to a consulta (Ley 1581 de 2012, art. 14).

    For clients about themselves, and for staff about any client of theirs; each is recorded. Refuses NotFound for a
    client that is not to be found, and TooManyAttempts for too many of one client in a day. One is made at a time,
    since all its files are in memory; others wait without a connection.
    """

    reader: HeldDataReader
    packer: DataPacker
    limiter: RateLimiter
    unit_of_work: UnitOfWorkFactory
    clock: Clock
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, viewer: Viewer, *, client_id: ClientId | None = None) -> Document:
        signed_in = require_signed_in(viewer)
        if client_id is None and signed_in.client_id is None:
            raise NotFound
        whose = client_id or signed_in.client_id
        if whose is None or not (isinstance(signed_in, StaffViewer) or whose == signed_in.client_id):
            raise NotFound
        async with self.unit_of_work(signed_in.scope) as uow:
            agency = await uow.agencies.get(signed_in.agency_id)
            if agency is None or await uow.accounts.client(whose) is None:
                raise NotFound
        await self.limiter.hit(signed_in.agency_id, f"export:{whose}", OF_EXPORTS)
        async with self.turn:
            now = self.clock.now()
            held = await self.reader.held(signed_in.agency_id, whose)
            if held is None:
                raise NotFound
            async with self.unit_of_work(signed_in.scope) as uow:
                await uow.audit.record(AuditAction.PERSONAL_DATA_EXPORTED, at=now, entity=("Client", whose))
                await uow.commit()
            return await self.packer.pack(held, agency=agency.name, at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseClient:
    """Take a client's personal data away, but for what tax law keeps; how many rows of each kind it touched.

    For administrators, who decide on the person's request. With `dry_run` nothing changes. Refuses NotFound for a
    client that is not the agency's, and InvalidInput: a reason that is missing or too long, and on `clientId` every
    legal or contractual duty that keeps the data (live contract, balance or credit, payment or refund under way, open
    PQRS), and an account that is also of the staff. What came since an earlier erasure is taken away by another.
    """

    limiter: RateLimiter
    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, *, client_id: ClientId, reason: str, dry_run: bool) -> Erased:
        admin = require_admin(viewer)
        problem = problem_of_required_text("reason", reason, limit=REASON_LIMIT, lines=True)
        if problem is not None:
            raise InvalidInput(problem)
        async with self.unit_of_work(admin.scope) as uow:
            client = await uow.erasures.lock(client_id)
            if client is None:
                raise NotFound
            obstacles = await uow.erasures.obstacles(client_id)
            if obstacles:
                raise InvalidInput(
                    *(
                        FieldProblem("clientId", FieldProblemCode.INVALID, why.value, limit=count)
                        for why, count in obstacles.items()
                    )
                )
            now = self.clock.now()
            account = await uow.accounts.of_client(client_id)
            erased = await uow.erasures.erase(client, at=now)
            if not dry_run:
                # The reason is the staff's own words, which may name the person: it is asked for, and not recorded.
                await uow.audit.record(
                    AuditAction.CLIENT_ERASED,
                    at=now,
                    entity=("Client", client_id),
                    changes={"rows": dict(erased.rows), "keepUntil": erased.keep_until},
                )
                await uow.commit()
        if account is not None and not dry_run:
            await self.limiter.clear(admin.agency_id, *counted_of(account))
            await self.limiter.clear_under(admin.agency_id, *places_under(account))
        return erased


def _problems(
    viewer: SignedIn, form: ConsentForm, client_id: ClientId | None, current: str | None, *, for_other: bool
) -> list[FieldProblem]:
    staff = isinstance(viewer, StaffViewer)
    version = form.policy_version.strip()
    purposes = [purpose for purpose, _ in form.decisions]
    problems = [problem_of_required_text("policyVersion", form.policy_version, limit=VERSION_LIMIT)]
    if version and not for_other and version != current:
        problems.append(FieldProblem("policyVersion", FieldProblemCode.NOT_FOUND, "policy_changed"))
    if not purposes:
        problems.append(FieldProblem("decisions", FieldProblemCode.REQUIRED))
    if len(set(purposes)) < len(purposes):
        problems.append(FieldProblem("decisions", FieldProblemCode.DUPLICATE))
    if (ConsentPurpose.SERVICE, False) in form.decisions:
        problems.append(FieldProblem("decisions", FieldProblemCode.NOT_ALLOWED, "service_is_contractual"))
    if form.client_id is not None and not staff:
        problems.append(FieldProblem("clientId", FieldProblemCode.NOT_ALLOWED))
    if client_id is None:
        problems.append(FieldProblem("clientId", FieldProblemCode.REQUIRED))
    if for_other == (form.channel is ConsentChannel.PORTAL):
        problems.append(FieldProblem("channel", FieldProblemCode.NOT_ALLOWED, "channel_of_who_decides"))
    return [problem for problem in problems if problem is not None]


def _stands(consent: Consent | None, granted: bool, version: str) -> bool:
    return consent is not None and (consent.granted, consent.policy_version) == (granted, version)
