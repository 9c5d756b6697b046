"""The people and companies an agency works for: owners and tenants (terceros)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.contracts import PartyRole
from domain.ids import AgencyId, ClientId
from domain.mail import MailTopic


class PersonKind(StrEnum):
    NATURAL = "NATURAL"
    LEGAL = "LEGAL"


class IdentityDocumentType(StrEnum):
    CC = "CC"
    CE = "CE"
    NIT = "NIT"
    PAS = "PAS"
    PPT = "PPT"
    TI = "TI"


class ClientProfile(StrEnum):
    TENANT = "TENANT"
    OWNER = "OWNER"
    TENANT_OWNER = "TENANT_OWNER"
    NONE = "NONE"

    @classmethod
    def of_roles(cls, roles: Collection[PartyRole]) -> "ClientProfile":
        """From the roles in all contracts, terminated ones included; a co-debtor alone has none."""
        match PartyRole.TENANT in roles, PartyRole.OWNER in roles:
            case True, True:
                return cls.TENANT_OWNER
            case True, False:
                return cls.TENANT
            case False, True:
                return cls.OWNER
            case _:
                return cls.NONE

    @property
    def is_tenant(self) -> bool:
        return self in (ClientProfile.TENANT, ClientProfile.TENANT_OWNER)

    @property
    def is_owner(self) -> bool:
        return self in (ClientProfile.OWNER, ClientProfile.TENANT_OWNER)


@dataclass(slots=True, kw_only=True, eq=False)
class Client:
    """`code` identifies the client in the agency's back office; `check_digit` exists for a NIT only. What
    `declined_mail` names the client is not written about. `erased_at` is when the personal data was taken away, at the
    person's request: what is left serves the books."""

    id: ClientId
    agency_id: AgencyId
    code: str
    kind: PersonKind
    name: str
    document_type: IdentityDocumentType
    document_number: str
    check_digit: int | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    city: str | None = None
    erased_at: datetime | None = None
    declined_mail: tuple[MailTopic, ...] = ()
