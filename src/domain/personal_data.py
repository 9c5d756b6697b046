"""Rights over one's own data (Ley 1581 de 2012): what was authorised, and what stands in the way of being forgotten."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.ids import AccountId, AgencyId, ClientId, ConsentId


class ConsentPurpose(StrEnum):
    """What personal data is used for. SERVICE: what the contract needs, which nobody has to authorise (art. 10 lit. a)
    and nobody can take back while it lasts; accepting it is having read the policy. COLLECTION: messages about debts,
    by e-mail, which have to be authorised (Ley 2300 de 2023). COMMERCIAL: offers."""

    SERVICE = "SERVICE"
    COLLECTION = "COLLECTION"
    COMMERCIAL = "COMMERCIAL"


class ConsentChannel(StrEnum):
    PORTAL = "PORTAL"
    PAPER = "PAPER"
    PHONE = "PHONE"
    EMAIL = "EMAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A decision, kept for ever as the proof of it (art. 9 and art. 17 lit. b). `account_id` is who wrote it down: the
    person or, for any channel but PORTAL, somebody of the staff."""

    id: ConsentId
    agency_id: AgencyId
    client_id: ClientId
    purpose: ConsentPurpose
    granted: bool
    policy_version: str
    at: datetime
    channel: ConsentChannel
    account_id: AccountId


def in_force(consents: Iterable[Consent]) -> list[Consent]:
    """Of each purpose the last decision, in the order of the purposes. `consents` are one client's, in any order."""
    last: dict[ConsentPurpose, Consent] = {}
    for consent in sorted(consents, key=lambda it: it.at):
        last[consent.purpose] = consent
    return [last[purpose] for purpose in ConsentPurpose if purpose in last]


def is_authorised(consents: Iterable[Consent], purpose: ConsentPurpose) -> bool:
    """The last decision of a client about the purpose allows it; who decided nothing allowed nothing."""
    return any(it.granted for it in in_force(consents) if it.purpose is purpose)


def is_pending(consents: Iterable[Consent], policy_version: str | None) -> bool:
    """The agency published a version of its policy under which the client has decided nothing."""
    return policy_version is not None and all(it.policy_version != policy_version for it in consents)


class Obstacle(StrEnum):
    """A legal or contractual duty that keeps somebody's data (Decreto 1074 de 2015, art. 2.2.2.25.2.6), or a reason
    why there is nothing to erase."""

    LIVE_CONTRACT = "live_contract"
    OPEN_BALANCE = "open_balance"
    CREDIT_LEFT = "credit_left"
    LIVE_PAYMENT = "live_payment"
    OPEN_REFUND = "open_refund"
    OPEN_PQRS = "open_pqrs"
    OF_STAFF = "of_staff"


TAX_YEARS = 10
"""How long books and their papers are kept after the year of the last one (Estatuto Tributario, art. 632; Ley 962 de
2005, art. 28)."""


def keep_until(last: date) -> date:
    """The last day on which the papers of somebody whose last one is of `last` have to be there."""
    return date(last.year + TAX_YEARS, 12, 31)


def document_digest(key: bytes, agency_id: AgencyId, document_type: str, number: str) -> str:
    """What stands for a document number where the number itself must not. Without the key, numbers of ten digits could
    be tried one by one."""
    return hmac.new(key, f"{agency_id}:{document_type}:{number}".encode(), hashlib.sha256).hexdigest()
