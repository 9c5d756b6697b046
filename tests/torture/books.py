"""What is in the end: the portal's books, read as the database's owner, and the gateway's orders and notices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    name: str
    """Agency and number."""
    client: str
    total: Decimal
    paid: Decimal
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """`keys`: the idempotency keys it was given for, the one that began it first. `invoices`: what it pays of each."""

    reference: str
    client: str
    keys: tuple[str, ...]
    amount: Decimal
    status: str
    invoices: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`number` with its agency. `transactions`: those of the gateway that were booked by it."""

    number: str
    client: str
    reference: str | None
    amount: Decimal
    credited: Decimal
    code: str
    allocations: Mapping[str, Decimal]
    transactions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One entry of the inbox. `outcome` is None for one that was stored and not dealt with."""

    reference: str
    transaction: str
    state: str
    deliveries: int
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """One fact of the ledger. Entries: account, invoice of a RECEIVABLE, amount, debits positive. `key` with its
    agency."""

    key: str
    kind: str
    client: str
    reference: str | None
    entries: tuple[tuple[str, str | None, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """`journals` is None where there is no ledger. `given_up`: kinds of background jobs that failed for good."""

    invoices: Mapping[str, Invoice] = field(default_factory=dict)
    intents: Sequence[Intent] = ()
    receipts: Sequence[Receipt] = ()
    notices: Sequence[Notice] = ()
    journals: Sequence[Journal] | None = None
    given_up: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A try at the gateway, as the gateway knows it."""

    transaction: str
    state: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A notice of the gateway, and how many of its deliveries were answered with 200."""

    reference: str
    transaction: str
    state: str
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySide:
    charges: Mapping[str, Sequence[Charge]] = field(default_factory=dict)
    """By reference."""
    sent: Sequence[Sent] = ()


def gateway_side(orders: Iterable[Mapping[str, Any]], deliveries: Iterable[Mapping[str, Any]]) -> GatewaySide:
    """From what the simulator's control API tells."""
    charges: dict[str, list[Charge]] = {}
    for order in orders:
        charges.setdefault(order["reference"], []).extend(
            Charge(transaction=it["id"], state=it["state"], amount=Decimal(str(it["amount"])))
            for it in order["transactions"]
            if it["type"] == "AUTHORIZATION_AND_CAPTURE"
        )
    sent = [
        Sent(
            reference=delivery["reference"],
            transaction=delivery["transactionId"],
            state=delivery["fields"]["state_pol"],
            accepted=sum(attempt["status"] == 200 for attempt in delivery["attempts"]),
        )
        for delivery in deliveries
    ]
    return GatewaySide(charges=charges, sent=sent)


_INVOICES = """
select a.slug || '/' || i.number as name, a.slug || '/' || c.code as client, i.total, i.paid, i.status
from invoices i join agencies a on a.id = i.agency_id join clients c on c.agency_id = i.agency_id and c.id = i.client_id
"""
_INTENTS = """
select p.id, p.reference, a.slug || '/' || c.code as client, p.amount, p.status, p.idempotency_key
from payment_intents p join agencies a on a.id = p.agency_id
join clients c on c.agency_id = p.agency_id and c.id = p.client_id
"""
_KEYS = "select intent_id, key from payment_intent_keys"
_PARTS = """
select p.intent_id, a.slug || '/' || i.number as invoice, p.amount
from payment_intent_invoices p join agencies a on a.id = p.agency_id
join invoices i on i.agency_id = p.agency_id and i.id = p.invoice_id
"""
_RECEIPTS = """
select p.id, a.slug || '/' || p.receipt_number as number, a.slug || '/' || c.code as client, t.reference, p.amount,
       p.credited, p.verification_code
from payments p join agencies a on a.id = p.agency_id
join clients c on c.agency_id = p.agency_id and c.id = p.client_id
left join payment_intents t on t.agency_id = p.agency_id and t.id = p.intent_id
order by number
"""
_ALLOCATIONS = """
select p.payment_id, a.slug || '/' || i.number as invoice, p.amount
from payment_allocations p join agencies a on a.id = p.agency_id
join invoices i on i.agency_id = p.agency_id and i.id = p.invoice_id
order by p.position
"""
_BOOKED = "select payment_id, transaction_id from gateway_transactions where payment_id is not null"
_NOTICES = "select reference, body, deliveries, outcome from gateway_events where authentic and reference is not null"
_GIVEN_UP = "select entrypoint from queue.pgqueuer where status = 'failed'"
_JOURNALS = """
select j.id, a.slug || '/' || j.key as key, j.kind, a.slug || '/' || c.code as client, t.reference
from ledger_journals j join agencies a on a.id = j.agency_id
join clients c on c.agency_id = j.agency_id and c.id = j.client_id
left join payment_intents t on t.agency_id = j.agency_id and t.id = j.intent_id
"""
_ENTRIES = """
select e.journal_id, e.account, a.slug || '/' || i.number as invoice, e.amount
from ledger_entries e join agencies a on a.id = e.agency_id
left join invoices i on i.agency_id = e.agency_id and i.id = e.invoice_id
"""


