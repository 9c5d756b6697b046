"""Accounts, sessions and agencies in memory, behind a unit of work that shows what its scope shows."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import cast

from application.access import Scope
from application.ports.accounts import Accounts, Invitee, SecondFactors, Sessions
from application.ports.agencies import Agencies
from application.ports.links import Links
from application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from application.text import folded
from domain.accounts import Account, AccountRole, AccountStatus, login_key
from domain.agencies import Agency
from domain.audit import AuditEntry, AuditHead
from domain.clients import Client, ClientProfile
from domain.contracts import ContractParty
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.ids import AccountId, AgencyId, ClientId, LinkId, SessionId
from domain.imports.clients import StoredClient
from domain.links import AccountLink, LinkPurpose
from domain.second_factors import SecondFactor
from domain.sessions import Session, SessionToken, TokenKind
from tests.fakes.audit import FakeAuditTrail
from tests.fakes.jobs import FakeJobs, KeptJob

Contact = tuple[str | None, str | None, str | None]


@dataclass
class Store:
    agencies: dict[AgencyId, Agency] = field(default_factory=dict)
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    clients: dict[tuple[AgencyId, str], ClientId] = field(default_factory=dict)
    contacts: dict[ClientId, Contact] = field(default_factory=dict)
    parties: list[ContractParty] = field(default_factory=list)
    people: dict[ClientId, Client] = field(default_factory=dict)
    links: dict[LinkId, AccountLink] = field(default_factory=dict)
    second_factors: dict[AccountId, SecondFactor] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    tokens: dict[str, SessionToken] = field(default_factory=dict)
    jobs: list[KeptJob] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)
    heads: dict[AgencyId, AuditHead] = field(default_factory=dict)


class FakeAccess(UnitOfWorkFactory):
    """Work on a copy, published by commit; `commits` counts them and `opened` lists the scopes that were asked for."""

    def __init__(self) -> None:
        self.store = Store()
        self.commits = 0
        self.opened: list[Scope] = []

    def __call__(self, scope: Scope) -> UnitOfWork:
        self.opened.append(scope)
        return cast(UnitOfWork, FakeAccessUnit(self, scope))


class FakeAccessUnit:
    """Of a unit of work what access needs, and no more."""

    def __init__(self, factory: FakeAccess, scope: Scope) -> None:
        self._factory = factory
        self._scope = scope

    async def __aenter__(self) -> "FakeAccessUnit":
        self._work = deepcopy(self._factory.store)
        self.accounts = FakeAccounts(self._work, self._scope)
        self.second_factors = FakeSecondFactors(self._work, self._scope)
        self.sessions = FakeSessions(self._work, self._scope)
        self.links = FakeLinks(self._work, self._scope)
        self.agencies = FakeAgencies(self._work, self._scope)
        self.jobs = FakeJobs(self._work.jobs, self._scope)
        self.audit = FakeAuditTrail(self._work.audit, self._work.heads, self._scope, self._work.accounts.values())
        self.imports = FakeClientCodes(self._work, self._scope)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._work

    async def commit(self) -> None:
        self._factory.store = deepcopy(self._work)
        self._factory.commits += 1


@dataclass
class FakeAgencies(Agencies):
    work: Store
    scope: Scope

    async def by_key(self, key: str) -> AgencyId | None:
        return next((agency.id for agency in self.work.agencies.values() if agency.slug == key), None)

    async def knows_origin(self, origin: str) -> bool:
        return any(origin in agency.origins for agency in self.work.agencies.values())

    async def ids(self) -> Sequence[AgencyId]:
        return sorted(self.work.agencies) if self.scope.work else []

    async def get(self, agency_id: AgencyId, *, for_update: bool = False) -> Agency | None:
        return self.work.agencies.get(agency_id) if agency_id == self.scope.agency_id else None

    async def add(self, agency: Agency, *, hosts: tuple[str, ...]) -> None:
        self.work.agencies[agency.id] = agency

    async def save(self, agency: Agency) -> None:
        self.work.agencies[agency.id] = agency


@dataclass
class FakeClientCodes:
    """Of what imports stored, which client has which code."""

    work: Store
    scope: Scope

    async def clients(self, codes: Collection[str]) -> Mapping[str, StoredClient]:
        return {
            code: StoredClient(
                id=client_id, digest=None, email=None, phone=None, address=None, city=None, has_account=False
            )
            for (agency_id, code), client_id in self.work.clients.items()
            if agency_id == self.scope.agency_id and code in codes
        }


@dataclass
class FakeAccounts(Accounts):
    work: Store
    scope: Scope

    def _seen(self) -> list[Account]:
        return [account for account in self.work.accounts.values() if self._sees(account)]

    def _sees(self, account: Account) -> bool:
        """What the database's policies say."""
        if account.agency_id != self.scope.agency_id:
            return False
        if self.scope.viewer == "staff" or account.id == self.scope.account_id:
            return True
        if self.scope.viewer == "client" and self.scope.client_id is not None:
            return account.client_id == self.scope.client_id
        return bool(self.scope.login_key) and self.scope.login_key in _keys(account)

    async def by_login(self, login_key: str) -> Account | None:
        return next((account for account in self._seen() if login_key in _keys(account)), None)

    async def get(self, account_id: AccountId, *, for_update: bool = False) -> Account | None:
        return next((account for account in self._seen() if account.id == account_id), None)

    async def add(self, account: Account) -> None:
        self._refuse_twin(account)
        self.work.accounts[account.id] = account

    async def save_login(self, account: Account) -> None:
        self._refuse_twin(account)
        await self.save(account)
        if account.client_id is not None:
            client = await self.client(account.client_id)
            assert client is not None
            client.email = account.email

    async def client(self, client_id: ClientId) -> Client | None:
        client = self.work.people.get(client_id)
        mine = self.scope.viewer == "staff" or (self.scope.viewer == "client" and client_id == self.scope.client_id)
        return client if client is not None and client.agency_id == self.scope.agency_id and mine else None

    async def of_client(self, client_id: ClientId) -> Account | None:
        return next((account for account in self._seen() if account.client_id == client_id), None)

    async def invitees(
        self, client_ids: Collection[ClientId] | None, profile: ClientProfile | None
    ) -> Sequence[Invitee]:
        staff = self.scope.viewer == "staff"
        people = [it for it in self.work.people.values() if staff and it.agency_id == self.scope.agency_id]
        mine = [it for it in people if client_ids is None or it.id in client_ids]
        mine = [it for it in mine if profile in (None, self._profile(it.id))]
        known = {account.client_id for account in self.work.accounts.values()}
        return [Invitee(it, it.id in known) for it in sorted(mine, key=lambda it: (folded(it.name), it.code))]

    async def taken_logins(self) -> Collection[str]:
        return {key for account in self._seen() for key in _keys(account)}

    async def add_new(self, accounts: Sequence[Account]) -> Collection[AccountId]:
        added = set()
        for account in accounts:
            with suppress(InvalidInput):
                self._refuse_twin(account)
                self.work.accounts[account.id] = account
                added.add(account.id)
        return added

    def _profile(self, client_id: ClientId) -> ClientProfile:
        return ClientProfile.of_roles({part.role for part in self.work.parties if part.client_id == client_id})

    async def active_admins(self) -> Collection[AccountId]:
        active = (account for account in self._seen() if account.status is AccountStatus.ACTIVE)
        return sorted(account.id for account in active if AccountRole.ADMIN in account.roles)

    async def save(self, account: Account) -> None:
        assert self._sees(account)
        self.work.accounts[account.id] = account

    async def change_profile(
        self, account: Account, *, phone: str | None, address: str | None, city: str | None
    ) -> None:
        assert account.client_id is not None
        self.work.contacts[account.client_id] = (phone, address, city)

    async def contact_data(self, account: Account) -> Contact | None:
        assert account.client_id is not None
        return self.work.contacts[account.client_id]

    def _refuse_twin(self, account: Account) -> None:
        for other in self.work.accounts.values():
            if other.agency_id == account.agency_id and other.id != account.id:
                for name in ("username", "email"):
                    if login_key(getattr(other, name)) == login_key(getattr(account, name)):
                        raise InvalidInput(FieldProblem(name, FieldProblemCode.DUPLICATE))
                if account.client_id is not None and other.client_id == account.client_id:
                    raise InvalidInput(FieldProblem("client", FieldProblemCode.DUPLICATE))


