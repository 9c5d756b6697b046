"""All that can be asked of a snapshot about everything there is."""

from typing import Any
from uuid import UUID

from application.filters import (
    ClientFilter,
    ContractFilter,
    FindingFilter,
    InvoiceFilter,
    Parent,
    PeriodFilter,
    PqrsFilter,
    PropertyFilter,
    ReconciliationFilter,
)
from application.pagination import PageRequest
from application.ports.reading import Listing, Reading
from tests.factories import NOON, TODAY
from tests.fakes.store import FakeStore
from tests.told import told


async def everything(reading: Reading, store: FakeStore) -> dict[str, Any]:
    """The answers of every method for the ids of all rows in the store, those of others included."""
    answers: dict[str, Any] = {}

    async def ask(name: str, answer: Any) -> None:
        answers[name] = told(await answer)

    clients, homes, contracts = list(store.clients), list(store.properties), list(store.contracts)
    invoices, payouts, intents = list(store.invoices), list(store.payouts), list(store.intents)
    await ask("accounts", reading.accounts.get_many(list(store.accounts)))
    await ask("client accounts", reading.clients.accounts(clients))
    await ask("profiles", reading.clients.profiles(clients))
    await ask("owners", reading.properties.owners(homes))
    await ask("active contracts", reading.properties.active_contracts(homes))
    await ask("parties", reading.contracts.parties(contracts))
    await ask("invoice allocations", reading.invoices.allocations(invoices))
    await ask("next due", reading.invoices.next_due(clients, today=TODAY))
    await ask("payment allocations", reading.payments.allocations(list(store.payments)))
    await ask("last payments", reading.payments.last(clients))
    await ask("last payouts", reading.payouts.last(clients))
    await ask("payout invoices", reading.payouts.invoices(payouts))
    await ask("events", reading.pqrs.events(list(store.pqrs)))
    await ask("messages", reading.pqrs.messages(list(store.pqrs)))
    await ask("messages by id", reading.pqrs.messages_by_id(list(store.pqrs_messages)))
    await ask("files", reading.attachments.get_many(list(store.attachments)))
    await ask("files in cases", reading.attachments.of_cases(list(store.pqrs)))
    await ask("files in messages", reading.attachments.of_messages(list(store.pqrs_messages)))
    await ask("contents", reading.attachments.contents(list(store.attachments)))
    await ask("consents", reading.personal_data.consents(clients))
    await ask("on papers", reading.personal_data.on_papers(clients))
    await ask("open cases", reading.pqrs.open_counts(clients))
    await ask("intents", reading.intents.get_many(intents))
    await ask("intents' payments", reading.intents.payments(intents))
    await ask("intents' attempts", reading.intents.attempts(intents))
    for reference in [intent.reference for intent in store.intents.values()]:
        await ask(f"intent {reference}", reading.intents.by_reference(reference))
    await ask("tenants", reading.dashboards.tenants(clients, today=TODAY))
    await ask("owners' sums", reading.dashboards.owners(clients, today=TODAY))
    await ask("sessions", reading.sessions(at=NOON))
    await ask("gateways", reading.gateways())
    await ask("agency", reading.agency())
    await ask("gateway setups", reading.gateway_setups())
    above: dict[Parent, list[UUID]] = {
        Parent.SCOPE: [reading.viewer.agency_id],
        Parent.CLIENT: [*clients],
        Parent.CONTRACT: [*contracts],
    }
    for name, listing, narrowed, ids, parents in (
        ("clients", reading.clients, ClientFilter(), clients, ()),
        ("properties", reading.properties, PropertyFilter(), homes, (Parent.CLIENT,)),
        ("contracts", reading.contracts, ContractFilter(), contracts, (Parent.CLIENT,)),
        ("invoices", reading.invoices, InvoiceFilter(today=TODAY), invoices, (Parent.CLIENT, Parent.CONTRACT)),
        ("payments", reading.payments, PeriodFilter(), list(store.payments), (Parent.CLIENT,)),
        ("payouts", reading.payouts, PeriodFilter(), payouts, (Parent.CLIENT,)),
        ("findings", reading.findings, FindingFilter(), [it.id for it in store.findings.values()], ()),
        (
            "reconciliations",
            reading.reconciliations,
            ReconciliationFilter(),
            [it.id for it in store.reports.values()],
            (),
        ),
        ("pqrs", reading.pqrs, PqrsFilter(today=TODAY), list(store.pqrs), (Parent.CLIENT,)),
    ):
        await ask(f"{name} by id", listing.get_many(ids))
        for parent in (Parent.SCOPE, *parents):
            answers[f"{name} of {parent}"] = await _lists(listing, parent, above[parent], narrowed)
    return answers


async def _lists(listing: Listing[Any, Any], parent: Parent, ids: list[UUID], narrowed: Any) -> Any:
    """Pages without their cursors, whose text is each store's own, and counts."""
    pages = await listing.pages(parent, ids, narrowed, PageRequest(size=5))
    shown = {key: (told(page.items), page.has_next, page.has_previous) for key, page in pages.items()}
    return shown, dict(await listing.counts(parent, ids, narrowed))
