"""Payments that were begun, many at once: nobody pays so much for a test."""

from tests.graphql_api.town import Town

INTENTS = """
insert into payment_intents (id, agency_id, client_id, gateway_account_id, reference, gateway, amount, status,
                             created_at, expires_at, return_url, idempotency_key, request_hash)
select gen_random_uuid(), i.agency_id, i.client_id, a.id, 'REFERENCIA' || row_number() over (order by i.number),
       'PAYU', i.total, 'REVIEW', now(), now(), 'https://x.example', i.number, 'h'
from invoices i join gateway_accounts a on a.agency_id = i.agency_id
"""
PARTS = """
insert into payment_intent_invoices (agency_id, intent_id, invoice_id, client_id, position, amount, live)
select p.agency_id, p.id, i.id, p.client_id, 1, i.total, false
from payment_intents p join invoices i on i.number = p.idempotency_key and i.agency_id = p.agency_id
"""
TRIES = """
insert into gateway_transactions (agency_id, gateway_account_id, transaction_id, intent_id, status, amount, currency,
                                  verified_by, at)
select agency_id, gateway_account_id, reference, id, 'REVIEW', amount, 'COP', 'QUERY', now() from payment_intents
"""


async def begin_payments(town: Town) -> None:
    """One of each invoice, all in review, each with a try at the gateway."""
    for statement in (INTENTS, PARTS, TRIES):
        await town.rows(statement)
