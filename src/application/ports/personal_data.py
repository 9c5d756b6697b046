"""What is held about a person: consents, the whole of it for an export, and its erasure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from application.ports.documents import Document
from domain.clients import Client, IdentityDocumentType
from domain.ids import AgencyId, ClientId
from domain.personal_data import Consent, Obstacle


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptIdentity:
    name: str
    document_type: IdentityDocumentType
    document_number: str
    check_digit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSection:
    """Rows of one kind. Names are in Spanish; values are texts, numbers, amounts, dates, instants, truth values, lists
    and mappings of them, and for a file the path under which `HeldData.files` has it."""

    heading: str
    rows: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldData:
    """Everything held about somebody. `left_out` counts files that did not fit."""

    sections: tuple[HeldSection, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    left_out: int = 0


class PersonalDataReader(Protocol):
    async def consents(self, client_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Consent]]:
        """All of each client's, the newest first."""
        ...

    async def on_papers(self, client_ids: Collection[UUID]) -> Mapping[UUID, KeptIdentity]:
        """As whom clients whose data was erased stand on the papers of the books. For staff; to others none."""
        ...


class HeldDataReader(Protocol):
    async def held(self, agency_id: AgencyId, client_id: ClientId) -> HeldData | None:
        """All that is held about a client, in one snapshot, whoever asks: the caller has made sure who may. Nothing of
        others, no secrets, nothing that the staff wrote for themselves. None where the agency has no such client."""
        ...


class DataPacker(Protocol):
    async def pack(self, data: HeldData, *, agency: str, at: datetime) -> Document:
        """One file of it, off the event loop."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How many rows of each kind were emptied or removed; `keep_until` is the last day of what the books keep."""

    rows: Mapping[str, int]
    keep_until: date | None


class Consents(Protocol):
    async def of(self, client_id: ClientId) -> Sequence[Consent] | None:
        """All of a client's, the newest first; None where the scope sees no such client, and where its data was erased.
        Who asks about the same client meanwhile waits until this work ends."""
        ...

    async def add(self, consents: Collection[Consent]) -> None: ...


class Erasures(Protocol):
    """For staff."""

    async def lock(self, client_id: ClientId) -> Client | None:
        """The client, whom nobody else changes until this work ends."""
        ...

    async def obstacles(self, client_id: ClientId) -> Mapping[Obstacle, int]:
        """What stands in the way, and how often; empty where nothing does."""
        ...

    async def erase(self, client: Client, *, at: datetime) -> Erased:
        """Take the client's personal data away, but for what the law keeps; end the sessions of the account, which
        nobody enters again; remember the document so that no import brings the data back. Done again, it takes what
        came since."""
        ...

    async def forget_identities(self, *, on: date, limit: int) -> Sequence[tuple[ClientId, date]]:
        """Take away as whom people stood on papers that no longer have to be there on that day, of so many at most;
        whose they were, and the last day on which they had to. What came of them since counts."""
        ...
