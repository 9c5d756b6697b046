"""Who did what: the agency's record, and the chain that shows whether somebody changed it afterwards.

Each entry carries the hash of the one before it and its own, made with a key that is not in the database. Whoever has
the database alone can therefore not change an entry, put one in, take one out or swap two without breaking a hash.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.ids import AccountId, AgencyId

SYSTEM, COMMAND_LINE = "el sistema", "la línea de órdenes"
"""Actors that are no account; with their blanks they are nobody's user name."""
A_CLIENT = "un cliente"
"""What an account that is no member of the staff is called: entries stand for ever, and a client may ask to be
forgotten. Which account it was is told by its id."""

START = ""
"""What the first entry has for a previous hash: that the agency was created."""
UNFOUNDED = "no founding"
"""What a first entry of any other kind has instead, which its hash seals: the record was emptied and goes on, or the
agency is older than its record. Entries from before this was told apart have START whatever they say."""


class AuditAction(StrEnum):
    """What was done. The names are kept for ever: entries that hold them are never rewritten."""

    # Access
    SIGNED_IN = "SIGNED_IN"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 (no password)
    PROFILE_UPDATED = "PROFILE_UPDATED"
    MAIL_PREFERENCES_CHANGED = "MAIL_PREFERENCES_CHANGED"
    ACCOUNT_CREATED = "ACCOUNT_CREATED"
    CLIENT_INVITED = "CLIENT_INVITED"
    CLIENTS_INVITED = "CLIENTS_INVITED"
    STAFF_INVITED = "STAFF_INVITED"
    ACCOUNT_ACTIVATED = "ACCOUNT_ACTIVATED"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    ACCOUNT_ENABLED = "ACCOUNT_ENABLED"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 (no password)
    EMAIL_CHANGE_ASKED = "EMAIL_CHANGE_ASKED"
    EMAIL_CHANGED = "EMAIL_CHANGED"
    SECOND_FACTOR_CHANGED = "SECOND_FACTOR_CHANGED"
    VIEWED_AS_CLIENT = "VIEWED_AS_CLIENT"
    # Personal data
    CONSENT_RECORDED = "CONSENT_RECORDED"
    PERSONAL_DATA_EXPORTED = "PERSONAL_DATA_EXPORTED"
    CLIENT_ERASED = "CLIENT_ERASED"
    IDENTITY_FORGOTTEN = "IDENTITY_FORGOTTEN"
    # The agency and its data
    AGENCY_CREATED = "AGENCY_CREATED"
    AGENCY_CHANGED = "AGENCY_CHANGED"
    GATEWAY_CONFIGURED = "GATEWAY_CONFIGURED"
    RECORDS_IMPORTED = "RECORDS_IMPORTED"
    JOB_RETRIED = "JOB_RETRIED"
    # Money
    PAYMENT_RECORDED = "PAYMENT_RECORDED"
    PAYMENT_REVERSED = "PAYMENT_REVERSED"
    CREDIT_APPLIED = "CREDIT_APPLIED"
    REFUND_REQUESTED = "REFUND_REQUESTED"
    REFUND_RELEASED = "REFUND_RELEASED"
    DISPUTE_DISMISSED = "DISPUTE_DISMISSED"
    REVIEW_RESOLVED = "REVIEW_RESOLVED"
    PAYMENT_CANCELLED = "PAYMENT_CANCELLED"
    FINDING_RESOLVED = "FINDING_RESOLVED"
    SETTLEMENT_RECONCILED = "SETTLEMENT_RECONCILED"
    # PQRS
    PQRS_FILED = "PQRS_FILED"
    PQRS_STARTED = "PQRS_STARTED"
    PQRS_ASSIGNED = "PQRS_ASSIGNED"
    PQRS_ANSWERED = "PQRS_ANSWERED"
    PQRS_EXTENDED = "PQRS_EXTENDED"
    PQRS_REPLIED = "PQRS_REPLIED"
    PQRS_NOTED = "PQRS_NOTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One act, as it is kept. `number` counts the agency's entries from 1, without gaps. `actor` is who of the staff
    did it, as they were called then, or A_CLIENT; `account_id` is their account. `action` is a text: what stands in the
    database may be anything. `entity_type` and `entity_id` name what it was done to. `changes` is canonical JSON."""

    id: UUID
    agency_id: AgencyId
    number: int
    at: datetime
    actor: str
    account_id: AccountId | None
    action: str
    entity_type: str | None
    entity_id: UUID | None
    changes: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """Where an agency's chain ends. `seal` is made with the key: another end cannot be written without it."""

    agency_id: AgencyId
    number: int
    hash: str
    seal: str

    @classmethod
    def before_any(cls, agency_id: AgencyId) -> "AuditHead":
        return cls(agency_id=agency_id, number=0, hash=START, seal="")

    def told(self) -> str:
        """Number and hash, to be kept elsewhere."""
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAct:
    """What is to be recorded. `changes`: field names and what they became, never secrets or people's own words."""

    id: UUID
    at: datetime
    actor: str
    account_id: AccountId | None
    action: AuditAction
    entity: tuple[str, UUID] | None
    changes: Mapping[str, object]


def record(act: AuditAct, head: AuditHead, *, key: bytes) -> tuple[AuditEntry, AuditHead]:
    """The entry that follows `head`, and the head that it becomes."""
    entity_type, entity_id = act.entity or (None, None)
    founded = head.number > 0 or act.action is AuditAction.AGENCY_CREATED
    unsealed = AuditEntry(
        id=act.id,
        agency_id=head.agency_id,
        number=head.number + 1,
        at=act.at,
        actor=act.actor,
        account_id=act.account_id,
        action=act.action.value,
        entity_type=entity_type,
        entity_id=entity_id,
        changes=canonical(act.changes),
        previous=head.hash if founded else UNFOUNDED,
        hash="",
    )
    entry = AuditEntry(**{name: getattr(unsealed, name) for name in _TOLD}, hash=hash_of(unsealed, key))
    seal = seal_of(entry.agency_id, entry.number, entry.hash, key)
    return entry, AuditHead(agency_id=entry.agency_id, number=entry.number, hash=entry.hash, seal=seal)


def hash_of(entry: AuditEntry, key: bytes) -> str:
    """What the entry's hash has to be: of all it says, its agency, number and predecessor included."""
    return _mac(key, "entry", *(_text(getattr(entry, name)) for name in _TOLD))


def seal_of(agency_id: AgencyId, number: int, last_hash: str, key: bytes) -> str:
    """What the seal of a head has to be."""
    return _mac(key, "head", str(agency_id), str(number), last_hash)


def canonical(changes: Mapping[str, object]) -> str:
    """Changes as JSON that is always the same for the same changes. Amounts and instants become text; TypeError for
    what has no one way to be written, like a float."""
    return json.dumps(_plain(changes), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_TOLD = tuple(name for name in AuditEntry.__slots__ if name != "hash")


def _mac(key: bytes, *parts: str | None) -> str:
    # As a JSON list, so that no two lists of parts are the same bytes.
    return hmac.new(key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def _text(value: object) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return None if value is None else str(value)


def _plain(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case Mapping():
            return {str(name): _plain(part) for name, part in value.items()}
        case str():
            return str(value)
        case Sequence() if not isinstance(value, bytes):
            return [_plain(part) for part in value]
        case datetime():
            return _text(value)
        case Decimal() | date() | UUID():
            return str(value)
    raise TypeError(type(value))