async def read_books(owner_url: str) -> Books:
    """All of it in one snapshot."""
    engine = create_async_engine(owner_url, isolation_level="REPEATABLE READ")
    try:
        async with engine.connect() as connection:
            return await _read(connection)
    finally:
        await engine.dispose()


async def _read(connection: AsyncConnection) -> Books:
    async def rows(text: str) -> Sequence[Any]:
        return (await connection.execute(sa.text(text))).all()

    keys, parts = _grouped(await rows(_KEYS)), _grouped(await rows(_PARTS))
    allocations, booked = _grouped(await rows(_ALLOCATIONS)), _grouped(await rows(_BOOKED))
    return Books(
        invoices={
            row.name: Invoice(name=row.name, client=row.client, total=row.total, paid=row.paid, status=row.status)
            for row in await rows(_INVOICES)
        },
        intents=[
            Intent(
                reference=row.reference,
                client=row.client,
                keys=(row.idempotency_key, *(key for (key,) in keys.get(row.id, ()))),
                amount=row.amount,
                status=row.status,
                invoices=dict(parts.get(row.id, ())),
            )
            for row in await rows(_INTENTS)
        ],
        receipts=[
            Receipt(
                number=row.number,
                client=row.client,
                reference=row.reference,
                amount=row.amount,
                credited=row.credited,
                code=row.verification_code,
                allocations=dict(allocations.get(row.id, ())),
                transactions=tuple(name for (name,) in booked.get(row.id, ())),
            )
            for row in await rows(_RECEIPTS)
        ],
        notices=[_notice(row) for row in await rows(_NOTICES)],
        journals=_journals(await rows(_JOURNALS), await rows(_ENTRIES)),
        given_up=[row.entrypoint for row in await rows(_GIVEN_UP)],
    )


def _journals(journals: Sequence[Any], entries: Sequence[Any]) -> list[Journal]:
    by_journal = _grouped(entries)
    return [
        Journal(
            key=row.key,
            kind=row.kind,
            client=row.client,
            reference=row.reference,
            entries=tuple(by_journal.get(row.id, ())),
        )
        for row in journals
    ]


def _grouped(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    """The rest of each row by its first column."""
    found: dict[Any, list[Any]] = {}
    for key, *rest in rows:
        found.setdefault(key, []).append(tuple(rest))
    return found


def _notice(row: Any) -> Notice:
    form = {name: values[0] for name, values in parse_qs(row.body, keep_blank_values=True).items()}
    return Notice(
        reference=row.reference,
        transaction=form.get("transaction_id", ""),
        state=form.get("state_pol", ""),
        deliveries=row.deliveries,
        outcome=row.outcome,
    )