@dataclass
class FakeLinks(Links):
    work: Store
    scope: Scope

    async def find(self, token_hash: str) -> AccountLink | None:
        return next((link for link in self._seen() if link.token_hash == token_hash), None)

    async def get(self, link_id: LinkId) -> AccountLink | None:
        return next((link for link in self._seen() if link.id == link_id), None)

    async def add(self, links: Sequence[AccountLink]) -> None:
        for link in links:
            if not self._owns(link):
                raise PermissionError("row-level security")
            self.work.links[link.id] = link

    async def end_all(self, account_id: AccountId, *, at: datetime) -> None:
        for link in self._seen():
            if link.account_id == account_id and link.ended_at is None and self._owns(link):
                link.ended_at = at

    async def made_since(
        self, account_ids: Collection[AccountId], since: datetime, *purposes: LinkPurpose, email: str | None = None
    ) -> Mapping[AccountId, int]:
        made = [link for link in self._seen() if link.created_at > since and link.purpose in (purposes or LinkPurpose)]
        made = [link for link in made if email in (None, link.email)]
        return {key: sum(link.account_id == key for link in made) for key in account_ids}

    async def forget(self, *, before: datetime) -> int:
        old = [link for link in self._seen() if link.expires_at < before] if self.scope.viewer == "staff" else []
        for link in old:
            del self.work.links[link.id]
        return len(old)

    def _seen(self) -> list[AccountLink]:
        return [link for link in self.work.links.values() if self._owns(link) or self._holds(link)]

    def _owns(self, link: AccountLink) -> bool:
        whose = self.scope.viewer == "staff" or link.account_id == self.scope.account_id
        return link.agency_id == self.scope.agency_id and whose

    def _holds(self, link: AccountLink) -> bool:
        return link.agency_id == self.scope.agency_id and link.token_hash == self.scope.link_key


