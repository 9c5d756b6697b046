"""What an import writes, as rows: entities of the back office, parents first, with what is derived from them."""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from adapters.postgres.imports.readers import REBUILD_READERS
from adapters.postgres.reading.invoices import INVOICE, INVOICES
from adapters.postgres.reading.money import PAYOUT, PAYOUTS
from adapters.postgres.reading.people import (
    CLIENT,
    CLIENTS,
    CONTRACT,
    CONTRACTS,
    OWNERS,
    OWNERSHIP,
    PARTIES,
    PARTY,
    PROPERTIES,
    PROPERTY,
)
from application.text import folded
from domain.ids import AgencyId
from tests.fakes.store import FakeStore, client_text, property_text

__all__ = ["REBUILD_READERS", "agencies_of", "derive_only_agency", "rows_of"]

Rows = list[dict[str, Any]]


def rows_of(store: FakeStore, agency_id: AgencyId) -> Iterator[tuple[sa.Table, Rows]]:
    """Tables in an order that foreign keys allow, with the agency's rows; tables without rows are left out."""
    clients = _of(store.clients.values(), agency_id)
    properties = _of(store.properties.values(), agency_id)
    contracts = _of(store.contracts.values(), agency_id)
    homes, leases = {home.id for home in properties}, {contract.id for contract in contracts}
    owners = [owner for owner in store.owners if owner.property_id in homes]
    parties = [party for party in store.parties if party.contract_id in leases]
    for table, rows in (
        (CLIENTS, [CLIENT.values(it) | {"name_key": folded(it.name), "search": client_text(it)} for it in clients]),
        (PROPERTIES, [PROPERTY.values(it) | {"search": property_text(it)} for it in properties]),
        (OWNERS, _numbered(agency_id, map(OWNERSHIP.values, owners))),
        (CONTRACTS, [CONTRACT.values(it) for it in contracts]),
        (PARTIES, _numbered(agency_id, map(PARTY.values, parties))),
        (INVOICES, [INVOICE.values(it) for it in _of(store.invoices.values(), agency_id)]),
        (PAYOUTS, [PAYOUT.values(it) for it in _of(store.payouts.values(), agency_id)]),
    ):
        if rows:
            yield table, rows


def agencies_of(store: FakeStore) -> list[AgencyId]:
    """Those of whom the store has rows."""
    rows: list[Any] = [payment for payment, _ in store.payments.values()]
    for owned in (store.clients, store.properties, store.contracts, store.accounts, store.invoices, store.payouts):
        rows += owned.values()
    return list(dict.fromkeys([*store.agencies, *(row.agency_id for row in (*rows, *store.pqrs.values()))]))


def derive_only_agency(store: FakeStore) -> None:
    """What the key of the only agency leads to, after agencies were added at once."""
    if store.agencies:
        store.agency_keys["*"] = next(iter(store.agencies)) if len(store.agencies) == 1 else None


def _of(rows: Iterable[Any], agency_id: AgencyId) -> list[Any]:
    return [row for row in rows if row.agency_id == agency_id]


def _numbered(agency_id: AgencyId, rows: Iterable[dict[str, Any]]) -> Rows:
    return [row | {"agency_id": agency_id, "position": position} for position, row in enumerate(rows, start=1)]
