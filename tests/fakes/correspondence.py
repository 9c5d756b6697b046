"""What clients want to be written about, and when they were reminded, in memory."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from application.access import Scope
from application.ports.correspondence import Correspondence
from domain.collections import Contact, ContactKind
from domain.ids import ClientId
from domain.invoices import InvoiceKind
from domain.mail import MailTopic
from domain.personal_data import ConsentPurpose, is_authorised
from tests.fakes.store import FakeStore, Sight


class FakeCorrespondence(Correspondence):
    def __init__(self, store: FakeStore, scope: Scope) -> None:
        self.store = store
        self.scope = scope

    async def declined(self, client_id: ClientId) -> frozenset[MailTopic] | None:
        client = self.store.clients.get(client_id)
        if client is None or client.erased_at or not Sight(self.store, self.scope).sees_client(client):
            return None
        return frozenset(client.declined_mail)

    async def decline(self, client_id: ClientId, topics: Collection[MailTopic]) -> None:
        client = self.store.clients[client_id]
        if Sight(self.store, self.scope).sees_client(client):
            client.declined_mail = tuple(sorted(topics))

    async def begin_round(self, on: date) -> date | None:
        last = self.store.reminded.get(self.scope.agency)
        if last is not None and last >= on:
            return None
        self.store.reminded[self.scope.agency] = on
        return last or on - timedelta(days=1)

    async def owing(
        self, due_from: date, due_to: date, *, not_reminded_since: date | None = None
    ) -> Sequence[ClientId]:
        sight = Sight(self.store, self.scope)
        reminded = {
            it.client_id
            for it in self.store.contacts
            if it.kind is ContactKind.REMINDER and not_reminded_since and it.contacted_on >= not_reminded_since
        }
        owing = {
            it.client_id
            for it in self.store.invoices.values()
            if it.kind is InvoiceKind.RENT and it.balance > 0 and due_from <= it.due_on <= due_to
        }
        clients = [self.store.clients[key] for key in owing - reminded if not not_reminded_since or self._may(key)]
        seen = (it for it in clients if sight.sees_client(it) and MailTopic.REMINDERS not in it.declined_mail)
        return sorted(it.id for it in seen)

    def _may(self, client_id: ClientId) -> bool:
        consents = (it for it in self.store.consents if it.client_id == client_id)
        return is_authorised(consents, ConsentPurpose.COLLECTION)

    async def contacts(self, client_id: ClientId, *, since: date) -> Sequence[Contact]:
        sight = Sight(self.store, self.scope)
        found = [it for it in self.store.contacts if it.client_id == client_id and it.contacted_on >= since]
        return sorted((it for it in found if sight.sees(it)), key=lambda it: it.contacted_on)

    async def log(self, contact: Contact) -> None:
        if self.scope.viewer != "staff" or contact.agency_id != self.scope.agency_id:
            raise PermissionError("row-level security")
        same = ((it.client_id, it.contacted_on) for it in self.store.contacts)
        assert (contact.client_id, contact.contacted_on) not in set(same)
        self.store.contacts.append(contact)
