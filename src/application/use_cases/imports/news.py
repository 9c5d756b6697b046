"""What an import brought that clients are told about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.ids import ClientId
from domain.imports.news import is_news


@dataclass(slots=True, kw_only=True)
class News:
    """Numbers of new documents by client, in the order of the file. The first import of a kind is `muted`: it brings
    the history of an agency whose clients do not know the portal yet."""

    today: date
    muted: bool
    numbers: dict[ClientId, list[str]] = field(default_factory=dict)

    def note(self, client_id: ClientId, number: str, *, on: date) -> None:
        """A document that was not stored before, of the date `on`."""
        if not self.muted and is_news(on, today=self.today):
            self.numbers.setdefault(client_id, []).append(number)

    def all_numbers(self) -> Collection[str]:
        return [number for numbers in self.numbers.values() for number in numbers]

    def by_client(self, ids: Mapping[str, UUID]) -> Mapping[ClientId, list[UUID]]:
        """The documents' ids, from those by number."""
        return {client_id: [ids[number] for number in numbers] for client_id, numbers in self.numbers.items()}
