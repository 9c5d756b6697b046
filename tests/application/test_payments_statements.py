"""A gateway's statement beside the books: what it confirms, proves, misses and tells otherwise."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from application.ports.jobs import JobKind
from application.use_cases.payments.days import unconfirmed_key
from application.use_cases.payments.reviews import ReviewDecision
from domain.errors import FieldProblemCode, InvalidInput, NotAllowed
from domain.findings import Finding, FindingKind
from domain.gateway_reports import Evidence, ReportedState
from domain.ids import GatewayAccountId
from domain.imports.problems import FileRefused, Reason
from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from tests.application.accountant import DAY, ENLINEA, HEADER, Accountant, assert_two, line
from tests.application.payments_world import PAYU
from tests.fakes.payment_gateway import a_report

S = PaymentIntentStatus


async def test_a_statement_that_says_the_same_finds_nothing_and_moves_nothing() -> None:
    office = Accountant()
    intent = await office.paid("tx-1")
    commits = office.till.commits

    report = await office.reconcile(line(intent))

    assert (report.rows, report.matched, report.total, report.differences) == (1, 1, intent.amount, [])
    assert office.findings() == []
    assert len(office.payments) == 1
    assert office.till.commits == commits + 1


async def test_payus_statement_that_numbers_a_payment_otherwise_matches_it_by_amount_and_books_nothing() -> None:
    office = Accountant()
    intent = await office.paid("tx-1")

    report = await office.reconcile(line(intent, "otro-numero"))

    assert (report.matched, report.settled, report.differences) == (1, 0, [])
    assert len(office.payments) == 1


async def test_a_line_taken_for_a_payment_by_its_amount_makes_payu_be_asked_and_a_second_payment_is_booked() -> None:
    office = Accountant()
    intent = await office.paid("tx-1")

    report = await office.reconcile(line(intent, "tx-2"))

    assert (report.matched, report.asked) == (1, 1)
    assert [it.job.subject for it in office.books.jobs if it.job.kind is JobKind.ASK_GATEWAY] == [intent.reference]
    await office.hears_of(intent, "tx-1", "tx-2")
    assert_two(office, intent)


async def test_a_second_payment_of_another_day_is_not_taken_for_the_first_by_its_amount() -> None:
    office = Accountant()
    intent = await office.paid("tx-1")
    later = DAY + timedelta(days=2)
    second = line(intent, "tx-2", fecha=f"{later:%d/%m/%Y}")

    report = await office.reconcile(second, days=(later, later))

    assert (report.matched, report.asked, office.told(report)) == (0, 1, [("SETTLED_UNKNOWN", intent.reference, 2)])
    assert office.findings() == [("SETTLED_UNKNOWN", intent.reference, intent.amount)]
    assert len(office.payments) == 1
    await office.hears_of(intent, "tx-1", "tx-2")
    assert_two(office, intent)
    assert (await office.reconcile(second, days=(later, later))).matched == 1
    assert FindingKind.SETTLED_UNKNOWN not in {kind for kind, _, _ in office.findings()}


async def test_a_second_payment_beside_the_first_ones_line_of_another_amount_is_booked() -> None:
    office = Accountant(ENLINEA)
    intent = await office.opened()
    assert (await office.reconcile(line(intent, "1"))).settled == 1

    report = await office.reconcile(line(intent, "1", valor="999.000,00"), line(intent, "2"))

    assert (report.settled, office.told(report)) == (1, [("SETTLED_DIFFERENTLY", intent.reference, 2)])
    assert_two(office, intent)


async def test_a_line_whose_number_is_known_elsewhere_is_not_matched_by_its_amount() -> None:
    office = Accountant()
    intent = await office.paid("tx-1")
    other = await office.opened(2)
    office.books.transactions[intent.gateway_account_id, "de-otro"] = other.id
    tried = replace(intent.attempts[0], transaction_id="tx-2", status=S.PENDING, charged=False)
    office.books.intents[intent.id] = replace(intent, attempts=(*intent.attempts, tried))

    report = await office.reconcile(line(intent, "de-otro"))
    assert (report.matched, report.asked) == (0, 0)
    assert office.told(report) == [
        ("NOT_SETTLED", intent.reference, None),
        ("SETTLED_UNKNOWN", intent.reference, 2),
    ]
    report = await office.reconcile(line(intent, "tx-2"))
    assert (report.matched, report.asked) == (0, 1)
    assert office.told(report) == [
        ("NOT_SETTLED", intent.reference, None),
        ("SETTLED_UNKNOWN", intent.reference, 2),
    ]


async def test_a_payment_that_the_statement_leaves_out_is_found_and_closed_by_the_one_that_has_it() -> None:
    office = Accountant()
    intent = await office.paid("tx-1")

    report = await office.reconcile()
    again = await office.reconcile()

    assert office.told(report) == office.told(again) == [("NOT_SETTLED", intent.reference, None)]
    assert office.findings() == [("NOT_SETTLED", intent.reference, intent.amount)]
    assert office.intent(intent).status is S.APPROVED
    # Days later, in a statement of other days.
    later = (DAY + timedelta(days=5), DAY + timedelta(days=5))
    assert (await office.reconcile(line(intent), days=later)).differences == []
    assert office.findings() == []


async def test_a_payment_that_was_given_back_whole_is_not_missed() -> None:
    office = Accountant()
    intent = await office.paid("tx-1")
    ((payment, _),) = office.payments
    payment.reversed = payment.amount
    assert (await office.reconcile()).differences == []
    assert office.findings() == []
    assert intent.amount == payment.amount


async def test_another_amount_is_found_and_moves_nothing() -> None:
    for gateway in (PAYU, ENLINEA):
        office = Accountant(gateway)
        intent = await office.paid("tx-1")

        report = await office.reconcile(line(intent, valor="999.000,00"))

        (difference,) = report.differences
        assert (difference.kind, difference.settled, difference.received) == (
            FindingKind.SETTLED_DIFFERENTLY,
            Decimal("999000.00"),
            intent.amount,
        )
        assert office.findings() == [("SETTLED_DIFFERENTLY", intent.reference, Decimal("999000.00"))]
        assert (office.intent(intent).status, len(office.payments)) == (S.APPROVED, 1)


@pytest.mark.parametrize("status", [S.REDIRECTED, S.EXPIRED, S.CANCELLED, S.DECLINED, S.PENDING])
async def test_a_payment_of_which_enlinea_never_told_is_booked_by_its_statement_once(status: S) -> None:
    office = Accountant(ENLINEA)
    intent = await office.opened(status=status)
    key = unconfirmed_key(ENLINEA, DAY)
    office.books.findings[office.agency.id, key] = Finding(
        id=intent.id, agency_id=office.agency.id, kind=FindingKind.UNCONFIRMED, key=key, at=office.clock.now()
    )
    office.clock.advance(timedelta(days=3))

    dry = await office.reconcile(line(intent, "98765"), dry_run=True)
    assert (dry.settled, len(office.payments), office.findings()[0][0]) == (1, 0, "UNCONFIRMED")
    report = await office.reconcile(line(intent, "98765"))

    assert (report.matched, report.settled, report.differences) == (0, 1, [])
    ((payment, shares),) = office.payments
    assert (payment.amount, payment.gateway, payment.gateway_reference) == (intent.amount, ENLINEA, "777")
    assert shares == ((office.invoices[0].id, intent.amount),)
    assert payment.paid_at == intent.created_at + timedelta(minutes=5)
    (attempt,) = office.intent(intent).attempts
    assert (attempt.verified_by, attempt.charged) == (Evidence.SETTLEMENT, True)
    assert office.intent(intent).status is S.APPROVED
    assert office.findings() == []
    again = await office.reconcile(line(intent, "98765"))
    assert (again.matched, again.settled, len(office.payments)) == (1, 0, 1)


async def test_two_payments_of_one_reference_in_enlineas_statement_are_a_payment_and_credit() -> None:
    office = Accountant(ENLINEA)
    intent = await office.opened()

    report = await office.reconcile(line(intent, "1"), line(intent, "2"))

    assert (report.settled, len(office.payments)) == (2, 2)
    assert sorted(payment.credited for payment, _ in office.payments) == [0, intent.amount]
    assert {kind for kind, _, _ in office.findings()} == {"DOUBLE_PAYMENT", "CREDITED"}
    assert (await office.reconcile(line(intent, "1"), line(intent, "2"))).matched == 2
    assert len(office.payments) == 2


async def test_another_amount_that_only_enlineas_statement_tells_is_held_for_a_decision() -> None:
    office = Accountant(ENLINEA)
    intent = await office.opened()

    report = await office.reconcile(line(intent, "1", valor="400000,00"))

    assert (report.settled, office.payments) == (1, [])
    assert office.intent(intent).status is S.REVIEW
    assert office.findings() == [("REVIEW", intent.reference, Decimal("400000.00"))]
    assert (await office.reconcile(line(intent, "1", valor="400000,00"))).matched == 1
    assert len(office.findings()) == 1


async def test_payu_is_asked_about_what_only_its_statement_knows() -> None:
    office = Accountant()
    intent = await office.opened()

    dry = await office.reconcile(line(intent), dry_run=True)
    assert (dry.asked, office.books.jobs, office.findings()) == (1, [], [])
    report = await office.reconcile(line(intent))

    assert (report.asked, report.settled, office.payments) == (1, 0, [])
    assert [kept.job.subject for kept in office.books.jobs] == [intent.reference]
    assert office.findings() == [("SETTLED_UNKNOWN", intent.reference, intent.amount)]
    office.gateway.knows([a_report(intent.reference, intent.amount)])
    await office.refresh_payment(office.viewer, reference=intent.reference)
    assert (await office.reconcile(line(intent))).matched == 1
    assert office.findings() == []


async def test_what_is_of_no_payment_here_or_of_another_gateway_is_unknown() -> None:
    office = Accountant(ENLINEA)
    intent = await office.opened()
    of_payu = await office.start(office.viewer, office.invoices[1], key="payu")
    other = await office.opened(2)
    office.books.transactions[intent.gateway_account_id, "de-otro"] = other.id

    report = await office.reconcile(
        line(intent, "1", referencia="260701NADADENADA"), line(of_payu, "2"), line(intent, "de-otro")
    )

    assert office.told(report) == [
        ("SETTLED_UNKNOWN", "260701NADADENADA", 2),
        ("SETTLED_UNKNOWN", of_payu.reference, 3),
        ("SETTLED_UNKNOWN", intent.reference, 4),
    ]
    assert (report.settled, office.payments) == (0, [])


@pytest.mark.parametrize("gateway", [PAYU, ENLINEA])
async def test_money_that_the_gateway_denied_and_then_pays_out_is_found(gateway: PaymentGatewayCode) -> None:
    office = Accountant()
    intent = await office.paid("tx-1")
    office.clock.advance(10)
    office.gateway.knows([a_report(intent.reference, intent.amount, state=ReportedState.DECLINED)])
    await office.settlement.ask(intent)
    office.clock.advance(10)
    await office.resolve_review(
        office.staff, reference=intent.reference, decision=ReviewDecision.CANCEL, note="No entró."
    )
    office.at = gateway
    office.books.intents[intent.id] = replace(office.intent(intent), gateway=gateway)
    account = replace(office.account, id=GatewayAccountId(office.ana.id), gateway=ENLINEA, public_key="acc-enlinea")
    office.books.accounts[account.id] = account

    for _ in range(2):
        report = await office.reconcile(line(intent))
        assert (report.matched, report.settled) == (0, 0)
        assert office.told(report) == [("SETTLED_UNKNOWN", intent.reference, 2)]
        assert FindingKind.SETTLED_UNKNOWN in {kind for kind, _, _ in office.findings()}


async def test_bad_cells_are_told_and_such_a_file_says_of_nothing_that_it_is_missing() -> None:
    office = Accountant()
    intent = await office.paid("tx-1")

    report = await office.reconcile(
        line(intent, valor="mil"),
        line(intent, "", fecha="ayer"),
        line(intent, "tx-2", valor="0"),
        line(intent, "tx-3"),
        line(intent, "tx-3", valor="5,00"),
        line(intent, "tx-4", medio="trueque"),
    )

    assert [(it.row, it.column, it.reason) for it in report.row_errors] == [
        (2, "valor", Reason.NOT_AN_AMOUNT),
        (3, "fecha", Reason.NOT_A_DATE),
        (3, "transaccion", Reason.REQUIRED),
        (4, "valor", Reason.NOT_ABOVE_ZERO),
        (6, "transaccion", Reason.DUPLICATE_KEY),
        (7, "medio", Reason.NOT_A_CHOICE),
    ]
    assert (report.rows, report.matched) == (1, 1)
    assert office.findings() == []


async def test_the_same_row_twice_is_one() -> None:
    office = Accountant()
    intent = await office.paid("tx-1")
    report = await office.reconcile(line(intent), line(intent))
    assert (report.rows, report.matched, report.row_errors) == (1, 1, [])


async def test_files_and_days_that_cannot_be_are_refused() -> None:
    office = Accountant()
    office.at = ENLINEA
    with pytest.raises(InvalidInput) as refused:
        await office.reconcile()
    assert [(it.field, it.code) for it in refused.value.problems] == [("gateway", FieldProblemCode.NOT_FOUND)]
    office.at = PAYU
    for days, code in (
        ((DAY, DAY - timedelta(days=1)), FieldProblemCode.INVALID),
        ((DAY, DAY + timedelta(days=366)), FieldProblemCode.TOO_LONG),
        ((date.max, date.max), FieldProblemCode.INVALID),
    ):
        with pytest.raises(InvalidInput) as refused:
            await office.reconcile(days=days)
        assert [(it.field, it.code) for it in refused.value.problems] == [("to", code)]
    for text in ("", "referencia;valor;fecha"):
        with pytest.raises(FileRefused):
            await office._reconcile(office.staff, gateway=PAYU, csv=text, from_on=DAY, to_on=DAY)
    with pytest.raises(NotAllowed):
        await office._reconcile(office.viewer, gateway=PAYU, csv=HEADER, from_on=DAY, to_on=DAY)
    assert office.findings() == []
