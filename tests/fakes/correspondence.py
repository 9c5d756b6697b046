"""What clients want to be written about, in memory."""

from collections.abc import Collection

from application.access import Scope
from application.ports.correspondence import Correspondence
from domain.ids import ClientId
from domain.mail import MailTopic
from tests.fakes.store import FakeStore, Sight


class FakeCorrespondence(Correspondence):
    def __init__(self, store: FakeStore, scope: Scope) -> None:
        self.store = store
        self.scope = scope

    async def declined(self, client_id: ClientId) -> frozenset[MailTopic] | None:
        client = self.store.clients.get(client_id)
        if client is None or not Sight(self.store, self.scope).sees_client(client):
            return None
        return frozenset(client.declined_mail)

    async def decline(self, client_id: ClientId, topics: Collection[MailTopic]) -> None:
        client = self.store.clients[client_id]
        if Sight(self.store, self.scope).sees_client(client):
            client.declined_mail = tuple(sorted(topics))
