"""Staying signed in, and leaving. Signing in is in sign_in."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from application.access import Scope, SignedIn, Viewer, Visitor, require_signed_in, viewer_of
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.accounts import Account
from domain.errors import NotFound, TokenExpired
from domain.ids import SessionId
from domain.sessions import MAX_SIBLINGS, RefreshVerdict, SessionToken, TokenPair, token_hash

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """The pair of tokens, told this once, and who their bearer is."""

    viewer: SignedIn
    access_token: str = field(repr=False)
    access_token_expires_at: datetime
    refresh_token: str = field(repr=False)
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, account: Account, pair: TokenPair, recovery_codes: tuple[str, ...] = ()) -> "OpenedSession":
        """What the bearer of a new pair is told; the account has to be one that may enter."""
        return cls(
            viewer=viewer_of(account, pair.access.session_id),
            access_token=pair.access_token,
            access_token_expires_at=pair.access.expires_at,
            refresh_token=pair.refresh_token,
            recovery_codes=recovery_codes,
        )


def may_enter(account: Account) -> bool:
    """It has a password, nobody disabled it, and it is somebody's: a client's or the staff's."""
    return account.may_sign_in and (account.is_staff or account.client_id is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSession:
    """Exchange a refresh token for a new pair. For whoever holds it; `viewer` says which agency the request is for.

    Repeated within ten seconds it gives a sibling pair, ten of them at most. Later, two parties hold the session: it is
    ended for both. Refuses with TokenExpired whatever the reason: unknown, of another agency, reused, run out, one
    sibling too many, account disabled, or its role of staff given or taken since the sign-in.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer | None, *, refresh_token: str) -> OpenedSession:
        key = token_hash(refresh_token)
        async with self.unit_of_work(Scope(session_key=key)) as uow:
            found = await uow.sessions.find_token(key)
        if found is None or (viewer is not None and viewer.agency_id != found.agency_id):
            raise TokenExpired
        return await self._exchange(found)

    async def _exchange(self, found: SessionToken) -> OpenedSession:
        scope = Scope(agency_id=found.agency_id, account_id=found.account_id, session_key=found.token_hash)
        async with self.unit_of_work(scope) as uow:
            session = await uow.sessions.get(found.session_id, for_update=True)
            token = await uow.sessions.find_token(found.token_hash)  # again: who held the lock may have rotated it
            account = await uow.accounts.get(found.account_id)
            if session is None or token is None or account is None or not may_enter(account):
                raise TokenExpired
            if session.staff is not account.is_staff:
                raise TokenExpired  # its lifetime is that of the former role
            now = self.clock.now()
            verdict = session.judge(token, at=now)
            if verdict is RefreshVerdict.REUSED:
                session.end(at=now)
                await uow.sessions.save(session)
                await uow.commit()
                _log.warning("refresh token reused", extra={"session": str(session.id), "account": str(account.id)})
            if verdict not in (RefreshVerdict.ROTATE, RefreshVerdict.REPEAT):
                raise TokenExpired
            if verdict is RefreshVerdict.ROTATE:
                await uow.sessions.forget_expired(session.id, at=now)
                await uow.sessions.mark_rotated(session.id, at=now)
            elif await uow.sessions.siblings(session.id) >= MAX_SIBLINGS:
                raise TokenExpired
            pair = session.issue(at=now)
            await uow.sessions.save(session)
            await uow.sessions.add_tokens((pair.access, pair.refresh))
            await uow.commit()
        return OpenedSession.of(account, pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchSession:
    """Note that the viewer's session is in use, at most once a minute. Nothing happens for a visitor."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer) -> None:
        if isinstance(viewer, Visitor):
            return
        async with self.unit_of_work(viewer.scope) as uow:
            session = await uow.sessions.get(viewer.session_id, for_update=True)
            if session is not None and session.touch(at=self.clock.now()):
                await uow.sessions.save(session)
                await uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """End the viewer's session, or all of the account's; how many ended. For who is signed in (Unauthenticated)."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, *, everywhere: bool = False) -> int:
        signed_in = require_signed_in(viewer)
        now = self.clock.now()
        async with self.unit_of_work(signed_in.scope) as uow:
            live = await uow.sessions.live(at=now)
            ending = [session for session in live if everywhere or session.id == signed_in.session_id]
            for session in ending:
                session.end(at=now)
                await uow.sessions.save(session)
            await uow.commit()
        return len(ending)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSession:
    """End one session of the viewer's own account, the present one included; how many ended.

    For who is signed in. Refuses with NotFound for any other: ended, another person's, or none.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, viewer: Viewer, *, session_id: SessionId) -> int:
        signed_in = require_signed_in(viewer)
        now = self.clock.now()
        async with self.unit_of_work(signed_in.scope) as uow:
            session = await uow.sessions.get(session_id, for_update=True)
            if session is None or not session.is_live(at=now):
                raise NotFound
            session.end(at=now)
            await uow.sessions.save(session)
            await uow.commit()
        return 1
