"""What filing a case, and what is done about it afterwards, asks of its store."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from application.access import Scope
from domain.ids import ClientId, ContractId, PqrsId, PropertyId
from domain.pqrs import PqrsActor, PqrsEvent, PqrsMatter, PqrsMessageKind, PqrsStatus
from tests import factories as a
from tests.factories import NOON
from tests.ports.places import Place
from tests.told import told
from tests.village import Village


@pytest.fixture
async def village(place: Place) -> Village:
    village = Village()
    await place.plant(village.store)
    return village


async def test_a_case_is_kept_whole_with_its_filing(place: Place, village: Village) -> None:
    account = village.accounts[village.ana.name]
    case = a.a_case(
        village.ana,
        account,
        property_id=village.flat.id,
        contract_id=village.flat_lease.id,
        description="Línea uno\nLínea dos: ñandú",
    )
    scope = village.viewer(village.ana).scope
    async with place.unit_of_work(scope) as uow:
        assert await uow.pqrs.by_idempotency_key(account.id, case.idempotency_key) is None
        await uow.pqrs.add(case, a.filing_of(case))
        await uow.commit()

    async with place.unit_of_work(scope) as uow:
        assert told(await uow.pqrs.by_idempotency_key(account.id, case.idempotency_key)) == told(case)
    async with place.readings.of(village.viewer(village.ana)) as reading:
        assert told(await reading.pqrs.get_many([case.id])) == told({case.id: case})
        assert told(await reading.pqrs.events([case.id])) == told({case.id: [a.filing_of(case)]})


async def test_a_key_is_its_accounts_own(place: Place, village: Village) -> None:
    ana, berta = village.cases[:2]
    other = Village()
    await place.plant(other.store)

    async with place.unit_of_work(Scope.of_agency(village.agency.id)) as uow:
        assert await uow.pqrs.by_idempotency_key(berta.filed_by, ana.idempotency_key) is None
        assert await uow.pqrs.by_idempotency_key(ana.filed_by, ana.idempotency_key) is not None
    for scope in (Scope.of_agency(other.agency.id), village.viewer(village.berta).scope):
        async with place.unit_of_work(scope) as uow:
            assert await uow.pqrs.by_idempotency_key(ana.filed_by, ana.idempotency_key) is None


async def test_cases_are_counted_by_client_from_an_instant_on(place: Place, village: Village) -> None:
    async with place.unit_of_work(Scope.of_agency(village.agency.id)) as uow:
        assert await uow.pqrs.filed_since(village.ana.id, NOON) == 1
        assert await uow.pqrs.filed_since(village.ana.id, NOON + timedelta(microseconds=1)) == 0
        assert await uow.pqrs.filed_since(village.gloria.id, NOON) == 0
    async with place.unit_of_work(village.viewer(village.berta).scope) as uow:
        assert await uow.pqrs.filed_since(village.ana.id, NOON) == 0


async def test_a_case_of_another_client_or_agency_cannot_be_added(place: Place, village: Village) -> None:
    case = a.a_case(village.ana, village.accounts[village.ana.name])
    for scope in (
        village.viewer(village.berta).scope,
        village.visitor.scope,
        Scope.of_agency(a.an_agency().id),
    ):
        async with place.unit_of_work(scope) as uow:
            with pytest.raises(place.refused):
                await uow.pqrs.add(case, a.filing_of(case))


async def test_a_case_is_found_and_changed_by_whoever_sees_it(place: Place, village: Village) -> None:
    v, case = village, village.cases[0]
    for scope, it in (
        (v.viewer(v.berta).scope, case.id),
        (Scope.of_agency(a.an_agency().id), case.id),
        (v.visitor.scope, case.id),
        (Scope.of_agency(v.agency.id), PqrsId(v.agency.id)),
    ):
        async with place.unit_of_work(scope) as uow:
            assert await uow.pqrs.get(it) is None
    for scope, status in ((v.viewer(v.ana).scope, PqrsStatus.CLOSED), (v.staff.scope, PqrsStatus.PENDING)):
        changed = replace(
            case,
            status=status,
            matter=PqrsMatter.DOCUMENTS,
            assignee_id=v.rosa.id,
            term_from_on=date(2026, 7, 16),
            due_on=date(2026, 8, 10),
            extended_at=NOON,
            answered_at=NOON,
            closed_at=NOON,
        )
        async with place.unit_of_work(scope) as uow:
            assert await uow.pqrs.get(case.id) is not None
            await uow.pqrs.save(changed)
            await uow.commit()
        async with place.unit_of_work(scope) as uow:
            assert told(await uow.pqrs.get(case.id)) == told(changed)


async def test_the_history_goes_on_in_order(place: Place, village: Village) -> None:
    case, ana = village.cases[0], village.accounts[village.ana.name]
    more = [
        PqrsEvent(
            pqrs_id=case.id,
            at=NOON,  # the same instant: the order is that of adding
            from_status=PqrsStatus.PENDING,
            to_status=target,
            by=by,
            account_id=account.id,
            note=note,
            due_on=due_on,
        )
        for target, by, account, note, due_on in (
            (PqrsStatus.ANSWERED, PqrsActor.AGENCY, village.rosa, None, None),
            (PqrsStatus.CLOSED, PqrsActor.AGENCY, village.rosa, None, None),
            (PqrsStatus.PENDING, PqrsActor.CLIENT, ana, "No.", date(2026, 8, 6)),
        )
    ]
    for scope, events in ((village.staff.scope, more[:2]), (village.viewer(village.ana).scope, more[2:])):
        async with place.unit_of_work(scope) as uow:
            await uow.pqrs.save(case, *events)
            await uow.commit()

    async with place.readings.of(village.staff) as reading:
        assert told(await reading.pqrs.events([case.id])) == told({case.id: [a.filing_of(case), *more]})


async def test_a_message_is_kept_whole_and_known_by_its_accounts_key(place: Place, village: Village) -> None:
    v, case = village, village.cases[0]
    message = a.a_message(
        case,
        v.rosa,
        kind=PqrsMessageKind.EXTENSION,
        body="Línea uno\nLínea dos: ñandú",
        due_on=date(2026, 8, 10),
        idempotency_key="clave",
        request_hash="resumen",
    )
    async with place.unit_of_work(v.staff.scope) as uow:
        assert await uow.pqrs.message_by_key(v.rosa.id, "clave") is None
        await uow.pqrs.add_message(message)
        await uow.commit()

    async with place.unit_of_work(v.staff.scope) as uow:
        assert told(await uow.pqrs.message_by_key(v.rosa.id, "clave")) == told(message)
        assert await uow.pqrs.message_by_key(v.accounts[v.ana.name].id, "clave") is None
    for viewer in (v.staff, v.viewer(v.ana)):
        async with place.readings.of(viewer) as reading:
            assert told(await reading.pqrs.messages_by_id([message.id])) == told({message.id: message})


async def test_only_staff_find_what_staff_noted(place: Place, village: Village) -> None:
    v, (asked, said, noted, from_berta, about_berta) = village, village.messages
    ids = [case.id for case in v.cases]
    for viewer, seen in (
        (v.staff, {v.cases[0].id: [asked, said, noted], v.cases[1].id: [from_berta, about_berta]}),
        (v.viewer(v.ana), {v.cases[0].id: [asked, said]}),
        (v.viewer(v.berta), {v.cases[1].id: [from_berta]}),
    ):
        async with place.readings.of(viewer) as reading:
            assert told(await reading.pqrs.messages(ids)) == told(seen)
            by_id = {message.id: message for messages in seen.values() for message in messages}
            assert told(await reading.pqrs.messages_by_id([it.id for it in v.messages])) == told(by_id)


async def test_messages_stand_in_the_order_of_their_adding(place: Place, village: Village) -> None:
    v, case = village, village.cases[2]
    more = [
        a.a_message(case, account, internal=internal)  # all at the same instant
        for account, internal in ((v.rosa, True), (v.accounts[v.diana.name], False), (v.rosa, False), (v.rosa, True))
    ]
    for message in more:
        writer = v.staff if message.account_id == v.rosa.id else v.viewer(v.diana)
        async with place.unit_of_work(writer.scope) as uow:
            await uow.pqrs.add_message(message)
            await uow.commit()

    async with place.readings.of(v.staff) as reading:
        assert told(await reading.pqrs.messages([case.id])) == told({case.id: more})


async def test_clients_write_in_their_own_name_and_note_nothing(place: Place, village: Village) -> None:
    v, ana = village, village.accounts[village.ana.name]
    for message in (
        a.a_message(v.cases[0], ana, internal=True),
        a.a_message(v.cases[0], ana, author=PqrsActor.AGENCY),
        a.a_message(v.cases[2], v.accounts[v.diana.name]),
    ):
        async with place.unit_of_work(v.viewer(v.ana).scope) as uow:
            with pytest.raises(place.refused):
                await uow.pqrs.add_message(message)


async def test_what_a_client_wrote_is_counted_from_an_instant_on(place: Place, village: Village) -> None:
    v = village
    async with place.unit_of_work(v.staff.scope) as uow:
        # The second is of another case; what the agency says to the client does not count.
        other = a.a_case(v.ana, v.accounts[v.ana.name])
        await uow.pqrs.add(other, a.filing_of(other))
        await uow.pqrs.add_message(a.a_message(other, v.accounts[v.ana.name], sent_at=NOON + timedelta(seconds=1)))
        await uow.commit()
    for scope in (v.staff.scope, v.viewer(v.ana).scope):
        async with place.unit_of_work(scope) as uow:
            assert await uow.pqrs.written_since(v.ana.id, NOON) == 2
            assert await uow.pqrs.written_since(v.ana.id, NOON + timedelta(microseconds=1)) == 1
    async with place.unit_of_work(v.viewer(v.berta).scope) as uow:
        assert await uow.pqrs.written_since(v.ana.id, NOON) == 0


async def test_a_client_exists_for_whoever_sees_it(place: Place, village: Village) -> None:
    other = Village()
    await place.plant(other.store)
    for scope, client, exists in (
        (Scope.of_agency(village.agency.id), village.ana, True),
        (Scope.of_agency(village.agency.id), other.ana, False),
        (village.viewer(village.ana).scope, village.ana, True),
        (village.viewer(village.ana).scope, village.berta, False),
        (village.visitor.scope, village.ana, False),
    ):
        async with place.unit_of_work(scope) as uow:
            assert await uow.pqrs.hold_client(client.id) is exists
            assert await uow.pqrs.hold_client(ClientId(a.an_agency().id)) is False


async def test_nothing_new_comes_of_a_client_whose_data_was_erased(place: Place) -> None:
    v = Village()
    gone = a.a_client(v.agency, erased_at=NOON)
    account = a.an_account(gone)
    case = a.a_case(gone, account)
    v.store.add(gone, account, case, a.filing_of(case))
    await place.plant(v.store)
    other = Scope.of_agency(a.an_agency().id)

    for scope, about, stays in (
        (v.staff.scope, v.cases[0], True),
        (v.viewer(v.ana).scope, v.cases[0], True),
        (v.viewer(v.berta).scope, v.cases[0], False),
        (other, v.cases[0], False),
        (v.staff.scope, case, False),
    ):
        async with place.unit_of_work(scope) as uow:
            assert await uow.pqrs.hold_client_of(about.id) is stays
    async with place.unit_of_work(v.staff.scope) as uow:
        assert await uow.pqrs.hold_client(gone.id) is False


async def test_a_property_is_of_its_owners_and_of_the_parties_of_its_contracts(place: Place, village: Village) -> None:
    v = village
    async with place.unit_of_work(Scope.of_agency(v.agency.id)) as uow:
        for home, client, its in (
            (v.flat, v.ana, True),
            (v.flat, v.elias, True),
            (v.flat, v.ciro, True),
            (v.depot, v.felix, True),
            (v.flat, v.diana, False),
            (v.shop, v.ana, False),
        ):
            assert await uow.pqrs.property_is_of(home.id, client.id) is its
        assert await uow.pqrs.property_is_of(PropertyId(v.agency.id), v.ana.id) is False
    async with place.unit_of_work(v.viewer(v.ana).scope) as uow:
        assert await uow.pqrs.property_is_of(v.flat.id, v.ana.id) is True
        assert await uow.pqrs.property_is_of(v.flat.id, v.elias.id) is False
        assert await uow.pqrs.property_is_of(v.shop.id, v.ana.id) is False


async def test_a_contract_tells_its_property_for_its_parties_only(place: Place, village: Village) -> None:
    v = village
    async with place.unit_of_work(Scope.of_agency(v.agency.id)) as uow:
        for contract, client, home in (
            (v.flat_lease, v.ana, v.flat),
            (v.flat_lease, v.elias, v.flat),
            (v.flat_management, v.berta, v.flat),
            (v.flat_lease, v.berta, None),  # the owner reads it, but is no party of it
            (v.flat_management, v.ana, None),
        ):
            found = await uow.pqrs.contract_property(contract.id, client.id)
            assert found == (home.id if home else None)
        assert await uow.pqrs.contract_property(ContractId(v.agency.id), v.ana.id) is None
    async with place.unit_of_work(v.viewer(v.berta).scope) as uow:
        assert await uow.pqrs.contract_property(v.shop_management.id, v.berta.id) == v.shop.id
        assert await uow.pqrs.contract_property(v.shop_lease.id, v.diana.id) is None
