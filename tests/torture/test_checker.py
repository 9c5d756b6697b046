"""The checker finds what it is there for: each test shows it a world with one thing wrong in it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.torture.books import Books, Charge, GatewaySide, Intent, Invoice, Journal, Notice, Receipt, Sent
from tests.torture.checker import RULES, World, violations
from tests.torture.history import Operation, Outcome, operations_in

D = Decimal
ANA = "norte/T1"


def seen(number: int, *, at: float, status: str = "APPROVED", payments: Any = None) -> Operation:
    told = {"status": status, "payments": SHOWN if payments is None else payments}
    return call(number, "see", at=at, asked={"reference": "R1"}, told=told)


def call(
    number: int,
    act: str,
    *,
    at: float,
    asked: dict[str, Any],
    told: dict[str, Any] | None = None,
    outcome: Outcome = Outcome.OK,
) -> Operation:
    return Operation(
        number=number, client=ANA, act=act, began=at, ended=at + 0.5, outcome=outcome, asked=asked, told=told or {}
    )


SHOWN = [
    {
        "receiptNumber": "RP-000001",
        "amount": "100.00",
        "credited": "0.00",
        "verificationCode": "C1",
        "allocations": [{"invoiceNumber": "FV-1", "amount": "100.00"}],
    }
]
HISTORY = (
    call(1, "start", at=1, asked={"key": "k1", "invoices": ["FV-1"]}, outcome=Outcome.UNKNOWN),
    call(
        2,
        "start",
        at=2,
        asked={"key": "k1", "invoices": ["FV-1"]},
        told={"reference": "R1", "status": "REDIRECTED", "amount": "100.00"},
    ),
    call(
        3,
        "start",
        at=3,
        asked={"key": "k2", "invoices": ["FV-1"]},
        told={"refused": "PaymentInProgress"},
        outcome=Outcome.FAIL,
    ),
    call(4, "statement", at=4, asked={}, told={"pending": "150.00", "credit": "0.00", "receipts": 0}),
    seen(5, at=5),
    call(6, "statement", at=6, asked={}, told={"pending": "50.00", "credit": "0.00", "receipts": 1}),
    call(7, "invoice", at=7, asked={"invoice": "FV-1"}, told={"number": "FV-1", "balance": "0.00"}),
    seen(8, at=8),
)
BOOKS = Books(
    invoices={
        "norte/FV-1": Invoice(name="norte/FV-1", client=ANA, total=D(100), paid=D(100), status="PAID"),
        "norte/FV-2": Invoice(name="norte/FV-2", client=ANA, total=D(50), paid=D(0), status="ISSUED"),
    },
    intents=[
        Intent(
            reference="R1",
            client=ANA,
            keys=("k1",),
            amount=D(100),
            status="APPROVED",
            invoices={"norte/FV-1": D(100)},
        )
    ],
    receipts=[
        Receipt(
            number="norte/RP-000001",
            client=ANA,
            reference="R1",
            amount=D(100),
            credited=D(0),
            code="C1",
            allocations={"norte/FV-1": D(100)},
            transactions=("t1",),
        )
    ],
    notices=[Notice(reference="R1", transaction="t1", state="4", deliveries=2, outcome="T5 APPROVED")],
    journals=[
        Journal(
            key="norte/charge:R1:t1",
            kind="CHARGE",
            client=ANA,
            reference="R1",
            entries=(("GATEWAY", None, D(100)), ("RECEIVABLE", "norte/FV-1", D(-100))),
        )
    ],
)
GATEWAY = GatewaySide(
    charges={"R1": [Charge(transaction="t1", state="APPROVED", amount=D(100))]},
    sent=[Sent(reference="R1", transaction="t1", state="4", accepted=2)],
)
RIGHT = World(history=HISTORY, books=BOOKS, gateway=GATEWAY)


def with_call(changed: Operation) -> World:
    """The same history with one call in the place of the one with its number, or beside the others."""
    others = [operation for operation in HISTORY if operation.number != changed.number]
    return replace(RIGHT, history=sorted([*others, changed], key=lambda it: it.began))


def with_books(**changes: Any) -> World:
    return replace(RIGHT, books=replace(BOOKS, **changes))


def with_receipt(**changes: Any) -> World:
    return with_books(receipts=[replace(BOOKS.receipts[0], **changes)])


def told(number: int, **changes: Any) -> Operation:
    before = next(operation for operation in HISTORY if operation.number == number)
    return replace(before, told={**before.told, **changes})


def second_receipt(**changes: Any) -> World:
    more = replace(BOOKS.receipts[0], number="norte/RP-000002", code="C2", transactions=("t2",))
    return with_books(receipts=[*BOOKS.receipts, replace(more, **changes)])


def journal(**changes: Any) -> World:
    assert BOOKS.journals is not None
    return with_books(journals=[replace(BOOKS.journals[0], **changes)])


INVOICE_1 = BOOKS.invoices["norte/FV-1"]
INVOICE_2 = BOOKS.invoices["norte/FV-2"]

WRONG: dict[str, tuple[str, Callable[[], World]]] = {
    "a payment that was acknowledged vanished": (
        "acknowledged_starts_are_stored_once",
        lambda: with_books(intents=[]),
    ),
    "an acknowledged payment is stored twice": (
        "acknowledged_starts_are_stored_once",
        lambda: with_books(intents=[*BOOKS.intents, replace(BOOKS.intents[0], keys=("k9",))]),
    ),
    "an acknowledged payment is of another amount": (
        "acknowledged_starts_are_stored_once",
        lambda: with_call(told(2, amount="99.00")),
    ),
    "an acknowledged payment is somebody else's": (
        "acknowledged_starts_are_stored_once",
        lambda: with_books(intents=[replace(BOOKS.intents[0], client="norte/T2")]),
    ),
    "an acknowledged payment is for other invoices": (
        "acknowledged_starts_are_stored_once",
        lambda: with_books(intents=[replace(BOOKS.intents[0], invoices={"norte/FV-2": D(100)})]),
    ),
    "one key was answered with two payments": (
        "a_key_is_one_intent",
        lambda: with_call(replace(told(2, reference="R9"), number=20, began=9, ended=9.5)),
    ),
    "one key is stored with two payments": (
        "a_key_is_one_intent",
        lambda: with_books(intents=[*BOOKS.intents, replace(BOOKS.intents[0], reference="R2")]),
    ),
    "what was refused is stored all the same": (
        "refused_starts_left_nothing",
        lambda: with_books(intents=[replace(BOOKS.intents[0], keys=("k1", "k2"))]),
    ),
    "there is a payment that nobody asked for": (
        "refused_starts_left_nothing",
        lambda: with_books(intents=[*BOOKS.intents, replace(BOOKS.intents[0], reference="R2", keys=("k7",))]),
    ),
    "a payment was refused for another one that did not exist yet": (
        "refusals_have_a_reason",
        lambda: with_call(replace(HISTORY[2], began=0.1, ended=0.2)),
    ),
    "a payment was refused for no reason that can be": (
        "refusals_have_a_reason",
        lambda: with_call(told(3, refused="NotFound")),
    ),
    "approved was seen, and then not any more": (
        "what_was_seen_stays",
        lambda: with_call(seen(8, at=8, status="REDIRECTED")),
    ),
    "a receipt was seen, and then not any more": (
        "what_was_seen_stays",
        lambda: with_call(seen(8, at=8, payments=[])),
    ),
    "a receipt that was seen is not stored": ("seen_receipts_are_stored", lambda: with_books(receipts=[])),
    "a receipt was seen with another amount": ("seen_receipts_are_stored", lambda: with_receipt(amount=D(90))),
    "a receipt was seen with another code": ("seen_receipts_are_stored", lambda: with_receipt(code="C9")),
    "a receipt was seen with other invoices": (
        "seen_receipts_are_stored",
        lambda: with_receipt(allocations={"norte/FV-2": D(100)}),
    ),
    "a receipt was seen by somebody else": (
        "seen_receipts_are_stored",
        lambda: with_receipt(client="norte/T2"),
    ),
    "a statement shows what never was": (
        "statements_are_states",
        lambda: with_call(told(6, pending="150.00")),
    ),
    "a statement shows credit that never was": (
        "statements_are_states",
        lambda: with_call(told(6, credit="1.00")),
    ),
    "a statement shows a receipt too many": ("statements_are_states", lambda: with_call(told(6, receipts=2))),
    "a statement is older than one before it": (
        "statements_are_states",
        lambda: with_call(
            call(20, "statement", at=9, asked={}, told={"pending": "150.00", "credit": "0.00", "receipts": 0})
        ),
    ),
    "a statement is older than a receipt that was seen": (
        "statements_are_states",
        lambda: with_call(told(6, pending="150.00", receipts=0)),
    ),
    "an invoice is owed again": (
        "invoices_are_paid_once_and_stay_so",
        lambda: with_call(
            call(20, "invoice", at=9, asked={"invoice": "FV-1"}, told={"number": "FV-1", "balance": "10.00"})
        ),
    ),
    "an invoice is owed after its receipt was seen": (
        "invoices_are_paid_once_and_stay_so",
        lambda: with_call(told(7, balance="100.00")),
    ),
    "an answer that nobody foresaw": (
        "no_error_was_unforeseen",
        lambda: with_call(
            call(20, "see", at=9, asked={"reference": "R1"}, told={"problem": "INTERNAL ab"}, outcome=Outcome.FAIL)
        ),
    ),
    "what the gateway approved is lost": (
        "every_approval_is_applied_once",
        lambda: replace(RIGHT, gateway=replace(GATEWAY, charges={**GATEWAY.charges, "R2": GATEWAY.charges["R1"]})),
    ),
    "what the gateway approved once is booked twice": ("every_approval_is_applied_once", second_receipt),
    "what the gateway declined is booked": (
        "every_approval_is_applied_once",
        lambda: replace(
            RIGHT, gateway=replace(GATEWAY, charges={"R1": [Charge(transaction="t1", state="DECLINED", amount=D(100))]})
        ),
    ),
    "an attempt is approved, and the gateway knows of nothing": (
        "every_approval_is_applied_once",
        lambda: with_books(intents=[*BOOKS.intents, replace(BOOKS.intents[0], reference="R2", keys=("k1b",))]),
    ),
    "a notice was accepted and is not in the inbox": (
        "accepted_notices_were_dealt_with",
        lambda: with_books(notices=[]),
    ),
    "a notice was accepted, and nothing came of it": (
        "accepted_notices_were_dealt_with",
        lambda: with_books(notices=[replace(BOOKS.notices[0], outcome=None)]),
    ),
    "a notice was accepted more often than it came": (
        "accepted_notices_were_dealt_with",
        lambda: with_books(notices=[replace(BOOKS.notices[0], deliveries=1)]),
    ),
    "a receipt number is missing": ("receipts_have_no_gaps", lambda: with_receipt(number="norte/RP-000002")),
    "a receipt number is there twice": (
        "receipts_have_no_gaps",
        lambda: second_receipt(number="norte/RP-000001"),
    ),
    "a receipt does not add up": ("receipts_add_up", lambda: with_receipt(credited=D(1))),
    "a receipt gives an invoice more than was to be paid": (
        "receipts_add_up",
        lambda: with_receipt(amount=D(120), allocations={"norte/FV-1": D(120)}),
    ),
    "a receipt is of no transaction": ("receipts_add_up", lambda: with_receipt(transactions=())),
    "a transaction has two receipts": ("receipts_add_up", lambda: second_receipt(transactions=("t1",))),
    "an invoice has more paid than its receipts say": (
        "invoices_add_up",
        lambda: with_books(invoices={**BOOKS.invoices, "norte/FV-2": replace(INVOICE_2, paid=D(50), status="PAID")}),
    ),
    "an invoice was paid with more than its total": (
        "invoices_add_up",
        lambda: with_books(invoices={**BOOKS.invoices, "norte/FV-1": replace(INVOICE_1, total=D(90))}),
    ),
    "an invoice is paid and does not say so": (
        "invoices_add_up",
        lambda: with_books(invoices={**BOOKS.invoices, "norte/FV-1": replace(INVOICE_1, status="ISSUED")}),
    ),
    "a journal does not balance": (
        "the_ledger_balances",
        lambda: journal(entries=(("GATEWAY", None, D(100)), ("RECEIVABLE", "norte/FV-1", D(-99)))),
    ),
    "a journal is there twice": (
        "the_ledger_balances",
        lambda: with_books(journals=[*(BOOKS.journals or ()), *(BOOKS.journals or ())]),
    ),
    "a receipt is not in the ledger": ("the_ledger_says_the_same", lambda: with_books(journals=[])),
    "the ledger has a charge without a receipt": ("the_ledger_says_the_same", lambda: journal(reference="R2")),
    "the ledger pays another invoice": (
        "the_ledger_says_the_same",
        lambda: journal(entries=(("GATEWAY", None, D(100)), ("RECEIVABLE", "norte/FV-2", D(-100)))),
    ),
    "a job was given up": ("no_job_was_given_up", lambda: with_books(given_up=["ASK_GATEWAY"])),
    "the ledger credits what the receipt applied": (
        "the_ledger_says_the_same",
        lambda: journal(entries=(("GATEWAY", None, D(100)), ("CREDIT", None, D(-100)))),
    ),
}


def test_a_right_world_has_nothing_wrong() -> None:
    assert violations(RIGHT) == []


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_found(what: str) -> None:
    rule, planted = WRONG[what]

    assert rule in {violation.rule for violation in violations(planted())}


def test_every_rule_has_been_shown_something_wrong() -> None:
    assert {rule for rule, _ in WRONG.values()} == {rule.__name__ for rule in RULES}


def test_what_ended_at_the_same_time_may_be_seen_in_either_order() -> None:
    earlier = replace(seen(8, at=5.2, status="REDIRECTED", payments=[]), ended=5.9)

    assert violations(with_call(earlier)) == []


def test_before_it_is_quiet_an_approval_may_be_on_its_way() -> None:
    on_its_way = {**GATEWAY.charges, "R2": GATEWAY.charges["R1"]}
    world = replace(RIGHT, gateway=replace(GATEWAY, charges=on_its_way))

    assert violations(world) != []
    assert violations(replace(world, settled=False)) == []


def test_books_without_a_ledger_are_not_held_against_it() -> None:
    assert violations(with_books(journals=None)) == []


def test_a_call_without_an_answer_is_unknown_and_never_ends() -> None:
    lines = [
        '{"n":1,"t":1.0,"type":"invoke","client":"norte/T1","act":"start","asked":{"key":"k1","invoices":["FV-1"]}}',
        '{"t":1.5,"type":"note","what":"kill -9 service"}',
        '{"n":2,"t":2.0,"type":"invoke","client":"norte/T1","act":"see","asked":{"reference":"R1"}}',
        '{"n":2,"t":2.5,"type":"fail","told":{"problem":"ReadError"}}',
    ]

    lost, failed = operations_in(lines)

    assert (lost.outcome, lost.precedes(failed)) == (Outcome.UNKNOWN, False)
    assert (failed.outcome, failed.ended, failed.told) == (Outcome.FAIL, 2.5, {"problem": "ReadError"})
