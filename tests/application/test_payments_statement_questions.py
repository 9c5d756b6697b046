"""Lines of EnLineaPagos's statement under a number that nobody knows here, beside money that was received: that money
or more, and nobody guesses which."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from adapters.csv.sheets import CsvSheetReader
from application.access import Scope
from application.ports.unit_of_work import UnitOfWork
from application.use_cases.payments import ReconcileSettlement
from application.use_cases.payments.statements import StatementReport
from domain.findings import Finding, FindingKind
from domain.gateway_reports import Evidence, StatusReason
from domain.imports.problems import Reason
from domain.payment_intents import PaymentIntent, PaymentIntentStatus
from tests.application.accountant import DAY, ENLINEA, HEADER, Accountant, assert_two, line

RECEIPT = "RP-000001"
S = PaymentIntentStatus


def assert_asked(office: Accountant, report: StatementReport, intent: PaymentIntent, *, row: int = 2) -> None:
    """A question that proposes the receipt, and nothing else anywhere."""
    (difference,) = report.differences
    ((payment, _),) = office.payments
    told = (difference.kind, difference.row, difference.received, difference.payment_id)
    assert told == (FindingKind.SETTLED_UNKNOWN, row, intent.amount, payment.id)
    assert (report.matched, report.settled, report.asked) == (0, 0, 0)
    assert [it.detail for it in open_questions(office)] == [RECEIPT]
    assert office.books.jobs == [it for it in office.books.jobs if it.job.kind != "ASK_GATEWAY"]


def open_questions(office: Accountant) -> list[Finding]:
    return [it for it in office.books.findings.values() if it.resolved_at is None]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cus": ""},
        {"cus": "000"},
        {"fecha": "02/07/2026"},
        {"valor": "999000,00"},
    ],
    ids=["another CUS", "no CUS", "zeros", "another day", "another amount"],
)
async def test_a_line_under_an_unknown_number_is_a_question_whatever_else_it_has(changes: dict[str, str]) -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    journals, told = dict(office.books.journals), line(intent, "otro-numero", **changes)

    dry = await office.reconcile(told, dry_run=True)
    assert (len(dry.differences), open_questions(office)) == (1, [])
    for _ in range(2):
        assert_asked(office, await office.reconcile(told), intent)

    assert office.books.journals == journals
    assert office.intent(intent) == intent
    (question,) = open_questions(office)
    assert (question.client_id, question.intent_id) == (intent.client_id, intent.id)


async def test_money_that_an_earlier_statement_told_is_not_told_apart_by_a_new_number_either() -> None:
    # Somebody may have taken the numbers out of another column this time.
    office = Accountant(ENLINEA)
    intent = await office.opened()
    assert (await office.reconcile(line(intent, "1"))).settled == 1

    assert_asked(office, await office.reconcile(line(intent, "2", cus="778")), office.intent(intent))


@pytest.mark.parametrize("cus", ["CUS-tx-1", " cus-TX-1 "])
async def test_the_banks_reference_tells_a_payment_under_another_number(cus: str) -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")

    report = await office.reconcile(line(intent, "otro-numero", cus=cus))
    assert (report.matched, report.settled, report.differences) == (1, 0, [])
    report = await office.reconcile(line(intent, "otro-numero", cus=cus, valor="999000,00"))
    assert office.told(report) == [("SETTLED_DIFFERENTLY", intent.reference, 2)]
    assert len(office.payments) == 1


async def test_zeros_that_a_spreadsheet_took_away_are_no_other_reference_of_the_bank() -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    known = replace(intent.attempts[0], gateway_reference="00451")
    office.books.intents[intent.id] = replace(intent, attempts=(known,))
    assert (await office.reconcile(line(intent, "otro-numero", cus="451"))).matched == 1


@pytest.mark.parametrize("code", ["APROBADA", "000"])
async def test_a_word_that_stands_where_the_banks_reference_should_tells_nothing(code: str) -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    known = replace(intent.attempts[0], gateway_reference=code)
    office.books.intents[intent.id] = replace(intent, attempts=(known,))
    assert_asked(office, await office.reconcile(line(intent, "otro-numero", cus=code)), intent)


async def test_a_banks_reference_that_two_lines_have_tells_neither() -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    report = await office.reconcile(line(intent, "a", cus="CUS-tx-1"), line(intent, "b", cus="CUS-tx-1"))
    assert office.told(report) == [
        ("SETTLED_UNKNOWN", intent.reference, 2),
        ("SETTLED_UNKNOWN", intent.reference, 3),
    ]
    assert (report.matched, report.settled, len(office.payments)) == (0, 0, 1)


async def test_a_line_beside_that_of_the_payment_received_is_one_more_payment() -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    for settled, matched in ((1, 1), (0, 2)):
        report = await office.reconcile(line(intent), line(intent, "2"))
        assert (report.settled, report.matched, report.differences) == (settled, matched, [])
        assert_two(office, intent)


async def test_a_try_that_failed_and_that_the_statement_has_is_one_more_payment() -> None:
    """It has a number of its own: the statement cannot mean the other one."""
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    failed = replace(intent.attempts[0], transaction_id="tx-0", status=S.DECLINED, charged=False)
    office.books.intents[intent.id] = replace(intent, attempts=(failed, *intent.attempts))

    assert (await office.reconcile(line(intent, "tx-0", cus="CUS-tx-1"))).settled == 1
    assert_two(office, intent)


async def test_an_approval_that_was_taken_for_money_of_a_statement_is_a_question_when_one_has_it() -> None:
    """The gateway told of it after a statement had booked that payment under a number of its own: the same, or not."""
    office = Accountant(ENLINEA)
    intent = await office.opened()
    assert (await office.reconcile(line(intent, "98765"))).settled == 1
    intent = office.intent(intent)
    approved = replace(
        intent.attempts[0], transaction_id="tx-1", charged=False, verified_by=Evidence.QUERY, gateway_reference=None
    )
    office.books.intents[intent.id] = replace(intent, attempts=(*intent.attempts, approved))

    report = await office.reconcile(line(intent, "tx-1", cus="778"))
    assert office.told(report) == [("SETTLED_UNKNOWN", intent.reference, 2)]
    assert len(office.payments) == 1
    both = await office.reconcile(line(intent, "tx-1", cus="778"), line(intent, "98765"))
    assert (both.matched, both.settled) == (1, 1)
    assert_two(office, intent)


@pytest.mark.parametrize("receipt", [RECEIPT, " rp-000001 "])
async def test_the_staff_say_that_it_is_the_payment_received_and_later_files_know(receipt: str) -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    assert_asked(office, await office.reconcile(line(intent, "otro-numero")), intent)

    dry = await office.reconcile(line(intent, "otro-numero", recibo=receipt), dry_run=True)
    assert (dry.matched, dry.differences, len(open_questions(office))) == (1, [], 1)
    for recibo in (receipt, "", receipt):
        report = await office.reconcile(line(intent, "otro-numero", recibo=recibo))
        assert (report.matched, report.settled, report.differences, report.row_errors) == (1, 0, [], [])
        assert open_questions(office) == []
    assert len(office.payments) == 1
    answered = [it for it in office.books.findings.values() if it.resolved_by is not None]
    assert [(it.resolved_by, it.note) for it in answered] == [(office.staff.account_id, f"recibo: {RECEIPT}")]
    # And then a line that nobody knows is one more payment, for the file has that of the first.
    assert (await office.reconcile(line(intent, "otro-numero"), line(intent, "2"))).settled == 1
    assert_two(office, intent)


@pytest.mark.parametrize("cus", ["777", "CUS-tx-1"])
async def test_the_staff_say_that_it_is_another_payment_and_it_is_booked_once_by_them(cus: str) -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    await office.reconcile(line(intent, "otro-numero"))

    told = line(intent, "otro-numero", recibo="Nuevo", cus=cus)
    dry = await office.reconcile(told, dry_run=True)
    assert (dry.settled, len(office.payments)) == (1, 1)
    for settled, matched in ((1, 0), (0, 1)):
        report = await office.reconcile(told)
        assert (report.settled, report.matched) == (settled, matched)
        assert office.told(report) == [("NOT_SETTLED", intent.reference, None)]
        assert_two(office, intent)
        assert FindingKind.SETTLED_UNKNOWN not in {it.kind for it in open_questions(office)}
    (booked,) = [it for it in office.books.journals.values() if it.note]
    assert (booked.by, booked.note) == (office.staff.account_id, "recibo: nuevo")
    assert office.intent(intent).attempt("otro-numero") is not None


async def test_what_was_said_to_be_the_payment_received_may_be_said_to_be_another_later() -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    assert (await office.reconcile(line(intent, "otro-numero", recibo=RECEIPT))).matched == 1
    assert (await office.reconcile(line(intent, "otro-numero", recibo="nuevo"))).settled == 1
    assert_two(office, intent)
    assert (await office.reconcile(line(intent, "otro-numero"))).matched == 1


async def test_a_line_said_to_be_a_payment_that_has_a_line_of_its_own_is_a_question() -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    await office.reconcile(line(intent, "otro-numero", recibo=RECEIPT))

    report = await office.reconcile(line(intent, "otro-numero"), line(intent, "tx-1"))

    assert (report.matched, report.settled) == (1, 0)
    assert office.told(report) == [("SETTLED_UNKNOWN", intent.reference, 2)]
    assert len(office.payments) == 1


async def test_receipts_that_cannot_be_are_told_by_row_and_nothing_is_done_with_those_rows() -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1", "tx-2")
    other = await office.opened(2)
    journals = dict(office.books.journals)

    report = await office.reconcile(
        line(intent, "a", recibo="RP-000009"),
        line(other, "b", recibo=RECEIPT),
        line(intent, "tx-2", recibo=RECEIPT),
        line(intent, "c", recibo="RP-000002"),
        line(intent, "d", recibo="RP-000002"),
        line(intent, "e", referencia="260701NADADENADA", recibo="RP-000003"),
    )

    assert [(it.row, it.column, it.reason) for it in sorted(report.row_errors, key=lambda it: it.row)] == [
        (2, "recibo", Reason.NOT_ITS_RECEIPT),
        (3, "recibo", Reason.REPEATED),
        (4, "recibo", Reason.REPEATED),
        (5, "recibo", Reason.REPEATED),
        (6, "recibo", Reason.REPEATED),
        (7, "recibo", Reason.NOT_ITS_RECEIPT),
    ]
    assert (report.rows, report.matched, report.settled) == (0, 0, 0)
    assert office.books.journals == journals
    one = await office.reconcile(line(intent, "tx-2", recibo=RECEIPT), line(other, "b", recibo="RP-000002"))
    assert {it.reason for it in one.row_errors} == {Reason.NOT_ITS_RECEIPT}
    assert (office.books.journals, len(one.row_errors)) == (journals, 2)
    assert FindingKind.NOT_SETTLED not in {it.kind for it in open_questions(office)}


async def test_money_that_waits_for_a_decision_is_proposed_without_a_receipt() -> None:
    office = Accountant(ENLINEA)
    intent = await office.opened()
    assert (await office.reconcile(line(intent, "1", valor="400000,00"))).settled == 1
    assert office.intent(intent).status is S.REVIEW

    report = await office.reconcile(line(intent, "2", valor="400000,00", cus="778"))

    (difference,) = report.differences
    assert (difference.received, difference.payment_id) == (Decimal("400000.00"), None)
    assert (report.settled, office.payments) == (0, [])


async def test_somebody_elses_transaction_that_was_put_aside_is_no_money_that_a_line_could_be() -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    office.books.payments.clear()
    office.books.booked.clear()
    aside = replace(
        intent.attempts[0], charged=False, decided=True, status=S.REVIEW, wrong=StatusReason.MERCHANT_MISMATCH
    )
    office.books.intents[intent.id] = replace(intent, status=S.CANCELLED, attempts=(aside,))
    assert (await office.reconcile(line(intent, "otro-numero"))).settled == 1


async def test_a_payment_that_becomes_known_while_the_file_is_compared_makes_its_line_a_question() -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    unheard = replace(intent, status=S.REDIRECTED, attempts=())
    office.books.intents[intent.id] = unheard
    opened = 0

    def heard_meanwhile(scope: Scope) -> UnitOfWork:
        nonlocal opened
        opened += 1
        if opened == 2:
            office.books.intents[intent.id] = intent
        return office.till(scope)

    reconcile = ReconcileSettlement(unit_of_work=heard_meanwhile, sheets=CsvSheetReader(), clock=office.clock)
    csv = f"{HEADER}\n{line(intent, '98765')}"
    report = await reconcile(office.staff, gateway=ENLINEA, csv=csv, from_on=DAY, to_on=DAY)

    assert (report.settled, len(office.payments)) == (0, 1)
    assert ("SETTLED_UNKNOWN", intent.reference, 2) in office.told(report)
    assert FindingKind.SETTLED_UNKNOWN in {it.kind for it in open_questions(office)}


async def test_a_receipt_in_question_is_not_missed_until_the_question_is_answered() -> None:
    office = Accountant(ENLINEA)
    intent = await office.paid("tx-1")
    later = DAY + timedelta(days=1)

    told = await office.reconcile(line(intent, "otro-numero", fecha=f"{later:%d/%m/%Y}"), days=(DAY, later))

    assert office.told(told) == [("SETTLED_UNKNOWN", intent.reference, 2)]
    assert_asked(office, told, intent)
