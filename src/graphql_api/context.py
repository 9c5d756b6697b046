"""What resolvers work with: who asks, the snapshot, its batches, the use cases."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import strawberry

from application.access import StaffViewer, Viewer, Visitor
from application.ports.clock import Clock
from application.ports.reading import Reading, Readings
from application.use_cases import UseCases
from graphql_api.files import Documents, SentContent
from graphql_api.http.facts import RequestFacts
from graphql_api.loaders import Loaders


@dataclass
class Context:
    """One operation. A query has its snapshot from the start; a mutation gets a fresh one after its commit."""

    use_cases: UseCases
    readings: Readings
    clock: Clock
    facts: RequestFacts
    viewer: Viewer
    present: Callable[[Any, "Context"], Any]
    today: date
    _reading: Reading | None = None
    _loaders: Loaders | None = None
    _documents: Documents | None = None
    _content: SentContent = field(default_factory=SentContent)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def reading(self) -> Reading:
        if self._reading is None:
            raise RuntimeError("nothing can be read before a snapshot is open")
        return self._reading

    @property
    def loaders(self) -> Loaders:
        if self._loaders is None:
            raise RuntimeError("nothing can be read before a snapshot is open")
        return self._loaders

    @property
    def documents(self) -> Documents:
        if self._documents is None:
            self._documents = Documents(self.reading, self.use_cases.draw_documents, self.today)
        return self._documents

    def send_content(self, size: int) -> None:
        """Count what is sent of a file; refuses what would be too much for one operation."""
        self._content.add(size)

    @property
    def is_staff(self) -> bool:
        return isinstance(self.viewer, StaffViewer)

    def show(self, entity: Any) -> Any:
        """The type of the schema for an entity."""
        return self.present(entity, self)

    def read_from(self, reading: Reading) -> None:
        """Read from this snapshot from now on."""
        self._reading = reading
        self._loaders = Loaders(reading, self.show, at=self.clock.now(), today=self.today)
        self._documents = None

    async def reread(self, viewer: Viewer | None = None) -> Loaders:
        """A fresh snapshot after a commit, under the viewer that the mutation leaves behind."""
        await self.aclose()
        if viewer is not None:
            self.viewer = viewer
        self.read_from(await self._stack.enter_async_context(self.readings.of(self.viewer)))
        return self.loaders

    async def leave(self) -> None:
        """The session is over: what follows in the same operation comes from a visitor."""
        await self.aclose()
        self._reading = self._loaders = self._documents = None
        self.viewer = Visitor(agency_id=self.viewer.agency_id)

    async def aclose(self) -> None:
        """Give the snapshot of a mutation's payload back."""
        await self._stack.aclose()


Info = strawberry.Info[Context, None]
