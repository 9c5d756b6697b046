"""What the books say about an agency and one attempt to pay, read past every policy."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Protocol

from domain.ids import AgencyId

RENT = 1_850_000


class Rows(Protocol):
    async def rows(self, statement: str, **parameters: Any) -> list[Any]: ...


@dataclass(frozen=True, kw_only=True)
class Story:
    """Amounts are whole pesos. `ledger`: one line for each journal of the agency, `"CHARGE: GATEWAY +100, FV-1 -100"`;
    `owed`: what each invoice still owes; `credit`: the tenant's balance; `receipts`: received and not taken back;
    `tries`: what the gateway's transactions came to; `findings`: what the staff have to look at, of any payment."""

    status: str
    ledger: list[str] = field(default_factory=list)
    owed: dict[str, int] = field(default_factory=lambda: {"FV-1": RENT})
    credit: int = 0
    receipts: list[int] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def but(self, **changed: Any) -> "Story":
        return replace(self, **changed)


CHARGED = f"CHARGE: GATEWAY +{RENT}, FV-1 -{RENT}"
CREDITED = f"CHARGE: GATEWAY +{RENT}, CREDIT -{RENT}"
PAID = Story(status="APPROVED", ledger=[CHARGED], owed={"FV-1": 0}, receipts=[RENT], tries=["APPROVED"])
PAID_TWICE = PAID.but(
    ledger=[CHARGED, CREDITED],
    receipts=[RENT, RENT],
    credit=RENT,
    tries=["APPROVED", "APPROVED"],
    findings=["CREDITED", "DOUBLE_PAYMENT"],
)


_INTENT = "select status from payment_intents where agency_id = :agency and reference = :reference"
_LEDGER = """
select j.kind || ': ' || string_agg(
    coalesce(i.number, e.account) || ' ' || to_char(e.amount, 'FMSG999999999990'), ', ' order by e.position)
from ledger_journals j join ledger_entries e on (e.agency_id, e.journal_id) = (j.agency_id, j.id)
left join invoices i on (i.agency_id, i.id) = (e.agency_id, e.invoice_id)
where j.agency_id = :agency group by j.id order by j.at, j.key
"""
_OWED = "select number, balance from invoices where agency_id = :agency order by number"
_CREDIT = """
select (select coalesce(sum(credit_left), 0) from payments where agency_id = :agency),
    (select coalesce(-sum(amount), 0) from ledger_entries where agency_id = :agency and account = 'CREDIT')
"""
_RECEIPTS = "select amount - reversed from payments where agency_id = :agency order by receipt_number"
_TRIES = """
select t.status from gateway_transactions t join payment_intents p on (p.agency_id, p.id) = (t.agency_id, t.intent_id)
where p.agency_id = :agency and p.reference = :reference order by t.status
"""
_FINDINGS = "select kind from findings where agency_id = :agency and resolved_at is null order by kind"


async def read_story(books: Rows, agency: AgencyId, reference: str) -> Story:
    async def column(statement: str) -> list[Any]:
        named = {"reference": reference} if ":reference" in statement else {}
        return [row[0] for row in await books.rows(statement, agency=agency, **named)]

    ((credit, by_ledger),) = await books.rows(_CREDIT, agency=agency)
    assert credit == by_ledger, "the credit balance and the ledger disagree"
    (status,) = await column(_INTENT)
    return Story(
        status=status,
        ledger=await column(_LEDGER),
        owed={number: _pesos(balance) for number, balance in await books.rows(_OWED, agency=agency)},
        credit=_pesos(credit),
        receipts=[_pesos(amount) for amount in await column(_RECEIPTS)],
        tries=await column(_TRIES),
        findings=await column(_FINDINGS),
    )


def _pesos(amount: Decimal) -> int:
    assert amount == int(amount)
    return int(amount)