@dataclass
class FakeSecondFactors(SecondFactors):
    work: Store
    scope: Scope

    async def get(self, account_id: AccountId) -> SecondFactor | None:
        factor = self.work.second_factors.get(account_id)
        return factor if factor is not None and self._owns(factor) else None

    async def put(self, factor: SecondFactor) -> None:
        if not self._owns(factor):
            raise PermissionError("row-level security")
        self.work.second_factors[factor.account_id] = factor

    async def remove(self, account_id: AccountId) -> bool:
        factor = self.work.second_factors.get(account_id)
        staff = self.scope.viewer == "staff" and factor is not None and factor.agency_id == self.scope.agency_id
        if factor is None or not (staff or self._owns(factor)):
            return False
        del self.work.second_factors[account_id]
        return True

    def _owns(self, factor: SecondFactor) -> bool:
        return (factor.agency_id, factor.account_id) == (self.scope.agency_id, self.scope.account_id)


@dataclass
class FakeSessions(Sessions):
    work: Store
    scope: Scope

    async def find_token(self, token_hash: str) -> SessionToken | None:
        return self.work.tokens.get(token_hash) if token_hash == self.scope.session_key else None

    async def get(self, session_id: SessionId, *, for_update: bool = False) -> Session | None:
        session = self.work.sessions.get(session_id)
        return session if session is not None and self._own(session) else None

    async def live(self, *, at: datetime) -> Sequence[Session]:
        own = [session for session in self.work.sessions.values() if self._own(session) and session.is_live(at=at)]
        return sorted(own, key=lambda session: session.created_at, reverse=True)

    async def add(self, session: Session) -> None:
        assert self._own(session)
        self.work.sessions[session.id] = session

    async def save(self, session: Session) -> None:
        assert self._own(session)
        self.work.sessions[session.id] = session

    async def add_tokens(self, tokens: Sequence[SessionToken]) -> None:
        self.work.tokens.update({token.token_hash: token for token in tokens})

    async def mark_rotated(self, session_id: SessionId, *, at: datetime) -> None:
        for token in self.work.tokens.values():
            if token.session_id == session_id and token.kind is TokenKind.REFRESH and token.rotated_at is None:
                token.rotated_at = at

    async def end_all(self, account_id: AccountId, *, at: datetime, but: SessionId | None = None) -> int:
        whose = self.scope.viewer == "staff" or account_id == self.scope.account_id
        ending = [
            session
            for session in self.work.sessions.values()
            if whose and (session.agency_id, session.account_id) == (self.scope.agency_id, account_id)
            if session.is_live(at=at) and session.id != but
        ]
        for session in ending:
            session.end(at=at)
        return len(ending)

    async def end_without_second_factor(self, *, at: datetime) -> int:
        ending = [
            session
            for session in self.work.sessions.values()
            if self.scope.viewer == "staff" and session.agency_id == self.scope.agency_id
            if session.staff and session.is_live(at=at) and not self.work.accounts[session.account_id].second_factor
        ]
        for session in ending:
            session.end(at=at)
        return len(ending)

    async def siblings(self, session_id: SessionId) -> int:
        mine = [token for token in self.work.tokens.values() if token.session_id == session_id]
        return sum(token.kind is TokenKind.REFRESH and token.rotated_at is None for token in mine)

    async def forget_expired(self, session_id: SessionId, *, at: datetime) -> None:
        for key, token in list(self.work.tokens.items()):
            if token.session_id == session_id and token.expires_at <= at:
                del self.work.tokens[key]

    async def whose_are_over(self, *, before: datetime, limit: int) -> Collection[AccountId]:
        staff = self.scope.viewer == "staff"
        seen = (it for it in self.work.sessions.values() if it.agency_id == self.scope.agency_id)
        over = {it.account_id for it in seen if (staff or self._own(it)) and _ended(it) < before}
        return sorted(over)[:limit]

    async def forget(self, *, before: datetime) -> int:
        over = [it.id for it in self.work.sessions.values() if self._own(it) and _ended(it) < before]
        for key, token in list(self.work.tokens.items()):
            if token.session_id in over:
                del self.work.tokens[key]
        for session_id in over:
            del self.work.sessions[session_id]
        return len(over)

    def _own(self, session: Session) -> bool:
        return (session.agency_id, session.account_id) == (self.scope.agency_id, self.scope.account_id)


def _ended(session: Session) -> datetime:
    return min(session.ended_at or session.expires_at, session.expires_at)


def _keys(account: Account) -> tuple[str, str]:
    return login_key(account.username), login_key(account.email)
