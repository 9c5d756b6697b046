"""The record of what was done, as use cases write it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.audit import AuditAction

Entity = tuple[str, UUID]
"""The name of a type of the API, and the key of one of it."""


class AuditTrail(Protocol):
    """Append-only, and kept with the act by the same commit. For any scope with an agency: clients and visitors add
    to it too, and read nothing of it."""

    async def record(
        self,
        action: AuditAction,
        *,
        at: datetime,
        entity: Entity | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> None:
        """Write down an act of the scope's account or, where there is none, of the command line or the system.

        To be called last, right before the commit: until then nobody else of the agency can record anything.
        `changes`: names of fields (as in the API) and what they became; texts, numbers, amounts, instants and lists
        and mappings of them. No secrets, and nothing that people wrote about themselves.
        """
        ...
