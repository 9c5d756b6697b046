"""Whatever both sides do about a PQRS, in any order and at any time: what always holds."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.business_days import add_business_days, business_days_between
from domain.errors import DomainError
from domain.periods import bogota_date
from domain.pqrs import PqrsActor, PqrsClassification, PqrsEvent, PqrsMatter, PqrsStatus
from domain.pqrs_terms import term_of
from domain.pqrs_transitions import REOPENABLE_FOR, Moved, Who, answer, close, extend, reopen, start
from tests import factories as a
from tests.factories import NOON, TODAY
from tests.told import told

HOLIDAYS = {date(2026, 7, 20), date(2026, 8, 7), date(2026, 8, 17), date(2026, 10, 12)}
KINDS = [(it, PqrsMatter.GENERAL) for it in PqrsClassification] + [(PqrsClassification.PETITION, PqrsMatter.DOCUMENTS)]
OPEN = (PqrsStatus.PENDING, PqrsStatus.IN_PROGRESS)
SIDES = st.sampled_from(PqrsActor)


def is_holiday(on: date) -> bool:
    return on in HOLIDAYS


class Case(RuleBasedStateMachine):
    @initialize(kind=st.sampled_from(KINDS))
    def file(self, kind: tuple[PqrsClassification, PqrsMatter]) -> None:
        client = a.a_client(a.an_agency())
        account = a.an_account(client)
        due_on = add_business_days(TODAY, term_of(*kind, on=TODAY).days, is_holiday=is_holiday)
        self.at = NOON
        self.case = a.a_case(client, account, classification=kind[0], matter=kind[1], due_on=due_on)
        self.history: list[PqrsEvent] = [a.filing_of(self.case)]
        self.extensions = 0

    @rule(hours=st.integers(0, 24 * 45))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule(by=SIDES)
    def begin(self, by: PqrsActor) -> None:
        if self.did(lambda: start(self.case, self.who(by), at=self.at)):
            assert by is PqrsActor.AGENCY

    @rule(by=SIDES, close=st.booleans())
    def answer(self, by: PqrsActor, close: bool) -> None:
        was = self.case
        if self.did(lambda: answer(was, self.who(by), at=self.at, close=close)):
            assert by is PqrsActor.AGENCY
            assert was.is_open
            assert self.case.answered_at == self.at

    @rule(by=SIDES)
    def close(self, by: PqrsActor) -> None:
        was = self.case
        if self.did(lambda: close(was, self.who(by), at=self.at)):
            assert (by, was.status, self.case.closed_at) == (PqrsActor.CLIENT, PqrsStatus.ANSWERED, self.at)

    @rule(by=SIDES)
    def reopen(self, by: PqrsActor) -> None:
        was = self.case
        if self.did(lambda: reopen(was, self.who(by), at=self.at, reason="No.", is_holiday=is_holiday)):
            assert by is PqrsActor.CLIENT
            assert not was.is_open
            assert was.closed_at is None or self.at - was.closed_at <= REOPENABLE_FOR
            assert not self.case.is_overdue(on=bogota_date(self.at))
            self.extensions = 0

    @rule(by=SIDES, days=st.integers(-2, 40))
    def put_off(self, by: PqrsActor, days: int) -> None:
        was, due_on = self.case, self.case.due_on + timedelta(days=days)
        if self.did(
            lambda: extend(was, self.who(by), at=self.at, due_on=due_on, reason="Falta.", is_holiday=is_holiday)
        ):
            assert by is PqrsActor.AGENCY
            assert bogota_date(self.at) <= was.due_on < due_on
            self.extensions += 1

    @invariant()
    def the_times_agree_with_the_state(self) -> None:
        status = self.case.status
        assert (self.case.answered_at is None) is (status in OPEN)
        assert (self.case.closed_at is None) is (status is not PqrsStatus.CLOSED)
        assert self.case.is_open is (status in OPEN)
        assert self.case.is_overdue(on=bogota_date(self.at)) is (
            status in OPEN and bogota_date(self.at) > self.case.due_on
        )

    @invariant()
    def the_history_is_whole(self) -> None:
        for before, after in zip(self.history, self.history[1:], strict=False):
            assert before.to_status is after.from_status
            assert before.at <= after.at
        assert self.history[-1].to_status is self.case.status
        told_last = [event.due_on for event in self.history if event.due_on is not None][-1]
        assert told_last == self.case.due_on

    @invariant()
    def the_term_is_put_off_once_and_within_the_law(self) -> None:
        term = term_of(self.case.classification, self.case.matter, on=self.case.term_from_on)
        given = business_days_between(self.case.term_from_on, self.case.due_on, is_holiday=is_holiday)
        assert self.extensions <= 1
        assert (self.case.extended_at is not None) is (self.extensions == 1)
        if self.extensions:
            assert term.days < given <= term.days + term.extension
        else:
            assert given == term.days

    def who(self, by: PqrsActor) -> Who:
        return Who(by=by, account_id=self.case.filed_by)

    def did(self, act: Callable[[], Moved]) -> bool:
        """Whether it was done; if it was refused, nothing is another."""
        before = told(replace(self.case))
        with suppress(DomainError):
            moved = act()
            self.case = moved.case
            self.history += moved.events
            return True
        assert told(self.case) == before
        return False


TestCase = Case.TestCase
TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
