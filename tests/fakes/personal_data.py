"""What people authorised, and what is left of those whose data was taken away, in memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from application.access import Scope
from application.ports.personal_data import Consents, Erased, Erasures, KeptIdentity
from domain.accounts import Account, AccountStatus
from domain.clients import Client
from domain.contracts import ContractStatus
from domain.ids import ClientId
from domain.periods import bogota_date
from domain.personal_data import Consent, Obstacle, keep_until
from domain.pqrs import PqrsStatus
from domain.refunds import RefundStatus
from tests.fakes.store import FakeStore, Kept, Sight

BLANK = "[suprimido]"


class FakeConsents(Consents):
    def __init__(self, store: FakeStore, scope: Scope) -> None:
        self.store = store
        self.scope = scope

    async def of(self, client_id: ClientId) -> Sequence[Consent] | None:
        client = self.store.clients.get(client_id)
        if client is None or client.erased_at or not Sight(self.store, self.scope).sees_client(client):
            return None
        return newest_first(it for it in self.store.consents if it.client_id == client_id)

    async def add(self, consents: Collection[Consent]) -> None:
        if not all(map(Sight(self.store, self.scope).sees, consents)):
            raise PermissionError("row-level security")
        self.store.consents += consents


class FakeErasures(Erasures):
    """What stands in rows of people, of their accounts and of PQRS; what they sent to gateways is not in memory."""

    def __init__(self, store: FakeStore, scope: Scope) -> None:
        self.store = store
        self.scope = scope

    async def lock(self, client_id: ClientId) -> Client | None:
        client = self.store.clients.get(client_id)
        return client if client is not None and Sight(self.store, self.scope).sees_client(client) else None

    async def obstacles(self, client_id: ClientId) -> Mapping[Obstacle, int]:
        store = self.store
        leases = [store.contracts[it.contract_id] for it in store.parties if it.client_id == client_id]
        intents = _of(client_id, store.intents.values())
        account = self._account(client_id)
        counts = {
            Obstacle.LIVE_CONTRACT: sum(it.status is ContractStatus.ACTIVE for it in leases),
            Obstacle.OPEN_BALANCE: sum(it.balance > 0 for it in _of(client_id, store.invoices.values())),
            Obstacle.CREDIT_LEFT: sum(it.credit_left > 0 for it in self._payments(client_id)),
            Obstacle.LIVE_PAYMENT: sum(it.status.is_live for it in intents),
            Obstacle.OPEN_REFUND: sum(
                refund.status is RefundStatus.REQUESTED for it in intents for refund in it.refunds
            ),
            Obstacle.OPEN_PQRS: sum(
                it.status in (PqrsStatus.PENDING, PqrsStatus.IN_PROGRESS) for it in _of(client_id, store.pqrs.values())
            ),
            Obstacle.OF_STAFF: int(account is not None and account.is_staff),
        }
        return {why: count for why, count in counts.items() if count}

    async def erase(self, client: Client, *, at: datetime) -> Erased:
        store, last = self.store, self._last_paper(client.id)
        until = keep_until(last) if last else None
        if client.erased_at is None:
            if until is not None:
                identity = KeptIdentity(
                    name=client.name,
                    document_type=client.document_type,
                    document_number=client.document_number,
                    check_digit=client.check_digit,
                )
                store.kept[client.id] = Kept(client.agency_id, identity, until)
            store.suppressed[client.agency_id, client.document_type, client.document_number] = client.id
        else:
            self._prolong()
        rows = Counter({"Datos personales": 1})
        store.clients[client.id] = replace(
            client,
            name="Datos suprimidos",
            document_number=BLANK,
            check_digit=None,
            email=None,
            phone=None,
            address=None,
            city=None,
            erased_at=client.erased_at or at,
        )
        for case in _of(client.id, store.pqrs.values()):
            rows["PQRS"] += 1
            case.description = BLANK
        for message in _of(client.id, store.pqrs_messages.values()):
            rows["Mensajes de las PQRS"] += 1
            store.pqrs_messages[message.id] = replace(message, body=BLANK)
        for file in _of(client.id, (file for file, _ in store.attachments.values())):
            rows["Archivos adjuntos"] += 1
            del store.attachments[file.id]
        account = self._account(client.id)
        if account is not None:
            rows += self._shut(account)
        return Erased(rows=dict(sorted(rows.items())), keep_until=until)

    async def forget_identities(self, *, on: date, limit: int) -> Sequence[tuple[ClientId, date]]:
        self._prolong()
        mine = [(key, it.until) for key, it in self.store.kept.items() if self._is_ours(it) and it.until < on]
        for key, _ in (gone := sorted(mine)[:limit]):
            del self.store.kept[key]
        return gone

    def _shut(self, account: Account) -> Counter[str]:
        store, rows = self.store, Counter({"Cuenta": 1})
        store.accounts[account.id] = replace(
            account,
            username=f"suprimido-{account.id}",
            email=f"{account.id}@suprimido.invalid",
            password_hash=None,
            status=AccountStatus.DISABLED,
            last_login_at=None,
        )
        tables: tuple[tuple[str, dict[Any, Any]], ...] = (
            ("Sesiones", store.sessions),
            ("", store.tokens),
            ("Enlaces enviados", store.links),
            ("Segundo factor", store.second_factors),
        )
        for heading, table in tables:
            for key in [key for key, row in table.items() if row.account_id == account.id]:
                del table[key]
                rows[heading] += 1
        rows.pop("", None)
        return rows

    def _prolong(self) -> None:
        for client_id, kept in self.store.kept.items():
            last = self._last_paper(client_id)
            if self._is_ours(kept) and last is not None:
                self.store.kept[client_id] = replace(kept, until=max(kept.until, keep_until(last)))

    def _is_ours(self, kept: Kept) -> bool:
        return self.scope.viewer == "staff" and kept.agency_id == self.scope.agency_id

    def _last_paper(self, client_id: ClientId) -> date | None:
        store = self.store
        days = [it.issued_on for it in _of(client_id, store.invoices.values())]
        days += [it.paid_on for it in _of(client_id, store.payouts.values())]
        days += [bogota_date(it.paid_at) for it in self._payments(client_id)]
        return max(days, default=None)

    def _payments(self, client_id: ClientId) -> list[Any]:
        return _of(client_id, (payment for payment, _ in self.store.payments.values()))

    def _account(self, client_id: ClientId) -> Account | None:
        return next(iter(_of(client_id, self.store.accounts.values())), None)


def newest_first(consents: Iterable[Consent]) -> list[Consent]:
    by_purpose = sorted(consents, key=lambda it: it.purpose)
    return sorted(by_purpose, key=lambda it: it.at, reverse=True)


def _of(client_id: ClientId, rows: Iterable[Any]) -> list[Any]:
    return [row for row in rows if row.client_id == client_id]
