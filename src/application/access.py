"""Who is asking, and whose rows that person can find. Ownership is never a permission check: it is what one finds."""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.accounts import Account, AccountRole
from domain.errors import NotAllowed, Unauthenticated
from domain.ids import AccountId, AgencyId, ClientId, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose rows a unit of work or a reading may touch; the database's policies see exactly these values.

    `viewer` is "visitor", "client" or "staff". The keys open single rows that precede a scope: a session by its
    token's hash, an account by the login typed, an agency by host or slug or by one of its origins, a merchant account
    by its public key, a receipt by its verification code, a one-time link by its token's hash. `work` is for those
    who work through the queue of jobs: it shows them which agencies there are, and the jobs of all. `command_line` is
    who acts where no account does, for the record.
    """

    agency_id: AgencyId | None = None
    viewer: str = "visitor"
    client_id: ClientId | None = None
    account_id: AccountId | None = None
    agency_key: str = ""
    origin_key: str = ""
    login_key: str = ""
    session_key: str = ""
    gateway_key: str = ""
    receipt_key: str = ""
    link_key: str = ""
    work: bool = False
    command_line: bool = False

    @classmethod
    def of_agency(cls, agency_id: AgencyId) -> "Scope":
        """All rows of an agency: for its staff, for notices of its gateway, for jobs."""
        return cls(agency_id=agency_id, viewer="staff")

    @classmethod
    def of_operator(cls, agency_id: AgencyId) -> "Scope":
        """The same for what an operator does at the command line, which is recorded as such."""
        return cls(agency_id=agency_id, viewer="staff", command_line=True)

    @classmethod
    def of_account(cls, account: Account) -> "Scope":
        """What belongs to an account whose owner has proved to be that, without a session."""
        viewer = "visitor" if account.client_id is None else "client"
        return cls(agency_id=account.agency_id, viewer=viewer, client_id=account.client_id, account_id=account.id)

    @property
    def agency(self) -> AgencyId:
        """The agency, where the scope has one; a scope that only holds keys is Unauthenticated here."""
        if self.agency_id is None:
            raise Unauthenticated
        return self.agency_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Nobody has signed in: sees the agency's public face."""

    agency_id: AgencyId

    @property
    def scope(self) -> Scope:
        return Scope(agency_id=self.agency_id)

    def with_login(self, login_key: str) -> Scope:
        """The scope that finds the one account whose user name or e-mail was typed."""
        return replace(self.scope, login_key=login_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientViewer:
    """A tenant, an owner or both: sees own rows. `read_only`: somebody of the staff who sees what the client sees, and
    does nothing; the session is theirs, the account the client's (nobody's where there is none)."""

    agency_id: AgencyId
    account_id: AccountId
    session_id: SessionId
    client_id: ClientId
    read_only: bool = False

    @property
    def scope(self) -> Scope:
        return Scope(agency_id=self.agency_id, viewer="client", client_id=self.client_id, account_id=self.account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffViewer:
    """Works for the agency: sees all its rows. `client_id` is set when the same person is also a client."""

    agency_id: AgencyId
    account_id: AccountId
    session_id: SessionId
    client_id: ClientId | None = None
    is_admin: bool = False

    @classmethod
    def of_nobody(cls, agency_id: AgencyId) -> "StaffViewer":
        """The agency itself, where a job reads what nobody asked for."""
        nobody = UUID(int=0)
        return cls(agency_id=agency_id, account_id=AccountId(nobody), session_id=SessionId(nobody))

    @property
    def scope(self) -> Scope:
        return Scope(agency_id=self.agency_id, viewer="staff", client_id=self.client_id, account_id=self.account_id)


Viewer = Visitor | ClientViewer | StaffViewer
SignedIn = ClientViewer | StaffViewer


def viewer_of(account: Account, session_id: SessionId) -> SignedIn:
    """The viewer that an account becomes in one of its sessions; an account of nobody (no client, no staff role) is
    NotAllowed."""
    if account.is_staff:
        return StaffViewer(
            agency_id=account.agency_id,
            account_id=account.id,
            session_id=session_id,
            client_id=account.client_id,
            is_admin=AccountRole.ADMIN in account.roles,
        )
    if account.client_id is None:
        raise NotAllowed
    return ClientViewer(
        agency_id=account.agency_id, account_id=account.id, session_id=session_id, client_id=account.client_id
    )


def sees_as_client(viewer: Viewer) -> bool:
    """Whether somebody of the staff asks, who sees what a client sees."""
    return isinstance(viewer, ClientViewer) and viewer.read_only


def require_signed_in(viewer: Viewer) -> SignedIn:
    """The viewer, unless it is a visitor (Unauthenticated)."""
    if isinstance(viewer, Visitor):
        raise Unauthenticated
    return viewer


def require_staff(viewer: Viewer) -> StaffViewer:
    """The viewer, if it works for the agency; a client is NotAllowed, a visitor Unauthenticated."""
    signed_in = require_signed_in(viewer)
    if not isinstance(signed_in, StaffViewer):
        raise NotAllowed
    return signed_in


def require_admin(viewer: Viewer) -> StaffViewer:
    """The viewer, if it manages the agency; anybody else who signed in is NotAllowed, a visitor Unauthenticated."""
    staff = require_staff(viewer)
    if not staff.is_admin:
        raise NotAllowed
    return staff


def require_client(viewer: Viewer) -> ClientId:
    """The client as whom the viewer acts; staff who are no client are NotAllowed, a visitor Unauthenticated."""
    client_id = require_signed_in(viewer).client_id
    if client_id is None:
        raise NotAllowed
    return client_id
