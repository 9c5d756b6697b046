"""What clients are written about: they choose it, staff for them if asked, and what they did not name stays."""

from typing import Any
from uuid import uuid4

import pytest

from application.access import Viewer
from application.use_cases.mail_preferences import UpdateMailPreferences
from domain.audit import AuditAction
from domain.clients import Client
from domain.errors import DomainError, FieldProblemCode, InvalidInput, Unauthenticated
from domain.ids import ClientId
from domain.mail import MailTopic
from tests.factories import NOON
from tests.fakes.clock import FakeClock
from tests.fakes.unit_of_work import FakeDatabase
from tests.told import told
from tests.village import two_villages

INVOICES, PAYMENTS, PAYOUTS, PQRS, REMINDERS = MailTopic


class Office:
    def __init__(self) -> None:
        self.here, self.there, both = two_villages()
        self.database = FakeDatabase(both)
        self.choose = UpdateMailPreferences(unit_of_work=self.database, clock=FakeClock(NOON))
        self.ana = self.here.viewer(self.here.ana)

    def declined(self, client: Client) -> set[MailTopic]:
        return set(self.database.store.clients[client.id].declined_mail)

    async def refused(self, viewer: Viewer, error: type[DomainError], **given: Any) -> Any:
        """The refusal, after which everything is as it was."""
        before = told(vars(self.database.store))
        with pytest.raises(error) as refusal:
            await self.choose(viewer, wanted={REMINDERS: False}, **given)
        assert told(vars(self.database.store)) == before
        return refusal.value


@pytest.fixture
def office() -> Office:
    return Office()


async def test_who_chose_nothing_is_written_about_everything(office: Office) -> None:
    assert office.declined(office.here.ana) == set()


async def test_clients_choose_for_themselves_topic_by_topic(office: Office) -> None:
    v = office.here
    assert await office.choose(office.ana, wanted={REMINDERS: False, PQRS: False, PAYMENTS: True}) == v.ana.id
    assert office.declined(v.ana) == {REMINDERS, PQRS}
    await office.choose(office.ana, wanted={PQRS: True, INVOICES: False})

    assert office.declined(v.ana) == {REMINDERS, INVOICES}
    assert [office.declined(it) for it in (v.berta, office.there.ana)] == [set(), set()]


async def test_staff_choose_for_a_client_who_asked(office: Office) -> None:
    v = office.here
    assert await office.choose(v.staff, wanted={REMINDERS: False}, client_id=v.ana.id) == v.ana.id

    assert office.declined(v.ana) == {REMINDERS}


async def test_what_changed_is_recorded_with_who_did_it(office: Office) -> None:
    v = office.here
    await office.choose(v.staff, wanted={REMINDERS: False, PQRS: True}, client_id=v.ana.id)

    (entry,) = office.database.store.audit
    assert (entry.action, entry.entity_type, entry.entity_id) == (
        AuditAction.MAIL_PREFERENCES_CHANGED,
        "Client",
        v.ana.id,
    )
    assert (entry.account_id, entry.changes) == (v.rosa.id, '{"REMINDERS":false}')


@pytest.mark.parametrize("wanted", [{}, {REMINDERS: True}])
async def test_what_changes_nothing_leaves_no_trace(office: Office, wanted: dict[MailTopic, bool]) -> None:
    before, commits = told(vars(office.database.store)), office.database.commits
    await office.choose(office.ana, wanted=wanted)

    assert told(vars(office.database.store)) == before
    assert office.database.commits == commits


async def test_clients_choose_for_nobody_else_not_even_by_their_own_id(office: Office) -> None:
    for key in (office.here.berta.id, office.here.ana.id, ClientId(uuid4())):
        refusal = await office.refused(office.ana, InvalidInput, client_id=key)
        assert [(it.field, it.code) for it in refusal.problems] == [("clientId", FieldProblemCode.NOT_ALLOWED)]


async def test_staff_have_to_say_for_whom_and_find_no_other_agencys_clients(office: Office) -> None:
    refusal = await office.refused(office.here.staff, InvalidInput)
    assert [(it.field, it.code) for it in refusal.problems] == [("clientId", FieldProblemCode.REQUIRED)]
    for key in (office.there.ana.id, ClientId(uuid4())):
        refusal = await office.refused(office.here.staff, InvalidInput, client_id=key)
        assert [(it.field, it.code) for it in refusal.problems] == [("clientId", FieldProblemCode.NOT_FOUND)]


async def test_a_visitor_chooses_nothing(office: Office) -> None:
    await office.refused(office.here.visitor, Unauthenticated)
